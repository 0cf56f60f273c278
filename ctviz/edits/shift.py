"""Shift: brighter or darker by so many Hounsfield units."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Slice, param
from ctviz.edits.operation import OPERATIONS, Area, Operation

MOST_SHIFT = 2000


@OPERATIONS.register("shift")
@dataclass(frozen=True)
class Shift(Operation):
    """The same number is added to every pixel."""

    title: ClassVar = "Shift the HU"
    summary: ClassVar = "Brighter or darker by so many HU; noise and texture stay as they are."

    by: int = param(-100, low=-MOST_SHIFT, high=MOST_SHIFT, help="HU; below 0 is darker.")

    def changed(self, image: Slice, area: Area) -> FloatMap:  # noqa: ARG002 - the same anywhere
        """Return the slice with so many HU more."""
        return image.hounsfield + np.float32(self.by)

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return f"with what is drawn {abs(self.by)} HU {'darker' if self.by < 0 else 'brighter'}"
