"""Where a pixel lies in the patient, and how far it is from an outline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ctviz.phantom.anatomy import Anatomy

Field = NDArray[np.float32]
_MARGIN_MM = 8.0


@dataclass(frozen=True)
class Grid:
    """Pixel centres in the patient's mm: ``x`` to the patient's left, ``y`` to the back (H, W).

    ``window`` is the part of the whole picture that the arrays cover; ``pixel_mm`` the pixel's
    size in the patient's mm; ``level`` runs from 0 (above the aortic arch) to 1 (base).
    """

    x: Field
    y: Field
    level: float
    pixel_mm: float
    forward: np.ndarray
    origin: np.ndarray
    window: tuple[slice, slice]

    def around(self, x: tuple[float, float], y: tuple[float, float]) -> Grid:
        """Return the part of this (whole) grid that holds the given box."""
        corners = np.array([(a, b) for a in x for b in y]) @ self.forward.T + self.origin
        margin = _MARGIN_MM / self.pixel_mm
        low = np.maximum(corners.min(axis=0) - margin, 0).astype(int)
        high = np.maximum(corners.max(axis=0) + margin + 1, 0).astype(int)
        window = (slice(low[1], high[1]), slice(low[0], high[0]))
        return replace(self, x=self.x[window], y=self.y[window], window=window)

    def locate(self, points: np.ndarray) -> np.ndarray:
        """Return the pixel (row, column) of each of the patient's points (n, 2) on a whole grid.

        Two steps of a fixed-point iteration undo the warp.
        """
        place = points @ self.forward.T + self.origin
        for _ in range(2):
            column, row = np.rint(place).astype(int).T.clip(0, len(self.x) - 1)
            seen = np.stack([self.x[row, column], self.y[row, column]], axis=1)
            exact = np.stack([column, row], axis=1)
            place = exact + (points - seen) @ self.forward.T
        return np.asarray(place[:, ::-1])

    def cover(self, distance: Field) -> Field:
        """Return the share of each pixel that lies inside an outline (0 to 1)."""
        share = np.float32(0.5) - distance * np.float32(1 / self.pixel_mm)
        return np.asarray(share.clip(0, 1))


def patient_grid(anatomy: Anatomy, level: float, size: int, pixel_mm: float) -> Grid:
    """Lay the scanner's pixels into the patient, who is turned, shifted, scaled and warped."""
    line = ((np.arange(size) + 0.5 - size / 2) * pixel_mm).astype(np.float32)
    columns, rows = line - anatomy.offset_mm[0], line - anatomy.offset_mm[1]
    dx, dy = _displacement(anatomy, level, columns, rows)
    u, v = columns[None, :] + dx, rows[:, None] + dy
    angle = np.deg2rad(anatomy.rotation_degrees)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    sx, sy = (np.float32(s) for s in anatomy.scale)
    turn = np.array([[cos, -sin], [sin, cos]])
    return Grid(
        x=((cos * u + sin * v) / sx).astype(np.float32),
        y=((cos * v - sin * u) / sy).astype(np.float32),
        level=level,
        pixel_mm=pixel_mm / float(np.sqrt(sx * sy)),
        forward=turn * np.array(anatomy.scale) / pixel_mm,
        origin=np.array(anatomy.offset_mm) / pixel_mm + size / 2 - 0.5,
        window=(slice(0, size), slice(0, size)),
    )


def _displacement(anatomy: Anatomy, level: float, columns: Field, rows: Field) -> list[Field]:
    """Sum the warp's waves; a plane wave splits into products of its column and row parts."""
    warp = anatomy.warp
    along_x = np.outer(warp.wave[:, 0], columns)
    along_y = np.outer(warp.wave[:, 1], rows)
    depth = warp.wave[:, 2] * level * anatomy.cover_mm
    fields = []
    for amplitude, phase in zip(warp.amplitude, warp.phase, strict=True):
        across = along_x + (depth + phase)[:, None]
        left = np.concatenate([np.sin(along_y), np.cos(along_y)]) * np.tile(amplitude, 2)[:, None]
        right = np.concatenate([np.cos(across), np.sin(across)])
        fields.append((left.T @ right).astype(np.float32))
    return fields


