"""Slow versions of the estimators that read gradients: one point at a time, from the papers."""

from dataclasses import replace

import numpy as np
import torch
from captum.attr import IntegratedGradients as CaptumIntegratedGradients

from ctviz.estimators import ESTIMATORS
from tests.estimators.oracles.oracle import oracle

STEPS = (1e-7, 1e-8, 1e-9, 1e-10)
SUM_OFF = 0.15
"""How far a map's sum may be from the score's change, as a share of its L1 norm."""
GuidedIg = ESTIMATORS["guided-ig"]


def slope_along(asked, direction):
    """The score's change along a direction, from two scores.

    Long steps meet kinks and short ones rounding; that which differs least from the next longer
    one is taken.
    """
    slopes = np.array(
        [
            (
                asked.score(asked.image + step * direction)
                - asked.score(asked.image - step * direction)
            )
            / (2 * step)
            for step in STEPS
        ]
    )
    return slopes[1 + np.abs(np.diff(slopes)).argmin()]


def directions(asked, count=2):
    generator = torch.Generator().manual_seed(11)
    return [torch.randn(asked.image.shape, generator=generator).double() for _ in range(count)]


def in_pixels(values):
    return values[0].sum(0).numpy()


@oracle("gradient", tolerance=1e-4)
def gradient(asked):
    """finite differences of the score along random directions, to 1e-4"""
    ways = directions(asked)
    actual = [float((asked.values * in_pixels(way)).sum()) for way in ways]
    return np.array(actual), np.array([slope_along(asked, way) for way in ways])


@oracle("input-x-gradient", tolerance=1e-4)
def input_x_gradient(asked):
    """finite differences of the score along random shares of the image, to 1e-4"""
    ways = directions(asked)
    actual = [float((asked.values * in_pixels(way)).sum()) for way in ways]
    return np.array(actual), np.array([slope_along(asked, way * asked.image) for way in ways])


def noisy_copies(asked):
    x, settings = asked.image, asked.estimator
    generator = torch.Generator().manual_seed(settings.seed)
    sigma = settings.noise * (x.max() - x.min())
    return [
        x + sigma * torch.randn(x.shape, generator=generator).double()
        for _ in range(settings.samples)
    ]


def noisy_slopes(asked):
    return np.stack([in_pixels(asked.slope(copy)) for copy in noisy_copies(asked)])


@oracle("smoothgrad", samples=3)
def smoothgrad(asked):
    """mean of the gradients at each noisy copy, one at a time"""
    return noisy_slopes(asked).mean(0)


@oracle("smoothgrad-squared", samples=3)
def smoothgrad_squared(asked):
    """mean square of the gradients at each noisy copy, one at a time"""
    return (noisy_slopes(asked) ** 2).mean(0)


@oracle("vargrad", samples=3)
def vargrad(asked):
    """variance of the gradients at each noisy copy, one at a time"""
    return noisy_slopes(asked).var(0)


def captum(asked, image, baseline):
    """Captum's map; its places on the path are float32, so steps should be a power of two."""
    path = CaptumIntegratedGradients(asked.network)
    steps = asked.estimator.steps
    map_ = path.attribute(image, baseline, asked.target, n_steps=steps, method="riemann_middle")
    return in_pixels(map_.detach())


@oracle("integrated-gradients", steps=8)
def integrated_gradients(asked):
    """Captum's integrated gradients by the midpoint rule"""
    return captum(asked, asked.image, 0.0)


@oracle("integrated-gradients-bw", steps=4)
def integrated_gradients_bw(asked):
    """mean of Captum's integrated gradients from black and from white"""
    return (captum(asked, asked.image, 0.0) + captum(asked, asked.image, 1.0)) / 2


@oracle("smooth-integrated-gradients", samples=2, steps=4)
def smooth_integrated_gradients(asked):
    """mean of Captum's integrated gradients of each noisy copy"""
    return np.mean([captum(asked, copy, 0.0) for copy in noisy_copies(asked)], 0)


