"""Blur: what is smaller than a few millimetres disappears."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.ndimage import gaussian_filter

from ctviz.core import FloatMap, Slice, param
from ctviz.edits.operation import OPERATIONS, Area, Operation


@OPERATIONS.register("blur")
@dataclass(frozen=True)
class Blur(Operation):
    """A Gaussian of so many millimetres, over the whole slice as it was."""

    title: ClassVar = "Blur"
    summary: ClassVar = "What is smaller than a few millimetres disappears."

    sigma_mm: float = param(5.0, low=0.0, high=50.0, help="Standard deviation of the blur, mm.")

    def changed(self, image: Slice, area: Area) -> FloatMap:  # noqa: ARG002 - the same anywhere
        """Return the blurred slice; its borders are continued by their mirror image."""
        sigmas = [self.sigma_mm / mm for mm in image.spacing_mm or (1.0, 1.0)]
        blurred: FloatMap = gaussian_filter(image.hounsfield.astype(np.float64), sigmas)
        return blurred.astype(np.float32)

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return f"with what is drawn blurred ({self.sigma_mm:g} mm)"
