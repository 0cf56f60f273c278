"""What is explained: that a model sees a class on a slice."""

from dataclasses import dataclass

from ctviz.core import Slice, checked_target


@dataclass(frozen=True, eq=False)
class Question:
    """A slice, a model and one of its classes.

    Parameters
    ----------
    image
        The slice.
    model_id
        The model.
    target
        Index of the class that importance speaks for.
    """

    image: Slice
    model_id: str
    target: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "target", checked_target(self.target))
