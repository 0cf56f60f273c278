"""The paper's fidelity of a cohort, from the probability curves of its slices."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ctviz.cohort.analysis.findings import AccuracyCurves
from ctviz.cohort.statistics import CohortFidelity, RankingComparison, Removals, cohort_fidelity
from ctviz.cohort.statistics.patients import Numbers
from ctviz.cohort.tables.study_data import StudyData
from ctviz.metrics.against_model import DECIDED

TWO = 2


@dataclass(frozen=True, eq=False)
class Accuracy:
    """One fidelity variant's accuracy curves, and the draws that compare entrants."""

    curves: AccuracyCurves
    fidelity: CohortFidelity
    removals: Removals

    def comparison(self, draws: int, seed: int) -> RankingComparison:
        """Return the comparison of the estimators that are no controls."""
        kept = [e for e, each in enumerate(self.removals.entrants) if not each.control]
        compared = replace(
            self.removals,
            mif_right=self.removals.mif_right[:, kept],
            lif_right=self.removals.lif_right[:, kept],
            entrants=tuple(self.removals.entrants[e] for e in kept),
        )
        return RankingComparison.by_cohort_fidelity(cohort_fidelity(compared, draws, seed))


def accuracies(study_data: StudyData) -> tuple[Accuracy, ...]:
    """Return the accuracy curves of every fidelity variant, the paper's first."""
    keys = sorted(study_data.curves.removals, key=lambda key: (key != study_data.fidelity, key))
    found = (_accuracy(study_data, key) for key in keys)
    return tuple(each for each in found if each is not None)


def _accuracy(study_data: StudyData, key: str) -> Accuracy | None:
    texts = study_data.table.texts
    truth, target = texts("truth"), texts("target")
    reference: Literal["truth", "prediction"] = "truth" if np.any(truth != "") else "prediction"
    classes = truth if reference == "truth" else texts("predicted")
    # Of more than two classes, a low probability of one does not tell which is the answer.
    kept = (classes != "") & ((target == classes) | (len(study_data.classes) == TWO))
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
    fidelity = cohort_fidelity(removals, study_data.draws, study_data.seed)
    curves = AccuracyCurves(
        metric=key,
        reference=reference,
        classes=fidelity.classes,
        slices=int(kept.sum()),
        patients=fidelity.patients,
        shares=fidelity.shares,
        mif=fidelity.mif,
        lif=fidelity.lif,
        low=fidelity.low,
        high=fidelity.high,
        standings=fidelity.standings,
        turned=int(np.sum(~agrees)),
        too_few=fidelity.too_few,
    )
    return Accuracy(curves, fidelity, removals)


def _right(probability: Numbers, agrees: Numbers, defined: Numbers) -> Numbers:
    """Return (N, E, S) whether the model says the right class, NaN where nothing is known."""
    says_target = probability > DECIDED
    right = np.where(agrees[:, None, None], says_target, ~says_target).astype(np.float64)
    known = ~np.isnan(probability) & defined[:, :, None]
    return np.where(known, right, np.nan)
