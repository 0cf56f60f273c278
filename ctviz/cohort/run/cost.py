"""What a study will take on this computer, before it begins.

Nearly all of a slice's time are the passes of its maps and of the metrics that ask the model; they
are counted exactly and take what one pass takes on one core. The rest was measured with
``benchmarks.forecast`` and is small, so a rough figure serves.
"""

import math
import os
from dataclasses import dataclass

from ctviz.backend import OneCore
from ctviz.cohort.controls import entrants_of
from ctviz.cohort.plan import CohortStudy
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.metrics import BehaviourMetric, Metric

MAP_SECONDS, SCORE_SECONDS = 0.03, 0.012
"""Beside the passes of a map, and for a score that needs none: sorting and resampling pixels."""

START_SECONDS, WARM_UP_PASSES = 6.0, 150
"""Of each process: what it loads, and how many passes the first slice costs more than others."""

END_SECONDS, STANDING_SECONDS = 4.0, 0.08
"""Of drawing maps at the end, and for each entrant's place by a metric."""

COUNTED = OneCore(1.0, 2.0)
"""Passes as a measure of work where no pace is known: a gradient costs about two forwards."""


@dataclass(frozen=True)
class Cost:
    """What a planned study takes, in seconds of one core.

    Parameters
    ----------
    slice
        One slice, without what its process takes to begin.
    begin
        What each process takes before its first slice, and its first one more than others.
    end
        Ranking and drawing, when all slices are there.
    models
        On how many models all of this is done, one after the other.
    """

    slice: float
    begin: float = 0.0
    end: float = 0.0
    models: int = 1

    def seconds(self, slices: int, at_once: int) -> float:
        """Return how long it takes when so many slices are computed at once.

        >>> Cost(slice=10.0, begin=5.0, end=3.0, models=2).seconds(slices=5, at_once=2)
        76.0
        """
        begin = self.begin if slices else 0.0
        return self.models * (begin + math.ceil(slices / at_once) * self.slice + self.end)


def cost(study: CohortStudy, one_core: OneCore, size: tuple[int, int]) -> Cost:
    """Return what a plan takes with a model for images (h, w) whose pace is known."""
    metrics, estimators = study.built_metrics().values(), study.built_estimators().values()
    passes = study.answers + sum(metric.passes(_readings(study), size) for metric in metrics)
    again = sum(len(study.signs) * further(m, e, one_core) for m in metrics for e in estimators)
    entrants = len(study.signs) * len(entrants_of(study))
    beside = MAP_SECONDS * len(study.estimators)
    beside += SCORE_SECONDS * _readings(study) * len(study.metrics)
    return Cost(
        one_core.seconds(list(estimators)) + passes * one_core.forward_seconds + again + beside,
        START_SECONDS + WARM_UP_PASSES * one_core.forward_seconds,
        END_SECONDS + STANDING_SECONDS * entrants * len(study.metrics),
        1 + len(study.beside),
    )


def further(metric: Metric, estimator: Estimator, one_core: OneCore) -> float:
    """Return what the further maps take at most that a metric of behaviour asks for."""
    if not isinstance(metric, BehaviourMetric):
        return 0.0
    return metric.maps * one_core.seconds([estimator])


def work_of_maps(study: CohortStudy) -> float:
    """Return how much of a slice's work its maps are, counted in passes."""
    return COUNTED.seconds(list(study.built_estimators().values()))


def work_of_score(metric: Metric, estimator: Estimator | None, size: tuple[int, int]) -> float:
    """Return how much work one map's score is, counted in passes; a given map has no estimator."""
    again = 0.0 if estimator is None else further(metric, estimator, COUNTED)
    return 1 + metric.passes(1, size) + again


def crowd(processes: int) -> float:
    """Return how many times longer than alone so many processes take beside who else is at work."""
    others = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return max(1.0, (others + processes) / max(processes, os.cpu_count() or 1))


def _readings(study: CohortStudy) -> int:
    """Return how many maps of a slice are scored; that of a control has no sign."""
    names = entrants_of(study)
    controls = sum(name not in study.estimators or ESTIMATORS[name].control for name in names)
    return len(study.signs) * (len(names) - controls) + controls
