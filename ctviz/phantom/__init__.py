"""A procedural chest CT with known anatomy, so that everything can be tried without patients."""

from ctviz.phantom.chest import Phantom, chest, chest_slice
from ctviz.phantom.marker import marker_mask, with_marker

__all__ = ["Phantom", "chest", "chest_slice", "marker_mask", "with_marker"]
