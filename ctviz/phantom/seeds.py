"""Who a seed is: the patient, the blood, the scanner, each from a random stream of its own."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ctviz.phantom.anatomy import Anatomy, Tissue
from ctviz.phantom.scanner import Scanner
from ctviz.phantom.wall import widest_mm


@lru_cache(maxsize=4)
def patient(seed: int) -> tuple[Anatomy, float]:
    """Return the patient and the width of the broadest slice of the chest in mm."""
    anatomy = Anatomy.draw(stream(seed, 0))
    return anatomy, widest_mm(anatomy)


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return the random numbers for one purpose."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def scan(seed: int, *, contrast: bool) -> tuple[Anatomy, Scanner]:
    """Return the patient and how the chest was scanned."""
    anatomy, across = patient(seed)
    return anatomy, Scanner.draw(stream(seed, 1, contrast), across)


def tissue(seed: int, *, contrast: bool) -> Tissue:
    """Return what the chest's blood and organs measure."""
    return Tissue.draw(stream(seed, 2, contrast), contrast=contrast)
