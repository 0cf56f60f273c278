"""Which side of the patient each edge of a picture is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

AXES = (("L", "R"), ("P", "A"), ("H", "F"))
"""Letters of the positive and negative direction of DICOM's patient axes x, y and z."""


class EdgeLetters(NamedTuple):
    """The letters at the edges of a picture: R, L, A, P, H or F."""

    left: str
    right: str
    top: str
    bottom: str


def edges(orientation: Sequence[float]) -> EdgeLetters:
    """Return the letters of a picture by its ImageOrientationPatient (row, then column direction).

    An oblique direction takes the letter of its largest component.

    >>> edges((1, 0, 0, 0, 1, 0))
    EdgeLetters(left='R', right='L', top='A', bottom='P')
    """
    right, left = _letters(orientation[:3])
    bottom, top = _letters(orientation[3:])
    return EdgeLetters(left, right, top, bottom)


def depth_mm(orientation: Sequence[float], position_mm: Sequence[float]) -> float:
    """Return where a slice lies along the line that crosses all slices, in mm.

    On an axial slice that line runs towards the head, as DICOM's SliceLocation often does.

    >>> depth_mm((1, 0, 0, 0, 1, 0), (-170.0, -180.0, 42.5))
    42.5
    """
    normal = np.cross(orientation[:3], orientation[3:])
    return float(np.dot(normal, position_mm))


def _letters(direction: Sequence[float]) -> tuple[str, str]:
    axis = int(np.argmax(np.abs(direction)))
    forward, backward = AXES[axis]
    return (forward, backward) if direction[axis] > 0 else (backward, forward)
