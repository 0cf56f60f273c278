"""What is explained: that a model sees a class on a slice."""

from collections.abc import Sequence
from dataclasses import dataclass

from ctviz.core import Contrast, Slice, Target, checked_explained
from ctviz.core.targets import explained, named


@dataclass(frozen=True, eq=False)
class Question:
    """A slice, a model and one of its classes, or one of its classes rather than another.

    Parameters
    ----------
    image
        The slice.
    model_id
        The model.
    target
        Index of the class that importance speaks for.
    rather_than
        Index of the class that it speaks against; None for the class's own score.
    """

    image: Slice
    model_id: str
    target: int
    rather_than: int | None = None

    def __post_init__(self) -> None:
        checked = checked_explained(self.explained)
        if isinstance(checked, Contrast):
            object.__setattr__(self, "rather_than", checked.rather_than)
            checked = checked.target
        object.__setattr__(self, "target", checked)

    @property
    def explained(self) -> Target:
        """The class, or the contrast of two."""
        return explained(self.target, self.rather_than)

    @property
    def view(self) -> tuple[str, str, Target]:
        """What tells it from questions about other slices, models or classes."""
        return self.image.identity, self.model_id, self.explained

    def words(self, classes: Sequence[str]) -> str:
        """Return what is explained in words."""
        return named(classes, self.target, self.rather_than)
