"""How strange a model finds pictures with removed pixels: how far fidelity asks about no scan."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from ctviz.core import Mask
from ctviz.metrics.fills import FILLS
from ctviz.models import Classifier

PICTURES = 8
"""References that are filled, spread over all of them."""

SHARES = (0.25, 0.5, 0.75)
"""Of the pixels that are removed: scattered ones, and all in one place."""


def strange_fills(classifier: Classifier) -> Mapping[str, float]:
    """Return for each fill the share of filled pictures that the model finds strange, 0 to 1.

    Of a few of the model's references pixels are removed at random, scattered and in one place.
    Strange is what lies farther from the model's training than 95 % of unseen scans
    (`Familiarity`). Empty where the model does not say what it has learnt from.
    """
    references = classifier.references
    if references is None or classifier.strangeness(references[:1]) is None:
        return {}
    places = np.unique(np.linspace(0, len(references) - 1, PICTURES).round().astype(int))
    found: dict[str, list[float]] = {name: [] for name in FILLS}
    for number, place in enumerate(places):
        image = references[place].cpu().numpy()
        masks = list(_masks(image.shape[1:], seed=number))
        for name, fill in FILLS.items():
            filler = fill(image)
            pictures = torch.from_numpy(np.stack([filler(mask) for mask in masks]))
            strange = classifier.strangeness(pictures)
            found[name].append(0.0 if strange is None else float(np.mean(strange > 1)))
    return {name: float(np.mean(shares)) for name, shares in found.items()}


def _masks(shape: tuple[int, ...], seed: int) -> Iterator[Mask]:
    """Yield masks (h, w) of removed pixels: each share scattered, then around a random place."""
    draw = np.random.default_rng(seed)
    rows, columns = np.indices(shape)
    for share in SHARES:
        centre = draw.random(2) * shape
        scattered = draw.random(shape)
        near = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2
        for order in (scattered, near):
            yield order <= np.quantile(order, share)
