"""A network that was tried and is not on the shelf yet: what it would answer with this card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ctviz.core import Slice, UnusableModel, Value
from ctviz.models.architectures import ARCHITECTURES, SingleNeuron, scaled
from ctviz.models.card import LARGEST_INPUT
from ctviz.models.classifier import Classifier
from ctviz.models.intake.adopting import Adopted, adopted
from ctviz.models.intake.answers import CardAnswers
from ctviz.models.intake.bundle import Bundle
from ctviz.models.intake.inspecting import Inspection, LeftOpen, inspect_onnx
from ctviz.models.intake.unpacking import unpacked
from ctviz.models.onnx import onnx_network

Levels = NDArray[np.float32]
CHECKPOINTS = (".pth", ".pt", ".ckpt", ".bin", ".tar", ".safetensors")
"""How files end that hold weights alone."""


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
    bundle
        What came with it and says more of it; None for a plain file.
    """

    file: Path
    found: Inspection
    network: nn.Module
    bundle: Bundle | None = None
    _alone: Lock = field(default_factory=Lock, repr=False)

    def classifier(self, answers: CardAnswers) -> Classifier:
        """Return the model that it is with these answers, not yet kept anywhere."""
        card = answers.card(self.found)
        body = SingleNeuron(self.network) if card.neurons == 1 else self.network
        return Classifier(card, scaled(body, card.scale).eval())

    def answers(
        self, answers: CardAnswers, images: Sequence[Slice]
    ) -> tuple[list[Levels], NDArray[np.float64]]:
        """Return what it would see of slices, (h, w) or (h, w, 3) in [0, 1], and answer, (N, K).

        Of neighbouring slices only the one in the middle is a picture.
        What it and its classes are called does not matter yet.
        """
        outputs = max(2, self.found.neurons)
        names = tuple(f"output {number + 1}" for number in range(outputs))
        with self._alone:
            model = self.classifier(replace(answers, id="newcomer", title="", classes=names))
            inputs = [model.encode(image) for image in images]
            shares = np.concatenate([model.probabilities(x) for x in inputs])
        middle = model.card.shown_channel
        return [_picture(x[0] if middle is None else x[0, middle][None]) for x in inputs], shares


def _picture(x: Tensor) -> Levels:
    """Return a network's input (C, h, w) as a picture; equal channels are grey."""
    grey = x[0] if bool((x == x[:1]).all()) else x.permute(1, 2, 0)
    levels: Levels = grey.cpu().numpy()
    return levels


def rehearsed(
    file: Path,
    size: tuple[int, int] | None = None,
    architecture: str = "",
    given: Mapping[str, Value] | None = None,
) -> Rehearsal:
    """Read a file's network, after a process of its own has tried it.

    Parameters
    ----------
    file
        An ONNX file, or a checkpoint of `CHECKPOINTS`.
    size
        (h, w) of its images, where the file leaves it open; checkpoints always do.
    architecture
        Of a checkpoint; empty lets the weights tell.
    given
        Hyperparameters that weights do not tell.

    Raises
    ------
    LeftOpen
        If the file leaves the size open and nobody says it.
    UnusableModel
        In a sentence, whatever else is wrong with the file.
    """
    if file.suffix.lower() in CHECKPOINTS:
        return _of_checkpoint(file, size, adopted(unpacked(file), architecture, given))
    if architecture or given:
        raise UnusableModel(
            f"An ONNX file has its own architecture; a checkpoint ends with {CHECKPOINTS[0]} or "
            f"{CHECKPOINTS[-1]}."
        )
    found = inspect_onnx(file, size)
    return Rehearsal(file, found, onnx_network(file.read_bytes()))


def _of_checkpoint(file: Path, size: tuple[int, int] | None, network: Adopted) -> Rehearsal:
    if size is None or network.untold:
        more = "".join(f", and its {name}" for name in network.untold)
        raise LeftOpen(
            f"These are weights of {network.architecture}, which do not tell all that is needed: "
            f"say the size of the images that it was trained with{more}.",
            network.architecture,
            network.untold,
        )
    if not all(1 <= cells <= LARGEST_INPUT for cells in size):
        raise UnusableModel(f"Images of {size[0]} × {size[1]}: allowed are 1 to {LARGEST_INPUT}.")
    own = ARCHITECTURES[network.architecture].from_settings(network.arguments)
    if fault := own.why_not(size):
        raise UnusableModel(f"Images of {size[0]} × {size[1]} do not fit these weights. {fault}")
    found = Inspection(
        network.channels,
        size,
        network.neurons,
        ending="",
        operations=(),
        weights=sum(each.numel() for each in network.network.parameters()),
        difference=0.0,
        alone=False,
        architecture=network.architecture,
        arguments=network.arguments,
    )
    return Rehearsal(file, found, network.network)
