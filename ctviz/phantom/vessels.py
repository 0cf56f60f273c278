"""The tree of vessels in the lungs, grown in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_GENERATIONS = 11
_ROOT_RADIUS_MM = 4.7
_MURRAY = 3.6
_SMALLEST_WITH_AIRWAY_MM, _LARGEST_WITH_AIRWAY_MM = 1.9, 3.6


@dataclass(frozen=True)
class VesselTree:
    """Straight vessel pieces: ``start`` and ``end`` (n, 3) as x, y, z in mm, ``radius`` (n,).

    ``airway`` (n,) tells which pieces run beside a bronchus, as the larger arteries do.
    """

    start: np.ndarray
    end: np.ndarray
    radius: np.ndarray
    airway: np.ndarray

    def cut(self, z: float, thickness: float) -> VesselTree:
        """Return the parts of the pieces inside a slab around ``z``."""
        low, high = z - thickness / 2, z + thickness / 2
        z0, z1 = self.start[:, 2], self.end[:, 2]
        inside = (np.maximum(z0, z1) > low) & (np.minimum(z0, z1) < high)
        start, end = self.start[inside], self.end[inside]
        rise = end[:, 2] - start[:, 2]
        rise = np.where(np.abs(rise) < 1e-6, 1e-6, rise)
        cuts = np.sort((np.array([[low], [high]]) - start[:, 2]) / rise, axis=0).clip(0, 1)
        step = end - start
        return VesselTree(
            start + cuts[0][:, None] * step,
            start + cuts[1][:, None] * step,
            self.radius[inside],
            self.airway[inside],
        )


def grow_vessels(rng: np.random.Generator, cover_mm: float) -> VesselTree:
    """Grow an arterial and a venous tree in both lungs by halving the tissue they supply.

    Every branch runs part of the way to the centre of its tissue, which is then split across
    its longest extent; radii follow Murray's law with a somewhat larger
    exponent, because the finest vessels are not drawn.
    """
    trees = [
        _grow(
            rng,
            _tissue(rng, side, cover_mm),
            np.array([side * 38.0, y, level * cover_mm]),
            airway=airway,
        )
        for side in (-1, 1)
        for y, level, airway in ((16.0, 0.50, True), (4.0, 0.60, False))
    ]
    return VesselTree(
        *(
            np.concatenate([getattr(tree, name) for tree in trees])
            for name in ("start", "end", "radius", "airway")
        )
    )


def _tissue(rng: np.random.Generator, side: int, cover_mm: float) -> np.ndarray:
    """Draw points (2^generations, 3) evenly in one lung."""
    count = 2**_GENERATIONS
    level = rng.uniform(-0.2, 1.2, 4 * count)
    x, y = rng.uniform(18, 128, 4 * count), rng.uniform(-88, 88, 4 * count)
    half = np.interp(level, (-0.2, 0, 0.25, 0.6, 1.2), (40, 82, 112, 126, 130))
    depth = half * 0.7
    inside = (x / half) ** 2.2 + (np.abs(y) / depth) ** 2.2 < 0.95
    heart = 46 if side < 0 else 74
    inside &= (x > 40) | (y > 10)
    inside &= (level < 0.52) | ((x / heart) ** 2 + ((y + 25) / 55) ** 2 > 1)
    points = np.stack([side * x, y, level * cover_mm], axis=1)[inside]
    return np.asarray(points[np.arange(count) % len(points)])


def _grow(
    rng: np.random.Generator, tissue: np.ndarray, root: np.ndarray, *, airway: bool
) -> VesselTree:
    groups, tips = tissue[None], root[None]
    starts, ends, radii = [], [], []
    for generation in range(_GENERATIONS + 1):
        share = rng.uniform(0.25, 0.5, (len(tips), 1)) if generation < _GENERATIONS else 0.8
        reach = tips + share * (groups.mean(axis=1) - tips)
        starts.append(tips)
        ends.append(reach)
        radii.append(np.full(len(tips), _ROOT_RADIUS_MM * 2 ** (-generation / _MURRAY)))
        if generation < _GENERATIONS:
            groups = _halve(rng, groups)
            tips = np.repeat(reach, 2, axis=0)
    radius = np.concatenate(radii)
    radius *= rng.uniform(0.75, 1.25, len(radius))
    beside = (radius > _SMALLEST_WITH_AIRWAY_MM) & (radius < _LARGEST_WITH_AIRWAY_MM) & airway
    return VesselTree(np.concatenate(starts), np.concatenate(ends), radius, beside)


def _halve(rng: np.random.Generator, groups: np.ndarray) -> np.ndarray:
    """Split each group (g, n, 3) at its median across a random, rather long axis: (2g, n/2, 3)."""
    spread = groups.std(axis=1) ** 2
    axis = rng.normal(size=spread.shape) * 0.35 * spread
    rows = np.arange(len(groups))
    longest = spread.argmax(axis=1)
    axis[rows, longest] = spread[rows, longest]
    key = (groups * axis[:, None, :]).sum(axis=2)
    order = key.argsort(axis=1)
    ordered = np.take_along_axis(groups, order[:, :, None], axis=1)
    return ordered.reshape(2 * len(groups), groups.shape[1] // 2, 3)
