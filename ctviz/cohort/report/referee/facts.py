"""All that is known of a finished study, in one place, for whoever fills a checklist from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ctviz.backend.cases.demo import READER
from ctviz.cohort.analysis.findings import Findings, MetricRanking
from ctviz.cohort.analysis.leakage import Leakage
from ctviz.cohort.files import read_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import CohortStudy, metric_name, read_plan
from ctviz.cohort.report.answer import leader
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.numbers import with_span
from ctviz.cohort.run.registration import Registration, registrations_of
from ctviz.cohort.statistics import Standing
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.metrics.base import Need
from ctviz.models import ModelCard

PHANTOMS = ("demo", "marked")
"""Cohorts that ctviz makes."""


@dataclass(frozen=True, eq=False)
class StudyFacts:
    """What was planned, measured and noted.

    Parameters
    ----------
    environment
        Versions, checksums and seeds; empty where they were not kept.
    card
        The model's data sheet; None where the model is gone.
    registrations
        Since when the plan is fixed.
    leakage
        What the model had seen of the study; None where nobody looked.
    """

    study: CohortStudy
    findings: Findings
    names: Names
    environment: Mapping[str, Any]
    card: ModelCard | None
    registrations: Sequence[Registration]
    leakage: Leakage | None

    @classmethod
    def of(cls, folder: Path, findings: Findings, card: ModelCard | None = None) -> Self:
        """Read what a study's folder holds beside its findings."""
        kept = StudyFolder(folder)
        return cls(
            study=read_plan(kept.plan),
            findings=findings,
            names=Names.of(findings),
            environment=read_json(kept.environment) or {},
            card=card,
            registrations=registrations_of(kept),
            leakage=Leakage.load(folder),
        )

    @property
    def phantoms(self) -> bool:
        """Whether the cohort is one that ctviz made."""
        return self.study.cohort in PHANTOMS

    @property
    def anatomy(self) -> bool:
        """Whether maps were compared with the known anatomy of phantoms, which nobody drew."""
        return self.phantoms and self.findings.subject.reader == READER

    @property
    def estimators(self) -> list[str]:
        """Titles of the estimators, controls left out."""
        found = [name for name in self.study.estimators if not self._is_control(name)]
        return [self.names.titles.get(name, name) for name in found]

    @property
    def controls(self) -> list[str]:
        """Titles of the controls."""
        found = [name for name in self.study.estimators if self._is_control(name)]
        return [self.names.titles.get(name, name) for name in found]

    def metrics(self, need: Need) -> list[str]:
        """Return the keys of the plan's metrics that ask for the same, variants included."""
        return [key for key in self.study.metrics if METRICS[metric_name(key)].needs == need]

    def scored(self, key: str) -> MetricRanking | None:
        """Return the ranking by a metric of the study, None where no entrant has a score."""
        if key not in self.names.metrics:
            return None
        ranking = self.findings.ranking(key, widest(self.findings))
        return ranking if any(each.mean is not None for each in ranking.standings) else None

    def best(self, key: str) -> str:
        """Return who is best by a metric, controls left out, with the score; empty if nobody."""
        first = self.leader(key)
        if first is None:
            return ""
        score = with_span(first.mean, first.interval)
        return f"{self.names.metric(key)} of {self.names.entrant(first.entrant)} {score}"

    def leader(self, key: str) -> Standing | None:
        """Return the best entrant by a metric that is no control."""
        ranking = self.scored(key)
        return None if ranking is None else leader(ranking)

    @staticmethod
    def _is_control(name: str) -> bool:
        return name in ESTIMATORS and ESTIMATORS[name].control
