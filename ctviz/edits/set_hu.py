"""Set: one number of Hounsfield units everywhere."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import FloatMap, Slice, param
from ctviz.edits.operation import LEAST_HU, MOST_HU, OPERATIONS, Area, Operation


@OPERATIONS.register("set-hu")
@dataclass(frozen=True)
class SetHu(Operation):
    """Every pixel gets the same value, so that noise and texture are gone as well."""

    title: ClassVar = "Set the HU"
    summary: ClassVar = "One value everywhere; noise and texture are gone as well."

    value: int = param(45, low=LEAST_HU, high=MOST_HU, help="HU; blood without iodine has 45.")

    def changed(self, image: Slice, area: Area) -> FloatMap:  # noqa: ARG002 - the same anywhere
        """Return the value everywhere."""
        return np.full(image.shape, self.value, np.float32)

    @property
    def words(self) -> str:
        """The slice as it is then."""
        return f"with what is drawn at {self.value} HU"
