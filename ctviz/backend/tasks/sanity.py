"""The sanity check: whether an estimator notices that the model forgot what it learnt."""

from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from ctviz.backend.jobs.job import Job, ready
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_tunable
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.backend.tasks.behaviour import Asking
from ctviz.core import Progress, UnsupportedNetwork
from ctviz.core.files import Arrays
from ctviz.estimators import Estimator
from ctviz.metrics import Curves
from ctviz.metrics.randomisation import Randomisation, left_of
from ctviz.models import Classifier

IMAGES = 3
"""How many of the model's reference images are looked at, spread over all of them."""

CHECK = Randomisation(stages=3)
"""The cascade: the output layer, half of the layers, all layers."""

STILL_ALIKE = 0.5
"""Likeness from which a map counts as unchanged."""


@dataclass(frozen=True)
class Sanity:
    """Whether an estimator's maps depend on what a model has learnt.

    It passes if less than half of the likeness is left over the cascade of the metric
    `Randomisation`, that is, if the mean of ``correlation`` and ``similarity`` is below one half.
    The mean is over a few of the model's reference images, each with layers randomised in another
    way. The literature knows no agreed threshold: Adebayo et al. (NeurIPS 2018. arXiv:1810.03292)
    judge curves by eye. Passing is necessary, not sufficient: noise passes too, and passing more
    clearly does not mean being more faithful (Binder et al., CVPR 2023. arXiv:2211.12486).

    Parameters
    ----------
    passed
        None where there is nothing to check: for a control, or an estimator that refuses.
    correlation
        Mean rank correlation that is left between the maps' magnitudes, 0 to 1.
    similarity
        Mean structural similarity (SSIM) that is left between them as pictures, 0 to 1.
    why
        One sentence for a radiologist.
    """

    passed: bool | None
    correlation: float | None
    similarity: float | None
    why: str

    @classmethod
    def measured(cls, correlation: float, similarity: float) -> "Sanity":
        """Return the verdict on what is left of the maps."""
        left = (correlation + similarity) / 2
        passed = left < STILL_ALIKE
        finding = (
            f"The maps change when the model forgets what it learnt ({left:.0%} of the likeness is "
            "left), as they must; this alone does not prove them right."
            if passed
            else f"The maps look much the same when the model has forgotten what it learnt "
            f"({left:.0%} of the likeness is left): they show the scan more than the model."
        )
        return cls(passed, correlation, similarity, finding)

    @classmethod
    def inapplicable(cls, why: str) -> "Sanity":
        """Return that there is nothing to check, for a reason."""
        return cls(None, None, None, why)


CONTROL = Sanity.inapplicable(
    "This control ignores the model on purpose, so there is nothing to check."
)
NO_REFERENCES = Sanity.inapplicable(
    "The model ships no reference images on which this could be checked."
)


class SanityChecks:
    """Sanity of estimators on models; costs a dozen maps each and is kept on disk."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        codec = Codec("sanity", _pack, _unpack)
        self._checks = Stored(codec, cache, device, "Checking what the maps depend on")

    def ask(self, model_id: str, estimator: Estimator, urgency: Urgency) -> Job[Sanity]:
        """Return the Job of one check."""
        key = self._key(model_id, estimator)
        if estimator.control:
            return ready(key, CONTROL)

        def compute(progress: Progress) -> Sanity:
            classifier = self._models.classifier(model_id)
            return check(classifier, estimator, progress)

        return self._checks.ask(key, compute, urgency)

    def known(self, model_id: str, estimator: Estimator) -> Sanity | None:
        """Return what is known without computing anything."""
        key = self._key(model_id, estimator)
        return CONTROL if estimator.control else self._checks.recall(key)

    def close(self) -> None:
        """Give up all checks under way."""
        self._checks.close()

    def _key(self, model_id: str, estimator: Estimator) -> str:
        card = self._models.shelf()[model_id]
        rule = (of_tunable(CHECK), IMAGES, STILL_ALIKE)
        return self._checks.key(of_model(card), of_tunable(estimator), rule)


def check(classifier: Classifier, estimator: Estimator, progress: Progress) -> Sanity:
    """Return the verdict over a few of the classifier's reference images.

    Images on which there is no score are left out; if there is none at all, the first says why.
    """
    if classifier.references is None:
        return NO_REFERENCES
    images = _spread(classifier.references)
    progress.start(len(images) * (1 + CHECK.maps))
    map_by_map = Progress(lambda _: progress.advance())
    found: list[Curves] = []
    for place, image in enumerate(images):
        x = image[None]
        target = int(classifier.probabilities(x)[0].argmax())
        again = Asking(estimator, classifier, x, target, progress=progress, forgetting=place)
        try:
            values = again()
        except UnsupportedNetwork as error:
            return Sanity.inapplicable(f"The estimator refuses this model: {error}")
        progress.advance()
        found.append(CHECK.curves(values, x.cpu().numpy(), again, map_by_map))
    measured = [curves.lines for curves in found if curves.score.defined]
    if not measured:
        return Sanity.inapplicable(found[0].score.why)
    return Sanity.measured(
        fmean(left_of(lines["correlation"]) for lines in measured),
        fmean(left_of(lines["similarity"]) for lines in measured),
    )


def _spread(references: Tensor) -> Tensor:
    """Return a few of the references (R, C, h, w), from the first to the last."""
    places = np.unique(np.linspace(0, len(references) - 1, IMAGES).round().astype(int))
    return references[torch.from_numpy(places)]


def _pack(sanity: Sanity) -> Arrays:
    measured = [sanity.correlation, sanity.similarity] if sanity.passed is not None else []
    return {"left": np.asarray(measured, np.float64), "why": np.asarray(sanity.why)}


def _unpack(arrays: Arrays) -> Sanity:
    if not arrays["left"].size:
        return Sanity.inapplicable(str(arrays["why"]))
    return Sanity.measured(*map(float, arrays["left"]))
