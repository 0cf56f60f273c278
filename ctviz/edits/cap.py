"""Cap: nothing brighter than a limit."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Slice, param
from ctviz.edits.operation import LEAST_HU, MOST_HU, OPERATIONS, Area, Operation


@OPERATIONS.register("cap")
@dataclass(frozen=True)
class Cap(Operation):
    """What is brighter than the limit gets the limit: iodine goes, fat and air stay."""

    title: ClassVar = "Take the contrast out"
    summary: ClassVar = "Nothing brighter than the limit: iodine goes, fat and air stay."

    limit: int = param(45, low=LEAST_HU, high=MOST_HU, help="HU; blood without iodine has 45.")

    def changed(self, image: Slice, area: Area) -> FloatMap:  # noqa: ARG002 - the same anywhere
        """Return the slice with all that is brighter at the limit."""
        return np.minimum(image.hounsfield, np.float32(self.limit))

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return f"with at most {self.limit} HU in what is drawn"
