"""One queue, one cache, one door: every prediction, map and score is computed once."""

from ctviz.backend.backend import Backend, MapPart
from ctviz.backend.cases.demo import Demo
from ctviz.backend.cases.intake import Imported
from ctviz.backend.cases.outlines import BroughtOutlines, WantedOutlines, others_drawings
from ctviz.backend.defaults import DEFAULT_ESTIMATORS, DEFAULT_MODEL, default_model
from ctviz.backend.jobs.asker import on_behalf_of
from ctviz.backend.jobs.job import Job
from ctviz.backend.pacs import FetchedOutlines
from ctviz.backend.question import Question
from ctviz.backend.tasks.error_bars import ErrorBars
from ctviz.backend.tasks.evaluate import Evaluation
from ctviz.backend.tasks.explain import explain
from ctviz.backend.tasks.one_core import OneCore
from ctviz.backend.tasks.sanity import Sanity
from ctviz.backend.tasks.scoring import Scoring
from ctviz.backend.tasks.speed import Estimate

__all__ = [
    "DEFAULT_ESTIMATORS",
    "DEFAULT_MODEL",
    "Backend",
    "BroughtOutlines",
    "Demo",
    "ErrorBars",
    "Estimate",
    "Evaluation",
    "FetchedOutlines",
    "Imported",
    "Job",
    "MapPart",
    "OneCore",
    "Question",
    "Sanity",
    "Scoring",
    "WantedOutlines",
    "default_model",
    "explain",
    "on_behalf_of",
    "others_drawings",
]
