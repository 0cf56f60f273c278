"""Spine, ribs, sternum, shoulder blades and collar bones: a dense shell around marrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ctviz.phantom.canvas import CORTEX, Canvas
from ctviz.phantom.geometry import Ellipse, Field, Grid, Shape, Tube, smooth_union
from ctviz.phantom.organs import SPINE_Y_MM
from ctviz.phantom.wall import ANGLES, Wall

_RIB_PITCH_MM, _RIB_HEIGHT_MM, _RIB_DROP_MM = 24.0, 12.5, 92.0
_VERTEBRA_MM = 24.0


def paint_bones(canvas: Canvas, wall: Wall) -> None:
    """Paint every bone that the slice cuts."""
    paint_ribs(canvas, wall)
    _paint_shoulder(canvas, wall)
    _paint_sternum(canvas, wall)
    paint_spine(canvas)


@dataclass(frozen=True)
class Bone:
    """One of the body's bones, or a group of them.

    ``shell_mm`` is the thickness of its cortical shell, ``softness_mm`` that of creases between
    the shapes that it is joined from.
    """

    part: str
    shell_mm: float
    softness_mm: float = 1.0

    @property
    def instead(self) -> Mapping[str, None]:
        """Without the bone nothing is laid."""
        return {self.part: None}

    def lay(self, canvas: Canvas, distance: Field, grid: Grid) -> None:
        """Lay the shell and the marrow inside."""
        canvas.lay(grid.cover(distance), CORTEX, grid, instead=self.instead)
        inside, marrow = grid.cover(distance + np.float32(self.shell_mm)), canvas.marrow
        canvas.lay(inside, marrow[grid.window], grid, instead=self.instead)


def paint_bone(canvas: Canvas, shapes: list[Shape], bone: Bone) -> None:
    """Paint a bone whose outline is joined from shapes."""
    boxes = np.array([shape.box for shape in shapes])
    low, high = boxes[:, :, 0].min(axis=0), boxes[:, :, 1].max(axis=0)
    grid = canvas.grid.around((low[0], high[0]), (low[1], high[1]))
    if grid.x.size:
        distances = [shape.distance(grid) for shape in shapes]
        bone.lay(canvas, smooth_union(distances, bone.softness_mm), grid)


RIB, _ARCH = Bone("ribs", 1.1), Bone("spine", 1.4)
_STERNUM, COLLAR_BONE = Bone("sternum", 1.2), Bone("collar bones", 1.5)
SHOULDER_BLADE = Bone("shoulder blades", 1.3, 0.8)


def paint_ribs(canvas: Canvas, wall: Wall) -> None:
    """Cut the ribs, which run down from the spine (turn 0) to the front (turn 1)."""
    turn = np.linspace(0, 1, 400)
    fall = _RIB_DROP_MM * (1.15 * turn - 0.15 * np.sin(2 * np.pi * turn) - 0.15 * turn**3)
    z = canvas.level * canvas.anatomy.cover_mm
    middle = canvas.anatomy.wall_mm / 2 - 0.5
    for side in (-1, 1):
        for number in range(-6, 12):
            top = number * _RIB_PITCH_MM + canvas.anatomy.rib_offset_mm + 1.5 * side
            inside = np.abs(top + fall - z) < _RIB_HEIGHT_MM / 2
            if inside.any():
                _paint_rib(canvas, wall, side, turn[inside][[0, -1]], middle)


def _paint_rib(canvas: Canvas, wall: Wall, side: int, turn: np.ndarray, middle: float) -> None:
    first, last = 2.72 - turn * (2.72 - 0.32)
    centre, half = side * (first + last) / 2, abs(first - last) / 2 + 0.015
    near = np.abs(ANGLES - centre) < half + 0.1
    r = wall.radius[near] + middle
    x, y = r * np.sin(ANGLES[near]), -r * np.cos(ANGLES[near])
    grid = canvas.grid.around((x.min() - 6, x.max() + 6), (y.min() - 6, y.max() + 6))
    if not grid.x.size:
        return
    place = np.clip(np.abs((ANGLES - centre) / half), 0, 1)
    height = (3.6 * np.sqrt(1 - place**4) * (place < 1)).astype(np.float32)
    bins, depth = wall.bins[grid.window], wall.depth[grid.window]
    along = ((np.abs(ANGLES - centre) - half) * (wall.radius + middle)).astype(np.float32)
    distance = np.maximum(np.abs(depth - np.float32(middle)) - height[bins], along[bins])
    cartilage = turn.mean() > 0.86
    if cartilage:
        canvas.lay(grid.cover(distance), 110.0, grid, instead=RIB.instead)
    else:
        RIB.lay(canvas, distance, grid)


def _paint_sternum(canvas: Canvas, wall: Wall) -> None:
    level = canvas.level
    if level > 0.9:
        return
    width = float(np.interp(level, (0, 0.12, 0.22, 0.7, 0.9), (30, 26, 15, 18, 9)))
    y = -float(wall.radius[len(ANGLES) // 2]) - 5.5
    thick = float(np.interp(level, (0, 0.2, 0.9), (6.5, 5.5, 4.5)))
    bar = Tube(
        ((-width + thick, y + 1.5), (0, y), (width - thick, y + 1.5)), (thick, thick * 0.9, thick)
    )
    paint_bone(canvas, [bar], _STERNUM)
    if level < 0.1:
        for side in (-1, 1):
            clavicle = Tube(((side * 33, y + 5), (side * 50, y + 1)), (9.5, 7.5))
            paint_bone(canvas, [clavicle], COLLAR_BONE)


def _paint_shoulder(canvas: Canvas, wall: Wall) -> None:
    """Paint the blade of the scapula, that narrows to its lower tip."""
    level = canvas.level
    length = float(np.interp(level, (0, 0.2, 0.5, 0.62), (1.0, 0.9, 0.4, 0.0)))
    if length < 0.08:
        return
    cage = canvas.anatomy.wall_mm
    for side in (-1, 1):
        angle = np.linspace(2.5, 2.5 - 0.72 * length, 6)
        lift = cage + 9 + np.linspace(0, 22 * length, 6) * (1.1 - level)
        r = np.interp(side * angle, ANGLES, wall.radius) + lift
        points = tuple(
            zip((side * r * np.sin(angle)).tolist(), (-r * np.cos(angle)).tolist(), strict=True)
        )
        shapes: list[Shape] = [Tube(points, (2.6, 2.0, 1.7, 1.9, 3.0, 5.0))]
        if level < 0.18:
            x, y = points[3]
            shapes.append(Tube(((x, y), (x + side * 14, y + 20)), (2.5, 3.5)))
        paint_bone(canvas, shapes, SHOULDER_BLADE)


def paint_spine(canvas: Canvas) -> None:
    """Paint the vertebra: body, arch around the canal, and processes; or a disc between two."""
    anatomy = canvas.anatomy
    phase = (canvas.level * anatomy.cover_mm / _VERTEBRA_MM + anatomy.disc_offset) % 1.0
    grow = float(np.interp(canvas.level, (0, 1, 2), (0.88, 1.1, 1.3)))
    y = SPINE_Y_MM
    body = Ellipse(0, y, 17.5 * grow, 14.5 * grow)
    disc = phase > 0.85
    grid = canvas.grid.around((-48, 48), (y - 22, y + 78))
    canal = Ellipse(0, y + 21.5 * grow, 8.8, 7.6).distance(grid)
    bone = smooth_union([s.distance(grid) for s in _arch(y, grow, phase)], 1.2)
    canvas.lay(grid.cover(bone - 4), canvas.tissue.muscle, grid)
    _ARCH.lay(canvas, np.maximum(bone, -canal), grid)
    distance = np.maximum(body.distance(grid), -canal)
    if disc:
        canvas.lay(grid.cover(distance), 240.0, grid, instead=_ARCH.instead)
        core = grid.cover(distance + 3) * np.float32(0.9)
        canvas.lay(core, 95.0, grid, instead=_ARCH.instead)
    else:
        vertebra = replace(_ARCH, shell_mm=1.3 if 0.08 < phase < 0.74 else 4.5)
        vertebra.lay(canvas, distance, grid)
    canvas.lay(grid.cover(canal), 15.0, grid)
    canvas.lay(grid.cover(canal + 2.6), 38.0, grid)


def _arch(y: float, grow: float, phase: float) -> list[Shape]:
    """Return the parts behind the vertebral body at this height of the vertebra."""
    back = y + 21.5 * grow
    shapes: list[Shape] = [
        Tube(((-11, back + 4), (0, back + 12), (11, back + 4)), (3.2, 3.6, 3.2)),
        Tube(((0, back + 12), (0, back + 26 + 12 * phase)), (3.2, 2.4)),
    ]
    for side in (-1, 1):
        if phase < 0.5:
            shapes.append(Tube(((side * 12, y + 10), (side * 12, back + 4)), (3.8, 3.6)))
            tip = (side * 34, back + 15)
            shapes.append(Tube(((side * 12, back + 3), tip), (4.0, 4.2)))
        else:
            shapes.append(Tube(((side * 12, back - 1), (side * 14, back + 5)), (3.4, 3.8)))
    return shapes
