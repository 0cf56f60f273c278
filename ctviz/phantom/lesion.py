"""A round lesion anywhere in lung or soft tissue: a cause of an answer that has no usual place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctviz.core import Mask
from ctviz.phantom.canvas import Canvas
from ctviz.phantom.geometry import Ellipse
from ctviz.phantom.wall import Wall, skin_depth

LESION = "lesion"

_SMALLEST_MM, _LARGEST_MM = 6.0, 18.0
_LONGEST = 1.5
_LUNG_HU, _SOFT_HU = (-960.0, -650.0), (-140.0, 140.0)
_IN_LUNG_STEP_HU, _IN_SOFT_STEP_HU = (350.0, 900.0), (150.0, 400.0)


@dataclass(frozen=True)
class Lesion:
    """An irregular ellipse of its own density.

    Parameters
    ----------
    outline
        Where it is.
    hounsfield
        Its density.
    """

    outline: Ellipse
    hounsfield: float

    @classmethod
    def draw(cls, canvas: Canvas, wall: Wall, rng: np.random.Generator) -> Lesion:
        """Draw a lesion of random size, density and place.

        Every pixel of lung or soft tissue is equally likely to be its centre. In the lungs it is
        denser than these, elsewhere as often brighter as darker than what it lies in.
        """
        radius = rng.uniform(_SMALLEST_MM, _LARGEST_MM)
        long, turn, dark = rng.uniform(1, _LONGEST), rng.uniform(0, 180), rng.random() < 0.5
        share, place = rng.random(), rng.random()
        rows, columns = np.nonzero(_room(canvas, wall, radius))
        chosen = int(place * len(rows))
        row, column = rows[chosen], columns[chosen]
        around = float(canvas.hounsfield[row, column])
        in_lung = around < _LUNG_HU[1]
        low, high = _IN_LUNG_STEP_HU if in_lung else _IN_SOFT_STEP_HU
        step = low + share * (high - low)
        outline = Ellipse(
            float(canvas.grid.x[row, column]),
            float(canvas.grid.y[row, column]),
            radius * long**0.5,
            radius / long**0.5,
            float(turn),
            trefoil=0.08,
            part=LESION,
        )
        return cls(outline, around + (-step if dark and not in_lung else step))


def _room(canvas: Canvas, wall: Wall, radius: float) -> Mask:
    """Return the pixels (H, W) of lung and soft tissue that lie well within the skin."""
    outside = skin_depth(canvas.anatomy, canvas.level).astype(np.float32)[wall.bins]
    inside = wall.depth - outside < -np.float32(radius)
    return np.asarray(inside & (_between(canvas, _LUNG_HU) | _between(canvas, _SOFT_HU)))


def _between(canvas: Canvas, limits: tuple[float, float]) -> Mask:
    low, high = limits
    return np.asarray((canvas.hounsfield > low) & (canvas.hounsfield < high))
