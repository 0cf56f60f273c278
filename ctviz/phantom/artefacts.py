"""Streaks that dense tissue throws over a slice."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Field, ripple
from ctviz.phantom.organs import Mediastinum
from ctviz.phantom.wall import Wall

_SHOULDER_LEVEL, _SHOULDER_HU = 0.25, 16.0
_DENSE_HU = 330.0
_FAN_BINS = 2048


def add_streaks(canvas: Canvas, parts: Mediastinum, wall: Wall) -> None:
    """Add photon starvation between the shoulders and a fan around undiluted contrast agent."""
    body = np.clip(1 - wall.depth / 70, 0, 1)
    size = len(body)
    shoulder = _SHOULDER_HU * max(0.0, 1 - canvas.level / _SHOULDER_LEVEL)
    if shoulder:
        knots = round(size * canvas.grid.pixel_mm / 1.8)
        streak = ripple(canvas.rng, size, knots) * np.float32(shoulder)
        canvas.add(streak[:, None] * body)
    if canvas.tissue.cava > _DENSE_HU and parts.cava:
        (x0, x1), (y0, y1) = parts.cava[0].box
        fan = _fan(canvas, ((x0 + x1) / 2, (y0 + y1) / 2))
        strength = np.float32(0.16 * (canvas.tissue.cava - 250))
        canvas.add(fan * body * strength, parts.cava[0].part)


def _fan(canvas: Canvas, centre: tuple[float, float]) -> Field:
    """Return rays of unit strength around a point, that fade with the distance."""
    dx, dy = canvas.grid.x - np.float32(centre[0]), canvas.grid.y - np.float32(centre[1])
    rays = ripple(canvas.rng, _FAN_BINS, 48)
    turn = (np.arctan2(dy, dx) / np.float32(2 * np.pi) + np.float32(0.5)) * _FAN_BINS
    fade = np.exp(np.hypot(dx, dy) * np.float32(-1 / 28))
    return np.asarray(rays[turn.astype(np.int32) % _FAN_BINS] * fade)
