"""What a study found: everything that its page and its report show, in one small file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ctviz.cohort.analysis.older_findings import OLDER, brought_forward
from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import NUMBERS, from_plain, to_plain
from ctviz.cohort.statistics import (
    Entrant,
    FidelityStanding,
    Friedman,
    Group,
    Interval,
    Move,
    PairComparison,
    RankAgreement,
    Standing,
    Verdict,
)
from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign

VERSION = 4
"""Raised whenever the file's form changes."""

Signs: TypeAlias = Literal["both", "signed", "absolute"]
"""Which entrants a ranking is among."""


@dataclass(frozen=True)
class StudySubject:
    """What was studied.

    Parameters
    ----------
    cohort
        In words.
    reader, label
        Whose drawings the maps were compared with; empty where nobody drew.
    slices, patients, annotated, failed
        How many there are; failed slices have no scores.
    classes
        Number of slices by true class; unknown ones are under the empty name.
    correct, wrong
        Number of slices on which the model was right and was not, where the truth is known.
    truth_explained
        Number of slices whose true class was explained, whatever the model predicted.
    """

    name: str
    digest: str
    cohort: str
    model: str
    reader: str
    label: str
    slices: int
    patients: int
    annotated: int
    failed: int
    classes: Mapping[str, int]
    correct: int
    wrong: int
    truth_explained: int


@dataclass(frozen=True)
class Ranked:
    """A metric by which entrants were ranked.

    Parameters
    ----------
    key
        As in the table; ``dice@share=cross-validated`` is no column of it.
    variant
        Whether it asks the same as another one under other settings.
    """

    key: str
    title: str
    summary: str
    better: str
    bounds: tuple[float | None, float | None]
    agreement: bool
    variant: bool


@dataclass(frozen=True, eq=False)
class MetricRanking:
    """Who stands where by one metric.

    Parameters
    ----------
    standings
        E standings, in the study's order.
    frequencies
        (E, E) share of draws in which entrant i has place j.
    friedman
        Whether they differ at all, with the critical difference.
    pairs
        Every entrant against every other one; none for variants.
    """

    metric: str
    signs: Signs
    standings: tuple[Standing, ...]
    frequencies: NUMBERS
    friedman: Friedman
    pairs: tuple[PairComparison, ...]


@dataclass(frozen=True, eq=False)
class AccuracyCurves:
    """The paper's Table 1 and its curves: the cohort's accuracy as pixels are masked.

    Parameters
    ----------
    metric
        The key of the fidelity variant whose curves these are.
    reference
        What counts as right: the ``truth``, or the model's own ``prediction`` of the untouched
        slice where no truth is known.
    shares
        (S,) of the pixels masked.
    mif, lif
        (E, S) accuracy averaged over the classes.
    low, high
        (E, 2, S) pointwise 95 % intervals of mif and lif.
    turned
        Number of slices on which another class than the right one was explained, so that the
        fill erased a wrong answer and a good map counts against its estimator.
    too_few
        Why the cohort decides nothing, as a sentence; empty where it may.
    """

    metric: str
    reference: Literal["truth", "prediction"]
    classes: tuple[str, ...]
    slices: int
    patients: int
    shares: NUMBERS
    mif: NUMBERS
    lif: NUMBERS
    low: NUMBERS
    high: NUMBERS
    standings: tuple[FidelityStanding, ...]
    turned: int
    too_few: str


@dataclass(frozen=True, eq=False)
class MeanRoc:
    """The paper's ROC: (E, T) rates averaged at each threshold, and what lies under them."""

    tpr: NUMBERS
    fpr: NUMBERS
    heights: NUMBERS
    areas: NUMBERS
    height_intervals: tuple[Interval | None, ...]
    area_intervals: tuple[Interval | None, ...]
    defined: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class DiceCurves:
    """Dice over the share of the image kept.

    Parameters
    ----------
    shares
        (S,) kept.
    mean, low, high
        (E, S) mean over patients with its pointwise 95 % interval.
    best_share, in_sample
        (E,) the share that is best on all patients, and the Dice there: optimistic.
    held_out, intervals
        E Dice values at shares that were chosen on other patients.
    """

    shares: NUMBERS
    mean: NUMBERS
    low: NUMBERS
    high: NUMBERS
    best_share: NUMBERS
    in_sample: NUMBERS
    held_out: NUMBERS
    intervals: tuple[Interval | None, ...]


