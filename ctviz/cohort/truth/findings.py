"""What a study of phantoms found: who agrees with the truth, in one small file."""

from dataclasses import dataclass
from pathlib import Path

from ctviz.cohort.analysis.findings import MetricRanking, Ranked, Signs, Undefined
from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import from_plain, to_plain
from ctviz.cohort.statistics import Entrant, Interval, RankAgreement
from ctviz.core import InvalidInput

VERSION = 1
"""Raised whenever the file's form changes."""


@dataclass(frozen=True)
class TruthSubject:
    """What was studied.

    Parameters
    ----------
    scene
        Which kind of phantoms.
    explained
        The class, true on all of them.
    phantoms, failed
        How many there are; failed ones have no scores.
    correct
        On how many the model was right.
    """

    name: str
    digest: str
    model: str
    scene: str
    explained: str
    phantoms: int
    failed: int
    correct: int


@dataclass(frozen=True)
class PartEffect:
    """What one part does to the answer, over the phantoms on which it is seen.

    Parameters
    ----------
    phantoms
        On how many it is seen.
    mean, interval
        Of its effect on the class's log-odds; no interval on fewer than two phantoms.
    matters
        Share of these phantoms on which it has an effect: 5 % of the largest one or more.
    pixels
        How many it has, in the mean.
    """

    part: str
    phantoms: int
    mean: float
    interval: Interval | None
    matters: float
    pixels: float


@dataclass(frozen=True)
class MetricTruth:
    """How alike a metric and a measure of the truth rank the entrants.

    Parameters
    ----------
    metric
        The metric's key.
    measure
        Of the truth.
    controls
        Whether controls are among the entrants.
    """

    metric: str
    measure: str
    signs: Signs
    controls: bool
    ranks: RankAgreement


@dataclass(frozen=True, eq=False)
class TruthFindings:
    """What a study of phantoms found.

    Parameters
    ----------
    entrants
        E estimators under their signs, the order of all arrays.
    metrics
        The measures of agreement with the truth, by which the entrants were ranked; the first is
        the one that decides.
    rankings
        One for each measure and choice of signs.
    judged
        The metrics whose rankings were held against the truth's.
    parts
        Those with the largest mean effect first.
    draws, seed
        Of all intervals.
    """

    subject: TruthSubject
    entrants: tuple[Entrant, ...]
    metrics: tuple[Ranked, ...]
    rankings: tuple[MetricRanking, ...]
    judged: tuple[Ranked, ...]
    trust: tuple[MetricTruth, ...]
    parts: tuple[PartEffect, ...]
    undefined: tuple[Undefined, ...]
    draws: int
    seed: int

    def ranking(self, measure: str, signs: Signs = "both") -> MetricRanking:
        """Return the ranking by one measure."""
        for ranking in self.rankings:
            if (ranking.metric, ranking.signs) == (measure, signs):
                return ranking
        raise InvalidInput(f"The study has no ranking by '{measure}' of {signs} values.")

    def trust_in(
        self, metric: str, measure: str, signs: Signs = "both", *, controls: bool
    ) -> RankAgreement:
        """Return how alike a metric and a measure of the truth rank the entrants."""
        for each in self.trust:
            if (each.metric, each.measure, each.signs, each.controls) == (
                *(metric, measure, signs),
                controls,
            ):
                return each.ranks
        raise InvalidInput(f"The study has not held '{metric}' against '{measure}'.")


def save_truth_findings(findings: TruthFindings, folder: Path) -> None:
    """Write ``findings.json`` into a study's folder."""
    document = {"version": VERSION, "kind": "truth", **to_plain(findings)}
    write_json(StudyFolder(folder).findings, document)


def load_truth_findings(folder: Path) -> TruthFindings:
    """Return what a finished study of phantoms found."""
    document = read_json(StudyFolder(folder).findings)
    if not isinstance(document, dict) or document.pop("kind", None) != "truth":
        raise InvalidInput("The folder has no findings on the truth; run `ctviz truth` to its end.")
    if document.pop("version", None) != VERSION:
        raise InvalidInput(
            "The findings were written by another version of ctviz; start the study again, which "
            "computes no phantom anew."
        )
    return from_plain(TruthFindings, document)
