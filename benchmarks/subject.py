"""What the engine is measured on: a network, a phantom's slice, and the fastest pass there is."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.timing import interleaved, median
from ctviz.core import FloatMap, Settings, Slice
from ctviz.estimators import ESTIMATORS, explain
from ctviz.models import Classifier, ModelCard, load_model, model_cards, new_classifier
from ctviz.models.passes import exported, quick_scores
from ctviz.networks import exact_arithmetic, offer_quick_form
from ctviz.phantom import chest_slice

ARCHITECTURES = {
    "contrast-small": ("resnet18", {"width": 32}),
    "contrast-resnet50": ("resnet50", {}),
    "densenet121": ("densenet121", {}),
}
"""What stands in, untrained, for a model that is not installed: its passes cost the same."""

LAYOUTS = MappingProxyType(
    {"default": torch.contiguous_format, "channels last": torch.channels_last}
)
BATCHES = (1, 2, 4, 8, 16)
BATCHES_ON_A_GPU = (8, 16, 32, 64, 128)
PASSES_TIMED = {"cpu": 32, "cuda": 256}
LARGEST_PIXELS = {"cpu": 16 * 224 * 224, "cuda": 128 * 224 * 224}


@dataclass(frozen=True, eq=False)
class Batch:
    """Images that go through a network together, in one memory layout.

    Parameters
    ----------
    network
        In this layout.
    images
        (N, C, h, w), in this layout.
    target
        Index of the explained class.
    layout
        One of `LAYOUTS`.
    """

    network: nn.Module
    images: Tensor
    target: int
    layout: str

    def __str__(self) -> str:
        return f"batch {len(self.images)}, {self.layout} layout"

    def gradient(self) -> None:
        """Compute each image's gradient, as plainly as torch allows."""
        points = self.images.clone().requires_grad_()
        with exact_arithmetic():
            torch.autograd.grad(self.network(points)[:, self.target].sum(), points)

    def forward(self) -> None:
        """Compute each image's class scores."""
        with torch.inference_mode(), exact_arithmetic():
            self.network(self.images)


@dataclass(frozen=True, eq=False)
class Pass:
    """The fastest way to send images through the network, whose cost is everybody's limit."""

    batch: Batch
    once: Callable[[], None]

    @property
    def _times(self) -> int:
        return -(-PASSES_TIMED[self.batch.images.device.type] // len(self.batch.images))

    @property
    def images(self) -> int:
        """How many images one run sends through."""
        return len(self.batch.images) * self._times

    def run(self) -> None:
        """Send the batch through as often as it takes to be timed well."""
        for _ in range(self._times):
            self.once()


@dataclass(frozen=True, eq=False)
class Subject:
    """A classifier and one slice, with the class that is explained.

    Parameters
    ----------
    classifier
        In the memory layout in which ctviz loads models.
    x
        (1, C, h, w), the encoded slice.
    trained
        Whether the weights are those of the installed model.
    """

    classifier: Classifier
    x: Tensor
    trained: bool

    @classmethod
    def of(cls, model: str, size: int, device: str = "cpu") -> Self:
        """Return a model with a slice of contrast-enhanced chest on a grid of ``size``²."""
        classifier, trained = _classifier(model, device)
        classifier = replace(classifier, card=replace(classifier.card, size=(size, size)))
        if classifier.device.type == "cpu":  # As the app does when it loads a model.
            shape = (classifier.card.channels, size, size)
            form = quick_scores(exported(classifier.network, shape), torch.get_num_threads())
            offer_quick_form(classifier.network, form, shape)
        pixels, _ = chest_slice(1, contrast=True, level=0.5, size=512)
        return cls(classifier, classifier.encode(Slice(pixels)), trained)

    @property
    def network(self) -> nn.Module:
        """The network (N, C, h, w) -> (N, K)."""
        return self.classifier.network

    @cached_property
    def target(self) -> int:
        """The predicted class."""
        return int(self.classifier.probabilities(self.x)[0].argmax())

    def classify(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the explained class's probability (N,) for images (N, C, h, w)."""
        return self.classifier.probabilities(torch.from_numpy(images))[:, self.target]

    def in_layout(self, layout: str) -> nn.Module:
        """Return a copy of the network in a memory layout."""
        return deepcopy(self.network).to(memory_format=LAYOUTS[layout])

    def maps(self, count: int) -> list[FloatMap]:
        """Return different maps (h, w) of the slice, at the cost of one gradient each."""
        noisy = ESTIMATORS["smoothgrad"]
        estimators = [noisy.from_settings({"samples": 1, "seed": seed}) for seed in range(count)]
        return explain(self.network, self.x, self.target, estimators)

    def fastest(self, kind: str, *, repeats: int) -> Pass:
        """Return the ``gradient`` or ``forward`` pass of the least seconds per image."""
        runs = {batch: partial(getattr(Batch, kind), batch) for batch in self._batches()}
        for run in runs.values():
            run()
        times = interleaved({str(batch): run for batch, run in runs.items()}, repeats)
        best = min(runs, key=lambda batch: median(times[str(batch)]) / len(batch.images))
        return Pass(best, runs[best])

    def _batches(self) -> list[Batch]:
        kind, pixels = self.x.device.type, self.x[0, 0].numel()
        sizes = BATCHES if kind == "cpu" else BATCHES_ON_A_GPU
        counts = [n for n in sizes if n == sizes[0] or n * pixels <= LARGEST_PIXELS[kind]]
        return [
            Batch(network, images.clone(memory_format=LAYOUTS[layout]), self.target, layout)
            for layout in LAYOUTS
            for network in [self.in_layout(layout)]
            for images in [self.x.repeat(n, 1, 1, 1) for n in counts]
        ]


def _classifier(model: str, device: str) -> tuple[Classifier, bool]:
    """Return the installed model, or an untrained one of the same architecture."""
    folder = Settings.from_environment().models
    shelf = model_cards(folder)
    if model in shelf or model not in ARCHITECTURES:
        return load_model(folder / shelf[model].id, device), True
    architecture, arguments = ARCHITECTURES[model]
    card = ModelCard(
        id=model,
        title=model,
        task="",
        classes=("without contrast", "with contrast"),
        architecture=architecture,
        arguments=arguments,
    )
    classifier = new_classifier(card)
    classifier.network.to(device, memory_format=torch.channels_last).requires_grad_(False)
    return classifier, False
