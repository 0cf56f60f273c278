"""Slow versions of the region map and of the controls."""

import hashlib

import numpy as np
import torch
from scipy.ndimage import sobel

from ctviz.estimators import ESTIMATORS
from ctviz.regions import segment, xrai
from tests.estimators.oracles.oracle import oracle


@oracle("xrai", base="gradient")
def xrai_of_gradient(asked):
    """the regions ranked by its base's map, which has its own row"""
    base = ESTIMATORS[asked.estimator.base]()
    pixels = base(asked.network, asked.image, asked.target)
    return xrai(pixels, segment(asked.image[0, 0].numpy()))


@oracle("random")
def random(asked):
    """torch's uniform numbers of the seed that image and setting hash to, whatever the network"""
    pixels = np.ascontiguousarray(asked.image.float().numpy())
    name = pixels.dtype.str + str(pixels.shape)
    image = hashlib.sha256(name.encode() + pixels.tobytes()).hexdigest()
    text = f"{image} {asked.estimator.seed}"
    seed = hashlib.sha256(f"{len(text)}:{text}".encode()).hexdigest()[:15]
    generator = torch.Generator().manual_seed(int(seed, 16))
    return torch.rand(asked.image.shape[-2:], generator=generator).numpy()


@oracle("edges")
def edges(asked):
    """SciPy's Sobel filter, whatever the network"""
    image = asked.image[0, 0].numpy()
    return np.hypot(sobel(image, 0, mode="nearest"), sobel(image, 1, mode="nearest"))


@oracle("centre")
def centre(asked):
    """the Gaussian's formula, whatever the network"""
    h, w = asked.image.shape[-2:]
    row, column = (np.arange(h)[:, None] + 0.5) / h - 0.5, (np.arange(w) + 0.5) / w - 0.5
    return np.exp(-(row**2 + column**2) / (2 * asked.estimator.width**2))
