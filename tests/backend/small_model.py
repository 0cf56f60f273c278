"""A real network that is small and untrained, and a way to watch it at work."""

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock

import torch
from torch import nn

from ctviz.core import Slice
from ctviz.estimators import ESTIMATORS, explain
from ctviz.models import Classifier, ModelCard, new_classifier, read_card, save_model
from ctviz.models.twins import save_twins

MODEL = "small-test"

FINDINGS = ModelCard(
    id="findings",
    title="Three findings",
    task="Which findings are there?",
    classes=("nodule", "effusion", "mass"),
    architecture="resnet18",
    arguments={"width": 8},
    neurons=3,
    multi_label=True,
    size=(32, 32),
    window=(50.0, 400.0),
)
"""A small network that judges findings by themselves."""


def write_model(folder: Path, seed: int = 0) -> None:
    card = ModelCard(
        id=MODEL,
        title="A small untrained network",
        task="Was contrast agent given?",
        classes=("without contrast", "with contrast"),
        architecture="resnet18",
        arguments={"width": 8},
        size=(32, 32),
        window=(50.0, 400.0),
    )
    save_model(folder / MODEL, new_classifier(card, seed=seed))


def write_twins(folder: Path, seeds: Sequence[int]) -> None:
    """Give the model twins with weights of their own."""
    card = read_card(folder / MODEL)
    save_twins(folder / MODEL, [new_classifier(card, seed=seed) for seed in seeds])


class Watch:
    """Counts the images a network has seen, and can hold it back before the first."""

    def __init__(self, network: nn.Module) -> None:
        self.images, self.passes = 0, 0
        self.reached, self.gate = Event(), Event()
        self.gate.set()
        self._lock = Lock()
        network.register_forward_pre_hook(self._see)

    def _see(self, _: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        with self._lock:
            self.images += len(inputs[0])
            self.passes += 1
        self.reached.set()
        assert self.gate.wait(60)


def watched(classifier: Classifier, image: Slice) -> Watch:
    """Return what counts the passes of a network whose conduct is known: it is found out once."""
    explain(classifier.network, classifier.encode(image), 1, [ESTIMATORS["gradient"]()])
    return Watch(classifier.network)
