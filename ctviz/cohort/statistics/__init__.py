"""What a cohort's scores say about its entrants, with patients as the unit."""

from ctviz.cohort.statistics.differences import Differences, differences
from ctviz.cohort.statistics.interval import Interval, percentile_interval
from ctviz.cohort.statistics.panel import Better, Entrant, Panel
from ctviz.cohort.statistics.patients import FEWEST, Patients, mean_of_patients
from ctviz.cohort.statistics.standings import Standing, rank_frequencies, standings

__all__ = [
    "FEWEST",
    "Better",
    "Differences",
    "Entrant",
    "Interval",
    "Panel",
    "Patients",
    "Standing",
    "differences",
    "mean_of_patients",
    "percentile_interval",
    "rank_frequencies",
    "standings",
]
