"""Captum's maps beside ours, as shared Jobs that are kept on disk."""

import math
from importlib.metadata import version

import numpy as np

from ctviz.backend.jobs.job import Job, ready
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice, of_tunable
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import Progress
from ctviz.core.files import Arrays
from ctviz.estimators import Estimator
from ctviz.estimators.second_opinion import (
    CAPTUM,
    NO_CONTRAST,
    NO_COUNTERPART,
    SecondOpinion,
    second_opinion,
)


class SecondOpinions:
    """What Captum makes of a question; it costs both maps, in double precision."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        codec = Codec("second-opinion", _pack, _unpack)
        self._opinions = Stored(codec, cache, device, "Asking Captum")

    def ask(self, question: Question, estimator: Estimator, urgency: Urgency) -> Job[SecondOpinion]:
        """Return the Job of one comparison."""
        card = self._models.shelf()[question.model_id]
        key = self._opinions.key(
            *(of_model(card), of_slice(question.image, card), question.target),
            *(of_tunable(estimator), version("captum")),
        )
        if question.rather_than is not None:
            return ready(key, SecondOpinion(estimator.name, why=NO_CONTRAST))
        if estimator.name not in CAPTUM:
            return ready(key, SecondOpinion(estimator.name, why=NO_COUNTERPART))

        def compute(progress: Progress) -> SecondOpinion:
            classifier = self._models.classifier(question.model_id)
            x = classifier.encode(question.image)
            return second_opinion(classifier.network, x, question.target, estimator, progress)

        return self._opinions.ask(key, compute, urgency)

    def close(self) -> None:
        """Give up all comparisons under way."""
        self._opinions.close()


def _pack(opinion: SecondOpinion) -> Arrays:
    numbers = (opinion.difference, opinion.correlation)
    return {
        "estimator": np.asarray(opinion.estimator),
        "numbers": np.asarray([math.nan if n is None else n for n in numbers], np.float64),
        "why": np.asarray(opinion.why),
    }


def _unpack(arrays: Arrays) -> SecondOpinion:
    difference, correlation = (None if math.isnan(n) else float(n) for n in arrays["numbers"])
    return SecondOpinion(str(arrays["estimator"]), difference, correlation, str(arrays["why"]))
