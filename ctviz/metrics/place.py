"""What other patients' regions say of each place: how much a pixel beside the region counts."""

import numpy as np

from ctviz.core import FloatMap, Mask, Prior
from ctviz.metrics.base import Numbers
from ctviz.metrics.ranking import Ranking, weighted_ranking

SMOOTHING = 1.0
SMOOTHING_HELP = (
    "Patients who could have the region anywhere, added to the others. More pulls the score "
    "towards the plain one."
)


def corrected_ranking(values: FloatMap, mask: Mask, prior: Prior, smoothing: float) -> Ranking:
    """Rank the pixels of a map (H, W), those outside the region counting by `odds_of_others`.

    Their weights are scaled to a mean of one, so that the pixels there count as much
    together as they do without any.
    """
    weights = odds_of_others(prior, smoothing)
    outside = weights[~mask]
    return weighted_ranking(values, mask, outside / outside.mean() if outside.size else outside)


def odds_of_others(prior: Prior, smoothing: float) -> Numbers:
    r"""Return (H, W) the odds that a pixel lies in the region of another patient.

    .. math:: w = \frac{\tilde p}{1 - \tilde p}, \qquad \tilde p = \frac{n p + a \pi}{n + a}

    p is the mean mask of n other patients, π its mean over the image, and a the ``smoothing``.

    Why odds and not p itself: a pixel x beside the region is met with probability 1 - p(x).
    Weighted by odds the pixels beside the region are then spread over the image as p, just as those
    inside the region are, and place alone cannot tell the two apart. Hirano, Imbens & Ridder
    (Econometrica 2003, doi:10.1111/1468-0262.00442) weight the untreated like this.

    Where nobody, or everybody, has the region, few patients cannot tell that others do, or do not:
    the added patients keep each weight between zero and infinity. A mean mask that is the same
    everywhere says nothing of a place, and all pixels count the same.
    """
    share = prior.mean.astype(np.float64)
    usual = float(share.mean())
    if share.min() == share.max():
        return np.ones_like(share)
    share = (prior.patients * share + smoothing * usual) / (prior.patients + smoothing)
    return np.asarray(share / (1.0 - share))
