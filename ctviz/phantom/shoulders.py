"""The shoulders from the lower neck to just above the aortic arch."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.bones import COLLAR_BONE, RIB, SHOULDER_BLADE, Bone, paint_bone, paint_spine
from ctviz.phantom.canvas import AIR, Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Field, Shape, Tube, smooth_union
from ctviz.phantom.soft import both, mirrored, outline, paint_all, paint_muscles
from ctviz.phantom.wall import paint_skin

LEVELS = (-0.5, -0.02)
"""Where the shoulders begin and end, continuing the levels of the chest."""

_HUMERUS = Bone("humeri", 2.5)
_AIRWAY_WALL_MM, _LUNG_HU = 1.6, -840.0
_NEEDLE_SIDE = 1


def paint_shoulders(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> Field:
    """Paint the shoulders at a depth from 0 to 1; return the distance to the skin (H, W) in mm."""
    fat, out = canvas.anatomy.fat_mm, rng.uniform(-10, 12)
    raised = rng.random() < 0.4
    firm = outline(canvas, _outlines(depth, out, raised=raised))
    skin = firm - np.float32(0.45 * fat + 3)
    paint_skin(canvas, skin)
    paint_muscles(canvas, _muscles(depth, out), firm + np.float32(1))
    _paint_lungs(canvas, depth)
    _paint_neck(canvas, iodine, depth, rng)
    _paint_vessels(canvas, iodine, depth, rng)
    _paint_bones(canvas, depth, out, rng)
    return skin


def _outlines(depth: float, out: float, *, raised: bool) -> list[Shape]:
    """Return what the skin lies around: neck and trunk, and the shoulders beside them."""
    wide, deep = (np.interp(depth, (0, 0.35, 1), row) for row in ((66, 96, 118), (74, 80, 92)))
    far = float(np.interp(depth, (0, 0.3, 1), (104, 142, 148))) + out
    thick = float(np.interp(depth, (0, 0.3, 1), (34, 46, 52)))
    if raised:
        far, thick = far - 26 * depth, thick - 4
    back = float(np.interp(depth, (0, 0.4, 1), (38, 22, 18)))
    return [
        Ellipse(0, 22, float(wide), float(deep)),
        *both(Ellipse(far, back, thick + 6, thick), Ellipse(70, 40, 60, 42)),
    ]


def _muscles(depth: float, out: float) -> list[Shape]:
    """Return the muscles of neck, back, breast and shoulders."""
    joint = 150 + out
    shapes: list[Shape] = both(
        Ellipse(24, 76, 21, 17, -10),
        Tube(((6, 96), (58, 88), (108, 62)), (5, 7, 6)),
        Ellipse(36, 14, 9, 13, 15),
        Ellipse(44, 52, 15, 13),
    )
    neck = float(np.interp(depth, (0, 0.7, 0.9), (1, 0.7, 0)))
    if depth < 0.6:
        shapes += both(
            Ellipse(26, 46, 24, 22),
            Tube(((20, 78), (70, 70), (112 + out, 46)), (13, 15, 14)),
            Tube(((46, 40), (84, 44), (128 + out, 26)), (9, 13, 15)),
            Ellipse(54, 14, 10, 24, -30),
        )
    if neck > 0.1:
        shapes += both(Ellipse(40 - 12 * depth, -34, 9 * neck, 14 * neck, -20))
        shapes += both(Ellipse(10, -34, 8 * neck, 4))
    if depth > 0.1:
        shapes += both(
            Ellipse(joint, 6, 40, 34, 0),
            Ellipse(112 + 0.5 * out, 58, 38, 16, -28),
            Ellipse(104 + 0.5 * out, 26, 34, 14, -26),
        )
    if depth > 0.35:
        breast = float(np.interp(depth, (0.35, 1), (4, 11)))
        shapes += both(Tube(((24, -62), (78, -58), (126 + out, -26)), (4, breast, 8)))
        shapes += both(Tube(((74, -42), (104, -26)), (5, 7)))
    if depth > 0.6:
        shapes += both(Tube(((72, 56), (88, 24), (80, -14)), (6, 5, 4)))
    return shapes


def _paint_lungs(canvas: Canvas, depth: float) -> None:
    """Paint the tips of both lungs with a few of their vessels."""
    grow = float(np.sqrt(max(0.0, (depth - 0.55) / 0.45)))
    if grow < 0.15:
        return
    tips = both(Ellipse(46, 16, 32 * grow, 40 * grow, 8))
    distance = smooth_union([tip.distance(canvas.grid) for tip in tips], 1.0)
    tissue = np.float32(_LUNG_HU) + 30 * canvas.texture(3.0) + 15 * canvas.texture(9.0)
    vessels = np.clip(canvas.texture(4.0) - np.float32(1.7), 0, 1) * np.float32(700)
    canvas.lay(canvas.grid.cover(distance), np.minimum(tissue + vessels, 40))


def _paint_neck(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    """Paint windpipe, gullet and thyroid gland."""
    dx, wide, low = rng.normal(0, 3), rng.uniform(0.8, 1.2), rng.uniform(0.35, 0.62)
    size = wide * float(np.sqrt(max(0.0, 1 - (depth / low) ** 2)))
    if size > 0.25:
        lobes = both(Ellipse(19, -12, 9.5 * size, 16 * size, -8))
        lobes.append(Tube(((-14, -21), (14, -21)), (3 * size, 3 * size)))
        paint_all(canvas, lobes, iodine.thyroid)
    canvas.paint(Ellipse(dx + 4, 12, 8, 5.5), 42.0)
    windpipe = Ellipse(dx, -8, 8.5 * wide, 9.0)
    canvas.paint(windpipe.thicker(_AIRWAY_WALL_MM), 30.0)
    canvas.paint(windpipe, AIR + 15)


def _paint_vessels(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    """Paint the vessels of neck and arms; undiluted agent fills the veins of one side."""
    low_artery, low_vein = 0.7 + rng.normal(0, 0.05, 2)
    shift = rng.normal(0, 2.5, (2, 2))
    neck_vein = 0.5 * (iodine.artery + iodine.vein)
    for side, (dx, dy) in zip((-1, 1), shift, strict=True):
        arm_vein = iodine.arm_vein if side == _NEEDLE_SIDE else neck_vein
        x = 27 - 6 * depth + dx
        veins: list[Shape] = [
            Ellipse(x + 11, -16 - 6 * depth + dy, 7.5, 6.0, 20),
            Ellipse(58 + dx, -46 + 12 * depth, 2.4, 2.0),
        ]
        arteries: list[Shape] = [
            Ellipse(x, -6 - 4 * depth + dy, 3.8, 3.8),
            Ellipse(17, 24, 1.8, 1.8),
            Ellipse(124 + 2 * dx, 2 + dy, 2.0, 1.7),
        ]
        armpit: list[Shape] = []
        thin = 5.0 - abs(depth - low_artery) * 20
        if thin > 1.5:
            line = ((22, 4), (48, -6), (76, -10), (112, -8))
            arteries.append(Tube(line, (thin, thin, thin, 0.8 * thin)))
        elif depth > low_artery:
            arteries += [Ellipse(26, 2, 4.6, 4.6), Ellipse(110 + dx, -4 + dy, 3.8, 3.5)]
        thin = 6.0 - abs(depth - low_vein) * 20
        if thin > 1.5:
            line = ((30, -30), (56, -34), (86, -26), (116, -16))
            armpit.append(Tube(line, (thin, thin, thin, 0.8 * thin)))
        elif depth > low_vein:
            armpit += [Ellipse(112 + dx, -16 + dy, 4.5, 4.0), Ellipse(30, -30, 8, 6.5)]
        paint_all(canvas, [mirrored(shape, side) for shape in veins], neck_vein)
        paint_all(canvas, [mirrored(shape, side) for shape in armpit], arm_vein)
        paint_all(canvas, [mirrored(shape, side) for shape in arteries], iodine.artery)


def _paint_bones(canvas: Canvas, depth: float, out: float, rng: np.random.Generator) -> None:
    """Paint collar bones, shoulder blades, upper arms, the first ribs and the spine."""
    tilt, ribs = rng.normal(0, 0.06, 2), rng.uniform(-0.06, 0.06)
    for side, skew in zip((-1, 1), tilt, strict=True):
        at = float(np.clip(depth + skew, 0, 1))
        for shapes, bone in (
            *((each, COLLAR_BONE) for each in _collar_bone(at, out)),
            *((each, SHOULDER_BLADE) for each in _shoulder_blade(at, out)),
            *((each, _HUMERUS) for each in _humerus(at, out)),
            *((each, RIB) for each in _ribs(at + ribs)),
        ):
            paint_bone(canvas, [mirrored(shape, side) for shape in shapes], bone)
    paint_spine(canvas)


def _collar_bone(depth: float, out: float) -> list[list[Shape]]:
    """Return the piece of the collar bone that a level cuts: its outer end lies highest."""
    middle = (depth - 0.22) / 0.6
    turn = np.clip((middle - 0.22, middle, middle + 0.22), 0, 1)
    if turn[0] == turn[-1]:
        return []
    x = np.interp(turn, (0, 0.35, 0.7, 1), (142 + 0.8 * out, 108 + 0.4 * out, 62, 26))
    y = np.interp(turn, (0, 0.35, 0.7, 1), (-4, -24, -48, -56))
    points = tuple(zip(x.tolist(), y.tolist(), strict=True))
    return [[Tube(points, (6.0, 6.5, 7.5))]]


def _shoulder_blade(depth: float, out: float) -> list[list[Shape]]:
    """Return acromion and spine of the blade above, then socket, beak and the blade itself."""
    joint, shapes = 150 + out, list[list[Shape]]()
    if 0.05 < depth < 0.3:
        shapes.append([Tube(((joint + 4, 4), (joint, 34), (112 + 0.5 * out, 62)), (6, 8, 4))])
    if 0.25 < depth < 0.5:
        shapes.append([Tube(((joint - 18, -10), (joint - 28, -24)), (6.5, 7))])
    if depth > 0.28:
        socket = (joint - 27, 20)
        blade = Tube((socket, (joint - 50, 38), (82 + 0.4 * out, 60)), (7.5, 3.0, 2.4))
        parts: list[Shape] = [blade]
        if depth < 0.75:
            parts.append(Ellipse(joint - 26, 16, 6, 14, 14))
            long = float(np.interp(depth, (0.28, 0.75), (44, 10)))
            parts.append(Tube(((joint - 50, 38), (joint - 50 + 0.7 * long, 38 + long)), (3, 4)))
        shapes.append(parts)
    return shapes


def _humerus(depth: float, out: float) -> list[list[Shape]]:
    """Return the head of the upper arm, then its neck and shaft."""
    joint = 152 + out
    if depth < 0.2:
        return []
    head = float(np.interp(depth, (0.2, 0.3, 0.5, 0.7, 0.85), (10, 21, 24, 19, 12.5)))
    return [[Ellipse(joint + 4 * depth, 4, head, head * 1.04)]]


def _ribs(depth: float) -> list[list[Shape]]:
    """Return where the first two ribs are cut: at the spine first, in front below."""
    shapes = list[list[Shape]]()
    for start, wide in ((0.3, 0.0), (0.68, 14.0)):
        fall = (depth - start) / 0.5
        for middle in (fall, fall - 0.35):
            if not 0 < middle < 1.1:
                continue
            turn = np.clip((middle - 0.12, middle, middle + 0.12), 0, 1)
            x = np.interp(turn, (0, 0.35, 0.7, 1), (24, 56 + wide, 66 + wide, 34 + wide))
            y = np.interp(turn, (0, 0.35, 0.7, 1), (54, 46 + wide, 2, -44))
            if turn[0] < turn[-1]:
                points = tuple(zip(x.tolist(), y.tolist(), strict=True))
                shapes.append([Tube(points, (4.2, 4.6, 4.2))])
    return shapes
