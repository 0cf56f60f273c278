"""Whether a quicker form of a network gives the network's own scores."""

import numpy as np
import torch
from torch import Tensor, nn

from ctviz.networks import QuickScores, class_scores, undisturbed

EXACT = 1e-5
"""The most by which a score may differ, as a share of the largest score (or of 1)."""

SIZES = (1, 3, 8)
"""Batches that both are asked: a graph may have been written for one number of images only."""


def worst_difference(network: nn.Module, scores: QuickScores, shape: tuple[int, ...]) -> float:
    """Return how far the scores of the form lie from the network's, at worst.

    Parameters
    ----------
    network
        In evaluation, on the processor.
    scores
        What the form says.
    shape
        (C, h, w) of the images: evenly grey, smooth and noisy ones are tried.

    Returns
    -------
    As a share of the network's largest score, or of 1 if that is larger.
    """
    worst = 0.0
    with undisturbed(network), torch.no_grad():
        for size in SIZES:
            batch = _images(size, shape)
            own = class_scores(network, batch.clone()).numpy()
            other = scores(batch.numpy())
            if other.shape != own.shape or not np.isfinite(other).all():
                return float("inf")
            scale = max(1.0, float(np.abs(own).max()))
            worst = max(worst, float(np.abs(own - other).max()) / scale)
    return worst


def _images(count: int, shape: tuple[int, ...]) -> Tensor:
    """Return ``count`` images in [0, 1], no two alike."""
    generator = torch.Generator().manual_seed(count)
    noise = torch.rand(count, *shape, generator=generator)
    smooth = torch.nn.functional.avg_pool2d(noise, 9, stride=1, padding=4)
    weight = torch.linspace(0, 1, count).reshape(-1, 1, 1, 1)
    return torch.lerp(smooth, noise, weight)
