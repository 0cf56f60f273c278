"""The chest wall: skin, fat, breast and muscles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctviz.phantom.anatomy import Anatomy
from ctviz.phantom.canvas import FAT, SKIN, Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid

_BINS = 8192
_COARSE, _SMOOTHING = 256, 20
_MAMMARY = 4
_THIN_FAT_MM = 8.0
_VESSELS = "chest wall vessels"
ANGLES = np.linspace(-np.pi, np.pi, _BINS, endpoint=False)
"""Directions seen from the middle of the chest: 0 is the front, positive the patient's left."""


@dataclass(frozen=True)
class Wall:
    """Position of each pixel relative to the inner chest wall.

    ``bins`` (H, W) counts the direction, ``depth`` (H, W) the distance outwards in mm from the
    rib cage's inner surface, whose distance from the middle is ``radius`` (bins,).
    """

    bins: np.ndarray
    depth: Field
    radius: np.ndarray

    @classmethod
    def around(cls, anatomy: Anatomy, grid: Grid) -> Wall:
        """Measure directions and depths on the whole grid."""
        radius = cavity_radius(anatomy, grid.level)
        angle = np.arctan2(grid.x, -grid.y)
        bins = ((angle + np.float32(np.pi)) * np.float32(_BINS / 2 / np.pi)).astype(
            np.int32
        ) % _BINS
        slope = np.gradient(np.log(radius), ANGLES[1] - ANGLES[0])
        steep = (1 / np.sqrt(1 + slope**2)).astype(np.float32)
        distance = np.hypot(grid.x, grid.y) - radius.astype(np.float32)[bins]
        return cls(bins, distance * steep[bins], radius)

    def band(self, inner: np.ndarray, outer: np.ndarray) -> Field:
        """Return the signed distance to the layer between two depths given for each direction."""
        low, high = (edge.astype(np.float32)[self.bins] for edge in (inner, outer))
        return np.asarray(np.maximum(low - self.depth, self.depth - high))


def cavity_axes(anatomy: Anatomy, level: float) -> tuple[float, float]:
    """Return half the width and half the depth of the inner chest wall in mm."""
    wide = np.interp(level, (0, 0.2, 0.5, 0.8, 1, 1.6, 2), (92, 113, 127, 133, 135, 128, 130))
    deep = np.interp(level, (0, 0.2, 0.5, 1, 1.6, 2), (68, 81, 91, 95, 92, 84))
    return float(wide) * anatomy.cavity[0], float(deep) * anatomy.cavity[1]


def cavity_radius(anatomy: Anatomy, level: float) -> np.ndarray:
    """Return the distance from the middle to the inner chest wall for each direction."""
    wide, deep = cavity_axes(anatomy, level)
    power = 2.4
    inverse = np.abs(np.sin(ANGLES) / wide) ** power + np.abs(np.cos(ANGLES) / deep) ** power
    return inverse ** (-1 / power)


def muscle_depth(anatomy: Anatomy, level: float) -> np.ndarray:
    """Return the depth of the outer surface of the muscles for each direction."""
    upper = float(np.interp(level, (0, 0.25, 0.5, 0.8), (1.0, 0.8, 0.25, 0.0)))
    where = (0, 0.25, 0.6, 1.0, 1.35, 1.75, 2.2, 2.6, 2.85, 3.0, np.pi)
    low = np.array((11, 12, 13, 13, 15, 18, 18, 19, 33, 38, 30))
    high = np.array((13, 21, 31, 37, 50, 66, 58, 42, 40, 39, 30))
    depth = low + upper * (high - low) * (0.45 + 0.5 * anatomy.muscle)
    return _around(where, depth + anatomy.wall_mm - 10)