@dataclass(frozen=True)
class Ellipse:
    """Ellipse with half axes ``a`` and ``b`` (mm), turned by ``angle`` degrees (clockwise).

    ``part`` names what it is the outline of.
    """

    x: float
    y: float
    a: float
    b: float
    angle: float = 0.0
    trefoil: float = 0.0
    part: str = ""

    def distance(self, grid: Grid) -> Field:
        """Return the signed distance to the outline in mm, exact to first order."""
        cos, sin = np.cos(np.deg2rad(self.angle)), np.sin(np.deg2rad(self.angle))
        u = np.float32(cos) * (grid.x - self.x) + np.float32(sin) * (grid.y - self.y)
        v = np.float32(cos) * (grid.y - self.y) - np.float32(sin) * (grid.x - self.x)
        p, q = u * np.float32(1 / self.a), v * np.float32(1 / self.b)
        rho = np.sqrt(p * p + q * q) + np.float32(1e-6)
        slope = np.sqrt((p / self.a) ** 2 + (q / self.b) ** 2)
        slope += np.float32(1e-6 / min(self.a, self.b))
        edge = np.ones_like(rho)
        if self.trefoil:
            c = p / rho
            edge += np.float32(self.trefoil) * (4 * c * c - 3) * c
        return ((rho - edge) * rho / slope).astype(np.float32)

    def thicker(self, by_mm: float) -> Ellipse:
        """Return the outline moved outwards."""
        return replace(self, a=self.a + by_mm, b=self.b + by_mm)

    @property
    def box(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ranges of x and y that hold it."""
        r = max(self.a, self.b) * (1 + abs(self.trefoil))
        return (self.x - r, self.x + r), (self.y - r, self.y + r)


@dataclass(frozen=True)
class Tube:
    """Band around a polyline ``points`` (n, 2), with a radius in mm at every point.

    ``part`` names what it is the outline of.
    """

    points: tuple[tuple[float, float], ...]
    radii: tuple[float, ...]
    part: str = ""

    def distance(self, grid: Grid) -> Field:
        """Return the signed distance to the outline in mm."""
        best: Field | None = None
        nodes = list(zip(self.points, self.radii, strict=True))
        for ((x0, y0), r0), ((x1, y1), r1) in pairwise(nodes):
            dx, dy = np.float32(x1 - x0), np.float32(y1 - y0)
            px, py = grid.x - np.float32(x0), grid.y - np.float32(y0)
            along = np.clip((px * dx + py * dy) / (dx * dx + dy * dy + np.float32(1e-6)), 0, 1)
            gap = np.hypot(px - along * dx, py - along * dy)
            gap -= np.float32(r0) + along * np.float32(r1 - r0)
            best = gap if best is None else np.minimum(best, gap)
        if best is None:
            raise ValueError("A tube needs at least two points.")
        return best

    def thicker(self, by_mm: float) -> Tube:
        """Return the outline moved outwards."""
        return replace(self, radii=tuple(radius + by_mm for radius in self.radii))

    @property
    def box(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ranges of x and y that hold it."""
        points, r = np.array(self.points), max(self.radii)
        (x0, y0), (x1, y1) = points.min(axis=0) - r, points.max(axis=0) + r
        return (x0, x1), (y0, y1)


Shape = Ellipse | Tube


def smooth_union(distances: list[Field], softness_mm: float) -> Field:
    """Join outlines with rounded creases: log-sum-exp of the distances."""
    total = np.zeros_like(distances[0])
    for distance in distances:
        total += np.exp(np.clip(distance * np.float32(-1 / softness_mm), -60, 60))
    return np.asarray(np.log(total + np.float32(1e-30)) * np.float32(-softness_mm))


@lru_cache(maxsize=64)
def _spline_basis(size: int, knots: int) -> Field:
    """Cubic B-splines on a periodic line: matrix (size, knots)."""
    place = np.arange(size) / size * knots
    gap = np.abs((place[:, None] - np.arange(knots) + knots / 2) % knots - knots / 2)
    near = 2 / 3 - gap**2 + gap**3 / 2
    far = np.clip(2 - gap, 0, None) ** 3 / 6
    return np.where(gap < 1, near, far).astype(np.float32)


def ripple(rng: np.random.Generator, size: int, knots: int) -> Field:
    """Draw a smooth periodic random line (size,) of unit variance with so many bumps."""
    coarse = rng.standard_normal(knots, dtype=np.float32)
    return np.asarray(_spline_basis(size, knots) @ coarse / np.float32(0.692))


def texture(rng: np.random.Generator, size: int, knots: tuple[int, int]) -> Field:
    """Draw a smooth random field (size, size) of unit variance with so many bumps a side."""
    coarse = rng.standard_normal(knots, dtype=np.float32)
    field = _spline_basis(size, knots[0]) @ coarse @ _spline_basis(size, knots[1]).T
    return np.asarray(field / np.float32(0.479))
