"""What files of outlines end in: areas on slices of a case, and what could not be placed there."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ctviz.core import InvalidInput, Mask

LONGEST_LABEL = 60
"""Letters that the board shows of a label."""


@dataclass(frozen=True)
class OutlineSettings:
    """What whoever brings outlines has said of them.

    Parameters
    ----------
    share
        Of a fractional segmentation, from which share of a pixel on it is inside.
    resample
        Whether masks on another grid may be taken to the slices' by nearest neighbour.
    slice_index
        Where a picture belongs, which has no place of its own.
    label
        What to call the only structure of a file.
    names
        What the numbers of a label image stand for.
    """

    share: float = 0.5
    resample: bool = False
    slice_index: int | None = None
    label: str = ""
    names: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InvalidInput(f"The share must lie above 0 and at most at 1, not {self.share:g}.")


@dataclass(frozen=True)
class Outline:
    """The area of one label on one slice, as somebody marked it elsewhere; to become a Region.

    Parameters
    ----------
    reader
        Who marked it: a pseudonym.
    shape
        (H, W) of the slice.
    code
        The mask in few bytes, for a file may hold thousands.
    """

    label: str
    reader: str
    slice_index: int
    shape: tuple[int, int]
    code: bytes

    @classmethod
    def of(cls, label: str, reader: str, slice_index: int, mask: Mask) -> "Outline":
        """Return the outline of a mask (H, W)."""
        rows, columns = mask.shape
        code = zlib.compress(np.packbits(mask).tobytes(), 1)
        return cls(label, reader, slice_index, (rows, columns), code)

    @property
    def mask(self) -> Mask:
        """The mask (H, W)."""
        rows, columns = self.shape
        length = -(-rows * columns // 8)
        unpacker = zlib.decompressobj()
        try:
            bits = unpacker.decompress(self.code, length + 1)
        except zlib.error:
            bits = b""
        if len(bits) != length:
            raise InvalidInput("An outline is damaged; add its file again.")
        return (
            np.unpackbits(np.frombuffer(bits, np.uint8), count=rows * columns)
            .reshape(self.shape)
            .astype(np.bool_)
        )


@dataclass(frozen=True, order=True)
class Unplaced:
    """Something of a file that is on no slice, or not as the file has it.

    Parameters
    ----------
    what
        In words, with its label.
    why
        A sentence's end: "lies between the slices".
    times
        How often the file has it.
    """

    what: str
    why: str
    times: int = 1

    def __str__(self) -> str:
        """Return it in one sentence."""
        return f"{self.what} {self.why}{f' ({self.times} times)' if self.times > 1 else ''}."


@dataclass(frozen=True)
class OutlineFile:
    """What one file holds for a case.

    Parameters
    ----------
    name
        Of the file, harmless.
    kind
        What it is: "DICOM SEG".
    matched
        By what it is known to belong to the case.
    outlines
        At most one for each reader, label and slice.
    unplaced
        What is missing from them.
    """

    name: str
    kind: str
    matched: str
    outlines: tuple[Outline, ...]
    unplaced: tuple[Unplaced, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label, as the file has them in order."""
        return tuple(dict.fromkeys(outline.label for outline in self.outlines))

    @property
    def readers(self) -> tuple[str, ...]:
        """Every reader, as the file has them in order."""
        return tuple(dict.fromkeys(outline.reader for outline in self.outlines))