def skin_depth(anatomy: Anatomy, level: float) -> np.ndarray:
    """Return the depth of the skin for each direction: muscle, then fat, then breast."""
    where = (0, 0.3, 0.8, 1.3, 1.7, 2.2, 2.7, 2.95, np.pi)
    share = np.array((0.45, 0.65, 0.85, 1.0, 1.1, 0.8, 0.6, 0.5, 0.5))
    breast = anatomy.breast_mm * np.exp(-(((level - 0.55) / 0.28) ** 2))
    bump = np.exp(-(((np.abs(ANGLES) - 0.72) / 0.36) ** 2))
    fat = _around(where, share * anatomy.fat_mm + 2)
    axilla = np.interp(level, (0, 0.3), (14, 0)) * np.exp(-(((np.abs(ANGLES) - 1.4) / 0.4) ** 2))
    return np.asarray(muscle_depth(anatomy, level) + fat + axilla + breast * bump)


def _around(where: tuple[float, ...], value: np.ndarray) -> np.ndarray:
    """Interpolate smoothly over directions, the same on both sides."""
    turn = np.linspace(0, np.pi, _COARSE)
    step = np.pad(np.interp(turn, where, value), _SMOOTHING, mode="reflect")
    kernel = np.hanning(2 * _SMOOTHING + 1)
    smooth = np.convolve(step, kernel / kernel.sum(), mode="valid")
    return np.interp(np.abs(ANGLES), turn, smooth)


def lens(low: float, high: float) -> np.ndarray:
    """Return a profile over directions: 1 in the middle of a range on both sides, 0 outside."""
    place = (np.abs(ANGLES) - (low + high) / 2) / ((high - low) / 2)
    square = place * place
    return np.sqrt(np.clip(1 - square * square, 0, 1))


def paint_wall(canvas: Canvas, wall: Wall) -> None:
    """Paint skin, fat and muscles."""
    skin = skin_distance(canvas, wall)
    paint_skin(canvas, skin)
    _paint_glands(canvas, wall, skin)
    _paint_muscles(canvas, wall)
    _paint_vessels(canvas, wall)


def skin_distance(canvas: Canvas, wall: Wall) -> Field:
    """Return the signed distance (H, W) to the skin in mm."""
    depth = skin_depth(canvas.anatomy, canvas.level).astype(np.float32)
    return np.asarray(wall.depth - depth[wall.bins])


def paint_skin(canvas: Canvas, skin: Field) -> None:
    """Paint the skin and fill it with fat; ``skin`` (H, W) is the distance to its surface."""
    grid = canvas.grid
    canvas.lay(grid.cover(skin), SKIN)
    mottle = canvas.texture(9.0) * 4 + canvas.texture(3.5) * 3
    septa = np.clip(1 - 9 * np.abs(canvas.texture(13.0)), 0, 1) * np.clip(
        canvas.texture(16.0), 0, 1
    )
    canvas.lay(grid.cover(skin + 1.7), FAT + mottle + 22 * septa)


def widest_mm(anatomy: Anatomy) -> float:
    """Return the width of the broadest slice in mm, skin to skin."""
    halves = [
        ((cavity_radius(anatomy, level) + skin_depth(anatomy, level)) * np.sin(ANGLES)).max()
        for level in (0.0, 0.25, 0.5, 0.75)
    ]
    return float(2 * max(halves) * anatomy.scale[0])


def _paint_vessels(canvas: Canvas, wall: Wall) -> None:
    """Paint the small vessels behind the sternum, in the armpit and under the skin."""
    anatomy, level = canvas.anatomy, canvas.level
    muscle, skin = muscle_depth(anatomy, level), skin_depth(anatomy, level)
    blood, plain = (0.5 * (each.left + each.lower_cava) for each in (canvas.tissue, canvas.plain))
    for number, (turn, deep, size, skew) in enumerate(anatomy.spots):
        side = 1 if number % 2 else -1
        mammary = number < _MAMMARY
        angle = side * (0.27 + 0.05 * turn if mammary else 0.5 + 1.6 * turn + 0.3 * level)
        at = round((angle + np.pi) / (2 * np.pi) * _BINS) % _BINS
        gap = skin[at] - muscle[at]
        depth = 0.5 if mammary else muscle[at] + gap * (0.1 + 0.6 * deep)
        if gap < _THIN_FAT_MM and not mammary:
            continue
        r = wall.radius[at] + depth
        radius = 1.3 if mammary else 0.8 + 0.9 * size * (1.6 - level)
        x, y = r * np.sin(angle), -r * np.cos(angle)
        vessel = Ellipse(float(x), float(y), radius * (1 + skew), radius, 180 * turn, part=_VESSELS)
        canvas.paint(vessel, blood, instead=plain)


