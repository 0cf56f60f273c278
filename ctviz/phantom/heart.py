"""The heart: four chambers of blood in a muscle, inside a bag of fat."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.anatomy import Tissue
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid, smooth_union
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.wall import Wall

_WALL_MM = {"left_ventricle": 10.0, "right_ventricle": 3.5, "left_atrium": 2.0, "right_atrium": 2.0}
_FAT_PAD_MM = 2.0
_HEART_BOX = ((-75.0, 120.0), (-95.0, 45.0))


def pericardium(parts: Mediastinum, grid: Grid, wall: Wall) -> list[Field]:
    """Return the distance to the smooth bag around the chambers, if the slice meets the heart."""
    bulk = [d - _WALL_MM[name] for name, d in _chambers(parts, grid, wall).items()]
    return [smooth_union(bulk, 9.0)] if bulk else []


def paint_heart(canvas: Canvas, parts: Mediastinum, wall: Wall) -> None:
    """Paint the muscle, then the chambers' blood; both belong to the mask."""
    grid = canvas.grid.around(*_HEART_BOX)
    rooms = _chambers(parts, grid, wall)
    if not rooms:
        return
    bulk = [d - _WALL_MM[name] for name, d in rooms.items()]
    if parts.left_ventricle and parts.right_atrium:
        bulk.append(_core(parts.left_ventricle, parts.right_atrium).distance(grid))
    muscle = smooth_union(bulk, 3.0)
    plain = {"heart muscle": canvas.plain.myocardium}
    canvas.lay(grid.cover(muscle), canvas.tissue.myocardium, grid, instead=plain)
    canvas.mask[grid.window] |= muscle < 0
    trabeculae = (canvas.texture(5.0) * 1.1)[grid.window]
    eddies = canvas.texture(18.0)[grid.window] * np.float32(canvas.tissue.mixing)
    plain = _blood(canvas.plain)
    for name, blood in _blood(canvas.tissue).items():
        if name in rooms:
            edge = trabeculae if name.endswith("ventricle") else np.float32(0)
            mixed = blood + eddies if name.startswith("right") else blood
            cover = grid.cover(_walled(rooms, name) + edge)
            canvas.lay(cover, mixed, grid, instead={name.replace("_", " "): plain[name]})


def _blood(tissue: Tissue) -> dict[str, float]:
    """Return the chambers' Hounsfield units; both venae cavae mix in the right heart."""
    return {
        "right_atrium": 0.6 * tissue.cava + 0.4 * tissue.lower_cava,
        "right_ventricle": 0.8 * tissue.right + 0.2 * tissue.lower_cava,
        "left_atrium": tissue.left,
        "left_ventricle": tissue.left,
    }


def _chambers(parts: Mediastinum, grid: Grid, wall: Wall) -> dict[str, Field]:
    """Return the signed distance to each chamber that the slice cuts, flat on the chest wall."""
    found = {name: getattr(parts, name) for name in _WALL_MM}
    room = wall.depth[grid.window]
    return {
        name: np.maximum(shape.distance(grid), room + np.float32(_WALL_MM[name] + _FAT_PAD_MM))
        for name, shape in found.items()
        if shape
    }


def _walled(rooms: dict[str, Field], name: str) -> Field:
    """Return the distance to a chamber less the septum towards its left neighbour."""
    other = name.replace("right", "left")
    if other == name or other not in rooms:
        return rooms[name]
    return np.asarray(np.maximum(rooms[name], np.float32(_WALL_MM[other]) - rooms[other]))


def _core(one: Ellipse, other: Ellipse) -> Ellipse:
    """Return the core of muscle on which the four chambers meet."""
    x, y = 0.5 * (one.x + other.x), 0.5 * (one.y + other.y)
    return Ellipse(x, y, 0.4 * one.a + 1, 0.5 * one.b + 1, one.angle)
