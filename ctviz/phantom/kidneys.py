"""The kidneys: a cortex around pyramids of medulla, and urine in a sinus of fat."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Tube
from ctviz.phantom.organs import Track, section
from ctviz.phantom.soft import SIDES

_KIDNEY: Track = (
    (0.36, 58, 36, 0, 0, 25),
    (0.42, 60, 36, 19, 23, 25),
    (0.55, 63, 34, 25, 31, 28),
    (0.72, 67, 32, 25, 31, 30),
    (0.86, 71, 32, 20, 24, 30),
    (0.92, 72, 32, 0, 0, 30),
)
_LEFT_HIGHER = 0.07
_FAT_HU, _SINUS_HU = -104.0, -75.0
_PYRAMIDS = 6
_HILUM = (0.52, 0.76)
_CYSTIC = 0.25


def paint_kidneys(
    canvas: Canvas, iodine: Enhancement, depth: float, rng: np.random.Generator
) -> None:
    """Paint both kidneys as far as ``depth`` (0 to 1 from liver dome to navel) cuts them."""
    drop = rng.normal(0, 0.05, 2)
    for side, low in zip(SIDES, drop, strict=True):
        at = depth + low + (_LEFT_HIGHER if side > 0 else 0)
        shift, grow, cyst = rng.uniform((-6, -7), (8, 7)), rng.uniform(0.88, 1.1), rng.random(4)
        kidney = section(_KIDNEY, float(at), float(grow))
        if kidney:
            x, y = side * (kidney.x + shift[0]), kidney.y + shift[1]
            placed = Ellipse(x, y, kidney.a, kidney.b, side * kidney.angle, 0.05)
            _paint_kidney(canvas, iodine, placed, side, float(at))
            if cyst[0] < _CYSTIC:
                _paint_cyst(canvas, placed, cyst)


def _paint_kidney(
    canvas: Canvas, iodine: Enhancement, kidney: Ellipse, side: int, at: float
) -> None:
    canvas.paint(kidney.thicker(9), _FAT_HU)
    canvas.paint(kidney, iodine.cortex)
    if min(kidney.a, kidney.b) < 14:
        return
    for turn in (np.arange(_PYRAMIDS) - (_PYRAMIDS - 1) / 2) * 0.78:
        # Seen from the hilum, which looks to the spine and the front.
        x = kidney.x + side * 0.56 * kidney.a * np.cos(turn)
        y = kidney.y + 0.58 * kidney.b * np.sin(turn)
        size = 0.19 * (kidney.a + kidney.b) / 2
        pyramid = Ellipse(float(x), float(y), size * 1.25, size, np.rad2deg(turn) * side)
        canvas.paint(pyramid, iodine.medulla)
    spread = float(np.interp(at, (_HILUM[0] - 0.08, *_HILUM, _HILUM[1] + 0.08), (0, 1, 1, 0)))
    if spread < 0.3:
        return
    sinus = Ellipse(
        kidney.x - side * 6, kidney.y - 2, 0.26 * spread * kidney.a, 0.4 * spread * kidney.b
    )
    canvas.paint(sinus, _SINUS_HU)
    if _HILUM[0] < at < _HILUM[1]:
        mouth = kidney.x - side * (kidney.a + 6), kidney.y - 8
        canvas.paint(Tube(((sinus.x, sinus.y), mouth), (5, 10)), _SINUS_HU)
        inner = (sinus.x, sinus.y)
        canvas.paint(Tube((inner, mouth), (2.4, 2.8)), iodine.vein)
        canvas.paint(Tube((inner, (mouth[0], mouth[1] + 7)), (1.4, 1.9)), iodine.artery)
        canvas.paint(Tube((inner, (mouth[0], mouth[1] + 14)), (3.5, 2.5)), iodine.urine)
    for dy in (-0.26, 0.26):
        canvas.paint(Ellipse(sinus.x + side * 2, sinus.y + dy * kidney.b, 3.0, 2.5), iodine.urine)


def _paint_cyst(canvas: Canvas, kidney: Ellipse, chance: np.ndarray) -> None:
    turn = 2 * np.pi * chance[1]
    x, y = kidney.x + kidney.a * np.cos(turn), kidney.y + kidney.b * np.sin(turn)
    canvas.paint(Ellipse(x, y, 4 + 10 * chance[2], 4 + 9 * chance[2]), 8.0)