def _paint_glands(canvas: Canvas, wall: Wall, skin: Field) -> None:
    anatomy = canvas.anatomy
    weight = np.exp(-(((canvas.level - 0.55) / 0.2) ** 2)) * anatomy.glandular
    if not anatomy.female or weight < 0.1:
        return
    bump = np.exp(-(((np.abs(ANGLES) - 0.75) / 0.22) ** 2)).astype(np.float32)[wall.bins]
    outside = np.clip((wall.depth - 24) / 8, 0, 1) * np.clip(-(skin + 5) / 6, 0, 1)
    strands = np.clip(canvas.texture(7.0) * 0.8 + canvas.texture(3.0) * 0.5 - 0.3, 0, 1)
    glands = bump * outside * strands * np.float32(weight)
    canvas.lay(glands, 30.0, instead={"breast glands": None})


def muscle_texture(canvas: Canvas) -> tuple[Field, Field]:
    """Draw how rough muscles' outlines are (mm) and their flesh with streaks of fat (HU)."""
    muscle = canvas.tissue.muscle
    rough = canvas.texture(14.0) * 0.8 + canvas.texture(4.0) * 0.25
    ridge = np.clip(1 - 5 * np.abs(canvas.texture(9.0)), 0, 1)
    thin = np.float32(1.1 - 0.5 * canvas.anatomy.muscle)
    streaks = ridge * np.clip(canvas.texture(14.0) + 0.1, 0, 1) * thin
    return rough, muscle + (FAT - muscle) * streaks


def _paint_muscles(canvas: Canvas, wall: Wall) -> None:
    anatomy, grid = canvas.anatomy, canvas.grid
    rough, flesh = muscle_texture(canvas)
    cover = np.zeros_like(wall.depth)
    for inner, outer in _muscles(anatomy, canvas.level):
        cover = np.maximum(cover, grid.cover(wall.band(inner, outer) + rough))
    canvas.lay(cover, flesh, instead={"chest wall muscles": None})


def _muscles(anatomy: Anatomy, level: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return inner and outer depth of each muscle for each direction; fat is left between them."""
    outer = muscle_depth(anatomy, level)
    upper = float(np.interp(level, (0, 0.25, 0.5, 0.8), (1.0, 0.8, 0.25, 0.0)))
    cage = anatomy.wall_mm
    bulk = anatomy.muscle
    groups = [(np.full_like(ANGLES, -0.5), np.full_like(ANGLES, cage))]

    def add(span: tuple[float, float], inner: np.ndarray | float, top: np.ndarray | float) -> None:
        profile = lens(*span)
        middle = (inner + top) / 2 + np.zeros_like(ANGLES)
        half = np.where(profile > 0, (top - inner) / 2 * profile, -5.0)
        groups.append((middle - half, middle + half))

    if upper > 0.15:
        split = cage + 1.5 + 8 * upper * bulk
        add((0.5, 1.05), cage + 1.2, split)
        add((0.16, 1.22), split + 1.2, np.minimum(outer, split + 3 + 12 * upper * bulk))
    deep = cage + 4 + 4 * upper * bulk
    add((1.15, 2.15), cage + 0.8, deep)
    deep += 1.5
    flat = np.maximum(outer, deep + 4)
    blade = deep + (flat - deep) * np.clip(1.1 * (np.abs(ANGLES) - 1.2), 0.15, 0.6)
    add((1.62, 2.5), deep - 1, blade)
    add((1.28, 2.2), np.minimum(blade + 1.5, flat - 3), flat)
    add((2.0, 2.72), np.minimum(blade + 1.5, flat - 3), np.maximum(flat - 3, deep))
    add((2.35, 3.13), outer - 4.5, outer)
    add((2.42, 2.8), cage - 1, outer - 6)
    add((2.66, 3.12), cage - 1, outer - 5.5)
    return groups
