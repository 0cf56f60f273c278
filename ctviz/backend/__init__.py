"""One queue, one cache, one door: every prediction, map and score is computed once."""

from ctviz.backend.backend import Backend
from ctviz.backend.bringing import Imported
from ctviz.backend.defaults import DEFAULT_ESTIMATORS, DEFAULT_MODEL, default_model
from ctviz.backend.demo import Demo
from ctviz.backend.explaining import explain
from ctviz.backend.job import Job
from ctviz.backend.pacing import Estimate
from ctviz.backend.question import Question
from ctviz.backend.sanity import Sanity
from ctviz.backend.scoring import Evaluation

__all__ = [
    "DEFAULT_ESTIMATORS",
    "DEFAULT_MODEL",
    "Backend",
    "Demo",
    "Estimate",
    "Evaluation",
    "Imported",
    "Job",
    "Question",
    "Sanity",
    "default_model",
    "explain",
]
