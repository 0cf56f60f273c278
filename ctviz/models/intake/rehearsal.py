"""A network that was tried and is not on the shelf yet: what it would answer with this card."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ctviz.core import Slice
from ctviz.models.architectures import SingleNeuron, scaled
from ctviz.models.classifier import Classifier
from ctviz.models.intake.adding import CardAnswers
from ctviz.models.intake.inspecting import Inspection, inspect_onnx
from ctviz.models.onnx import onnx_network

Levels = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """A network between its trial and the shelf.

    Parameters
    ----------
    file
        Where it came from.
    found
        What its trial found.
    network
        Its layers, without those that normalise.
    """

    file: Path
    found: Inspection
    network: nn.Module
    _alone: Lock = field(default_factory=Lock, repr=False)

    def classifier(self, answers: CardAnswers) -> Classifier:
        """Return the model that it would be; what it is called does not matter yet."""
        outputs = max(2, self.found.neurons)
        names = tuple(f"output {number + 1}" for number in range(outputs))
        card = replace(answers, id="newcomer", title="", classes=names).card(self.found)
        body = SingleNeuron(self.network) if card.neurons == 1 else self.network
        return Classifier(card, scaled(body, card.scale).eval())

    def answers(
        self, answers: CardAnswers, images: Sequence[Slice]
    ) -> tuple[list[Levels], NDArray[np.float64]]:
        """Return what it would see of slices, (h, w) or (h, w, 3) in [0, 1], and answer, (N, K)."""
        with self._alone:
            model = self.classifier(answers)
            inputs = [model.encode(image) for image in images]
            shares = np.concatenate([model.probabilities(x) for x in inputs])
        return [_picture(x[0]) for x in inputs], shares


def _picture(x: Tensor) -> Levels:
    """Return a network's input (C, h, w) as a picture; equal channels are grey."""
    grey = x[0] if bool((x == x[:1]).all()) else x.permute(1, 2, 0)
    levels: Levels = grey.cpu().numpy()
    return levels


def rehearsed(file: Path, size: tuple[int, int] | None = None) -> Rehearsal:
    """Try a file's network in a process of its own, then read it; refused as `inspect_onnx` does.

    Parameters
    ----------
    file
        What calls itself an ONNX file.
    size
        (h, w) of its images, where the file leaves it open.
    """
    found = inspect_onnx(file, size)
    return Rehearsal(file, found, onnx_network(file.read_bytes()))
