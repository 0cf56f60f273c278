"""A trained network with its way in and out of a slice: the Classifier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctviz.core import (
    Contrast,
    FloatMap,
    InvalidInput,
    Prediction,
    Slice,
    Target,
    UnsupportedNetwork,
)
from ctviz.models.card import ModelCard, limits_of
from ctviz.models.familiarity import features_of
from ctviz.models.grid import AS_A_WHOLE, Manner, Placement
from ctviz.networks import answers, conduct_of, undisturbed

AIR_HU = -1024.0
LEAST = 1e-150
"""Odds below this, and above its inverse, are taken for it: they are certain either way."""
GREY_TAILS = (0.5, 99.5)
"""Percentiles of an uncalibrated slice's grey values that become 0 and 1."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in evaluation mode, its card, and example inputs for baselines.

    Parameters
    ----------
    card
        The model's data sheet.
    network
        (N, C, h, w) in [0, 1] -> class scores (N, K).
    references
        (R, C, h, w): training images that stand for "any scan"; None if the model ships none.
    known
        Features (M, D) of slices it was trained on, at each depth of the network; None if the model
        ships none.
    """

    card: ModelCard
    network: nn.Module
    references: Tensor | None = None
    known: tuple[Tensor, ...] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the scores and probabilities."""
        return self.card.classes

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        first = next(self.network.parameters(), None)
        return torch.device("cpu") if first is None else first.device

    @property
    def precision(self) -> torch.dtype:
        """What kind of numbers the network computes with."""
        kinds = (p.dtype for p in self.network.parameters() if p.is_floating_point())
        return next(kinds, torch.float32)

    def encode(self, image: Slice) -> Tensor:
        """Return the slice on the network's grid, (1, C, h, w) in [0, 1].

        The scan is resampled with its true aspect and padded with air, then the card's window
        becomes 0 to 1, or that of each channel. A slice without Hounsfield units has no window: its
        grey values are stretched between their outer percentiles instead, see `caveats`. Where
        channels show neighbouring slices, all are read as the slice itself is.
        """
        seen, limits = self.seen(image), _limits(image, self.card)
        grids = {each: on_grid(each, self.card.size, self.card.manner) for each in set(seen)}
        shown = torch.stack(
            [
                ((grids[each] - low) / (high - low)).clamp(0, 1)
                for each in seen
                for low, high in limits
            ]
        )
        return shown.expand(1, self.card.channels, *self.card.size).contiguous().to(self.device)

    def seen(self, image: Slice) -> tuple[Slice, ...]:
        """Return the slices that the network sees: the slice alone, or its neighbours with it."""
        return seen_with(image, self.card)

    def place(self, values: FloatMap, like: Slice) -> FloatMap:
        """Bring numbers (H, W) of the slice's grid to the network's, (h, w); 0 beside the scan."""
        placement = Placement.of(like, self.card.size, self.card.manner)
        native: FloatMap = placement.to_network(torch.tensor(values), 0.0).numpy()
        return native

    def decode(self, values: FloatMap, like: Slice) -> FloatMap:
        """Bring a map (h, w) of the network's grid back to the slice's grid, (H, W)."""
        return self._placement(values, like).to_scan(values)

    def decode_levels(self, values: FloatMap, like: Slice) -> FloatMap:
        """Bring a region map (h, w) back to the slice's grid, (H, W), with the levels it has."""
        return self._placement(values, like).levels_to_scan(values)

    def _placement(self, values: FloatMap, like: Slice) -> Placement:
        if values.shape != self.card.size:
            raise InvalidInput(
                f"A map of model '{self.card.id}' must be {self.card.size}, not {values.shape}."
            )
        return Placement.of(like, self.card.size, self.card.manner)

    def probabilities(self, x: Tensor) -> NDArray[np.float64]:
        """Return the class probabilities (N, K) of encoded slices (N, C, h, w).

        A single neuron z gives sigmoid(-z) and sigmoid(z), several give their softmax, or each its
        sigmoid if it is a finding by itself; made believable by the card's `Calibration`.
        """
        x = x.to(self.device, self.precision)
        with undisturbed(self.network):
            scores = self._scores(x).double()
        if scores.shape[1] != len(self.classes):
            raise UnsupportedNetwork(
                f"The network of model '{self.card.id}' answers {scores.shape[1]} class scores, "
                f"but its card names {len(self.classes)} classes."
            )
        if not bool(torch.isfinite(scores).all()):
            raise UnsupportedNetwork(
                f"The class scores of model '{self.card.id}' for this image are not finite."
            )
        shares = self.card.calibration.probabilities(self.card.head, scores)
        probabilities: NDArray[np.float64] = shares.cpu().numpy()
        return probabilities

    def share(self, x: Tensor, target: Target) -> NDArray[np.float64]:
        """Return the probability (N,) of what is explained, of encoded slices (N, C, h, w).

        Of a contrast it is that of the one class where only it and the other could be, one of them:
        p / (p + q) of classes of which one is right, and the same of the odds of findings.
        """
        shares = self.probabilities(x)
        if not isinstance(target, Contrast):
            return shares[:, target]
        odds = shares / np.maximum(1 - shares, LEAST) if self.card.multi_label else shares
        odds = np.clip(odds, LEAST, 1 / LEAST)
        one, other = odds[:, target.target], odds[:, target.rather_than]
        share: NDArray[np.float64] = one / (one + other)
        return share

    def strangeness(self, x: Tensor) -> NDArray[np.float64] | None:
        """Return how unlike the training encoded slices (N, C, h, w) are, (N,), by `Familiarity`.

        Above 1 stranger than 95 % of unseen slices of the training's kind; None where the card does
        not say what the model has learnt from.
        """
        if self.card.familiarity is None or self.known is None:
            return None
        features = features_of(self.network, x.to(self.device, self.precision))
        if [each.shape[1] for each in features] != [each.shape[1] for each in self.known]:
            raise UnsupportedNetwork(
                f"The features of model '{self.card.id}' are not those of its network; copy the "
                "whole folder again from its source."
            )
        strange = self.card.familiarity.strangeness(features, self.known)
        numbers: NDArray[np.float64] = strange.cpu().numpy()
        return numbers

    def _scores(self, x: Tensor) -> Tensor:
        """Return the class scores (N, K) of images (N, C, h, w), as many at once as is right."""
        # Convolutions run faster with channels last.
        conduct = conduct_of(self.network, x[:1], largest=len(x))
        sizes = len(x) if conduct.together else 1
        layout = conduct.channels_last
        batches = torch.split(x, sizes)
        return torch.cat([answers(self.network, b, channels_last=layout) for b in batches])

    def predict(self, image: Slice) -> Prediction:
        """Return the answer for one slice."""
        return next(self.predict_many([image]))

    def predict_many(self, images: Sequence[Slice], *, batch: int = 8) -> Iterator[Prediction]:
        """Yield the answers for slices in their order, computed ``batch`` at a time."""
        for start in range(0, len(images), batch):
            chunk = [images[index] for index in range(start, min(start + batch, len(images)))]
            for shares in self.probabilities(torch.cat([self.encode(image) for image in chunk])):
                yield Prediction(self.card.id, self.classes, shares, self.card.multi_label)

    def caveats(self, image: Slice) -> tuple[str, ...]:
        """Say what a reader should know before trusting the answer for this slice."""
        said = []
        if not image.calibrated:
            said.append(
                "This slice has no Hounsfield units. Its grey values were stretched to the "
                "model's range, so the prediction may be wrong."
            )
        if image.spacing_mm is None:
            said.append("The pixel size is unknown; pixels were taken to be square.")
        return *said, *caveats_of_neighbours(image, self.card)


