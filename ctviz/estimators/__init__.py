"""Importance estimators, one a file: which pixels give an image its class score.

A new estimator is a new file here, or an entry point of the group ``ctviz.estimators``.
"""

from ctviz.estimators.engine.estimator import ESTIMATORS, Estimator, GradientEstimator
from ctviz.estimators.engine.explain import NotFinite, explain, passes
from ctviz.estimators.engine.pace import Pace
from ctviz.estimators.engine.passes import Passes
from ctviz.estimators.engine.question import Question

__all__ = [
    "ESTIMATORS",
    "Estimator",
    "GradientEstimator",
    "NotFinite",
    "Pace",
    "Passes",
    "Question",
    "explain",
    "passes",
]
