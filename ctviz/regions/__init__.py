"""Image regions, and their ranking by an importance map (XRAI): map + image -> region map."""

from ctviz.regions.growing import xrai
from ctviz.regions.segmentation import Segmentation
from ctviz.regions.segmenting import segment

__all__ = ["Segmentation", "segment", "xrai"]
