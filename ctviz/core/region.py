"""What a human marked: a Region."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from ctviz.core.arrays import Mask, frozen


@dataclass(frozen=True, eq=False)
class Region:
    """The area of one label that a Reader drew on one slice, with who and when.

    Parameters
    ----------
    case_id, slice_index
        Where it was drawn.
    reader
        Who drew it.
    label
        What it is, in the reader's words.
    mask
        (H, W) bool on the scan's grid.
    drawn
        When it was finished, with its time zone.
    """

    case_id: str
    slice_index: int
    reader: str
    label: str
    mask: Mask
    drawn: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", frozen(np.asarray(self.mask), np.bool_))
