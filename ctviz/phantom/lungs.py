"""Lung tissue with its vessels and airways, between chest wall and mediastinum."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.bones import SPINE_Y_MM
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid, Shape, Tube, smooth_union
from ctviz.phantom.heart import pericardium
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.wall import Wall

_PLEURA_MM = 1.2


def paint_lungs(canvas: Canvas, wall: Wall, thickness_mm: float) -> None:
    """Fill the chest with fat, then with lung wherever no organ lies."""
    canvas.lay(canvas.grid.cover(wall.depth), -95.0)
    half, front, back = 150.0, -110.0, 110.0
    grid = canvas.grid.around((-half, half), (front, back))
    between = _mediastinal_distance(canvas, grid)
    depth = wall.depth[grid.window] + np.float32(_PLEURA_MM)
    cover = grid.cover(np.maximum(depth, -between))
    tissue = _parenchyma(canvas, grid)
    _add_vessels(canvas, grid, tissue, thickness_mm)
    canvas.lay(cover, tissue, grid)


def _mediastinal_distance(canvas: Canvas, whole: Grid) -> Field:
    """Return the distance to the soft outline that the pleura draws around the organs."""
    anatomy, level = canvas.anatomy, canvas.level
    parts = Mediastinum.at(anatomy, level)
    margin = np.float32(anatomy.mediastinal_fat_mm)
    grid = canvas.grid.around((-80, 115), (-100, 100))
    front = -anatomy.cavity[1] * float(np.interp(level, (0, 0.2, 0.5, 1), (66, 80, 91, 95)))
    fat = anatomy.mediastinal_fat_mm
    shapes: list[Shape] = [
        *parts.left, *parts.right, *parts.cava, *parts.lower_cava,
        *parts.airways,
        Tube(((0, front), (0, front + 26), (2, -28)), (4 + fat, 0.3 * fat, 0.3 * fat)),
        Tube(((3, -20), (3, 8), (3, SPINE_Y_MM)), (1 + fat, 5, 10)),
        Ellipse(0, SPINE_Y_MM + 3, 17, 15),
        Tube(((-27, SPINE_Y_MM + 34), (0, SPINE_Y_MM + 20), (27, SPINE_Y_MM + 34)), (8, 14, 8)),
    ]
    if parts.gullet:
        shapes.append(parts.gullet)
    distances = [shape.distance(grid) for shape in shapes]
    distances += pericardium(parts, grid)
    near = smooth_union(distances, 3.0) - margin
    far = np.full(canvas.grid.x.shape, 100, dtype=np.float32)
    far[grid.window] = near
    return far[whole.window]


def _parenchyma(canvas: Canvas, grid: Grid) -> Field:
    anatomy = canvas.anatomy
    gravity = grid.y * np.float32(anatomy.lung_gradient_hu / 90)
    mottle = canvas.texture(16.0) * 8 + canvas.texture(2.5) * 14
    return (np.float32(anatomy.lung_hu) + gravity + mottle[grid.window]).astype(np.float32)


def _add_vessels(canvas: Canvas, grid: Grid, tissue: Field, thickness_mm: float) -> None:
    """Add every vessel that runs through the slice, weaker where it is thinner than the slice."""
    z = canvas.level * canvas.anatomy.cover_mm
    tree = canvas.anatomy.vessels.cut(z, thickness_mm)
    blood = canvas.tissue.right
    top, side = grid.window[0].start, grid.window[1].start
    for start, end, radius in zip(tree.start, tree.end, tree.radius, strict=True):
        tube = Tube((tuple(start[:2]), tuple(end[:2])), (radius, radius))
        part = canvas.grid.around(*tube.box)
        rows = slice(part.window[0].start - top, part.window[0].stop - top)
        columns = slice(part.window[1].start - side, part.window[1].stop - side)
        spot = tissue[rows, columns]
        if spot.shape != part.x.shape:
            continue
        share = min(1.0, 2 * radius / thickness_mm)
        spot += part.cover(tube.distance(part)) * np.float32(share) * (np.float32(blood) - spot)
