"""Paint heart, great vessels, airways and gullet into the fat between the lungs."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import AIR, CALCIUM, Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid, Shape, smooth_union
from ctviz.phantom.organs import Mediastinum

_WALL_MM = {"left_ventricle": 10.0, "right_ventricle": 3.5, "left_atrium": 2.0, "right_atrium": 2.0}
_HEART_BOX = ((-75.0, 120.0), (-95.0, 45.0))


def chambers(parts: Mediastinum, grid: Grid) -> dict[str, Field]:
    """Return the signed distance to each chamber that the slice cuts."""
    found = {name: getattr(parts, name) for name in _WALL_MM}
    return {name: shape.distance(grid) for name, shape in found.items() if shape}


def pericardium(parts: Mediastinum, grid: Grid) -> list[Field]:
    """Return the distance to the smooth bag around the chambers, if the slice meets the heart."""
    rooms = chambers(parts, grid)
    if not rooms:
        return []
    return [smooth_union([d - _WALL_MM[name] for name, d in rooms.items()], 6.0)]


def paint_mediastinum(canvas: Canvas) -> None:
    """Paint the heart, then the vessels from low to high pressure, then airways and gullet."""
    parts = Mediastinum.at(canvas.anatomy, canvas.level)
    tissue = canvas.tissue
    _paint_nodes(canvas)
    for gullet in parts.gullet:
        _paint_gullet(canvas, gullet)
    _paint_heart(canvas, parts)
    for vein in parts.veins:
        canvas.paint(vein, tissue.lower_cava)
    for coronary in parts.coronaries:
        canvas.paint(coronary, tissue.left)
    for shapes, blood in (
        (parts.lower_cava, tissue.lower_cava),
        (parts.cava, tissue.cava),
        (parts.right, tissue.right),
        (parts.left, tissue.left),
    ):
        for shape in shapes:
            canvas.paint(shape, blood, blood=True)
    for airway in parts.airways:
        canvas.paint(_thicker(airway, 1.5), 10.0)
    for airway in parts.airways:
        canvas.paint(airway, AIR + 15)
        _unmask(canvas, _thicker(airway, 1.5))
    if canvas.anatomy.calcified:
        _paint_calcium(canvas, parts)


def _thicker(shape: Ellipse, by: float) -> Ellipse:
    return Ellipse(shape.x, shape.y, shape.a + by, shape.b + by, shape.angle)


def _unmask(canvas: Canvas, shape: Shape) -> None:
    grid = canvas.grid.around(*shape.box)
    canvas.mask[grid.window] &= shape.distance(grid) > 0


def _paint_gullet(canvas: Canvas, shape: Ellipse) -> None:
    canvas.paint(shape, 42.0)
    if canvas.anatomy.air_in_oesophagus:
        canvas.paint(Ellipse(shape.x, shape.y, 3.0, 1.8), -600.0)


def _paint_heart(canvas: Canvas, parts: Mediastinum) -> None:
    grid = canvas.grid.around(*_HEART_BOX)
    rooms = chambers(parts, grid)
    if not rooms:
        return
    tissue = canvas.tissue
    bulk = [d - _WALL_MM[name] for name, d in rooms.items()]
    if parts.left_ventricle and parts.right_atrium:
        bulk.append(_between(parts.left_ventricle, parts.right_atrium).distance(grid))
    muscle = smooth_union(bulk, 3.0)
    canvas.lay(grid.cover(muscle), tissue.myocardium, grid)
    canvas.mask[grid.window] |= muscle < 0
    rough = (canvas.texture(5.0) * 1.1)[grid.window]
    mix = canvas.texture(18.0)[grid.window] * np.float32(tissue.mixing)
    wall = rooms.get("left_ventricle")
    if wall is not None:
        wall = np.float32(_WALL_MM["left_ventricle"]) - wall
    for name, blood in (
        ("right_atrium", 0.6 * tissue.cava + 0.4 * tissue.lower_cava + mix),
        ("right_ventricle", 0.8 * tissue.right + 0.2 * tissue.lower_cava + mix),
        ("left_atrium", tissue.left),
        ("left_ventricle", tissue.left),
    ):
        if name not in rooms:
            continue
        distance = rooms[name]
        if name == "right_ventricle" and wall is not None:
            distance = np.maximum(distance, wall)
        if name == "right_atrium" and "left_atrium" in rooms:
            distance = np.maximum(distance, 2.0 - rooms["left_atrium"])
        if name.endswith("ventricle"):
            distance = distance + rough
        canvas.lay(grid.cover(distance), blood, grid)


def _between(one: Ellipse, other: Ellipse) -> Ellipse:
    """Return the core of muscle on which the four chambers meet."""
    x, y = 0.5 * (one.x + other.x), 0.5 * (one.y + other.y)
    return Ellipse(x, y, 0.4 * one.a + 1, 0.5 * one.b + 1, one.angle)


def _paint_nodes(canvas: Canvas) -> None:
    """Strew small lymph nodes over the fat, where they lie in everybody."""
    for (x, y, level), (right, back, size, near) in zip(
        _NODES, canvas.anatomy.spots, strict=False
    ):
        if abs(canvas.level - level) > 0.03 + 0.03 * near:
            continue
        node = Ellipse(x + 8 * right - 4, y + 8 * back - 4, 1.8 + 3 * size, 1.6 + 2 * size)
        canvas.paint(node, canvas.tissue.muscle - 8)


_NODES = (
    (-14, -10, 0.28), (-8, -8, 0.22), (14, -6, 0.30), (10, -14, 0.34), (2, -46, 0.24),
    (14, -40, 0.18), (0, 20, 0.45), (-6, 18, 0.50), (-16, -12, 0.12), (10, -24, 0.06),
    (-8, -36, 0.03), (6, -44, 0.12), (-20, -6, 0.36), (30, -26, 0.36),
)  # fmt: skip


def _paint_calcium(canvas: Canvas, parts: Mediastinum) -> None:
    """Put some plaques on the wall of the aorta, at places that belong to the patient."""
    aorta = [shape for shape in parts.left if isinstance(shape, Ellipse) and shape.a > 10]
    for coronary, (where, angle, long, chance) in zip(
        parts.coronaries, canvas.anatomy.calcium, strict=False
    ):
        if chance < 0.6 and abs(where - (canvas.level - 0.6) * 3) < 0.3:
            plaque = Ellipse(coronary.x, coronary.y, 1 + 2.5 * long, 1.0, 180 * angle)
            canvas.paint(plaque, CALCIUM)
    for number, (where, angle, long, chance) in enumerate(canvas.anatomy.calcium):
        if not aorta or chance > 0.5 or abs(where - canvas.level) > 0.12:
            continue
        shape = aorta[number % len(aorta)]
        turn = 2 * np.pi * angle
        x = shape.x + (shape.a - 0.8) * np.cos(turn)
        y = shape.y + (shape.b - 0.8) * np.sin(turn)
        canvas.paint(Ellipse(x, y, 1.2 + 3 * long, 1.1, np.rad2deg(turn) + 90), CALCIUM)
