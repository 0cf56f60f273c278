"""What is said of a number that was computed again, and where it is computed from."""

from dataclasses import dataclass

from ctviz.backend import Backend
from ctviz.core import InvalidInput
from ctviz.export.gathering import weights_of

SAME = 1e-6
"""Numbers that differ by less, absolutely or as a share, are the same on another machine."""


@dataclass(frozen=True)
class NumberCheck:
    """Whether one number of a report still holds.

    Parameters
    ----------
    what
        Which number, in words.
    claimed, found
        As the report has it, and as it is now; None if it cannot be computed.
    why
        Why it does not hold; empty if it does.
    """

    what: str
    claimed: float
    found: float | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return not self.why


def case_of(backend: Backend, case_id: str, image: str, kind: str) -> str:
    """Return the case of an object: the one that it names, or that has its image.

    Parameters
    ----------
    image
        SOP Instance UID of one of its images.
    kind
        What sentences call the object.
    """
    found = case_id or backend.links.case_with(image)
    if found is None or found not in {entry.id for entry in backend.cases()}:
        raise InvalidInput(
            f"The case of the {kind} is not in the data folder; import its scan again"
            + ("." if case_id else ", so that results may go back.")
        )
    return found


def refuse_other_weights(backend: Backend, model_id: str, weights: str, kind: str) -> None:
    """Refuse to compute with another model than the one that an object names."""
    if weights_of(backend.models()[model_id]) != weights:
        raise InvalidInput(
            f"The model '{model_id}' has other weights than those of the {kind}; put the old model "
            "back to verify it."
        )
