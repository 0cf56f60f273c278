"""Elements of a DICOM header as plain values: what is missing or damaged is empty."""

import math
from typing import Any

from pydicom import Dataset
from pydicom.multival import MultiValue

from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.silence import quiet


def macro(header: Dataset, index: int, name: str) -> Dataset:
    """Return a frame's functional group, its own before the shared one, else the header."""
    for sequence, place in (
        ("PerFrameFunctionalGroupsSequence", index),
        ("SharedFunctionalGroupsSequence", 0),
    ):
        groups = value(header, sequence) or ()
        items = value(groups[place], name) if place < len(groups) else None
        if items:
            return items[0]
    return header


def file_meta(header: Dataset) -> Dataset:
    """Return the file's own header, empty if it has none."""
    return getattr(header, "file_meta", Dataset())


def value(header: Dataset, keyword: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Return an element's value, None if it is missing or damaged."""
    try:
        with quiet():
            return header.get(keyword)
    except DAMAGED:
        return None


def text(header: Dataset, keyword: str) -> str:
    """Return an element as text, empty if it is missing or damaged."""
    found = value(header, keyword)
    parts = found if isinstance(found, MultiValue) else [found]
    return "\\".join(str(part) for part in parts if part is not None).strip()


def numbers(header: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return an element's finite numbers, None if they are missing, damaged or too few."""
    try:
        found = tuple(float(part) for part in text(header, keyword).split("\\"))
    except ValueError:
        return None
    if len(found) != count or not all(map(math.isfinite, found)):
        return None
    return found


def whole(header: Dataset, keyword: str, missing: int = 0) -> int:
    """Return an element's whole number."""
    found = numbers(header, keyword, 1)
    return missing if found is None else int(found[0])
