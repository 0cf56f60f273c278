"""Set the mean: another level, the same noise and texture."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Slice, param
from ctviz.edits.operation import LEAST_HU, MOST_HU, OPERATIONS, Area, Operation


@OPERATIONS.register("set-mean")
@dataclass(frozen=True)
class SetMean(Operation):
    """All pixels are shifted alike until the mean of what is drawn has the value."""

    title: ClassVar = "Set the mean HU"
    summary: ClassVar = "Another mean; noise and texture stay as they are."

    value: int = param(45, low=LEAST_HU, high=MOST_HU, help="HU; blood without iodine has 45.")

    def changed(self, image: Slice, area: Area) -> FloatMap:
        """Return the slice shifted by what the drawn part's mean lacks."""
        pixels = image.hounsfield.astype(np.float64)
        shifted: FloatMap = (pixels + (self.value - pixels[area.drawn].mean())).astype(np.float32)
        return shifted

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return f"with a mean of {self.value} HU in what is drawn"
