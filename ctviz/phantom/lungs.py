"""Lung tissue with its vessels, airways and fissures, between chest wall and mediastinum."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid, Shape, Tube, smooth_union
from ctviz.phantom.heart import pericardium
from ctviz.phantom.organs import SPINE_Y_MM, Mediastinum
from ctviz.phantom.strokes import Strokes
from ctviz.phantom.vessels import VesselTree
from ctviz.phantom.wall import Wall, cavity_axes

_PLEURA_MM = 1.2
_AIRWAY_WALL_HU, _AIRWAY_HU = -300.0, -950.0


def paint_lungs(canvas: Canvas, parts: Mediastinum, wall: Wall, thickness_mm: float) -> None:
    """Fill the chest with fat, then with lung wherever no organ lies."""
    mottle = canvas.texture(6.0) * 6 + canvas.texture(2.5) * 5
    canvas.lay(canvas.grid.cover(wall.depth), mottle - 92)
    grid = canvas.grid
    tissue = _parenchyma(canvas)
    z = canvas.level * canvas.anatomy.cover_mm
    tree = canvas.anatomy.vessels.cut(z, thickness_mm)
    _add_airways(grid, tissue, tree, thickness_mm)
    blood, plain = (
        np.float32(0.5 * (each.right + each.left)) for each in (canvas.tissue, canvas.plain)
    )
    traces = _traces(grid, tree, thickness_mm)
    unenhanced = tissue + traces * (plain - tissue)
    tissue += traces * (blood - tissue)
    inside = np.maximum(wall.depth + np.float32(_PLEURA_MM), -_mediastinum(canvas, parts, wall))
    canvas.lay(grid.cover(inside), tissue, instead={"lungs": None, "lung vessels": unenhanced})


def _mediastinum(canvas: Canvas, parts: Mediastinum, wall: Wall) -> Field:
    """Return the distance (H, W) to the soft outline that the pleura draws around the organs."""
    anatomy, level = canvas.anatomy, canvas.level
    fat = anatomy.mediastinal_fat_mm
    grid = canvas.grid.around((-85, 120), (-105, 105))
    shapes: list[Shape] = [
        *parts.left, *parts.right, *parts.cava, *parts.lower_cava,
        *parts.veins, *parts.lung_veins, *parts.airways, *parts.gullet,
        *_septa(fat, -cavity_axes(anatomy, level)[1], level),
        Ellipse(0, SPINE_Y_MM + 3, 16, 15),
        Tube(((-17, SPINE_Y_MM + 40), (0, SPINE_Y_MM + 22), (17, SPINE_Y_MM + 40)), (4, 13, 4)),
    ]  # fmt: skip
    distances = [shape.distance(grid) for shape in shapes]
    distances += pericardium(parts, grid, wall)
    far = np.full(canvas.grid.x.shape, 100, dtype=np.float32)
    far[grid.window] = smooth_union(distances, 4.0) - np.float32(0.7 * fat)
    return far


def _septa(fat: float, front: float, level: float) -> list[Shape]:
    """Return the fat behind the sternum and in front of the spine, where both lungs meet."""
    thick = float(np.interp(level, (0, 0.2, 0.45, 1), (10, 4.5, 0.5, 0.5)))
    low = max(0.6, 0.5 * thick)
    hilum = float(np.interp(level, (0.3, 0.38, 0.6, 0.7), (-8, 11, 11, -8)))
    return [
        Tube(((-12, -34), (24, -30)), (hilum, hilum)),
        Tube(((0, front), (0, front + 16)), (2.5 + 0.6 * fat + 0.3 * thick, 0.6)),
        Tube(((0, front + 14), (2, -28)), (low, thick)),
        Tube(((3, -20), (3, 8), (3, SPINE_Y_MM)), (1 + fat, 4, 9)),
    ]


def _parenchyma(canvas: Canvas) -> Field:
    """Return air-filled tissue, denser towards the back, with a faint oblique fissure."""
    anatomy, grid = canvas.anatomy, canvas.grid
    mottle = canvas.texture(16.0) * 8 + canvas.texture(2.2) * 16
    tissue = grid.y * np.float32(anatomy.lung_gradient_hu / 90) + mottle
    tissue += np.float32(anatomy.lung_hu)
    ahead = np.float32(np.interp(canvas.level, (0, 0.3, 0.6, 1), (70, 30, -8, -62)))
    fissure = grid.y - ahead - np.float32(0.16) * np.abs(grid.x) + 6 * canvas.texture(60.0)
    tissue += np.clip(1.6 - np.abs(fissure), 0, 1) * np.float32(70)
    return tissue.astype(np.float32)


def _add_airways(grid: Grid, tissue: Field, tree: VesselTree, thickness_mm: float) -> None:
    """Add a thin-walled bronchus beside every larger artery."""
    start, end, radius = (part[tree.airway] for part in (tree.start, tree.end, tree.radius))
    if not len(radius):
        return
    beside = np.array([0.75, 0.65, 0.0]) * (2.1 * radius[:, None] + 0.5) * np.sign(start[:, :1])
    for width, hounsfield in ((0.85 * radius + 0.7, _AIRWAY_WALL_HU), (radius * 0.85, _AIRWAY_HU)):
        branch = VesselTree(start + beside, end + beside, width, tree.airway[tree.airway])
        tissue += _traces(grid, branch, thickness_mm) * (np.float32(hounsfield) - tissue)


def _traces(grid: Grid, tree: VesselTree, thickness_mm: float) -> Field:
    """Return the share (H, W) of each pixel that pieces of a tree fill.

    A piece thinner than the slice fills it in part only.
    """
    return Strokes(
        grid.locate(tree.start[:, :2]),
        grid.locate(tree.end[:, :2]),
        tree.radius / grid.pixel_mm,
        np.minimum(1.0, 2.0 * tree.radius / thickness_mm),
    ).cover(len(grid.x))
