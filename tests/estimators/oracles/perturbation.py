"""Slow versions of the estimators that hide parts of the image: one trial at a time."""

import math

import numpy as np
import torch

from ctviz.estimators.engine.superpixels import superpixels
from tests.estimators.oracles.oracle import oracle


@oracle("occlusion", positions=4, height=0.3, width=0.3, fill=0.2)
def occlusion(asked):
    """brute force, one patch at a time"""
    settings = asked.estimator
    rows, columns = asked.image.shape[-2:]
    falls, coverings = np.zeros((2, rows, columns))
    whole = asked.score(asked.image)
    for top, bottom in _spans(rows, settings.height, settings.positions):
        for left, right in _spans(columns, settings.width, settings.positions):
            covered = asked.image.clone()
            covered[..., top:bottom, left:right] = settings.fill
            falls[top:bottom, left:right] += whole - asked.score(covered)
            coverings[top:bottom, left:right] += 1
    return falls / coverings


def _spans(size, share, positions):
    length = max(round(share * size), math.ceil(size / positions))
    starts = [round(k * (size - length) / (positions - 1)) for k in range(positions)]
    return [(start, start + length) for start in starts]


@oracle("rise", masks=24, cells=4)
def rise(asked):
    """the mean of the same masks by their scores, one at a time"""
    masks = np.stack([mask.numpy() for mask in asked.estimator.draw(*asked.image.shape[-2:])])
    scores = np.array([asked.score(asked.image * torch.from_numpy(mask)) for mask in masks])
    weighted = (scores[:, None, None] * masks).sum(0) / masks.sum(0)
    return weighted - scores.mean()


def trials(asked):
    """Superpixels (h, w), which of them each trial shows (n, M), and its score (n,)."""
    settings = asked.estimator
    pieces = superpixels(asked.image, settings.superpixels)
    count = pieces.max() + 1
    drawn = settings.coalitions(settings.samples - 2, count)
    visible = np.concatenate([np.ones((1, count)), np.zeros((1, count)), drawn])
    scores = []
    for row in visible:
        shown = torch.from_numpy(row[pieces])
        scores.append(asked.score(asked.image * shown + settings.fill * (1 - shown)))
    return pieces, visible, np.array(scores)


@oracle("kernel-shap", samples=24, superpixels=9, fill=0.1)
def kernel_shap(asked):
    """the same coalitions' least squares with the sum held by a Lagrange multiplier"""
    pieces, visible, scores = trials(asked)
    rows, changes = visible[2:], scores[2:] - scores[1]
    count = rows.shape[1]
    system = np.block(
        [[rows.T @ rows, np.ones((count, 1))], [np.ones((1, count)), np.zeros((1, 1))]]
    )
    goal = np.append(rows.T @ changes, scores[0] - scores[1])
    return np.linalg.solve(system, goal)[:count][pieces]


@oracle("lime", samples=24, superpixels=9, fill=0.1)
def lime(asked):
    """the same coalitions' weighted ridge regression by its normal equations"""
    pieces, visible, scores = trials(asked)
    distance = 1 - np.sqrt(visible.sum(1) / visible.shape[1])
    nearness = np.exp(-(distance**2) / asked.estimator.width**2)
    rows = np.column_stack([np.ones(len(visible)), visible])
    ridge = asked.estimator.ridge * np.eye(rows.shape[1])
    ridge[0, 0] = 0
    system = rows.T @ (nearness[:, None] * rows) + ridge
    return np.linalg.solve(system, rows.T @ (nearness * scores))[1:][pieces]
