"""Where labels go so that they hide neither points nor one another."""

from collections.abc import Iterable, Sequence
from itertools import product
from textwrap import fill
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

WAYS = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))
REACHES = (6.0, 14.0, 24.0, 36.0, 50.0)
LED_REACHES = (*REACHES, 68.0, 88.0, 110.0, 135.0)
"""Where a thin line leads to a label, it may stand further away."""

NO_BARS = np.zeros((0, 2, 2))

FRAME_LETTERS = 40
"""How many letters fit side by side into the frame of a small chart."""

Side: TypeAlias = Literal["left", "right"]


def in_lines(sentence: str, letters: int = FRAME_LETTERS) -> str:
    """Return a sentence in lines that fit into a small frame, of so many letters each.

    >>> print(in_lines("No other patient has a region of this reader and label."))
    No other patient has a region of this
    reader and label.
    """
    return fill(sentence, letters)


def longest(names: Iterable[str]) -> int:
    """Return how many letters the longest name has."""
    return max(map(len, names), default=0)


def with_number(name: str, number: str, side: Side) -> str:
    """Return a name as it stands at one side of what it names, its number next to that.

    >>> with_number("Random", "4", "left"), with_number("Random", "4", "right")
    ('Random  4', '4  Random')
    """
    return f"{name}  {number}" if side == "left" else f"{number}  {name}"


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move positions on a line as little as needed to be ``gap`` apart, keeping their order.

    >>> spread([1.0, 1.0, 5.0], 1.0)
    [0.5, 1.5, 5.0]
    """
    blocks: list[tuple[list[int], float]] = []  # (who, where the first stands)
    for index in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        who, start = [index], float(wanted[index])
        while blocks and blocks[-1][1] + gap * len(blocks[-1][0]) > start:
            who = blocks.pop()[0] + who
            start = float(np.mean([wanted[i] - gap * place for place, i in enumerate(who)]))
        blocks.append((who, start))
    found = [0.0] * len(wanted)
    for who, start in blocks:
        for place, index in enumerate(who):
            found[index] = start + gap * place
    return found


def beside(
    points: FloatArray,
    sizes: FloatArray,
    frame: tuple[float, float],
    reaches: tuple[float, ...] = REACHES,
    bars: FloatArray = NO_BARS,
) -> FloatArray:
    """Return the centre of each point's label.

    Labels are placed one after the other where they cost least: overlap with points, earlier
    labels and the frame's edge costs most, bars and distance little.

    Parameters
    ----------
    points
        (N, 2) x and y in pixels.
    sizes
        (N, 2) width and height of the labels in pixels.
    frame
        Width and height of the plot in pixels.
    reaches
        How far from its point, in pixels, the edge of a label is tried.
    bars
        (M, 2, 2) both ends of each upright or level line that the points have, in pixels.
    """
    middles, lengths = bars.mean(axis=1), np.abs(np.diff(bars, axis=1))[:, 0]
    centres = np.zeros((0, 2))
    for index, (point, size) in enumerate(zip(points, sizes, strict=True)):
        spots = np.array([_spot(point, size, way, reach) for reach, way in product(reaches, WAYS)])
        others = np.delete(points, index, axis=0)
        cost = np.linalg.norm(spots - point, axis=1) / 4
        cost += 60 * _overlaps(spots, size, others, np.full((len(others), 2), 8.0))
        cost += 100 * _overlaps(spots, size, centres, sizes[: len(centres)])
        cost += 8 * _overlaps(spots, size, middles, lengths)
        inside = (spots - size / 2 >= 0).all(axis=1) & (spots + size / 2 <= frame).all(axis=1)
        best = spots[int(np.argmin(cost + np.where(inside, 0.0, 500.0)))]
        centres = np.vstack([centres, best])
    return centres


def is_away(point: FloatArray, size: FloatArray, centre: FloatArray, most: float) -> bool:
    """Whether a label's edge is further than ``most`` from its point, so that a line must lead."""
    return float((np.abs(centre - point) - size / 2).max()) > most


def _spot(point: FloatArray, size: FloatArray, way: tuple[int, int], reach: float) -> FloatArray:
    direction = np.array(way, np.float64)
    step = direction * (size / 2) + direction * reach / max(1.0, float(np.abs(direction).sum()))
    return np.asarray(point + step, np.float64)


def _overlaps(
    spots: FloatArray, size: FloatArray, centres: FloatArray, sizes: FloatArray
) -> FloatArray:
    """How many of the boxes each spot's label would touch, (S,)."""
    apart = np.abs(spots[:, None] - centres[None])
    return np.asarray((apart < (size + sizes) / 2).all(axis=2).sum(axis=1), np.float64)
