"""Everything between the lungs: heart, great vessels, airways, gullet, lymph nodes, plaques."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ctviz.phantom.canvas import AIR, CALCIUM, Canvas
from ctviz.phantom.geometry import Ellipse
from ctviz.phantom.heart import paint_heart
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.wall import Wall

_AIRWAY_WALL_MM = 1.5
_ARTERY_WALL_MM, _ARTERY_WALL_HU = 1.0, 12.0
"""Vessel wall and the thread of fat around it, thinner than a pixel or two."""


def paint_mediastinum(canvas: Canvas, parts: Mediastinum, wall: Wall) -> None:
    """Paint from the softest to the hardest: fat's nodes, gullet, heart, vessels, airways."""
    _paint_nodes(canvas)
    _paint_gullet(canvas, parts)
    paint_heart(canvas, parts, wall)
    _paint_vessels(canvas, parts)
    _paint_airways(canvas, parts)
    if canvas.anatomy.calcified:
        _paint_coronary_plaques(canvas, parts)
        _paint_aortic_plaques(canvas, parts)


def _paint_vessels(canvas: Canvas, parts: Mediastinum) -> None:
    """Paint veins, then arteries with a wall, that ends where they open into the heart."""
    tissue, plain = canvas.tissue, canvas.plain
    for vein in parts.veins:
        canvas.paint(vein, tissue.lower_cava, instead=plain.lower_cava)
    for coronary in parts.coronaries:
        canvas.paint(coronary, tissue.left, instead=plain.left)
    for shapes, blood, unenhanced, valve_level in (
        (parts.lung_veins, tissue.left, plain.left, 0.0),
        (parts.lower_cava, tissue.lower_cava, plain.lower_cava, 0.0),
        (parts.cava, tissue.cava, plain.cava, 0.0),
        (parts.right, tissue.right, plain.right, 0.53),
        (parts.left, tissue.left, plain.left, 0.62),
    ):
        for shape in shapes if canvas.level < valve_level else ():
            wall = shape.thicker(_ARTERY_WALL_MM)
            canvas.paint(wall, _ARTERY_WALL_HU, instead=_ARTERY_WALL_HU, masked=True)
        for shape in shapes:
            canvas.paint(shape, blood, instead=unenhanced, masked=True)


def _paint_airways(canvas: Canvas, parts: Mediastinum) -> None:
    for lumen in parts.airways:
        canvas.paint(lumen.thicker(_AIRWAY_WALL_MM), 10.0, masked=False)
    for lumen in parts.airways:
        canvas.paint(lumen, AIR + 15)


def _paint_gullet(canvas: Canvas, parts: Mediastinum) -> None:
    for shape in parts.gullet:
        canvas.paint(shape, 42.0)
        if canvas.anatomy.air_in_oesophagus:
            canvas.paint(Ellipse(shape.x, shape.y, 3.0, 1.8, part=shape.part), -600.0)


def _paint_nodes(canvas: Canvas) -> None:
    """Strew small lymph nodes over the fat, where they lie in everybody."""
    for (x, y, level), (right, back, size, near) in zip(_NODES, canvas.anatomy.spots, strict=False):
        if abs(canvas.level - level) > 0.03 + 0.03 * near:
            continue
        node = Ellipse(x + 8 * right - 4, y + 8 * back - 4, 1.8 + 3 * size, 1.6 + 2 * size)
        canvas.paint(replace(node, part="lymph nodes"), canvas.tissue.muscle - 8)


_NODES = (
    (-14, -10, 0.28), (-8, -8, 0.22), (14, -6, 0.30), (10, -14, 0.34), (2, -46, 0.24),
    (14, -40, 0.18), (0, 20, 0.45), (-6, 18, 0.50), (-16, -12, 0.12), (10, -24, 0.06),
    (-8, -36, 0.03), (6, -44, 0.12), (-20, -6, 0.36), (30, -26, 0.36),
)  # fmt: skip


def _paint_coronary_plaques(canvas: Canvas, parts: Mediastinum) -> None:
    chances = canvas.anatomy.calcium
    for coronary, (where, angle, long, chance) in zip(parts.coronaries, chances, strict=False):
        if chance < 0.6 and abs(where - (canvas.level - 0.6) * 3) < 0.3:
            plaque = Ellipse(coronary.x, coronary.y, 1 + 2.5 * long, 1.0, 180 * angle)
            canvas.paint(replace(plaque, part="calcium"), CALCIUM)


def _paint_aortic_plaques(canvas: Canvas, parts: Mediastinum) -> None:
    aorta = [shape for shape in parts.left if isinstance(shape, Ellipse) and shape.a > 10]
    for coronary, (where, angle, long, chance) in zip(
        parts.coronaries, canvas.anatomy.calcium, strict=False
    ):
        if chance < 0.6 and abs(where - (canvas.level - 0.6) * 3) < 0.3:
            plaque = Ellipse(coronary.x, coronary.y, 1 + 2.5 * long, 1.0, 180 * angle)
            canvas.paint(replace(plaque, part="calcium"), CALCIUM)
    for number, (where, angle, long, chance) in enumerate(canvas.anatomy.calcium):
        if not aorta or chance > 0.5 or abs(where - canvas.level) > 0.12:
            continue
        shape = aorta[number % len(aorta)]
        turn = 2 * np.pi * angle
        x = shape.x + (shape.a - 0.8) * np.cos(turn)
        y = shape.y + (shape.b - 0.8) * np.sin(turn)
        plaque = Ellipse(x, y, 1.2 + 3 * long, 1.1, np.rad2deg(turn) + 90)
        canvas.paint(replace(plaque, part="calcium"), CALCIUM)
