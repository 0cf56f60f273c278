"""How alike two maps of one slice are: by the order of their pixels, and as pictures."""

import numpy as np
from scipy.stats import rankdata
from skimage.metrics import structural_similarity

from ctviz.core import FloatMap, Mask
from ctviz.metrics.against_model import Images
from ctviz.metrics.base import Numbers, is_constant
from ctviz.metrics.given import all_finite

WINDOW = 7
"""Side in pixels of the squares in which pictures are compared."""

WHITE = 99.0
"""Percentile of a picture's importance that is shown as white."""


def visible(x: Images) -> Mask:
    """Return the pixels (h, w) in which a slice (1, C, h, w) shows anything.

    All that are brighter than its darkest grey. The air around a patient is most of a slice and
    uniformly dark; maps that multiply by the slice are zero there on any network, and would all
    look alike.
    """
    grey = x[0].mean(axis=0)
    shown: Mask = grey > grey.min()
    return shown if shown.any() else ~shown


def is_lost(values: FloatMap) -> bool:
    """Whether a map says nothing: constant, or not finite everywhere."""
    return not all_finite(values) or is_constant(values)


def rank_correlation(first: FloatMap, second: FloatMap) -> float:
    """Return Spearman's ρ of two maps' pixels (n,), -1 to 1; equal pixels share their mean rank.

    A map that is lost has nothing in common with any other: 0.
    """
    if is_lost(first) or is_lost(second):
        return 0.0
    a, b = _centred_ranks(first), _centred_ranks(second)
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1.0, 1.0))


def picture_similarity(first: FloatMap, second: FloatMap, shown: Mask) -> float:
    """Return the mean structural similarity (SSIM) of two maps of magnitudes (h, w), -1 to 1.

    Each becomes a picture from black (no importance) to white (its 99th percentile): by its
    maximum, a map with one bright pixel would be black and resemble every other such map. The mean
    is over the pixels ``shown``. A map that is lost has nothing in common with any other: 0.

    Wang et al., IEEE Trans. Image Processing 2004. doi:10.1109/TIP.2003.819861
    """
    if is_lost(first[shown]) or is_lost(second[shown]):
        return 0.0
    side = min(WINDOW, *first.shape)
    _, local = structural_similarity(
        _picture(first, shown),
        _picture(second, shown),
        win_size=side - (side + 1) % 2,
        data_range=1.0,
        use_sample_covariance=False,
        full=True,
    )
    return float(np.clip(local[shown].mean(), -1.0, 1.0))


def _centred_ranks(values: FloatMap) -> Numbers:
    ranks = rankdata(values.ravel())
    return np.asarray(ranks - ranks.mean(), np.float64)


def _picture(magnitudes: FloatMap, shown: Mask) -> Numbers:
    values = magnitudes.astype(np.float64)
    white = float(np.percentile(values[shown], WHITE)) or float(values[shown].max())
    return np.asarray(np.clip(np.nan_to_num(values) / white, 0.0, 1.0))
