"""The paper's fidelity of a cohort, from the probability curves of its slices."""

from collections.abc import Iterable
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
    found = (_accuracy(study_data, key) for key in _variants(study_data))
    return tuple(each for each in found if each is not None)


def _accuracy(study_data: StudyData, key: str) -> AccuracyCurves | None:
    """Return the accuracy curves of a variant; its answers are let go before the next one's."""
    answers = AnswersKept.of(study_data, key)
    return None if answers is None else answers.curves(study_data)


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
        agrees, defined = target == classes, study_data.panel(key).defined
        mif, lif = (
            _right(study_data.curves.parts(f"{order} {key}"), kept, agrees, defined)
            for order in ("mif", "lif")
        )
        shares = study_data.curves.grids[f"shares {key}"]
        patients, entrants = study_data.patients[kept], study_data.table.entrants
        removals = Removals(mif, lif, shares, classes[kept], patients, entrants)
        return cls(key, reference, removals, int(np.sum(~agrees[kept])))

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
    parts: Iterable[NDArray[np.floating]],
    kept: NDArray[np.bool_],
    agrees: NDArray[np.bool_],
    defined: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Return whether the model says the right class on the slices kept, NaN where it is not known.

    Parameters
    ----------
    parts
        The probability of the class that was asked for, some slices (…, E, S) at a time.
    kept, agrees
        (N,) whether a slice counts, and whether that class is the right one.
    defined
        (N, E) whether there is a score.
    """
    found, begun = [], 0
    for probability in parts:
        own = slice(begun, begun + len(probability))
        says_target = probability > DECIDED
        right: NDArray[np.float32] = (says_target == agrees[own, None, None]).astype(np.float32)
        right[np.isnan(probability) | ~defined[own, :, None]] = np.nan
        found.append(right[kept[own]])
        begun = own.stop
    return np.concatenate(found)
