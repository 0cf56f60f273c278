"""The paper's fidelity of a cohort, from the probability curves of its slices."""

from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.analysis.findings import AccuracyCurves
from ctviz.cohort.statistics import RankingComparison, Removals, cohort_fidelity
from ctviz.cohort.tables.study_data import StudyData
from ctviz.metrics.against_model import DECIDED

TWO = 2


def accuracies(study_data: StudyData) -> tuple[AccuracyCurves, ...]:
    """Return the accuracy curves of every fidelity variant, the paper's first."""
    answered = (AnswersKept.of(study_data, key) for key in _variants(study_data))
    return tuple(each.curves(study_data) for each in answered if each is not None)


def accuracy_comparison(study_data: StudyData) -> RankingComparison | None:
    """Return the comparison of the estimators that are no controls, by the paper's variant."""
    answered = (AnswersKept.of(study_data, key) for key in _variants(study_data))
    first = next((each for each in answered if each is not None), None)
    if first is None:
        return None
    kept = [e for e, each in enumerate(first.removals.entrants) if not each.control]
    compared = replace(
        first.removals,
        mif_right=first.removals.mif_right[:, kept],
        lif_right=first.removals.lif_right[:, kept],
        entrants=tuple(first.removals.entrants[e] for e in kept),
    )
    return RankingComparison.by_cohort_fidelity(
        cohort_fidelity(compared, study_data.draws, study_data.seed)
    )


def _variants(study_data: StudyData) -> list[str]:
    return sorted(study_data.curves.removals, key=lambda key: (key != study_data.fidelity, key))


@dataclass(frozen=True, eq=False)
class AnswersKept:
    """What the model still answered under one fidelity variant.

    Parameters
    ----------
    metric
        Key of the variant.
    reference
        What counts as right.
    removals
        Whether it was right.
    turned
        Number of slices on which the class that was asked for is not the right one.
    """

    metric: str
    reference: Literal["truth", "prediction"]
    removals: Removals
    turned: int

    @classmethod
    def of(cls, study_data: StudyData, key: str) -> Self | None:
        """Return the answers on the slices whose right class is known; None if there are none."""
        texts = study_data.table.texts
        truth, target = texts("truth"), texts("target")
        reference: Literal["truth", "prediction"] = "truth" if np.any(truth != "") else "prediction"
        classes = truth if reference == "truth" else texts("predicted")
        # Of more than two classes, a low probability of one does not tell which is the answer, and
        # where a finding is not there, no removal of pixels makes it come.
        either = len(study_data.classes) == TWO and not study_data.study.finding
        kept = (classes != "") & ((target == classes) | either)
        if not kept.any():
            return None
        agrees = (target == classes)[kept]
        defined = study_data.panel(key).defined[kept]
        mif, lif = (
            _right(np.asarray(study_data.curves[f"{order} {key}"][kept]), agrees, defined)
            for order in ("mif", "lif")
        )
        shares = study_data.curves.grids[f"shares {key}"]
        patients, entrants = study_data.patients[kept], study_data.table.entrants
        removals = Removals(mif, lif, shares, classes[kept], patients, entrants)
        return cls(key, reference, removals, int(np.sum(~agrees)))

    def curves(self, study_data: StudyData) -> AccuracyCurves:
        """Return how accuracy falls as pixels are removed."""
        fidelity = cohort_fidelity(self.removals, study_data.draws, study_data.seed)
        return AccuracyCurves(
            metric=self.metric,
            reference=self.reference,
            classes=fidelity.classes,
            slices=len(self.removals.classes),
            patients=fidelity.patients,
            shares=fidelity.shares,
            mif=fidelity.mif,
            lif=fidelity.lif,
            low=fidelity.low,
            high=fidelity.high,
            standings=fidelity.standings,
            turned=self.turned,
            too_few=fidelity.too_few,
        )


def _right(
    probability: NDArray[np.floating], agrees: NDArray[np.bool_], defined: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return (N, E, S) whether the model says the right class, NaN where nothing is known."""
    says_target = probability > DECIDED
    right: NDArray[np.float32] = (says_target == agrees[:, None, None]).astype(np.float32)
    right[np.isnan(probability) | ~defined[:, :, None]] = np.nan
    return right
