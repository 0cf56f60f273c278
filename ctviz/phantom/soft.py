"""Muscles, fat, calcium and metal of regions whose outline is joined from shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ctviz.phantom.canvas import CALCIUM, Canvas
from ctviz.phantom.geometry import Ellipse, Field, Shape, Tube, smooth_union
from ctviz.phantom.wall import muscle_texture

SIDES = (-1, 1)
"""The patient's right and left, as signs of x."""
_METAL_HU, _WIRED = 2500.0, 0.25


def mirrored(shape: Shape, side: int) -> Shape:
    """Return a shape of the patient's left on the given side."""
    if side > 0:
        return shape
    if isinstance(shape, Tube):
        return replace(shape, points=tuple((-x, y) for x, y in shape.points))
    return replace(shape, x=-shape.x, angle=-shape.angle)


def both(*shapes: Shape) -> list[Shape]:
    """Return shapes of the patient's left on both sides."""
    return [mirrored(shape, side) for shape in shapes for side in SIDES]


def outline(canvas: Canvas, shapes: list[Shape], softness_mm: float = 12.0) -> Field:
    """Return the distance (H, W) to the smooth surface around shapes."""
    return smooth_union([shape.distance(canvas.grid) for shape in shapes], softness_mm)


def paint_muscles(canvas: Canvas, shapes: list[Shape], inside: Field) -> None:
    """Paint muscles with thin fat between them, as far as ``inside`` (H, W; mm) is negative."""
    rough, flesh = muscle_texture(canvas)
    cover = np.zeros_like(inside)
    for shape in shapes:
        grid = canvas.grid.around(*shape.box)
        if grid.x.size:
            here = grid.window
            distance = np.maximum(shape.distance(grid), inside[here]) + rough[here]
            cover[here] = np.maximum(cover[here], grid.cover(distance))
    canvas.lay(cover, flesh)


def paint_all(canvas: Canvas, shapes: list[Shape], hounsfield: float) -> None:
    """Fill shapes with one tissue."""
    for shape in shapes:
        canvas.paint(shape, hounsfield)


def paint_plaques(canvas: Canvas, vessels: list[Ellipse], rng: np.random.Generator) -> None:
    """Paint calcium into the walls of arteries, if the patient has any."""
    for vessel in vessels:
        for chance, turn, long in rng.random((3, 3)):
            if canvas.anatomy.calcified and chance < 0.45:
                angle = 2 * np.pi * turn
                x, y = vessel.x + vessel.a * np.cos(angle), vessel.y + vessel.b * np.sin(angle)
                size = min(1.0, vessel.a / 8)
                plaque = Ellipse(x, y, 1 + 3.5 * long * size, 1.2 * size, np.rad2deg(angle) + 90)
                canvas.paint(plaque, CALCIUM)


def paint_leads(canvas: Canvas, skin: Field, rng: np.random.Generator) -> None:
    """Stick electrodes to the front of some patients' skin (distance, H, W; mm)."""
    row, column = np.nonzero((np.abs(skin - 2) < canvas.grid.pixel_mm) & (canvas.grid.y < 0))
    stuck, places = rng.random(), rng.random(3)
    for place in places if stuck < _WIRED and len(row) else ():
        at = int(place * len(row))
        x, y = (float(line[row[at], column[at]]) for line in (canvas.grid.x, canvas.grid.y))
        canvas.paint(Ellipse(x, y, 5.0, 2.2), 200.0)
        canvas.paint(Ellipse(x, y - 1, 1.8, 1.4), _METAL_HU)
