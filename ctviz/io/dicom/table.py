"""Tables that turn stored numbers into units, the Modality LUT: PS3.3, section C.11.1."""

from dataclasses import dataclass

import numpy as np
from pydicom import Dataset

from ctviz.core import UnreadableScan
from ctviz.io.dicom.bits import Numbers
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.encoding import byte_order

LONGEST = 1 << 16
BYTE_BITS = 8


@dataclass(frozen=True, eq=False)
class LookupTable:
    """What each stored number stands for.

    Parameters
    ----------
    first
        The number of the first entry; smaller ones mean the same.
    entries
        (N,) of which the last also stands for all larger numbers.
    """

    first: int
    entries: Numbers

    def look_up(self, numbers: Numbers) -> Numbers:
        """Return what the numbers stand for."""
        found: Numbers = self.entries[np.clip(numbers - self.first, 0, len(self.entries) - 1)]
        return found


def table_item(header: Dataset) -> Dataset | None:
    """Return the item of a header's table, None if there is no table with entries."""
    items = header.get("ModalityLUTSequence")
    # Some writers leave the sequence, or its item, empty beside a good rescale.
    if not items or not items[0].get("LUTDescriptor") or not items[0].get("LUTData"):
        return None
    item: Dataset = items[0]
    return item


def table_of(dataset: Dataset, *, signed: bool) -> LookupTable | None:
    """Return the table of a file, None if it has none with entries."""
    item = table_item(dataset)
    if item is None:
        return None
    try:
        length, first, bits = (int(number) % LONGEST for number in item.LUTDescriptor)
        entries = _entries(item.LUTData, length or LONGEST, bits, byte_order(dataset))
    except DAMAGED:
        raise UnreadableScan(
            "The table that says what its numbers mean is damaged; export it again."
        ) from None
    # The first number has the pixels' sign, whatever sign its writer gave it.
    return LookupTable(first - LONGEST if signed and first >= LONGEST // 2 else first, entries)


def _entries(data: object, length: int, bits: int, order: str) -> Numbers:
    """Return a table's entries: one in each word, or two where they have 8 bits."""
    if isinstance(data, bytes):
        packed = bits <= BYTE_BITS and len(data) < 2 * length
        words = data if packed else data[: len(data) // 2 * 2]
        raw: Numbers = np.frombuffer(words, "u1" if packed else f"{order}u2").astype(np.int64)
    else:
        raw = np.atleast_1d(np.asarray(data, np.int64))
        if bits <= BYTE_BITS and len(raw) < length:
            raw = np.stack([raw & 0xFF, raw >> BYTE_BITS & 0xFF], axis=1).ravel()
    if len(raw) < length:
        raise ValueError("The table is shorter than its descriptor says.")
    return raw[:length]
