"""How an estimator behaves when it is asked again in changed circumstances, as Jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice, of_target, of_tunable
from ctviz.backend.stored.stored import Stored
from ctviz.backend.tasks.evaluate import Evaluation, evaluation_codec, evaluation_of
from ctviz.backend.tasks.region_maps import native_view
from ctviz.core import (
    Contrast,
    FloatMap,
    ImportanceMap,
    InvalidInput,
    Progress,
    Sign,
    Target,
    UnsupportedNetwork,
    digest,
    signed_view,
)
from ctviz.estimators import Estimator, NotFinite
from ctviz.estimators import explain as explain_on_grid
from ctviz.metrics import BehaviourMetric
from ctviz.metrics.against_model import Images
from ctviz.models import Classifier
from ctviz.models.familiarity import features_of
from ctviz.models.randomising import randomised as randomised_copy
from ctviz.networks import answers, undisturbed


@dataclass(frozen=True, eq=False)
class Asking:
    """An estimator that can be asked again: the metrics' `Again`.

    Parameters
    ----------
    estimator
        Whose map it is.
    classifier
        The model.
    x
        (1, C, h, w), the encoded slice.
    target
        Index of the explained class, or a contrast of two.
    sign
        How maps are read.
    progress
        Says when to stop.
    forgetting
        Seed by which layers of the network are randomised.
    trained_alike
        The twins of the model.
    """

    estimator: Estimator
    classifier: Classifier
    x: Tensor
    target: Target
    sign: Sign = "signed"
    progress: Progress = field(default_factory=Progress)
    forgetting: int = 0
    trained_alike: Sequence[Classifier] = ()

    @property
    def seed(self) -> int | None:
        """The estimator's own seed; None if it has none."""
        seed = self.estimator.settings().get("seed")
        return None if seed is None else int(seed)

    @property
    def twins(self) -> int:
        """How many twins the model has."""
        return len(self.trained_alike)

    @property
    def targets(self) -> tuple[int, int]:
        """The explained class, and how many the network scores apart; 1 of a single neuron."""
        if isinstance(self.target, Contrast):
            raise UnsupportedNetwork(
                "This score compares the map with that of another class, and a contrast is of two "
                "already; explain one class to have it."
            )
        return self.target, self.classifier.card.neurons

    @property
    def multi_label(self) -> bool:
        """Whether each class is a finding by itself."""
        return self.classifier.card.multi_label

    def scores(self, x: Images) -> NDArray[np.float64]:
        """Return the network's class scores (K,) of an input (1, C, h, w)."""
        network, image = self.classifier.network, self._image(x)
        with undisturbed(network):
            found = answers(network, image, channels_last=False)[0]
        numbers: NDArray[np.float64] = found.double().cpu().numpy()
        return numbers

    def features(self, x: Images) -> NDArray[np.float64]:
        """Return what the network's last linear layer reads (D,) of an input (1, C, h, w)."""
        found = features_of(self.classifier.network, self._image(x))[-1][0]
        numbers: NDArray[np.float64] = found.double().cpu().numpy()
        return numbers

    def _image(self, x: Images) -> Tensor:
        return torch.from_numpy(x).to(self.x).to(self.classifier.precision)

    def __call__(
        self,
        x: Images | None = None,
        seed: int | None = None,
        randomised: float = 0.0,
        twin: int = 0,
        target: int | None = None,
    ) -> FloatMap:
        """Return the map (h, w) of a changed question."""
        estimator: Any = self.estimator  # only those with a seed are asked for another
        if seed is not None:
            estimator = replace(estimator, seed=seed)
        image = self.x if x is None else torch.from_numpy(x).to(self.x)
        classifier = self.trained_alike[twin - 1] if twin else self.classifier
        image = image.to(classifier.precision)
        network = classifier.network
        if randomised > 0:
            network = randomised_copy(network, randomised, self.forgetting, self.x)
        try:
            (values,) = explain_on_grid(
                network,
                image,
                self.target if target is None else target,
                [estimator],
                references=classifier.references,
                middle=classifier.card.shown_channel,
                # Its own steps are too fine to show, but each is a chance for others, and to stop.
                progress=Progress(lambda _: self.progress.pause()),
            )
        except NotFinite:
            return np.full(self.x.shape[-2:], np.nan, np.float32)
        return signed_view(values, self.sign)


class Behaviour:
    """Behaviour of estimators; costs a few maps each and is kept on disk."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        codec = evaluation_codec("behaviour")
        self._scores = Stored(codec, cache, device, "Asking the estimator again")

    def ask(  # noqa: PLR0913, PLR0917 - a map, how it is read, and what made it
        self,
        question: Question,
        importance: ImportanceMap,
        metric: BehaviourMetric,
        sign: Sign,
        estimator: Estimator | None,
        urgency: Urgency,
    ) -> Job[Evaluation]:
        """Return the Job of one score."""
        if estimator is None or estimator.name != importance.estimator:
            raise InvalidInput(
                f"The metric '{metric.name}' asks the estimator again; hand over the "
                f"'{importance.estimator}' that made the map."
            )
        card = self._models.shelf()[question.model_id]
        values = native_view(importance, sign)
        key = self._scores.key(
            *(of_model(card), of_slice(question.image, card), *of_target(question.explained)),
            *(of_tunable(metric), of_tunable(estimator), sign, digest(values)),
            # Of what asks no twin nothing more is said, so that what was kept before is found.
            *([self._twins(question)] if metric.asks_twins else []),
        )

        def compute(progress: Progress) -> Evaluation:
            classifier = self._models.classifier(question.model_id)
            x = classifier.encode(question.image)
            twins = self._models.twins(question.model_id) if metric.asks_twins else ()
            again = Asking(
                *(estimator, classifier, x, question.explained, sign, progress), trained_alike=twins
            )
            return evaluation_of(metric.curves(values, x.cpu().numpy(), again, progress))

        return self._scores.ask(key, compute, urgency)

    def _twins(self, question: Question) -> list[list[object]]:
        return [of_model(card) for card in self._models.twin_cards(question.model_id)]

    def close(self) -> None:
        """Give up all scores under way."""
        self._scores.close()
