"""The pelvis from the iliac crests to the seat bones."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.bones import Bone, paint_bone, paint_spine
from ctviz.phantom.bowel import Bowel, paint_colon, paint_loops
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Field, Shape, Tube
from ctviz.phantom.organs import Track, section
from ctviz.phantom.soft import both, outline, paint_all, paint_muscles, paint_plaques
from ctviz.phantom.wall import paint_skin

LEVELS = (2.05, 3.0)
"""Where the pelvis begins and ends, continuing the levels of the chest."""

_HIP, _SACRUM = Bone("hips", 2.0, 2.0), Bone("sacrum", 1.4, 3.0)
_FEMUR = Bone("femora", 3.0, 2.0)
_CROSS = 0.35
"""The depth at which the common iliac vessels have parted."""

# Tracks run from depth 0 at the iliac crests to 1 at the seat bones, on the patient's left.
_ILIAC_ARTERY: Track = (
    (-0.10, 12, 14, 6.5, 6.5, 0),
    (0.15, 30, 10, 5.8, 5.8, 0),
    (0.40, 54, -8, 5.2, 5.2, 0),
    (0.65, 66, -44, 5.0, 5.0, 0),
    (1.10, 72, -52, 4.6, 4.6, 0),
)
_ILIAC_VEIN: Track = (
    (-0.10, 4, 24, 9, 7, 0),
    (0.15, 26, 22, 8, 7, 0),
    (0.40, 50, 6, 7, 6.5, 0),
    (0.65, 56, -38, 7, 6.5, 0),
    (1.10, 61, -46, 7, 6.5, 0),
)
_BLADDER: Track = (
    (0.45, 0, -38, 0, 0, 0),
    (0.58, 0, -36, 36, 20, 0),
    (0.74, 0, -30, 42, 30, 0),
    (0.90, 0, -22, 26, 22, 0),
    (0.96, 0, -20, 0, 0, 0),
)
_WOMB: Track = (
    (0.50, 0, 8, 0, 0, 0),
    (0.62, 2, 10, 30, 20, 0),
    (0.86, 0, 14, 22, 15, 0),
    (0.94, 0, 14, 0, 0, 0),
)
_RECTUM: Track = (
    (0.40, 10, 28, 16, 14, 0),
    (0.70, 0, 42, 19, 17, 0),
    (1.10, 0, 54, 14, 13, 0),
)
_FEMORAL_HEAD: Track = (
    (0.58, 90, 4, 0, 0, 0),
    (0.64, 90, 3, 18, 18, 0),
    (0.72, 90, 2, 24, 24, 0),
    (0.82, 90, 2, 20, 20, 0),
    (0.86, 90, 2, 0, 0, 0),
)
_TROCHANTER: Track = (
    (0.70, 134, 18, 0, 0, 20),
    (0.78, 132, 18, 13, 20, 20),
    (0.92, 126, 14, 18, 20, 10),
    (1.10, 120, 8, 15, 16, 0),
)


def paint_pelvis(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> Field:
    """Paint the pelvis at a depth from 0 to 1; return the distance to the skin (H, W) in mm."""
    fat, grow = canvas.anatomy.fat_mm, rng.uniform(0.94, 1.06)
    hips = float(np.interp(depth, (0, 0.3, 0.75, 1), (122, 134, 150, 146))) * grow
    deep = float(np.interp(depth, (0, 0.4, 1), (88, 92, 96)))
    body = [
        Ellipse(0, 14, hips, deep + 8),
        *both(Ellipse(62, 36, 78 + 0.1 * hips, float(np.interp(depth, (0, 0.5, 1), (64, 70, 66))))),
    ]
    firm = outline(canvas, body)
    skin = firm - np.float32(0.8 * fat + 4)
    paint_skin(canvas, skin)
    bowel = Bowel.draw(iodine, rng)
    paint_muscles(canvas, _muscles(depth), firm + np.float32(1))
    cavity = Ellipse(0, -8, float(np.interp(depth, (0, 0.4, 0.6, 1), (100, 88, 56, 44))), 60)
    _paint_organs(canvas, bowel, depth, rng)
    room = np.maximum(cavity.distance(canvas.grid), canvas.grid.y - np.float32(10))
    if depth < 0.56:
        paint_loops(canvas, bowel, np.maximum(room, firm + 14), rng)
    _paint_vessels(canvas, iodine, depth, rng)
    _paint_bones(canvas, depth)
    return skin


def _muscles(depth: float) -> list[Shape]:
    """Return the muscles around the bones at a depth."""
    seat = float(np.interp(depth, (0.05, 0.35, 0.8, 1), (6, 24, 32, 34)))
    side = float(np.interp(depth, (0, 0.2, 0.6, 0.9), (12, 24, 24, 8)))
    shapes: list[Shape] = [
        *both(Ellipse(74, 76, 58, seat, -24)),
        *both(Tube(((112, -28), (126, 0), (112, 40)), (0.6 * side, side, 0.8 * side))),
    ]
    if depth < 0.6:
        front = float(np.interp(depth, (0, 0.6), (7, 6)))
        shapes += both(
            Tube(((4, -80), (38, -79), (56, -72)), (4, front, 4)),
            Tube(((60, -72), (96, -52), (118, -26)), (4, 9, 7)),
            Tube(((62, 34), (84, 8), (100, -22)), (5, 11, 7)),
            Ellipse(float(np.interp(depth, (0, 0.6), (46, 66))), 6 - 34 * depth, 19, 21),
        )
    else:
        shapes += both(
            Ellipse(84, -40, 20, 18),
            Ellipse(112, -52, 17, 15, 20),
            Ellipse(128, -24, 17, 22, 10),
            Ellipse(56, 14, 7, 30, 8),
            Tube(((58, 44), (90, 46), (122, 30)), (10, 12, 7)),
            Ellipse(44, -52, 22, 13, -10),
        )
        if depth > 0.85:
            shapes += both(Ellipse(48, -8, 22, 32, 0), Ellipse(96, -2, 30, 34, 0))
    if depth < 0.5:
        shapes += both(Ellipse(30, 92, 26, 15, -8))
    elif depth < 0.72:
        shapes += both(Tube(((16, 60), (56, 54), (96, 40)), (6, 9, 5)))
    return shapes


def _paint_organs(canvas: Canvas, bowel: Bowel, depth: float, rng: np.random.Generator) -> None:
    """Paint the rectum, womb or prostate, and the bladder, in which dense urine lies behind."""
    iodine, chance = bowel.iodine, rng.random((3, 4))
    rectum, womb = section(_RECTUM, depth), section(_WOMB, depth)
    if rectum:
        paint_colon(canvas, bowel, rectum, chance[0])
    elif depth < 0.5:
        paint_colon(canvas, bowel, Ellipse(80, 20, 16, 17), chance[1])
    if womb:
        canvas.paint(womb, iodine.womb)
    bladder = section(_BLADDER, depth, 0.75 + 0.45 * float(chance[2, 0]))
    if bladder is None:
        return
    canvas.paint(bladder.thicker(2 + 2 * float(chance[2, 1])), iodine.muscle)
    grid = canvas.grid.around(*bladder.box)
    inside = bladder.distance(grid)
    canvas.lay(grid.cover(inside), min(iodine.urine, 12.0), grid)
    surface = bladder.y + bladder.b * (1.6 * chance[2, 2] - 1.0)
    dense = np.maximum(inside, np.float32(surface) - grid.y)
    canvas.lay(grid.cover(dense), iodine.urine, grid)


def _paint_vessels(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    grow = canvas.anatomy.calibre
    artery, vein = section(_ILIAC_ARTERY, depth, grow), section(_ILIAC_VEIN, depth, grow)
    if vein:
        paint_all(canvas, both(vein.thicker(1)), 0.0)
        paint_all(canvas, both(vein), iodine.leg_vein)
    if artery:
        pair = [shape for shape in both(artery) if isinstance(shape, Ellipse)]
        paint_all(canvas, [shape.thicker(1) for shape in pair], 0.0)
        paint_all(canvas, list(pair), iodine.artery)
        paint_plaques(canvas, pair, rng)
    if _CROSS - 0.1 < depth < 0.7:
        paint_all(canvas, both(Ellipse(46, 30, 3.2, 3.0)), iodine.artery)
        paint_all(canvas, both(Ellipse(48, 38, 4.2, 3.6)), iodine.leg_vein)
    for turn, long in rng.random((8, 2)):
        spot = Ellipse(40 + 60 * turn, -70 + 150 * long, 1.6, 1.4)
        paint_all(canvas, both(spot), 0.5 * (iodine.artery + iodine.leg_vein))


def _paint_bones(canvas: Canvas, depth: float) -> None:
    if depth < 0.1:
        paint_spine(canvas)
    elif depth < 0.85:
        _paint_sacrum(canvas, depth)
    if depth < 0.62:
        _paint_wings(canvas, depth)
    if depth > 0.56:
        _paint_hip_joints(canvas, depth)


def _paint_sacrum(canvas: Canvas, depth: float) -> None:
    wide = float(np.interp(depth, (0.1, 0.35, 0.62, 0.85), (44, 46, 20, 6)))
    y = float(np.interp(depth, (0.1, 0.5, 0.85), (58, 74, 78)))
    thick = float(np.interp(depth, (0.1, 0.5, 0.85), (21, 13, 5)))
    shapes: list[Shape] = [Ellipse(0, y, wide, 0.75 * thick), Ellipse(0, y - 4, 0.5 * wide, thick)]
    if depth < 0.5:
        shapes.append(Tube(((0, y + 6), (0, y + thick + 14)), (7, 3)))
    paint_bone(canvas, shapes, _SACRUM)
    if 0.12 < depth < 0.6:
        paint_all(canvas, both(Ellipse(0.45 * wide, y + 1, 4.5, 4)), -60.0)
        canvas.paint(Ellipse(0, y + 0.75 * thick, 7, 4), 15.0)


def _paint_wings(canvas: Canvas, depth: float) -> None:
    """Paint the iliac wings: a short crest above, then a long blade, then a thick root."""
    back = float(np.interp(depth, (0, 0.12, 0.45, 0.62), (0.4, 0.02, 0.15, 0.5)))
    front = float(np.interp(depth, (0, 0.15, 0.4, 0.62), (0.7, 0.98, 1.0, 0.9)))
    drop = float(np.interp(depth, (0, 0.62), (0, 18)))
    turn = np.linspace(back, front, 6)
    x = np.interp(turn, (0, 0.3, 0.6, 0.85, 1), (50, 74, 100, 114, 116)) - drop * turn
    y = np.interp(turn, (0, 0.3, 0.6, 0.85, 1), (66, 40, 8, -22, -40)) + 0.2 * drop
    thick = np.interp(turn, (0, 0.25, 0.55, 0.9, 1), (8.5, 7.0, 4.0, 4.5, 6.5))
    thick = thick + np.interp(depth, (0.4, 0.62), (0, 8)) * (1 - np.abs(turn - 0.7))
    points = tuple(zip(x.tolist(), y.tolist(), strict=True))
    for blade in both(Tube(points, tuple(thick.tolist()))):
        paint_bone(canvas, [blade], _HIP)


def _paint_hip_joints(canvas: Canvas, depth: float) -> None:
    """Paint the sockets, the heads in them, necks, trochanters, pubic and seat bones."""
    head, trochanter = section(_FEMORAL_HEAD, depth), section(_TROCHANTER, depth)
    socket: list[Shape] = []
    if depth < 0.9:
        wide = float(np.interp(depth, (0.56, 0.7, 0.9), (7, 5.5, 3.5)))
        socket += both(
            Tube(((88, -34), (66, -22), (58, 2), (64, 26), (84, 36)), (wide, wide, 4, wide, 6)),
        )
    if depth > 0.76:
        socket += both(Tube(((62, -24), (34, -40), (5, -46)), (8, 6.5, 7.5)))
    if depth > 0.82:
        socket += both(Ellipse(62, 34, 14, 18, 10))
    for bone in socket:
        paint_bone(canvas, [bone], _HIP)
    if head:
        # Cartilage keeps the head from its socket.
        paint_all(canvas, both(head.thicker(2)), 60.0)
    femur: list[Shape] = [shape for shape in (head, trochanter) if shape]
    if 0.76 < depth < 0.88:
        femur.append(Tube(((98, 2), (128, 14)), (13, 13)))
    for bone in both(*femur):
        paint_bone(canvas, [bone], _FEMUR)
