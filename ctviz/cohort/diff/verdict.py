"""What became of a network's attention, beside what training again does to it by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctviz.cohort.diff.attention import Attention
from ctviz.cohort.statistics.agreement import kendall
from ctviz.cohort.statistics.bootstrap import drawn_means, draws
from ctviz.cohort.statistics.interval import Interval, interval_around, interval_of_mean, student
from ctviz.cohort.statistics.patients import Numbers, mean_of_patients

ENOUGH_TWINS = 3
"""Fewer say too little of how much networks differ that were trained alike."""

ACCURACY_TOLERANCE = 0.05
"""By how much the share of right answers may fall."""

TOLERANCES = {"share": 0.1, "likeness": 0.2, "ranks": 0.4}
"""By how much figures may move where there are too few twins, and half of it in any case."""


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of two networks.

    Parameters
    ----------
    what
        In words.
    old, new
        What it is for the first network and for the second.
    change
        From the first to the second; of a likeness, the likeness itself.
    interval
        Where the change could lie with other patients; None on fewer than two.
    allowed
        Where it lies if the network is only trained again.
    """

    what: str
    old: float
    new: float
    change: float
    interval: Interval | None
    allowed: Interval

    @property
    def holds(self) -> bool | None:
        """Whether nothing left its interval; None where it is not known.

        A change counts when it, and all of its interval over patients, lie outside.
        """
        if np.isnan(self.change) or self.interval is None:
            return None
        apart = self.interval.high < self.allowed.low or self.interval.low > self.allowed.high
        return not (apart and self.allowed.excludes(self.change))


@dataclass(frozen=True)
class ModelComparison:
    """Two networks on the same slices.

    Parameters
    ----------
    accuracy
        Share of right answers.
    attention
        Share of the importance in the region, likeness of the maps, rank of the estimators.
    patients, twins
        How many there are of each.
    """

    accuracy: ComparedFigure
    attention: tuple[ComparedFigure, ...]
    patients: int
    twins: int

    @property
    def moved(self) -> tuple[ComparedFigure, ...]:
        """What left its interval."""
        return tuple(each for each in self.attention if each.holds is False)

    @property
    def holds(self) -> bool:
        """Whether the second network may take the place of the first."""
        return self.accuracy.holds is not False and not self.moved

    @property
    def sentence(self) -> str:
        """What came out, in a sentence or two."""
        measure = (
            f"what {self.twins} networks trained alike do"
            if self.twins >= ENOUGH_TWINS
            else "the tolerance, as the first model has too few twins to say what training does"
        )
        if self.accuracy.holds is False:
            return (
                f"Accuracy fell from {self.accuracy.old:.2f} to {self.accuracy.new:.2f}; the "
                "second network does not do what the first did."
            )
        if self.moved:
            what = ", ".join(figure.what for figure in self.moved)
            accuracy = (
                "Accuracy is not known" if np.isnan(self.accuracy.change) else "Accuracy holds"
            )
            return f"{accuracy}, but attention left {measure}: {what}."
        known = [figure for figure in self.attention if figure.holds is not None]
        if not known:
            return "Nothing could be compared: no estimator gave a map on both networks."
        return f"Nothing left {measure}: {', '.join(figure.what for figure in known)}."


def compared(old: Attention, new: Attention, twins: Sequence[Attention]) -> ModelComparison:
    """Return what differs between two networks, and between the first one and its twins."""
    return ModelComparison(
        _accuracy(old, new),
        (_share(old, new, twins), _likeness(new, twins), _ranks(old, new, twins)),
        len(old.people),
        len(twins),
    )


def _accuracy(old: Attention, new: Attention) -> ComparedFigure:
    before, after = mean_of_patients(old.accuracy), mean_of_patients(new.accuracy)
    change = new.accuracy - old.accuracy
    return ComparedFigure(
        "share of right answers",
        float(before),
        float(after),
        float(after - before),
        interval_of_mean(change),
        Interval(-ACCURACY_TOLERANCE, 1.0),
    )


def _share(old: Attention, new: Attention, twins: Sequence[Attention]) -> ComparedFigure:
    def change(other: Attention) -> Numbers:
        return mean_of_patients((other.share - old.share).T)

    before, after = (float(mean_of_patients(mean_of_patients(a.share.T))) for a in (old, new))
    null = [float(mean_of_patients(change(twin))) for twin in twins]
    return ComparedFigure(
        "share of the importance in the region",
        before,
        after,
        float(mean_of_patients(change(new))),
        interval_of_mean(change(new)),
        _allowed(null, around=0.0, tolerance=TOLERANCES["share"]),
    )


def _likeness(new: Attention, twins: Sequence[Attention]) -> ComparedFigure:
    figure = float(mean_of_patients(new.alike))
    null = [float(mean_of_patients(twin.alike)) for twin in twins]
    allowed = _allowed(null, around=1.0, tolerance=TOLERANCES["likeness"])
    return ComparedFigure(
        "likeness of the maps",
        1.0,
        figure,
        figure,
        interval_of_mean(new.alike),
        Interval(allowed.low, 1.0),
    )


def _ranks(old: Attention, new: Attention, twins: Sequence[Attention]) -> ComparedFigure:
    def tau(other: Attention) -> float:
        merits = (mean_of_patients(each.share)[None] for each in (old, other))
        return float(kendall(*merits)[0])

    weights = draws(len(old.people))
    drawn = kendall(*(drawn_means(weights, each.share) for each in (old, new)))
    figure, null = tau(new), [tau(twin) for twin in twins]
    allowed = _allowed(null, around=1.0, tolerance=TOLERANCES["ranks"])
    known = not np.isnan(figure)
    return ComparedFigure(
        "rank of the estimators (Kendall's τ)",
        1.0,
        figure,
        figure,
        interval_around(figure, drawn, len(old.people), bounds=(-1.0, 1.0)) if known else None,
        Interval(allowed.low, 1.0),
    )


def _allowed(null: Sequence[float], *, around: float, tolerance: float) -> Interval:
    r"""Return where the figure of another network trained alike would lie.

    From n twins the prediction interval :math:`\bar t \pm t_{n-1} s \sqrt{1 + 1/n}` of one more,
    but never narrower than half the tolerance: a few networks can agree by chance. With too few,
    the tolerance around what no change would be.
    """
    known = np.array([value for value in null if not np.isnan(value)])
    if len(known) < ENOUGH_TWINS:
        return Interval(around - tolerance, around + tolerance)
    reach = float(student(len(known))) * known.std(ddof=1) * np.sqrt(1 + 1 / len(known))
    reach = max(float(reach), tolerance / 2)
    return Interval(float(known.mean()) - reach, float(known.mean()) + reach)
