"""What the domes of the diaphragm push up into the base of the chest: liver, stomach, spleen."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Ellipse, Grid, Shape
from ctviz.phantom.wall import Wall

_DOME_LEVELS = 0.34
_LEFT_LOWER = 0.07
_GAS = -960.0
_HOLLOW = 0.45
_LIVER, _NO_STOMACH = "liver", {"stomach": None}


def paint_abdomen(canvas: Canvas, wall: Wall) -> None:
    """Paint the organs below the diaphragm that this level has reached."""
    right, left = (_rise(canvas, canvas.anatomy.dome + low) for low in (0, _LEFT_LOWER))
    if left > 0:
        _paint_stomach_and_spleen(canvas, wall, left)
    if right > 0:
        _paint_liver(canvas, wall, right)


def _rise(canvas: Canvas, top: float) -> float:
    """Return how wide a dome that starts at ``top`` is here, as a share of its full width."""
    below = np.clip((canvas.level - top) / _DOME_LEVELS, 0, 1)
    return float(np.sqrt(1 - (1 - below) ** 2))


def fill(canvas: Canvas, wall: Wall, shape: Shape, hounsfield: np.ndarray | float) -> Grid:
    """Fill a shape as far as the chest wall allows; without its part it is not filled."""
    grid = canvas.grid.around(*shape.box)
    depth = wall.depth[grid.window] + np.float32(2.5)
    cover = grid.cover(np.maximum(shape.distance(grid), depth))
    if isinstance(hounsfield, np.ndarray):
        hounsfield = hounsfield[grid.window]
    canvas.lay(cover, hounsfield, grid, instead={shape.part: None} if shape.part else {})
    return grid


def _paint_liver(canvas: Canvas, wall: Wall, wide: float) -> None:
    tissue = canvas.tissue
    flesh = tissue.liver + 2.5 * canvas.texture(7.0)
    right = Ellipse(-68, -14, 72 * wide, 72 * wide, -12, 0.06, _LIVER)
    fill(canvas, wall, right, flesh)
    if wide > 0.75:
        grow = (wide - 0.75) * 4
        left = Ellipse(-6, -52, 60 * grow, 26 * grow, 8, 0.05, _LIVER)
        fill(canvas, wall, left, flesh)
    contrast = tissue.lower_cava - tissue.liver
    for across, along, long, turn in canvas.anatomy.spots[:6]:
        x = -68 + 70 * wide * (across - 0.5)
        y = -14 + 70 * wide * (along - 0.5)
        vein = Ellipse(x, y, (3 + 7 * long) * wide, 2.6 * wide, 180 * turn, part=_LIVER)
        fill(canvas, wall, vein, tissue.liver + np.clip(0.8 * contrast, -14, 45))


def _paint_stomach_and_spleen(canvas: Canvas, wall: Wall, wide: float) -> None:
    """Paint stomach and spleen under the left dome; gas lies in front of the stomach's fluid."""
    tissue = canvas.tissue
    dome = Ellipse(68, 14, 60 * wide, 62 * wide, 10, 0.05)
    spleen = Ellipse(70 + 36 * wide, 14 + 34 * wide, 46 * wide, 27 * wide, -50, 0.06)
    grid = fill(canvas, wall, dome, -96.0)
    inside = np.maximum(dome.distance(grid) + 2, wall.depth[grid.window] + 4)
    cover = grid.cover(np.maximum(spleen.distance(grid), inside))
    canvas.lay(cover, tissue.spleen, grid, instead={"spleen": None})
    stomach = Ellipse(62, 6 - 4 * wide, 52 * wide, 46 * wide, 14, 0.06).distance(grid)
    lumen = np.maximum(stomach, inside)
    lumen = np.maximum(lumen, 3 - spleen.distance(grid))
    canvas.lay(grid.cover(lumen), tissue.muscle + 6, grid, instead=_NO_STOMACH)
    if wide < _HOLLOW:
        return
    canvas.lay(grid.cover(lumen + 4), 24.0, grid, instead=_NO_STOMACH)
    surface = grid.y - np.float32(6 - 14 * wide)
    gas = grid.cover(np.maximum(lumen + 4, surface))
    canvas.lay(gas, _GAS, grid, instead=_NO_STOMACH)
