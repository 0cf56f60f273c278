"""Region maps: XRAI's ranking of a slice's regions by any importance map, as shared Jobs."""

import numpy as np

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import FloatMap, ImportanceMap, InvalidInput, Sign, digest, signed_view
from ctviz.core.files import Arrays
from ctviz.regions import Segmentation, segment, xrai


class RegionMaps:
    """Region maps on the scan's grid; a slice is segmented once for all its maps."""

    def __init__(self, models: Models, cache: Cache, processor: Worker) -> None:
        self._models = models
        self._maps = Stored(REGION_MAPS, cache, processor, "Ranking regions")
        self._segmentations = Stored(SEGMENTATIONS, cache, processor, "Finding regions")

    def ask(
        self, question: Question, importance: ImportanceMap, sign: Sign, urgency: Urgency
    ) -> Job[FloatMap]:
        """Return the Job of a region map (H, W)."""
        key = self._key(question, importance, sign)
        return self._maps.ask(key, lambda _: self._rank(question, importance, sign), urgency)

    def here(self, question: Question, importance: ImportanceMap, sign: Sign) -> FloatMap:
        """Return a region map (H, W), computed in this thread if it must be."""
        key = self._key(question, importance, sign)
        return self._maps.here(key, lambda: self._rank(question, importance, sign))

    def close(self) -> None:
        """Give up all region maps under way."""
        self._maps.close()
        self._segmentations.close()

    def _key(self, question: Question, importance: ImportanceMap, sign: Sign) -> str:
        card = self._models.shelf()[question.model_id]
        values = digest(native_view(importance, sign))
        return self._maps.key(of_model(card), of_slice(question.image, card), values)

    def _rank(self, question: Question, importance: ImportanceMap, sign: Sign) -> FloatMap:
        classifier = self._models.classifier(question.model_id)
        regions = self._segmentation(question)
        native = xrai(native_view(importance, sign), regions)
        values = classifier.decode_levels(native, question.image)
        values.flags.writeable = False
        return values

    def _segmentation(self, question: Question) -> Segmentation:
        classifier = self._models.classifier(question.model_id)
        shown = classifier.card.shown_channel or 0
        image = classifier.encode(question.image)[0, shown].cpu().numpy()
        key = self._segmentations.key(digest(image))
        return self._segmentations.here(key, lambda: segment(image))


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


def _pack_values(values: FloatMap) -> Arrays:
    return {"values": values}


def _unpack_values(arrays: Arrays) -> FloatMap:
    return arrays["values"]


REGION_MAPS = Codec("region-map", _pack_values, _unpack_values)
SEGMENTATIONS = Codec("segmentation", _pack, _unpack)