@oracle("expected-gradients", samples=4)
def expected_gradients(asked):
    """the expectation's terms one at a time, with the same draws of references"""
    generator = torch.Generator().manual_seed(asked.estimator.seed)
    terms = []
    for _ in range(asked.estimator.samples):
        choice, alpha = torch.rand(2, generator=generator).tolist()
        reference = asked.references[int(choice * len(asked.references))][None]
        way = asked.image - reference
        terms.append(in_pixels(way * asked.slope(reference + alpha * way)))
    return np.mean(terms, 0)


@oracle("gradient-shap", samples=4)
def gradient_shap(asked):
    """the expectation's terms one at a time, with the same draws of references and of noise"""
    generator = torch.Generator().manual_seed(asked.estimator.seed)
    terms = []
    for copy in noisy_copies(asked):
        choice, alpha = torch.rand(2, generator=generator).tolist()
        reference = asked.references[int(choice * len(asked.references))][None]
        way = copy - reference
        terms.append(in_pixels(way * asked.slope(reference + alpha * way)))
    return np.mean(terms, 0)


@oracle("blur-ig", steps=4)
def blur_ig(asked):
    """the sum over images blurred by matrices of cosines, one step at a time"""
    sharp, estimator = asked.image[0, 0].numpy(), asked.estimator
    total, before = np.zeros_like(sharp), None
    for step in range(estimator.steps + 1):
        sigma = estimator.blur * max(sharp.shape) * (1 - step / estimator.steps) ** 2
        after = _blurring(len(sharp), sigma) @ sharp @ _blurring(len(sharp[0]), sigma)
        if before is not None:
            point = torch.from_numpy((before + after) / 2)[None, None]
            total += (after - before) * in_pixels(asked.slope(point))
        before = after
    return total


def _blurring(size, sigma):
    """The (size, size) matrix of a Gaussian over a row that goes on mirrored, wave by wave."""
    angles = np.pi * np.arange(size) / size
    waves = np.cos(angles[:, None] * (np.arange(size) + 0.5)) * np.sqrt(2 / size)
    waves[0] /= np.sqrt(2)
    return waves.T @ (np.exp(-0.5 * (sigma * angles) ** 2)[:, None] * waves)


@oracle("guided-ig", steps=24)
def guided_ig(asked):
    """the authors' own choice of pixels; its sum, the score's change to 15 % of its L1 norm"""
    check_sum(asked, GuidedIg())
    image, estimator = asked.image.flatten().numpy(), asked.estimator
    point, total = np.zeros_like(image), np.zeros_like(image)
    for step in range(1, estimator.steps + 1):
        slopes = asked.slope(torch.from_numpy(point).reshape(asked.image.shape)).flatten().numpy()
        moved = _moved(point, image, slopes, step / estimator.steps, estimator)
        total += (moved - point) * slopes
        point = moved
    return total.reshape(asked.image.shape[-2:])


def check_sum(asked, estimator):
    """The map from black sums to the change of the score.

    Its slopes are those at the beginning of each step, and a random network's score is rough: so
    what is off is held against all that the map says for and against.
    """
    values = replace(asked, estimator=estimator).values.astype(float)
    change = asked.score(asked.image) - asked.score(torch.zeros_like(asked.image))
    np.testing.assert_allclose(values.sum(), change, rtol=0, atol=SUM_OFF * np.abs(values).sum())


def _moved(point, image, slopes, share, estimator):
    # Slopes that differ by rounding alone count as equal.
    steepness = np.round(np.abs(slopes) / np.abs(slopes).max() * 65535)
    ahead = min(share + estimator.leeway, 1) * image
    point = np.maximum(point, max(share - estimator.leeway, 0) * image)
    while True:
        missing = share * image.sum() - point.sum()
        if missing <= 1e-9 * image.sum():
            return point
        sizes = np.where(point == ahead, np.inf, steepness)
        limit = np.quantile(sizes, estimator.fraction, method="lower")
        chosen = (sizes <= limit) & np.isfinite(sizes)
        gain = (ahead - point)[chosen].sum()
        point = np.where(chosen, point + min(missing / gain, 1) * (ahead - point), point)
        if missing < gain:
            return point
        point = np.where(chosen, ahead, point)
