"""What a model has learnt from, kept as features, and how near to it unseen slices are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctviz.core.chance import unseen
from ctviz.models import Classifier, Familiarity, MeasuredFigure
from ctviz.models.card import FALSE_ALARMS, STRANGERS_FOUND
from ctviz.models.familiarity import LARGEST_LIMIT, distances, features_of
from ctviz.training.fitting import Samples
from ctviz.training.measuring import encoded, rounded

NEIGHBOURS = 5
INSIDE = 0.95
"""Share of the unseen slices that a model calls familiar."""

BATCH = 16


@dataclass(frozen=True, eq=False)
class Unseen:
    """Slices that a network has not learnt from, with what it has.

    Parameters
    ----------
    network
        Trained on the one.
    learnt, unseen
        The slices.
    """

    network: Classifier
    learnt: Samples
    unseen: Samples

    def distances(self) -> NDArray[np.float64]:
        """Return how far (N, depths) the unseen slices are from the learnt ones."""
        far = distances(
            features(self.network, self.unseen), features(self.network, self.learnt), NEIGHBOURS
        )
        return far.numpy()


def features(classifier: Classifier, samples: Samples) -> tuple[Tensor, ...]:
    """Return the features (N, D) of slices, at each depth."""
    parts = (features_of(classifier.network, x) for x in _inputs(classifier, samples))
    return tuple(torch.cat(depth) for depth in zip(*parts, strict=True))


def familiarity_of(apart: Iterable[Unseen], on: str) -> Familiarity:
    """Return from when on a slice is strange, by networks and what each has not seen.

    Parameters
    ----------
    on
        The unseen slices, in words.
    """
    far = np.concatenate([each.distances() for each in apart])
    alone = np.quantile(far, INSIDE, axis=0, method="higher")
    # Several depths raise an alarm more often than one, so all limits are widened alike.
    wider = np.quantile((far / alone).max(axis=1), INSIDE, method="higher")
    limits = np.minimum(np.ceil(alone * wider * 1e4) / 1e4, LARGEST_LIMIT)
    return Familiarity(NEIGHBOURS, tuple(map(float, limits)), on)


def measured_familiarity(
    classifier: Classifier, fresh: Samples, name: str
) -> tuple[MeasuredFigure, ...]:
    """Return how often unseen slices are called strange, and how often what is no scan is.

    Parameters
    ----------
    fresh, name
        Slices that are like those of the training, and what the card calls them.
    """
    on = f"{len(fresh)} slices of {len(np.unique(fresh.patients))} {name}"
    inputs = list(_inputs(classifier, fresh))
    alarms = _measured(classifier, FALSE_ALARMS, inputs, fresh, on)
    turned = [1 - x for x in inputs]
    generator = torch.Generator().manual_seed(0)
    shuffled = [_shuffled(x, generator) for x in inputs]
    return (
        alarms,
        _measured(classifier, STRANGERS_FOUND, turned, fresh, f"{on}, black and white exchanged"),
        _measured(classifier, STRANGERS_FOUND, shuffled, fresh, f"{on}, their pixels shuffled"),
    )


def _measured(
    classifier: Classifier, quantity: str, inputs: Sequence[Tensor], fresh: Samples, on: str
) -> MeasuredFigure:
    strange = np.concatenate([_strange(classifier, x) for x in inputs])
    names, patient = np.unique(fresh.patients, return_inverse=True)
    of_patients = np.bincount(patient, strange) / np.bincount(patient)
    draws = np.random.default_rng(0).integers(len(names), size=(2000, len(names)))
    low, high = np.percentile(of_patients[draws].mean(axis=1), (2.5, 97.5))
    value = float(strange.mean())
    if low == high:
        # Patients of another kind may have been missed altogether.
        missed = unseen(len(names))
        low, high = low - missed * low, high + missed * (1 - high)
    return MeasuredFigure(
        quantity,
        round(value, 4),
        rounded((float(low), float(high))),
        on,
        "Share beyond the limit of familiarity; interval by drawing phantoms anew.",
    )


def _strange(classifier: Classifier, x: Tensor) -> NDArray[np.float64]:
    found = classifier.strangeness(x)
    return np.zeros(len(x)) if found is None else (found > 1).astype(float)


def _shuffled(x: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(x[0].numel(), generator=generator)
    return x.flatten(1)[:, order].reshape(x.shape)


def _inputs(classifier: Classifier, samples: Samples) -> Iterator[Tensor]:
    for chunk in np.array_split(np.arange(len(samples)), -(-len(samples) // BATCH)):
        yield encoded(classifier, samples.subset(chunk))
