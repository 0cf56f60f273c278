"""How well a classifier does on slices that it has not learnt from."""

import numpy as np
import torch
from torch import Tensor

from ctviz.models import Classifier, MeasuredFigure
from ctviz.models.answers import Shares, auc
from ctviz.training.fitting import Samples
from ctviz.training.removal import removed
from ctviz.training.validation import balanced_accuracy, patient_interval

QUANTITIES = {"balanced accuracy": balanced_accuracy, "AUC": auc}
"""What a card says of a model, and how it is measured."""


def shares_of(
    classifier: Classifier, samples: Samples, batch: int = 16, *, lost: float = 0.0
) -> Shares:
    """Return the probability (N,) of the second class, of slices that lost so many pixels."""
    generator = torch.Generator().manual_seed(0)
    chunks = np.array_split(np.arange(len(samples)), -(-len(samples) // batch))
    inputs = (encoded(classifier, samples.subset(chunk)) for chunk in chunks)
    if lost:
        inputs = (removed(x, lost, generator) for x in inputs)
    return np.concatenate([classifier.probabilities(x)[:, 1] for x in inputs])


def encoded(classifier: Classifier, samples: Samples) -> Tensor:
    """Return the inputs (N, 1, h, w) of the network, 0 to 1."""
    low, high = classifier.card.window_limits
    scans = torch.from_numpy(samples.hounsfield.astype(np.float32))[:, None]
    return ((scans - low) / (high - low)).clamp(0, 1)


def on_fresh_phantoms(
    classifier: Classifier,
    fresh: Samples,
    name: str,
    quantity: str = "balanced accuracy",
    *,
    lost: float = 0.0,
) -> MeasuredFigure:
    """Return one of the `QUANTITIES` on phantoms, which the card calls by a name.

    ``lost`` is the share of the pixels that is removed from each of them.
    """
    measure, shares = QUANTITIES[quantity], shares_of(classifier, fresh, lost=lost)
    interval = patient_interval(measure, fresh.labels, shares, fresh.patients)
    return MeasuredFigure(
        quantity,
        round(measure(fresh.labels, shares), 4),
        rounded(interval),
        f"{len(fresh)} slices of {len(np.unique(fresh.patients))} {name}",
        "Phantoms of seeds that were not trained on; interval by drawing phantoms anew.",
    )


def rounded(interval: tuple[float, float]) -> tuple[float, float]:
    """Return an interval as a card says it."""
    low, high = interval
    return round(low, 4), round(high, 4)
