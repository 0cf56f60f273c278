"""Streaks that dense tissue throws over a slice."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Field, ripple
from ctviz.phantom.layers import Paint
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.wall import Wall

_SHOULDER_LEVEL, _SHOULDER_HU = 0.25, 16.0
_DENSE_HU = 330.0
_FAN_BINS = 2048


def add_streaks(canvas: Canvas, parts: Mediastinum, wall: Wall) -> None:
    """Add photon starvation between the shoulders and a fan around undiluted contrast agent."""
    body = np.clip(1 - wall.depth / 70, 0, 1)
    shoulder = _SHOULDER_HU * max(0.0, 1 - canvas.level / _SHOULDER_LEVEL)
    if shoulder:
        add_rows(canvas, body, shoulder)
    if canvas.tissue.cava > _DENSE_HU and parts.cava:
        (x0, x1), (y0, y1) = parts.cava[0].box
        centre = (x0 + x1) / 2, (y0 + y1) / 2
        add_fan(canvas, body, centre, canvas.tissue.cava, parts.cava[0].part)


def add_rows(canvas: Canvas, body: Paint, strength_hu: float) -> None:
    """Add the streaks of photons that dense bones on both sides swallowed.

    ``body`` (H, W) is the share of them that is seen.
    """
    size = len(body)
    knots = round(size * canvas.grid.pixel_mm / 1.8)
    streak = ripple(canvas.rng, size, knots) * np.float32(strength_hu)
    canvas.add(streak[:, None] * body)


def add_fan(
    canvas: Canvas, body: Paint, centre: tuple[float, float], dense_hu: float, part: str = ""
) -> None:
    """Add rays around contrast agent of a density at a point, which vanish with its part."""
    strength = np.float32(0.16 * (dense_hu - 250))
    canvas.add(_fan(canvas, centre) * body * strength, part)


def _fan(canvas: Canvas, centre: tuple[float, float]) -> Field:
    """Return rays of unit strength around a point, that fade with the distance."""
    dx, dy = canvas.grid.x - np.float32(centre[0]), canvas.grid.y - np.float32(centre[1])
    rays = ripple(canvas.rng, _FAN_BINS, 48)
    turn = (np.arctan2(dy, dx) / np.float32(2 * np.pi) + np.float32(0.5)) * _FAN_BINS
    fade = np.exp(np.hypot(dx, dy) * np.float32(-1 / 28))
    return np.asarray(rays[turn.astype(np.int32) % _FAN_BINS] * fade)
