"""The abdomen from the dome of the liver to the navel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ctviz.phantom.abdomen import fill
from ctviz.phantom.bones import paint_ribs, paint_spine
from ctviz.phantom.bowel import Bowel, paint_colon, paint_loop, paint_loops
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Field, Shape, Tube, smooth_union
from ctviz.phantom.kidneys import paint_kidneys
from ctviz.phantom.organs import Track, section
from ctviz.phantom.soft import both, paint_all, paint_leads, paint_muscles, paint_plaques
from ctviz.phantom.wall import Wall, paint_wall, skin_distance

LEVELS = (1.0, 2.05)
"""Where the abdomen begins and ends, continuing the levels of the chest."""

# Tracks run from depth 0 at the liver's dome to 1 at the navel.
_RIGHT_LIVER: Track = (
    (-0.40, -62, -8, 70, 70, 0),
    (0.00, -64, -8, 80, 78, 0),
    (0.35, -76, -2, 64, 72, 0),
    (0.62, -92, 4, 40, 56, 0),
    (0.85, -100, 4, 20, 34, 0),
    (0.93, -100, 4, 0, 0, 0),
)
_LEFT_LIVER: Track = (
    (-0.40, -6, -46, 70, 28, 6),
    (0.05, -2, -48, 72, 30, 6),
    (0.28, -8, -50, 54, 26, 6),
    (0.46, -20, -46, 32, 20, 6),
    (0.52, -22, -46, 0, 0, 6),
)
_GALL_BLADDER: Track = (
    (0.34, -44, -38, 0, 0, 30),
    (0.44, -46, -40, 14, 17, 30),
    (0.58, -50, -44, 13, 18, 30),
    (0.66, -52, -46, 0, 0, 30),
)
_SPLEEN: Track = (
    (-0.30, 92, 24, 0, 0, -22),
    (0.00, 94, 28, 30, 50, -24),
    (0.25, 100, 26, 26, 50, -20),
    (0.45, 106, 18, 18, 38, -10),
    (0.56, 108, 14, 0, 0, -10),
)
_STOMACH: Track = (
    (-0.30, 52, -6, 34, 40, 0),
    (0.00, 54, -14, 44, 42, 10),
    (0.25, 50, -30, 50, 34, 16),
    (0.45, 32, -44, 54, 24, 8),
    (0.58, 14, -48, 40, 16, 0),
    (0.64, 8, -48, 0, 0, 0),
)
_AORTA: Track = (
    (-0.40, 12, 26, 12, 12, 0),
    (0.30, 6, 21, 11, 11, 0),
    (0.95, 5, 20, 9, 9, 0),
    (1.20, 5, 20, 9, 9, 0),
)
_CAVA: Track = (
    (-0.40, -24, 4, 13, 11, 20),
    (0.20, -21, 14, 14, 11, 20),
    (0.50, -19, 20, 14, 10, 0),
    (1.20, -17, 22, 12, 9, 0),
)
_UPPER_ARTERY: Track = (
    (0.36, 4, 8, 0, 0, 0),
    (0.40, 4, 5, 3.8, 3.8, 0),
    (0.75, 2, -8, 3.2, 3.2, 0),
    (1.00, -4, -14, 2.2, 2.2, 0),
)
_UPPER_VEIN: Track = (
    (0.42, -8, 0, 0, 0, 0),
    (0.46, -9, -2, 6.5, 6.0, 0),
    (0.80, -10, -12, 5, 5, 0),
    (1.00, -12, -18, 3.2, 3.2, 0),
)
_ASCENDING_COLON: Track = (
    (0.56, -92, 6, 0, 0, 0),
    (0.64, -94, 8, 25, 27, 0),
    (1.20, -96, 8, 27, 28, 0),
)
_DESCENDING_COLON: Track = (
    (0.30, 104, 0, 0, 0, 0),
    (0.40, 104, 4, 18, 22, 0),
    (1.20, 102, 18, 15, 17, 0),
)
_PORTAL_VEIN = (((8, -4), (-12, -4), (-34, -12), (-56, -18)), 7.5, 0.30)
_SPLENIC_VEIN = (((-12, -2), (14, -6), (44, 2), (78, 16)), 4.2, 0.40)
_LEFT_RENAL_VEIN = (((-14, 16), (2, 8), (22, 12), (44, 24)), 4.5, 0.54)
_LYING_MM = 200.0
_LUNG_HU, _LUNG_DEPTH = -850.0, 0.22


def paint_belly(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> Field:
    """Paint the abdomen at a depth from 0 to 1; return the distance to the skin (H, W) in mm."""
    wall = Wall.around(canvas.anatomy, canvas.grid)
    skin = skin_distance(canvas, wall)
    paint_wall(canvas, wall)
    mottle = canvas.texture(6.0) * 5 + canvas.texture(2.5) * 4
    canvas.lay(canvas.grid.cover(wall.depth), mottle - np.float32(100))
    _paint_back(canvas, depth, wall)
    _paint_gut(canvas, Bowel.draw(iodine, rng), depth, wall, rng)
    _paint_liver(canvas, iodine, depth, wall, rng)
    _paint_spleen(canvas, iodine, depth, wall)
    paint_kidneys(canvas, iodine, depth, rng)
    _paint_pancreas(canvas, iodine, depth, rng)
    _paint_vessels(canvas, iodine, depth, rng)
    _paint_lungs(canvas, depth, wall, rng)
    paint_ribs(canvas, wall)
    paint_spine(canvas)
    paint_leads(canvas, skin, rng)
    return skin


def _paint_back(canvas: Canvas, depth: float, wall: Wall) -> None:
    """Paint the crura beside the aorta, psoas and the square muscles of the loin."""
    shapes: list[Shape] = []
    if depth < 0.55:
        shapes += [
            Tube(((18, 46), (21, 28), (12, 10)), (5, 4, 3)),
            Tube(((-18, 46), (-16, 28), (-4, 8)), (5, 4, 3.5)),
        ]
    psoas = float(np.interp(depth, (0.25, 0.5, 1), (0, 11, 22)))
    if psoas > 2:
        shapes += both(Ellipse(27 + 0.8 * psoas, 46, 0.85 * psoas, 1.05 * psoas, 10))
    loin = float(np.interp(depth, (0.4, 0.6, 1), (0, 8, 12)))
    if loin > 2:
        shapes += both(Ellipse(62, 68, 22, loin, -20))
    paint_muscles(canvas, shapes, wall.depth)


def _cut(track: Track, depth: float, rng: np.random.Generator, wobble_mm: float) -> Ellipse | None:
    """Return an organ at a depth, a little shifted and of another size in everybody."""
    drop, dx, dy, grow = rng.normal(0, (0.03, wobble_mm, wobble_mm, 0.06))
    shape = section(track, float(depth + drop), float(np.clip(1 + grow, 0.85, 1.15)))
    if shape is None:
        return None
    return Ellipse(shape.x + dx, shape.y + dy, shape.a, shape.b, shape.angle, 0.05)


def _lying(
    line: tuple[tuple[tuple[float, float], ...], float, float],
    depth: float,
    rng: np.random.Generator,
) -> list[Shape]:
    """Return the cut through a vessel that lies in the plane at some depth."""
    points, radius, at = line
    height = (depth - at - rng.normal(0, 0.02)) * _LYING_MM / 3
    if abs(height) > 0.9 * radius:
        return []
    thick = float(np.sqrt(radius**2 - height**2))
    return [Tube(points, (thick,) * len(points))]


def _paint_gut(
    canvas: Canvas, bowel: Bowel, depth: float, wall: Wall, rng: np.random.Generator
) -> None:
    """Paint small bowel, colon and stomach in front of the spine."""
    room = wall.depth + np.float32(5)
    if depth > 0.3:
        front = canvas.grid.y - np.float32(np.interp(depth, (0.3, 0.55, 1), (-38, -8, 6)))
        paint_loops(canvas, bowel, np.maximum(room, front), rng)
    for track in (_ASCENDING_COLON, _DESCENDING_COLON):
        loop, chance = _cut(track, depth, rng, 4.0), rng.random(4)
        if loop:
            paint_colon(canvas, bowel, loop, chance)
    low, chance = rng.uniform(0.4, 0.8), rng.random(4)
    if abs(depth - low) < 0.14:
        y = -56 - rng.uniform(0, 12)
        across = Tube(((-70, y + 14), (-20, y), (30, y), (72, y + 12)), (15, 17, 15, 16))
        paint_colon(canvas, bowel, across, chance)
    stomach, chance = _cut(_STOMACH, depth, rng, 5.0), rng.random(4)
    if stomach:
        chance[3] = 1.0
        paint_loop(canvas, replace(bowel, gassy=0.75), stomach, chance, within=room)


def _paint_liver(
    canvas: Canvas, iodine: Enhancement, depth: float, wall: Wall, rng: np.random.Generator
) -> None:
    """Paint the liver's lobes, its vessels and the gall bladder."""
    lobes = [_cut(track, depth, rng, 4.0) for track in (_RIGHT_LIVER, _LEFT_LIVER)]
    flesh = iodine.liver + 2.5 * canvas.texture(7.0)
    found = [lobe for lobe in lobes if lobe]
    for lobe in found:
        fill(canvas, wall, lobe, flesh)
    spots, gall = rng.random((16, 5)), _cut(_GALL_BLADDER, depth, rng, 5.0)
    for number, (across, along, long, turn, kind) in enumerate(spots):
        if not found:
            break
        lobe = found[number % len(found)] if number % 3 == 0 else found[0]
        x = lobe.x + 1.3 * lobe.a * (across - 0.5)
        y = lobe.y + 1.3 * lobe.b * (along - 0.5)
        radius = 1.4 + 2.4 * kind
        end = x + 22 * long * np.cos(2 * np.pi * turn), y + 22 * long * np.sin(2 * np.pi * turn)
        vessel = Tube(((x, y), end), (radius, 0.6 * radius))
        grid = canvas.grid.around(*vessel.box)
        if grid.x.size:
            inside = np.maximum(vessel.distance(grid), lobe.distance(grid) + np.float32(4))
            blood = iodine.portal if kind < 0.6 else 0.5 * (iodine.portal + iodine.vein)
            canvas.lay(grid.cover(inside) * np.float32(0.85), blood, grid)
    if gall:
        canvas.paint(gall.thicker(1.5), iodine.gut)
        canvas.paint(gall, 10.0)


