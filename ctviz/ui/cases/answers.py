"""What a model says of many cases at once: how its scores are spread, and how often it is right."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ctviz.core import Prediction
from ctviz.ui.cases.listed import Listed

TENTHS = 10


def score_of(prediction: Prediction) -> float:
    """Return the probability of the second of two classes; of more classes that of the answer.

    Of several findings it is that of the most probable.
    """
    two = len(prediction.classes) == 2 and not prediction.multi_label
    return float(prediction.probabilities[1]) if two else prediction.confidence


def score_title(classes: Sequence[str], *, multi_label: bool = False) -> str:
    """Return what `score_of` is, for these classes.

    >>> score_title(["without", "with"]), score_title(["a", "b", "c"])
    ("probability of 'with'", 'probability of the answer')
    """
    if multi_label:
        return "probability of the likeliest finding"
    two = len(classes) == 2
    return f"probability of '{classes[1]}'" if two else "probability of the answer"


def tenth_of(score: float) -> int:
    """Return in which tenth of 0 to 1 a score lies; 1 belongs to the last.

    >>> tenth_of(0.0), tenth_of(0.55), tenth_of(1.0)
    (0, 5, 9)
    """
    return min(int(TENTHS * score), TENTHS - 1)


def tenth_title(tenth: int) -> str:
    """Return a tenth in words.

    >>> tenth_title(9)
    '0.9 to 1.0'
    """
    return f"{tenth / TENTHS:.1f} to {(tenth + 1) / TENTHS:.1f}"


def tenth_of_case(listed: Listed) -> int | None:
    """Return in which tenth the model's score of a case lies, None while it has none."""
    return tenth_of(score_of(listed.prediction)) if listed.prediction else None


def cell_of_case(listed: Listed) -> tuple[str, str] | None:
    """Return true class and answer of a case, None unless both are known."""
    truth, prediction = listed.entry.truth, listed.prediction
    return (
        None
        if truth is None or prediction is None
        else (prediction.spelled(truth), prediction.label)
    )


@dataclass(frozen=True)
class Answers:
    """A model's answers on the cases of a list.

    Parameters
    ----------
    tenths
        How many scores lie in each tenth of 0 to 1.
    cells
        How many cases have a true class and an answer, by both.
    truths, labels
        The true classes and the answers that occur, in the model's order, then those that it does
        not know; of two classes always both.
    """

    tenths: tuple[int, ...]
    cells: Counter[tuple[str, str]]
    truths: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, cases: Iterable[Listed], classes: Sequence[str]) -> Self:
        """Count the answers of a model with these classes."""
        cases = list(cases)
        scores = Counter(map(tenth_of_case, cases))
        cells = Counter(cell for case in cases if (cell := cell_of_case(case)) is not None)
        return cls(
            tuple(scores[tenth] for tenth in range(TENTHS)),
            cells,
            _in_order({truth for truth, _ in cells}, classes),
            _in_order({label for _, label in cells}, classes),
        )

    @property
    def classified(self) -> int:
        """How many cases have an answer."""
        return sum(self.tenths)

    @property
    def right(self) -> int:
        """How many answers are the true class."""
        return sum(count for (truth, label), count in self.cells.items() if truth == label)


def _in_order(names: set[str], classes: Sequence[str]) -> tuple[str, ...]:
    if names and len(classes) == 2:
        names = {*names, *classes}
    known = [name for name in classes if name in names]
    return (*known, *sorted(names - set(known)))
