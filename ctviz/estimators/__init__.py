"""Importance estimators, one a file: which pixels give an image its class score.

A new estimator is a new file here, or an entry point of the group ``ctviz.estimators``. Smoothed,
squared and variance forms of each are found by a name such as ``smooth+grad-cam``.
"""

from ctviz.estimators.engine.around import AROUND
from ctviz.estimators.engine.class_score import ClassScore
from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator, GradientEstimator
from ctviz.estimators.engine.explain import NotFinite, explain, passes
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.passes import Passes

__all__ = [
    "AROUND",
    "ESTIMATORS",
    "ClassScore",
    "Estimator",
    "GradientEstimator",
    "NotFinite",
    "Pace",
    "Passes",
    "explain",
    "passes",
]
