"""One slice that can be seen without one of its parts, everything else being the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import maximum_filter

from ctviz.core import Mask, UnknownName
from ctviz.phantom.canvas import AIR, Canvas
from ctviz.phantom.geometry import Field
from ctviz.phantom.layers import Window, seen_without, window_of
from ctviz.phantom.scanner import Scanner

_REACH_MM, _REACH_PIXELS = 8.0, 4
"""So far beyond a part the scanner's blur spreads it, at least; beyond it is a HU or two."""


@dataclass(frozen=True, eq=False)
class Dissection:
    """A slice of a phantom with what it was painted of.

    A part is missing in one of two ways. Blood and heart muscle stay, at the attenuation that the
    same patient has without contrast agent. Organs, bones and the table are left out, and show
    what lies beneath them: fat, lung, muscle or air. Noise and all other parts are the same. What
    a part throws over the picture vanishes with it, as the streaks around undiluted contrast agent
    do.

    Parameters
    ----------
    seen
        (H, W) what the scanner saw, before it is rounded.
    canvas
        The painted patient.
    scanner
        How the patient was scanned.
    """

    seen: Field
    canvas: Canvas
    scanner: Scanner

    @cached_property
    def hounsfield(self) -> Field:
        """The slice in Hounsfield units (H, W)."""
        return self.scanner.reconstructed(self.seen)

    @property
    def heart_and_vessels(self) -> Mask:
        """Where (H, W) heart and great vessels are."""
        return self.canvas.mask

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Distance of neighbouring pixels, down a column and along a row."""
        pixel = self.scanner.field_of_view_mm / len(self.seen)
        return pixel, pixel

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The parts that were painted, in that order; some may be hidden by others."""
        return tuple(dict.fromkeys(part for layer in self.canvas.layers for part in layer.instead))

    def without(self, part: str) -> Field:
        """Return the slice without a part in Hounsfield units (H, W).

        Only a window around the part is painted and scanned again. Not a bit changes beyond the
        reach of its pixels.
        """
        if part not in self.parts:
            raise UnknownName("part of this slice", part, self.parts)
        layers = self.canvas.layers
        box = window_of(layers, part)
        if box is None:
            return self.hounsfield
        window = self._grown(box)
        change = seen_without(layers, part, window, AIR) - self.canvas.hounsfield[window]
        near = maximum_filter(change != 0, 2 * self._reach + 1)
        seen = self.seen.copy()
        seen[window] += np.where(near, self.scanner.change(change, len(seen)), 0)
        return self.scanner.reconstructed(seen)

    @property
    def _reach(self) -> int:
        """How many pixels the blur reaches."""
        return max(_REACH_PIXELS, int(np.ceil(_REACH_MM / self.spacing_mm[0])))

    def _grown(self, box: Window) -> Window:
        """Return a window with room for the blur."""
        rows, columns = (
            slice(max(0, extent.start - self._reach), min(pixels, extent.stop + self._reach))
            for extent, pixels in zip(box, self.seen.shape, strict=True)
        )
        return rows, columns
