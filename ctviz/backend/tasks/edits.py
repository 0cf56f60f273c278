"""Edited slices, and what a model makes of the same edit elsewhere, as Jobs."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.keys import of_model, of_slice, of_tunable
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import Progress, Slice, digest
from ctviz.core.experiment import Edit
from ctviz.core.files import Arrays
from ctviz.edits import apply, elsewhere, operation_of

Probabilities: TypeAlias = NDArray[np.float64]
"""(N, K): the model's answer at each of N places."""

PLACES = 10
SEED = 0
VERSION = 1
"""Raised whenever equal edits begin to be tried at other places."""


class Edits:
    """Edited slices on the processor, their controls on the device; both are kept on disk."""

    def __init__(self, models: Models, cache: Cache, processor: Worker, device: Worker) -> None:
        self._models = models
        self._slices = Stored(Codec("edit", _pack, _unpack), cache, processor, "Editing the slice")
        codec = Codec("elsewhere", _pack_answers, _unpack_answers)
        self._answers = Stored(codec, cache, device, "Trying it at other places")

    def edited(self, image: Slice, edit: Edit, urgency: Urgency) -> Job[Slice]:
        """Return the Job of a slice as an edit leaves it, whose neighbours are not known.

        Raises
        ------
        CtvizError
            If there is no such operation, or its settings are out of their range.
        """
        how = [of_tunable(operation_of(edit)), edit.edge_mm, digest(edit.mask)]
        place = [image.orientation, image.position_mm]
        key = self._slices.key(of_slice(image), place, how)
        return self._slices.ask(key, lambda _: replace(apply(edit, image), around=None), urgency)

    def elsewhere(
        self, question: Question, edited: Slice, count: int, seed: int, urgency: Urgency
    ) -> Job[Probabilities]:
        """Return the Job of the answers if the same change is made at other places."""
        card = self._models.shelf()[question.model_id]
        slices = [of_slice(each, card) for each in (question.image, edited)]
        key = self._answers.key(of_model(card), slices, count, seed, VERSION)

        def compute(progress: Progress) -> Probabilities:
            classifier = self._models.classifier(question.model_id)
            progress.start(count)
            answers = []
            for image in elsewhere(question.image, edited, count=count, seed=seed):
                answers.append(classifier.predict(image).probabilities)
                progress.advance()
            return np.stack(answers)

        return self._answers.ask(key, compute, urgency)

    def close(self) -> None:
        """Give up what is under way."""
        self._slices.close()
        self._answers.close()


def _pack(image: Slice) -> Arrays:
    geometry = {
        "spacing_mm": image.spacing_mm,
        "orientation": image.orientation,
        "position_mm": image.position_mm,
    }
    return {
        "values": image.hounsfield,
        **{name: np.asarray(found or (), np.float64) for name, found in geometry.items()},
    }


def _unpack(arrays: Arrays) -> Slice:
    geometry = ("spacing_mm", "orientation", "position_mm")
    known = {name: tuple(map(float, arrays[name])) or None for name in geometry}
    return Slice(arrays["values"], **known)  # type: ignore[arg-type]


def _pack_answers(probabilities: Probabilities) -> Arrays:
    return {"probabilities": probabilities}


def _unpack_answers(arrays: Arrays) -> Probabilities:
    return np.asarray(arrays["probabilities"], np.float64)
