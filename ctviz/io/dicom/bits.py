"""Where in a word a number stands, and what it means: PS3.5, section 8.1.1.

Bits outside the number belong to overlay planes, or to nobody; they never count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from ctviz.core import UnreadableScan

Numbers = NDArray[np.int64]

WIDEST = 32
OFFSET_HU = -900
"""A rescale that subtracts this much or more was made for numbers without a sign."""

OVERSHOOT = 16
"""Lossy compression may exceed the largest number by this part of the range."""

OVERLAYS = range(0x6000, 0x6020, 2)


@dataclass(frozen=True)
class PixelCell:
    """The place of a number in its word.

    Parameters
    ----------
    allocated, stored, high
        Bits of the word, bits of the number, and the place of its highest.
    signed
        Whether the number has a sign; None if the header does not say.
    overlays
        Places of bits that the header gives to overlay planes.
    """

    allocated: int
    stored: int
    high: int
    signed: bool | None
    overlays: frozenset[int] = frozenset()

    @property
    def shift(self) -> int:
        """Bits below the number."""
        return self.high + 1 - self.stored


def cell_of(header: Dataset, found_bits: int) -> PixelCell:
    """Return the cell that a header describes, with the usual values where it is silent.

    Parameters
    ----------
    found_bits
        Bits of a word as the pixels themselves show them; used where the header names none.
    """
    allocated = _whole(header, "BitsAllocated") or found_bits
    stored = _whole(header, "BitsStored") or allocated
    high = _whole(header, "HighBit")
    sign = _whole(header, "PixelRepresentation")
    if sign not in {None, 0, 1}:
        raise UnreadableScan(
            "Its header does not say whether its numbers have a sign; export it again."
        )
    return PixelCell(
        allocated,
        stored,
        stored - 1 if high is None else high,
        None if sign is None else bool(sign),
        frozenset(_overlays(header)),
    )


def stored_numbers(words: Numbers, cell: PixelCell, *, offset: float) -> Numbers:
    """Return the numbers in plain words: without foreign bits, with their sign.

    Parameters
    ----------
    words
        (H, W), without a sign.
    offset
        The rescale's intercept, which decides about the sign where the header does not.
    """
    cell = _checked(words, cell)
    numbers = words >> cell.shift & ((1 << cell.stored) - 1)
    return _with_sign(numbers, cell.stored) if _signed(words, cell, offset) else numbers


def decoded_numbers(
    samples: Numbers, cell: PixelCell, bits: int, *, lossy: bool, offset: float
) -> Numbers:
    """Return the numbers of a compressed frame, whose precision need not be the header's.

    Parameters
    ----------
    samples
        (H, W) as the decoder returns them, below zero only where the codestream has a sign.
    bits
        The codestream's precision.
    """
    if bits > cell.allocated:
        raise UnreadableScan(
            f"Its header promises words of {cell.allocated} bits, its compressed pixels have "
            f"{bits}; export it uncompressed."
        )
    if bits <= cell.stored:
        return _of_own_precision(samples, cell, bits, offset)
    if lossy:
        return _of_lossy_words(samples, cell)
    words = samples & ((1 << bits) - 1)
    return stored_numbers(
        words, PixelCell(bits, cell.stored, cell.high, cell.signed, cell.overlays), offset=offset
    )


def _of_own_precision(samples: Numbers, cell: PixelCell, bits: int, offset: float) -> Numbers:
    """Return samples that hold nothing but the number; the sign is what may be in doubt."""
    if samples.min() < 0:
        if cell.signed is False:
            raise UnreadableScan(
                "Its header says that its numbers have no sign, its compressed pixels say that "
                "they have one; export it uncompressed."
            )
        return samples
    negative = samples >= 1 << (bits - 1)
    if not negative.any():
        return samples
    if cell.signed and bits < cell.stored:
        raise UnreadableScan(
            f"Its header promises numbers of {cell.stored} bits with a sign, its compressed "
            f"pixels have {bits} bits without one; export it uncompressed."
        )
    own = PixelCell(bits, bits, bits - 1, cell.signed)
    return _with_sign(samples, bits) if _signed(samples, own, offset) else samples


def _of_lossy_words(samples: Numbers, cell: PixelCell) -> Numbers:
    """Return lossy samples, which may exceed the number's range a little and hold no planes."""
    signed = bool(cell.signed) or (cell.signed is None and samples.min() < 0)
    lowest = -(1 << (cell.stored - 1)) if signed else 0
    highest = lowest + (1 << cell.stored) - 1
    slack = (1 << cell.stored) // OVERSHOOT
    if cell.shift or samples.min() < lowest - slack or samples.max() > highest + slack:
        raise UnreadableScan(
            f"Its header promises numbers of {cell.stored} bits, its lossy pixels hold larger "
            "ones; export it uncompressed."
        )
    return np.clip(samples, lowest, highest)


def _checked(words: Numbers, cell: PixelCell) -> PixelCell:
    """Return the cell, mended where that is certain and refused where it contradicts the words."""
    if not 0 < cell.stored <= WIDEST or not 0 <= cell.high < max(cell.allocated, 1):
        raise UnreadableScan(
            "Its header contradicts itself about the bits of a number; export it again."
        )
    used = int(np.bitwise_or.reduce(words, axis=None))
    if cell.shift < 0 and used >> (cell.high + 1) == 0:
        cell = PixelCell(cell.allocated, cell.high + 1, cell.high, cell.signed, cell.overlays)
    foreign = used & ((1 << max(cell.shift, 0)) - 1)
    claimed = sum(1 << place for place in cell.overlays)
    inside = ((1 << cell.stored) - 1) << max(cell.shift, 0)
    if cell.shift < 0 or foreign & ~claimed or used & inside & claimed:
        raise UnreadableScan(
            "Its header names other bits than those in which its numbers stand; export it again."
        )
    return cell


def _signed(words: Numbers, cell: PixelCell, offset: float) -> bool:
    """Whether the numbers have a sign, where the header does not say only if that is certain."""
    if cell.signed is not None:
        return cell.signed
    highest = words >> cell.high & 1 == 1
    if not highest.any():
        return False
    above = words >> (cell.high + 1)
    full = (1 << (cell.allocated - cell.high - 1)) - 1
    if full and (above == np.where(highest, full, 0)).all():
        return True
    if offset > OFFSET_HU or (not full and cell.stored > 12):
        raise UnreadableScan(
            "Its header does not say whether its numbers have a sign, and its pixels leave it "
            "open; export it again."
        )
    return False


def _with_sign(numbers: Numbers, bits: int) -> Numbers:
    """Return numbers in two's complement with their sign."""
    return numbers - ((numbers >> (bits - 1)) << bits)


def _overlays(header: Dataset) -> list[int]:
    """Return the places of overlay planes that stand in the pixels' words."""
    places = []
    for group in OVERLAYS:
        planes = [header.get((group, element)) for element in (0x0100, 0x0102, 0x3000)]
        allocated, place, data = (None if element is None else element.value for element in planes)
        if data is None and isinstance(allocated, int) and allocated > 1 and isinstance(place, int):
            places.append(place)
    return [place for place in places if 0 <= place < WIDEST]


def _whole(header: Dataset, keyword: str) -> int | None:
    """Return an element that is a whole number, None if it is missing or empty."""
    value = header.get(keyword)
    return None if value is None or value == "" else int(value)
