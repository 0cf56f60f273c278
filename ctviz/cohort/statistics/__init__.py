"""What a cohort's scores say about its entrants, with patients as the unit.

Slices are averaged within their patient, and everything else is over patients: the same ones for
every entrant and metric. Intervals say how far a figure would move with others. Undefined scores
are counted, never zero.
"""

from ctviz.cohort.statistics.agreement import (
    RankAgreement,
    SliceAgreement,
    rank_agreement,
    slice_agreement,
)
from ctviz.cohort.statistics.claim import Claim
from ctviz.cohort.statistics.cohort_fidelity import (
    CohortFidelity,
    FidelityStanding,
    Removals,
    cohort_fidelity,
)
from ctviz.cohort.statistics.dice_threshold_cv import KeptShare, cross_validated_share
from ctviz.cohort.statistics.differences import Differences, differences, patient_differences
from ctviz.cohort.statistics.disagreement import (
    Disagreements,
    DisputedSlice,
    Move,
    disagreements,
    rank_moves,
    reversals,
)
from ctviz.cohort.statistics.friedman import Friedman, critical_difference, friedman
from ctviz.cohort.statistics.groups import Group, by_group, size_groups
from ctviz.cohort.statistics.interval import Interval, interval_around, interval_of_mean
from ctviz.cohort.statistics.mean_curves import MeanCurves, mean_curves
from ctviz.cohort.statistics.pairwise import PairComparison, holm, pairwise
from ctviz.cohort.statistics.panel import Better, Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Patients, mean_of_patients
from ctviz.cohort.statistics.ranking_comparison import RankingComparison
from ctviz.cohort.statistics.standings import Standing, rank_frequencies, standings
from ctviz.cohort.statistics.threshold_roc import ThresholdRoc, threshold_roc
from ctviz.cohort.statistics.verdicts import (
    ALIKE,
    Verdict,
    absolute_beats_signed,
    absolute_beats_signed_throughout,
    leads,
    rankings_disagree,
    signs_matter,
)
from ctviz.cohort.statistics.wilcoxon import SignedRanks, signed_ranks

__all__ = [
    "ALIKE",
    "FEWEST",
    "Better",
    "Claim",
    "CohortFidelity",
    "Differences",
    "Disagreements",
    "DisputedSlice",
    "Entrant",
    "FidelityStanding",
    "Friedman",
    "Group",
    "Interval",
    "KeptShare",
    "MeanCurves",
    "Move",
    "PairComparison",
    "Panel",
    "Patients",
    "RankAgreement",
    "RankingComparison",
    "Removals",
    "SignedRanks",
    "SliceAgreement",
    "Standing",
    "ThresholdRoc",
    "Verdict",
    "absolute_beats_signed",
    "absolute_beats_signed_throughout",
    "by_group",
    "cohort_fidelity",
    "critical_difference",
    "cross_validated_share",
    "differences",
    "disagreements",
    "friedman",
    "holm",
    "interval_around",
    "interval_of_mean",
    "leads",
    "mean_curves",
    "mean_of_patients",
    "pairwise",
    "patient_differences",
    "rank_agreement",
    "rank_frequencies",
    "rank_moves",
    "rankings_disagree",
    "reversals",
    "signed_ranks",
    "signs_matter",
    "size_groups",
    "slice_agreement",
    "standings",
    "threshold_roc",
]
