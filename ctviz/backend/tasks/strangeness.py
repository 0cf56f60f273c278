"""How unlike a model's training a slice is, as Jobs."""

import numpy as np

from ctviz.backend.jobs.job import Job, ready
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import Progress, Slice
from ctviz.core.files import Arrays


class Strangeness:
    """Strangeness of slices to models; costs a forward pass each and is kept on disk."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        codec = Codec("strangeness", _pack, _unpack)
        self._found = Stored(codec, cache, device, "Comparing with the training")

    def ask(self, image: Slice, model_id: str, urgency: Urgency) -> Job[float | None]:
        """Return the Job of one slice; None where the model does not say what it learnt from."""
        card = self._models.shelf()[model_id]
        known = card.familiarity
        rule = [] if known is None else [known.neighbours, *known.limits]
        key = self._found.key(of_model(card), of_slice(image, card), rule)
        if known is None:
            return ready(key, None)

        def compute(_: Progress) -> float | None:
            classifier = self._models.classifier(model_id)
            found = classifier.strangeness(classifier.encode(image))
            return None if found is None else float(found[0])

        return self._found.ask(key, compute, urgency)

    def close(self) -> None:
        """Give up what is under way."""
        self._found.close()


def _pack(strangeness: float | None) -> Arrays:
    return {"strangeness": np.asarray([] if strangeness is None else [strangeness], np.float64)}


def _unpack(arrays: Arrays) -> float | None:
    found = arrays["strangeness"]
    return float(found[0]) if found.size else None