@dataclass(frozen=True)
class MetricAgreement:
    """How alike two metrics rank the estimators, controls left out.

    Parameters
    ----------
    moves
        How far each entrant falls from its rank by the first metric to that by the second.
    slice_mean, slice_interval
        Mean over patients of τ on single slices.
    """

    first: str
    second: str
    signs: Signs
    ranks: RankAgreement
    moves: tuple[Move, ...]
    slice_mean: float | None
    slice_interval: Interval | None


@dataclass(frozen=True)
class Disputed:
    """A slice on which two metrics rank the entrants most differently."""

    case: str
    slice_index: int
    patient: str
    first: str
    second: str
    tau: float
    truth: str
    predicted: str


@dataclass(frozen=True)
class Sensitivity:
    """What a choice does to the ranking.

    Parameters
    ----------
    kind
        What is chosen: the ``fill`` or the ``step`` of fidelity, the ``sign``, or the ``share``
        of the image kept by Dice.
    usual, other
        The two choices, in words.
    """

    kind: Literal["fill", "step", "sign", "share"]
    metric: str
    usual: str
    other: str
    ranks: RankAgreement
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class FillRange:
    """How far an entrant's mean by a metric goes when removed pixels are filled otherwise.

    Parameters
    ----------
    low, high
        The least and the greatest over the fills of the study, in equal steps; the mean with the
        usual fill lies between them.
    """

    metric: str
    entrant: Entrant
    low: float
    high: float


@dataclass(frozen=True)
class Subgroups:
    """The standings by one metric within groups of slices: ``class``, ``answer`` or ``size``."""

    kind: Literal["class", "answer", "size"]
    metric: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Undefined:
    """How often an estimator has no score by a metric, and why."""

    estimator: str
    metric: str
    why: str
    scores: int


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study found.

    Parameters
    ----------
    subject
        What was studied.
    entrants
        E estimators under their signs, the order of all arrays.
    metrics
        By which they were ranked.
    rankings
        One for each metric and choice of signs.
    accuracy
        One for each fidelity variant whose curves are known; the first is the paper's.
    roc, dice
        None where nobody drew a region.
    verdicts
        On the paper's findings, the most general first.
    sign_verdicts
        On absolute against signed values, for each estimator.
    draws, seed
        Of all intervals.
    """

    subject: StudySubject
    entrants: tuple[Entrant, ...]
    metrics: tuple[Ranked, ...]
    rankings: tuple[MetricRanking, ...]
    accuracy: tuple[AccuracyCurves, ...]
    roc: MeanRoc | None
    dice: DiceCurves | None
    agreements: tuple[MetricAgreement, ...]
    disputed: tuple[Disputed, ...]
    sensitivity: tuple[Sensitivity, ...]
    fill_ranges: tuple[FillRange, ...]
    subgroups: tuple[Subgroups, ...]
    verdicts: tuple[Verdict, ...]
    sign_verdicts: tuple[Verdict, ...]
    undefined: tuple[Undefined, ...]
    draws: int
    seed: int

    def ranking(self, metric: str, signs: Signs = "both") -> MetricRanking:
        """Return the ranking by one metric."""
        for ranking in self.rankings:
            if (ranking.metric, ranking.signs) == (metric, signs):
                return ranking
        raise InvalidInput(f"The study has no ranking by '{metric}' of {signs} values.")

    def over_fills(self, metric: str, entrant: Entrant) -> FillRange | None:
        """Return how far a mean hangs on the fill, None where no other was tried."""
        found = (each for each in self.fill_ranges if each.metric == metric)
        return next((each for each in found if each.entrant == entrant), None)


def save_findings(findings: Findings, folder: Path) -> None:
    """Write ``findings.json`` into a study's folder."""
    write_json(
        StudyFolder(folder).findings, {"version": VERSION, **to_plain(findings)}, indent=None
    )


def load_findings(folder: Path) -> Findings:
    """Return what a finished study found."""
    document = read_json(StudyFolder(folder).findings)
    if not isinstance(document, dict):
        raise InvalidInput("The study has no findings yet; run it to its end.")
    version = document.pop("version", None)
    if version in OLDER:
        with foreign(InvalidInput("A file of the study is damaged; start the study again.")):
            return from_plain(Findings, brought_forward(document, version))
    if version != VERSION:
        raise InvalidInput(
            "The findings were written by another version of ctviz; start the study again, which "
            "only ranks anew."
        )
    return from_plain(Findings, document)
