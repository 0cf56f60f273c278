"""How alike two maps of one slice are: by the order of their pixels, and as pictures."""

import numpy as np
from scipy.stats import rankdata
from skimage.metrics import structural_similarity

from ctviz.core import FloatMap
from ctviz.metrics.base import Numbers, is_constant

WINDOW = 7
"""Side in pixels of the squares in which pictures are compared."""

WHITE = 99.0
"""Percentile of a picture's importance that is shown as white."""


def is_lost(values: FloatMap) -> bool:
    """Whether a map says nothing: constant, or not finite everywhere."""
    return not np.isfinite(values).all() or is_constant(values)


def rank_correlation(first: FloatMap, second: FloatMap) -> float:
    """Return Spearman's ρ of two maps' pixels, -1 to 1; equal pixels share their mean rank.

    A map that is lost has nothing in common with any other: 0.
    """
    if is_lost(first) or is_lost(second):
        return 0.0
    a, b = _centred_ranks(first), _centred_ranks(second)
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def picture_similarity(first: FloatMap, second: FloatMap) -> float:
    """Return the mean structural similarity (SSIM) of two maps of magnitudes, -1 to 1.

    Each becomes a picture from black (no importance) to white (its 99th percentile): by its
    maximum, a map with one bright pixel would be black and resemble every other such map. A map
    that is lost has nothing in common with any other: 0.

    Wang et al., IEEE Trans. Image Processing 2004. doi:10.1109/TIP.2003.819861
    """
    if is_lost(first) or is_lost(second):
        return 0.0
    side = min(WINDOW, *first.shape)
    similarity = structural_similarity(
        _picture(first),
        _picture(second),
        win_size=side - (side + 1) % 2,
        data_range=1.0,
        use_sample_covariance=False,
    )
    return float(np.clip(similarity, -1.0, 1.0))


def _centred_ranks(values: FloatMap) -> Numbers:
    ranks = rankdata(values.ravel())
    return np.asarray(ranks - ranks.mean(), np.float64)


def _picture(magnitudes: FloatMap) -> Numbers:
    values = magnitudes.astype(np.float64)
    white = float(np.percentile(values, WHITE)) or float(values.max())
    return np.asarray(np.clip(values / white, 0.0, 1.0))
