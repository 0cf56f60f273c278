"""Region maps: XRAI's ranking of a slice's regions by any importance map, as shared Jobs."""

import numpy as np

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import address, of_model, of_slice
from ctviz.core import FloatMap, ImportanceMap, InvalidInput, Sign, digest, signed_view
from ctviz.core.files import Arrays
from ctviz.regions import Segmentation, segment, xrai


class RegionMaps:
    """Region maps on the scan's grid; a slice is segmented once for all its maps."""

    def __init__(self, models: Models, cache: Cache, processor: Worker) -> None:
        self._models, self._cache = models, cache
        self._maps = SingleFlight(processor, "Ranking regions", self._recall_map)
        self._segmentations = SingleFlight(processor, "Finding regions", self._recall_segmentation)

    def ask(
        self, question: Question, importance: ImportanceMap, sign: Sign, urgency: Urgency
    ) -> Job[FloatMap]:
        """Return the Job of a region map (H, W)."""
        key = self._key(question, importance, sign)
        return self._maps.ask(key, lambda _: self._rank(key, question, importance, sign), urgency)

    def here(self, question: Question, importance: ImportanceMap, sign: Sign) -> FloatMap:
        """Return a region map (H, W), computed in this thread if it must be."""
        key = self._key(question, importance, sign)
        return self._maps.here(key, lambda: self._rank(key, question, importance, sign))

    def close(self) -> None:
        """Give up all region maps under way."""
        self._maps.close()
        self._segmentations.close()

    def _key(self, question: Question, importance: ImportanceMap, sign: Sign) -> str:
        card = self._models.shelf()[question.model_id]
        values = digest(native_view(importance, sign))
        return address("region-map", of_model(card), of_slice(question.image), values)

    def _rank(
        self, key: str, question: Question, importance: ImportanceMap, sign: Sign
    ) -> FloatMap:
        classifier = self._models.classifier(question.model_id)
        regions = self._segmentation(question)
        native = xrai(native_view(importance, sign), regions)
        values = classifier.decode_levels(native, question.image)
        values.flags.writeable = False
        self._cache.put(key, {"values": values, "native": native})
        return values

    def _segmentation(self, question: Question) -> Segmentation:
        classifier = self._models.classifier(question.model_id)
        image = classifier.encode(question.image)[0, 0].cpu().numpy()
        key = address("segmentation", digest(image))

        def compute() -> Segmentation:
            found = segment(image)
            self._cache.put(key, _pack(found))
            return found

        return self._segmentations.here(key, compute)

    def _recall_map(self, key: str) -> FloatMap | None:
        arrays = self._cache.get(key)
        return None if arrays is None else arrays["values"]

    def _recall_segmentation(self, key: str) -> Segmentation | None:
        arrays = self._cache.get(key)
        return None if arrays is None else _unpack(arrays)


def native_view(importance: ImportanceMap, sign: Sign) -> FloatMap:
    """Return the map on the network's grid (h, w), read with its sign or without."""
    if importance.native is None:
        raise InvalidInput(
            f"The map of '{importance.estimator}' is not on the network's grid; compute it anew."
        )
    return signed_view(importance.native, sign)


def _pack(segmentation: Segmentation) -> Arrays:
    membership = segmentation.membership
    return {
        "shape": np.asarray(segmentation.shape),
        "pixels": membership.indices,
        "starts": membership.indptr,
    }


def _unpack(arrays: Arrays) -> Segmentation:
    shape = tuple(map(int, arrays["shape"]))
    return Segmentation.of_pixels(shape, np.split(arrays["pixels"], arrays["starts"][1:-1]))