def caveats_of_neighbours(image: Slice, card: ModelCard) -> tuple[str, ...]:
    """Say where the neighbours that a model sees are not as it was trained; nothing of others."""
    return () if card.neighbours is None else card.neighbours.caveats(image, card.channels)


def seen_with(image: Slice, card: ModelCard) -> tuple[Slice, ...]:
    """Return the slices that a model of this card sees where it is asked about a slice."""
    if card.neighbours is None:
        return (image,)
    return card.neighbours.of(image, card.channels)


def on_grid(image: Slice, size: tuple[int, int], manner: Manner = AS_A_WHOLE) -> Tensor:
    """Return the slice's values on the network's grid, (h, w), with air beside the scan."""
    pixels = torch.tensor(image.hounsfield)
    if image.calibrated:
        pixels, fill = pixels.clamp(min=AIR_HU), AIR_HU
    else:
        fill = float(pixels.min())
    return Placement.of(image, size, manner).to_network(pixels, fill)


def _limits(image: Slice, card: ModelCard) -> list[tuple[float, float]]:
    """Return the values that become 0 and 1, in all channels or in each."""
    if image.calibrated:
        return [limits_of(window) for window in card.windows]
    low, high = np.percentile(image.hounsfield, GREY_TAILS)
    return [(float(low), float(high) if high > low else float(low) + 1.0)]
