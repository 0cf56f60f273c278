"""How a scan was made, as far as its files say so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from ctviz.core.errors import InvalidInput

KERNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .+_/^-]{0,23}")
THICKEST_MM = 100.0
KILOVOLTS = (10.0, 500.0)
SPACE = re.compile(r"(F-[0-9a-f]{8})?")


@dataclass(frozen=True)
class Acquisition:
    """What a scanner did to make the slices of a case; empty or None where that is not known.

    Parameters
    ----------
    thickness_mm
        Of a slice, which may be more or less than the gap to the next one.
    kernel
        What the maker calls the way in which the image was computed: soft, sharp, …
    kilovolts
        Peak voltage of the tube.
    space
        Pseudonym of the coordinate system, which scans of one examination may share.
    """

    thickness_mm: float | None = None
    kernel: str = ""
    kilovolts: float | None = None
    space: str = ""

    def __post_init__(self) -> None:
        thin = self.thickness_mm is None or 0 < self.thickness_mm <= THICKEST_MM
        low, high = KILOVOLTS
        usual = self.kilovolts is None or low <= self.kilovolts <= high
        named = not self.kernel or KERNEL.fullmatch(self.kernel)
        if not (thin and usual and named and SPACE.fullmatch(self.space)):
            raise InvalidInput("This says of a scan what no scanner does; leave it out.")


UNKNOWN = Acquisition()


def in_common(acquisitions: Iterable[Acquisition]) -> Acquisition:
    """Return what is the same in all, and nothing where they differ.

    >>> in_common([Acquisition(2.5, "B30f"), Acquisition(2.5, "B70f")])
    Acquisition(thickness_mm=2.5, kernel='', kilovolts=None, space='')
    """
    first, *others = dict.fromkeys(acquisitions)
    differ = {
        field.name: field.default
        for field in fields(Acquisition)
        if any(getattr(other, field.name) != getattr(first, field.name) for other in others)
    }
    return replace(first, **differ)  # type: ignore[arg-type]
