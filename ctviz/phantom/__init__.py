"""Procedural CT with known anatomy, so that everything can be tried without patients."""

from ctviz.phantom.body import CHEST, OUTSIDE, REGIONS, body_slice
from ctviz.phantom.chest import Phantom, chest, chest_slice, dissect
from ctviz.phantom.dissection import Dissection
from ctviz.phantom.lesion import LESION
from ctviz.phantom.marker import marker_mask, with_marker

__all__ = [
    "CHEST",
    "LESION",
    "OUTSIDE",
    "REGIONS",
    "Dissection",
    "Phantom",
    "body_slice",
    "chest",
    "chest_slice",
    "dissect",
    "marker_mask",
    "with_marker",
]
