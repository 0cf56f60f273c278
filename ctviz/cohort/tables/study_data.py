"""What the findings of a study are made from: its panels and curves, read when they are needed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.analysis.findings import Ranked, Signs
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import VARIANT, CohortStudy, metric_name, read_plan
from ctviz.cohort.statistics import Entrant, KeptShare, Panel, cross_validated_share
from ctviz.cohort.statistics.patients import Names
from ctviz.cohort.tables.curve_table import CurveTable
from ctviz.cohort.tables.score_table import ScoreTable, panel_of
from ctviz.core import SIGNS, InvalidInput, Sign
from ctviz.metrics import METRICS, Metric

CHOSEN_DICE = f"dice{VARIANT}share=cross-validated"
"""Dice at the share of the image that served an estimator best on other patients."""


@dataclass(frozen=True, eq=False)
class StudyData:
    """The scores and curves of a finished run.

    Parameters
    ----------
    study
        The plan.
    classes
        The model's classes.
    failed
        Number of slices without scores.
    """

    study: CohortStudy
    table: ScoreTable
    curves: CurveTable
    classes: tuple[str, ...]
    failed: int

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read a study's folder."""
        kept = StudyFolder(folder)
        try:
            environment, failures = (
                json.loads(path.read_text(encoding="utf-8"))
                for path in (kept.environment, kept.failures)
            )
        except (OSError, ValueError):
            raise InvalidInput("The study is not finished; start it again to go on.") from None
        return cls(
            study=read_plan(kept.plan),
            table=ScoreTable.read(kept.scores_parquet),
            curves=CurveTable.read(folder),
            classes=tuple(environment["model"]["classes"]),
            failed=len(failures),
        )

    @property
    def draws(self) -> int:
        """Of the patients, for all intervals."""
        return self.study.draws

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self.study.seed

    @cached_property
    def patients(self) -> Names:
        """The patient of each slice, (N,)."""
        return self.table.texts("patient")

    @cached_property
    def metrics(self) -> tuple[Ranked, ...]:
        """By what entrants are ranked: the table's metrics, and Dice at a share chosen fairly."""
        keys = [*self.study.metrics, *([CHOSEN_DICE] if self.kept is not None else [])]
        return tuple(ranked(key, self.study) for key in keys)

    @cached_property
    def plain_metrics(self) -> tuple[str, ...]:
        """Keys of the metrics that are no variants."""
        return tuple(each.key for each in self.metrics if not each.variant)

    @cached_property
    def fidelity(self) -> str | None:
        """Key of the metric that compares with the model: the paper's, or the first there is."""
        keys = [k for k in self.study.metrics if _metric(k).needs == "model"]
        return "fidelity" if "fidelity" in keys else next(iter(keys), None)

    @cached_property
    def human(self) -> tuple[str, ...]:
        """Keys of the metrics that compare with a reader, where a reader drew."""
        return tuple(m.key for m in self.metrics if m.agreement and self.scored(m.key))

    def scored(self, key: str) -> bool:
        """Whether any slice has a score by this metric."""
        return bool(self.panel(key).scored)

    def panel(self, key: str, signs: Signs = "both") -> Panel:
        """Return the scores by one metric of the entrants under some signs."""
        if key == CHOSEN_DICE and self.kept is not None:
            whole = self.of_values(self.kept.dice, key)
        else:
            whole = self._panels.get(key) or self._panels.setdefault(key, self.table.panel(key))
        return whole if signs == "both" else whole.select(self.entrants(signs))

    def of_values(self, values: NDArray[np.floating], key: str) -> Panel:
        """Return scores (N, E) that were derived from curves, as a panel."""
        return panel_of(values.astype(np.float64), self.patients, self.table.entrants, key)

    def entrants(self, signs: Signs) -> tuple[Entrant, ...]:
        """Return the entrants under some signs."""
        wanted: Sequence[Sign] = SIGNS if signs == "both" else (signs,)
        return tuple(each for each in self.table.entrants if each.sign in wanted)

    @cached_property
    def choices(self) -> tuple[Signs, ...]:
        """The choices of signs among which rankings are told apart."""
        if len(self.study.signs) == 1:
            return self.study.signs
        return ("both", *self.study.signs)

    @cached_property
    def kept(self) -> KeptShare | None:
        """Dice at shares that were chosen on other patients; None without Dice curves."""
        if "dice" not in self.curves:
            return None
        shares = self.curves.grids["dice"]
        parts = [
            cross_validated_share(
                np.asarray(curves, np.float64), shares, self.patients, seed=self.seed
            )
            for curves in self.curves.by_entrant("dice")
        ]
        return KeptShare(
            dice=np.concatenate([part.dice for part in parts], axis=1),
            chosen=np.concatenate([part.chosen for part in parts], axis=1),
            folds=parts[0].folds,
            held_out=np.concatenate([part.held_out for part in parts]),
            best_share=np.concatenate([part.best_share for part in parts]),
            in_sample=np.concatenate([part.in_sample for part in parts]),
        )

    @cached_property
    def _panels(self) -> dict[str, Panel]:
        return {}


def _metric(key: str) -> type[Metric]:
    return METRICS[metric_name(key)]


def ranked(key: str, study: CohortStudy) -> Ranked:
    """Return a study's metric as findings describe it."""
    metric = METRICS[metric_name(key)]
    variant = key.partition(VARIANT)[2]
    low, high = (bound if np.isfinite(bound) else None for bound in metric.bounds)
    return Ranked(
        key=key,
        title=f"{metric.title}, {variant.replace('=', ' ')}" if variant else metric.title,
        summary=metric.summary,
        better=metric.better,
        bounds=(low, high),
        agreement=metric.group == "agreement",
        variant=bool(variant) and metric_name(key) in study.metrics and key != CHOSEN_DICE,
    )
