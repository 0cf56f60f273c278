"""What an edit does to a model's answer, and how much of each map had lain in what was edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ctviz.backend import Question
from ctviz.core import ImportanceMap, Prediction, Score, Sign, Slice, signed_view
from ctviz.core.experiment import Edit
from ctviz.core.results import log_odds
from ctviz.edits import operation_of
from ctviz.metrics.relevance_mass import RelevanceMass


@dataclass(frozen=True, eq=False)
class AnsweredSlice:
    """What a model says of one slice.

    Parameters
    ----------
    strangeness
        How unlike the slice is to what the model has learnt from; None where nobody knows.
    maps
        By estimator, those that are there.
    """

    image: Slice
    prediction: Prediction
    strangeness: float | None = None
    maps: Mapping[str, ImportanceMap] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The slice as it was and as it was edited, and what the model says of both.

    Parameters
    ----------
    target
        Index of the class that is asked about.
    elsewhere
        The probability of the class with the same change at each of N other places; empty while
        nobody has asked.
    why_not
        Why it cannot be tried elsewhere; empty if it can.
    """

    edit: Edit
    target: int
    before: AnsweredSlice
    after: AnsweredSlice
    elsewhere: tuple[float, ...] = ()
    why_not: str = ""

    @property
    def question(self) -> Question:
        """What the maps before the edit answer."""
        return Question(self.before.image, self.before.prediction.model_id, self.target)

    @property
    def name(self) -> str:
        """The class that is asked about."""
        return self.before.prediction.classes[self.target]

    @property
    def probabilities(self) -> tuple[float, float]:
        """The probability of the class before and after."""
        before, after = (
            float(asked.prediction.probabilities[self.target])
            for asked in (self.before, self.after)
        )
        return before, after

    @property
    def log_odds(self) -> tuple[float, float]:
        """The score of the class before and after, which still moves where a probability ends."""
        before, after = self.before.prediction, self.after.prediction
        return log_odds(before, self.target), log_odds(after, self.target)

    @property
    def sentence(self) -> str:
        """What the edit does to the answer."""
        before, after = self.probabilities
        what = operation_of(self.edit).words
        if f"{before:.2f}" == f"{after:.2f}":
            return f"{self.name} stays {before:.2f} {what}."
        return f"{self.name} {before:.2f} → {after:.2f} {what}."

    @property
    def turned(self) -> bool:
        """Whether the model answers another class, or other findings."""
        return self.before.prediction.found != self.after.prediction.found

    @property
    def changed(self) -> tuple[int, float]:
        """How many pixels have changed, and by how many HU in the mean."""
        change = self.after.image.hounsfield.astype(np.float64) - self.before.image.hounsfield
        where = change != 0
        return int(where.sum()), float(change[where].mean()) if where.any() else 0.0

    @property
    def drawn_share(self) -> float:
        """Which share of the picture is drawn: what a map that knows nothing would have there."""
        return float(self.edit.mask.mean())

    def importance(self, estimator: str, sign: Sign) -> Score:
        """Return which share of a map's importance had lain in what is drawn."""
        values = signed_view(self.before.maps[estimator].values, sign)
        return RelevanceMass()(values, self.edit.mask)

    @property
    def control(self) -> str:
        """What the same change does elsewhere, in a sentence; empty while nobody has asked."""
        if not self.elsewhere:
            return ""
        low, high = min(self.elsewhere), max(self.elsewhere)
        places = f"The same change at {len(self.elsewhere)} other places of the body"
        said = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
        return f"{places}: {self.name} {said}. {self._verdict}"

    @property
    def _verdict(self) -> str:
        before, after = self.probabilities
        moves = [abs(each - before) for each in self.elsewhere]
        moved = abs(after - before)
        if moved > max(moves):
            return "Here it changes the answer more than at any of them."
        least = sum(each >= moved for each in moves)
        return f"At {least} of them it changes the answer as much as here, or more."
