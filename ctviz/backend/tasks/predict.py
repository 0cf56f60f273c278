"""A classifier's answers as Jobs: for a slice at hand, or for the slices of the list of cases."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ctviz.backend.cases.catalogue import Cases
from ctviz.backend.jobs.job import Job, ready
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import address, of_model, of_slice
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import Prediction, Progress, Slice
from ctviz.core.files import Arrays
from ctviz.models import ModelCard


class Predictor:
    """Predictions: recalled from cache and store, shared in flight, or computed on the device."""

    def __init__(self, models: Models, cases: Cases, cache: Cache, device: Worker) -> None:
        self._models, self._cases = models, cases
        self._slices = Stored(Codec("prediction", _pack, _unpack), cache, device, "Classifying")
        self._case_flights: SingleFlight[Prediction] = SingleFlight(device, "Classifying")

    def predict(self, image: Slice, model_id: str, urgency: Urgency) -> Job[Prediction]:
        """Return the answer for a slice."""
        card = self._models.shelf()[model_id]
        key = self._slices.key(model_id, of_model(card), of_slice(image, card))
        return self._slices.ask(
            key, lambda _: self._models.classifier(model_id).predict(image), urgency
        )

    def predict_case(
        self, case_id: str, model_id: str, slice_index: int, urgency: Urgency
    ) -> Job[Prediction]:
        """Return the answer for a slice of a case and remember it in the store."""
        wanted = _WantedAnswer(
            case_id, slice_index, model_id, weights_of(self._models.shelf()[model_id])
        )
        known = self._recalled(wanted)
        if known is not None:
            return ready(wanted.key, known)
        return self._ask(wanted, urgency)

    def begin(self, model_id: str, places: Iterable[tuple[str, int]]) -> None:
        """Let the answers for slices of cases, (case, slice_index), be computed in the background.

        They are thousands when a model is new, and asked for at every look at the list of cases.
        """
        weights = weights_of(self._models.shelf()[model_id])
        for case_id, slice_index in places:
            wanted = _WantedAnswer(case_id, slice_index, model_id, weights)
            if not self._case_flights.under_way(wanted.key):
                self._ask(wanted, "background")

    def _ask(self, wanted: "_WantedAnswer", urgency: Urgency) -> Job[Prediction]:
        def compute(_: Progress) -> Prediction:
            known = self._recalled(wanted)
            if known is not None:
                return known
            image = self._cases.open(wanted.case_id).slice(wanted.slice_index)
            prediction = self._models.classifier(wanted.model_id).predict(image)
            self._cases.store.put_prediction(
                wanted.case_id, wanted.slice_index, prediction, weights=wanted.weights
            )
            return prediction

        return self._case_flights.ask(wanted.key, compute, urgency)

    def _recalled(self, wanted: "_WantedAnswer") -> Prediction | None:
        return self._cases.store.prediction(
            wanted.case_id, wanted.slice_index, wanted.model_id, weights=wanted.weights
        )

    def missing(self, model_id: str, case_ids: Iterable[str]) -> int:
        """Return how many of these cases have no remembered answer for their middle slice."""
        card = self._models.shelf()[model_id]
        return self._cases.store.unanswered(model_id, case_ids, weights=weights_of(card))

    def known(self, model_id: str) -> dict[tuple[str, int], Prediction]:
        """Return every remembered answer by (case, slice_index)."""
        card = self._models.shelf()[model_id]
        return self._cases.store.predictions(model_id, weights=weights_of(card))

    def close(self) -> None:
        """Give up all predictions under way."""
        self._slices.close()
        self._case_flights.close()


@dataclass(frozen=True)
class _WantedAnswer:
    """An answer for a slice of a case, by a model with these weights."""

    case_id: str
    slice_index: int
    model_id: str
    weights: str

    @property
    def key(self) -> str:
        """Tells it from all others while it is computed."""
        return f"case-prediction {self.case_id} {self.slice_index} {self.model_id} {self.weights}"


def weights_of(card: ModelCard) -> str:
    """Return the mark by which the store tells a model's answers from those of older weights."""
    return address("weights", of_model(card))


def _pack(prediction: Prediction) -> Arrays:
    return {
        "model": np.asarray(prediction.model_id),
        "classes": np.asarray(prediction.classes),
        "probabilities": prediction.probabilities,
        **({"multi label": np.asarray(True)} if prediction.multi_label else {}),
    }


def _unpack(arrays: Arrays) -> Prediction:
    return Prediction(
        model_id=str(arrays["model"]),
        classes=tuple(map(str, arrays["classes"])),
        probabilities=arrays["probabilities"],
        multi_label="multi label" in arrays,
    )