def _paint_spleen(canvas: Canvas, iodine: Enhancement, depth: float, wall: Wall) -> None:
    spleen = section(_SPLEEN, depth)
    if spleen is None:
        return
    # Early in the arterial phase the red pulp fills in bands.
    bands = max(0.0, iodine.artery - iodine.portal - 60) / 12
    fill(canvas, wall, spleen, iodine.spleen + np.float32(min(bands, 18.0)) * canvas.texture(12.0))


def _paint_pancreas(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    """Paint head, body and tail, lobed by fat; then duodenum beside the head."""
    low, thick = 0.46 + rng.normal(0, 0.03), rng.uniform(7, 12)
    if abs(depth - low) > 0.1:
        return
    line = Tube(
        ((-34, -8), (-16, -14), (4, -20), (30, -14), (62, 0)),
        (thick + 4, thick, 0.8 * thick, 0.9 * thick, thick),
    )
    grid = canvas.grid.around(*line.box)
    lobes = line.distance(grid) + (2.2 * canvas.texture(8.0))[grid.window]
    canvas.lay(grid.cover(lobes), iodine.pancreas, grid)
    canvas.paint(Ellipse(-52, -2, 11, 14), iodine.gut)
    canvas.paint(Ellipse(-52, -2, 8, 11), 20.0)


def _paint_vessels(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    """Paint the great vessels in front of the spine and the roots of their branches."""
    grow = canvas.anatomy.calibre
    cava, aorta = section(_CAVA, depth, grow), section(_AORTA, depth, grow)
    mixed = float(np.interp(depth, (0.45, 0.62), (iodine.vein, iodine.leg_vein)))
    paint_all(canvas, _lying(_PORTAL_VEIN, depth, rng), iodine.portal)
    paint_all(canvas, _lying(_SPLENIC_VEIN, depth, rng), iodine.portal)
    paint_all(canvas, _lying(_LEFT_RENAL_VEIN, depth, rng), iodine.vein)
    if cava:
        canvas.paint(cava.thicker(1), 12.0)
        canvas.paint(cava, mixed)
    for track, blood in ((_UPPER_VEIN, iodine.portal), (_UPPER_ARTERY, iodine.artery)):
        vessel = section(track, depth, grow)
        if vessel:
            canvas.paint(vessel.thicker(2.5), -100.0)
            canvas.paint(vessel, blood)
    if aorta:
        canvas.paint(aorta.thicker(1), 12.0)
        canvas.paint(aorta, iodine.artery)
        paint_plaques(canvas, [aorta], rng)


def _paint_lungs(canvas: Canvas, depth: float, wall: Wall, rng: np.random.Generator) -> None:
    """Paint the lungs' lowest tips behind the liver and the spleen."""
    low = rng.uniform(0.05, _LUNG_DEPTH)
    thick = 24 * float(np.sqrt(max(0.0, 1 - depth / low)))
    if thick < 3:
        return
    tips = both(Tube(((34, 78), (78, 66), (112, 34), (124, 8)), (thick, thick, 0.6 * thick, 2)))
    grid = canvas.grid
    inside = smooth_union([tip.distance(grid) for tip in tips], 2.0)
    tissue = np.float32(_LUNG_HU) + 30 * canvas.texture(3.0) + 20 * canvas.texture(9.0)
    canvas.lay(grid.cover(np.maximum(inside, wall.depth + np.float32(1.5))), tissue)
