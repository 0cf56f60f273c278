"""The tree of vessels in the lungs, grown in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_GENERATIONS = 10
_ROOT_RADIUS_MM = 6.0
_MURRAY = 2.7


@dataclass(frozen=True)
class VesselTree:
    """Straight vessel pieces: ``start`` and ``end`` (n, 3) as x, y, z in mm, ``radius`` (n,)."""

    start: np.ndarray
    end: np.ndarray
    radius: np.ndarray

    def cut(self, z: float, thickness: float) -> VesselTree:
        """Return the parts of the pieces inside a slab around ``z``."""
        low, high = z - thickness / 2, z + thickness / 2
        z0, z1 = self.start[:, 2], self.end[:, 2]
        inside = (np.maximum(z0, z1) > low) & (np.minimum(z0, z1) < high)
        start, end, radius = self.start[inside], self.end[inside], self.radius[inside]
        rise = end[:, 2] - start[:, 2]
        rise = np.where(np.abs(rise) < 1e-6, 1e-6, rise)
        cuts = np.sort((np.array([[low], [high]]) - start[:, 2]) / rise, axis=0).clip(0, 1)
        step = end - start
        return VesselTree(start + cuts[0][:, None] * step, start + cuts[1][:, None] * step, radius)


def grow_vessels(rng: np.random.Generator, cover_mm: float) -> VesselTree:
    """Grow an arterial and a venous tree in both lungs by halving the tissue they supply.

    Every branch runs part of the way to the centre of its tissue, which is then split across
    its longest extent; radii follow Murray's law.
    """
    trees = [
        _grow(rng, _tissue(rng, side, cover_mm), np.array([side * 36.0, y, level * cover_mm]))
        for side in (-1, 1)
        for y, level in ((14.0, 0.50), (4.0, 0.58))
    ]
    return VesselTree(
        *(np.concatenate([getattr(t, name) for t in trees]) for name in ("start", "end", "radius"))
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
    return points[np.arange(count) % len(points)]


def _grow(rng: np.random.Generator, tissue: np.ndarray, root: np.ndarray) -> VesselTree:
    groups, tips = tissue[None], root[None]
    starts, ends, radii = [], [], []
    for generation in range(_GENERATIONS):
        share = 0.32 + 0.12 * rng.random((len(tips), 1))
        reach = tips + share * (groups.mean(axis=1) - tips) * (1 if generation else 0.7)
        starts.append(tips)
        ends.append(reach)
        radii.append(np.full(len(tips), _ROOT_RADIUS_MM * 2 ** (-generation / _MURRAY)))
        groups = _halve(groups)
        tips = np.repeat(reach, 2, axis=0)
    starts.append(tips)
    ends.append(groups.mean(axis=1))
    radii.append(np.full(len(tips), _ROOT_RADIUS_MM * 2 ** (-_GENERATIONS / _MURRAY)))
    radius = np.concatenate(radii)
    return VesselTree(
        np.concatenate(starts), np.concatenate(ends), radius * rng.uniform(0.8, 1.2, len(radius))
    )


def _halve(groups: np.ndarray) -> np.ndarray:
    """Split each group (g, n, 3) at the median of its widest coordinate: (2g, n/2, 3)."""
    axis = groups.var(axis=1).argmax(axis=1)
    key = np.take_along_axis(groups, axis[:, None, None], axis=2)[:, :, 0]
    order = key.argsort(axis=1)
    ordered = np.take_along_axis(groups, order[:, :, None], axis=1)
    return ordered.reshape(2 * len(groups), groups.shape[1] // 2, 3)
