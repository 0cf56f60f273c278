"""The patient table below the body: thin shells, curved so that a patient lies in them."""

from __future__ import annotations

import numpy as np

from ctviz.phantom.canvas import Canvas

_BACK_MM = 135.0
_KINDS = (
    ((150.0, 22.0, 0.0, 420.0),),
    ((205.0, 30.0, 0.0, 60.0), (203.0, 30.0, 26.0, 60.0)),
    ((240.0, 58.0, 0.0, 40.0), (260.0, 66.0, 17.0, -80.0)),
)
"""For each kind its shells: half width and sag in mm, depth below the top one in mm, HU."""


def paint_table(canvas: Canvas, pixel_mm: float) -> None:
    """Paint the table, whose place is that of the scanner's pixels and not the patient's."""
    anatomy, size = canvas.anatomy, len(canvas.hounsfield)
    line = (np.arange(size, dtype=np.float32) + 0.5 - size / 2) * np.float32(pixel_mm)
    top = _BACK_MM * anatomy.scale[1] + anatomy.offset_mm[1] + 0.7 * anatomy.fat_mm + 6
    for half, sag, drop, hounsfield in _KINDS[anatomy.table]:
        along = (line - anatomy.offset_mm[0] * 0.3) / half
        height = top + drop * np.sqrt(np.clip(1 - along**4, 0, 1)) - sag * along**2
        slope = np.sqrt(1 + (np.gradient(height, line)) ** 2)
        gap = np.abs(line[:, None] - height[None, :]) / slope
        inside = np.clip(1.1 / pixel_mm + 0.5 - gap / pixel_mm, 0, 1) * (np.abs(along) < 1)
        canvas.lay(inside.astype(np.float32), hounsfield, instead={"table": None})
