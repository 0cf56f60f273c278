"""Label images, i.e. volumes of whole numbers: each number a structure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctviz.core import UnreadableScan
from ctviz.io.limits import check_size
from ctviz.io.outlines.found import OutlineSettings
from ctviz.io.outlines.naming import label_of_file, told_apart
from ctviz.io.outlines.sheets import Sheet
from ctviz.io.volume import Plane

READER = "imported"
"""Whoever made a file that names nobody."""

MOST_LABELS = 500
"""More numbers than any atlas has; such a file is a scan or a map."""


def sheets_of(
    stacked: tuple[NDArray[np.generic], Sequence[Plane]],
    path: Path,
    asked: OutlineSettings,
    names: dict[int, str],
) -> Iterator[Sheet]:
    """Yield the mask of every label on every slice of a stack.

    Parameters
    ----------
    stacked
        (S, H, W), and where each slice lies.
    names
        What the file itself says that its numbers stand for.
    """
    stack, planes = stacked
    check_size(*stack.shape)
    present: set[int] = set()
    for image in stack:
        present |= _numbers_in(image)
        if len(present) > MOST_LABELS:
            raise UnreadableScan(
                f"It holds more than {MOST_LABELS} different numbers, as scans and maps do and "
                "label images do not; export the structures."
            )
    labels = _labels(sorted(present), path, asked, names)
    for image, plane in zip(stack, planes, strict=True):
        for number in sorted(_numbers_in(image)):
            yield Sheet(labels[number], READER, image == number, plane)


def _labels(
    numbers: list[int], path: Path, asked: OutlineSettings, names: dict[int, str]
) -> dict[int, str]:
    """Return what each number stands for: as asked, as the file says, by the file's name."""
    alone = asked.label or label_of_file(path) if len(numbers) == 1 else ""
    said = [
        asked.names.get(number)
        or asked.label * (len(numbers) == 1)
        or names.get(number)
        or alone
        or f"structure {number}"
        for number in numbers
    ]
    return dict(zip(numbers, told_apart(said), strict=True))


def _numbers_in(image: NDArray[np.generic]) -> set[int]:
    """Return which labels an image holds; 0 is none."""
    values = np.unique(image)
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
        if (values != np.rint(values)).any():
            raise UnreadableScan(
                "It holds fractions, as probabilities do; choose a threshold (0.5 is usual) and "
                "export what is above it."
            )
    if len(values) and float(values.min()) < 0:
        raise UnreadableScan(
            "It holds negative numbers, as scans do and label images do not; export it with 0 "
            "outside and a positive number for each structure."
        )
    return {int(number) for number in values if number}
