"""Stomach and bowel: a wall around gas, fluid, stool or swallowed contrast agent."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ctviz.phantom.canvas import Canvas
from ctviz.phantom.enhancement import Enhancement
from ctviz.phantom.geometry import Ellipse, Field, Shape, Tube

_GAS_HU = -960.0
_ORAL = 0.35


@dataclass(frozen=True)
class Bowel:
    """A patient's gut: its blood, and what it holds whether or not iodine is in the blood.

    ``oral_hu`` is the density of swallowed contrast agent, ``reached`` the share of the loops that
    it has come to (0 if none was swallowed), ``gassy`` the share of loops with gas.
    """

    iodine: Enhancement
    oral_hu: float
    reached: float
    gassy: float

    @classmethod
    def draw(cls, iodine: Enhancement, rng: np.random.Generator) -> Bowel:
        """Draw what was eaten and drunk."""
        swallowed, oral, reached, gassy = rng.random(4)
        share = 0.25 + 0.7 * reached if swallowed < _ORAL else 0.0
        return cls(iodine, 120 + 500 * oral**2, share, 0.1 + 0.4 * gassy)


def paint_loop(
    canvas: Canvas, bowel: Bowel, loop: Shape, chance: np.ndarray, *, within: Field | None = None
) -> None:
    """Paint a loop of stomach or small bowel, with gas above the fluid.

    ``chance`` (4,) of 0 to 1 decides on content, gas and density; ``within`` (H, W) is negative
    where there is room.
    """
    grid = canvas.grid.around(*loop.box)
    if not grid.x.size:
        return
    distance = loop.distance(grid)
    if within is not None:
        distance = np.maximum(distance, within[grid.window])
    wall = np.float32(1.8 + 1.4 * chance[3])
    canvas.lay(grid.cover(distance), bowel.iodine.gut, grid)
    fluid = bowel.oral_hu if chance[0] < bowel.reached else 8 + 28 * float(chance[2])
    canvas.lay(grid.cover(distance + wall), fluid, grid)
    if chance[1] < bowel.gassy:
        (_, _), (top, bottom) = loop.box
        surface = grid.y - np.float32(top + (bottom - top) * (0.25 + 0.5 * chance[2]))
        canvas.lay(grid.cover(np.maximum(distance + wall, surface)), _GAS_HU, grid)


def paint_colon(canvas: Canvas, bowel: Bowel, loop: Shape, chance: np.ndarray) -> None:
    """Paint a stretch of colon: stool full of small bubbles, gas, or what was swallowed."""
    if chance[0] < 0.5:
        paint_loop(canvas, replace(bowel, gassy=0.9), loop, chance)
        return
    grid = canvas.grid.around(*loop.box)
    if not grid.x.size:
        return
    distance = loop.distance(grid)
    canvas.lay(grid.cover(distance), bowel.iodine.gut, grid)
    base = 0.6 * bowel.oral_hu if chance[1] < bowel.reached else 0.0
    bubbles = np.clip(canvas.texture(5.0), 0.4, 2.5) - np.float32(0.4)
    stool = np.float32(base + 20) - bubbles * np.float32(420)
    canvas.lay(grid.cover(distance + np.float32(2.2)), stool[grid.window], grid)


def paint_loops(canvas: Canvas, bowel: Bowel, room: Field, rng: np.random.Generator) -> None:
    """Strew loops of small bowel and the vessels of their fat where ``room`` (H, W) is negative."""
    rows, columns = np.nonzero(room < -6)
    count = int(rng.integers(18, 44))
    chances, places = rng.random((count, 8)), rng.random((count, 3))
    if not len(rows):
        return
    for chance, place in zip(chances, places, strict=True):
        at = int(place[0] * len(rows))
        x, y = (float(line[rows[at], columns[at]]) for line in (canvas.grid.x, canvas.grid.y))
        if place[1] < 0.3:
            vessel = Ellipse(x, y, 1.2 + 1.8 * chance[4], 1.2 + chance[5], 180 * chance[6])
            canvas.paint(vessel, bowel.iodine.portal if chance[7] < 0.6 else bowel.iodine.artery)
            continue
        turn, long = 2 * np.pi * chance[4], 30 * chance[5]
        end = x + long * np.cos(turn), y + 0.6 * long * np.sin(turn)
        radius = 7 + 6 * chance[6]
        loop = Tube(((x, y), end), (radius, radius * (0.8 + 0.3 * chance[7])))
        paint_loop(canvas, bowel, loop, chance[:4], within=room)
