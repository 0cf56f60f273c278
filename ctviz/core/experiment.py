"""What a reader tried on a slice: an Experiment, and the Edit that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from ctviz.core.arrays import Mask, frozen
from ctviz.core.errors import InvalidInput
from ctviz.core.params import Value

DEFAULT_EDGE_MM = 2.0
WIDEST_EDGE_MM = 30.0
LONGEST_TITLE, LONGEST_NOTE = 60, 500
"""Letters."""


@dataclass(frozen=True, eq=False)
class Edit:
    """What is done to a part of one slice; see `ctviz.edits`.

    Parameters
    ----------
    operation
        Its registered name.
    mask
        (H, W) bool on the scan's grid: where.
    settings
        The operation's hyperparameters that are not the default.
    edge_mm
        How far around the mask the change fades away, so that its edge is no artefact.
    """

    operation: str
    mask: Mask
    settings: Mapping[str, Value] = field(default_factory=dict)
    edge_mm: float = DEFAULT_EDGE_MM

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", frozen(np.asarray(self.mask), np.bool_))
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        # Comparisons with NaN are false, so NaN is refused as well.
        if not 0 <= self.edge_mm <= WIDEST_EDGE_MM:
            raise InvalidInput(
                f"A soft edge is 0 to {WIDEST_EDGE_MM:g} mm wide, not {self.edge_mm:g}."
            )


@dataclass(frozen=True, eq=False)
class Experiment:
    """An edit of one slice of a case that a Reader keeps, with who and when.

    Parameters
    ----------
    id
        Tells it from all others.
    case_id, slice_index
        What is edited.
    reader
        Who made it.
    model_id
        The model that was asked.
    title, note
        In the reader's words.
    made
        When it was kept first, with its time zone.
    binned
        Whether it was put into the bin.
    """

    id: str
    case_id: str
    slice_index: int
    reader: str
    model_id: str
    edit: Edit
    title: str
    note: str = ""
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    binned: bool = False

    def __post_init__(self) -> None:
        for what, text, longest in (
            ("name", self.title, LONGEST_TITLE),
            ("note", self.note, LONGEST_NOTE),
        ):
            if len(text) > longest:
                raise InvalidInput(
                    f"The {what} of an experiment has {longest} letters at most, and this one has "
                    f"{len(text)}; shorten it."
                )
        if not self.title.strip() or not self.title.isprintable():
            raise InvalidInput("An experiment needs a name of one line; type one.")
