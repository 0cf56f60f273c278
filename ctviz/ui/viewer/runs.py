"""Run-length code of one drawn slice: ``[start, length, label, …]`` over its row-major pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctviz.core import InvalidInput

LabelImage = NDArray[np.uint8]
"""Labels of one slice, (H, W); 0 is undrawn."""


class InvalidDrawing(InvalidInput):
    """A drawing from the browser that does not fit the scan it claims to belong to."""


def encode_runs(labels: LabelImage) -> list[int]:
    """Return runs of equal, non-zero labels of an (H, W) image, in row-major order."""
    rows = np.flatnonzero(labels.any(axis=1))
    if rows.size == 0:
        return []
    # A drawing seldom fills a slice; what lies above and below it is not looked through.
    above = int(rows[0]) * labels.shape[1]
    flat = labels[rows[0] : rows[-1] + 1].reshape(-1)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1))
    lengths = np.diff(np.concatenate((starts, [flat.size])))
    drawn = flat[starts] != 0
    runs = np.stack((starts[drawn] + above, lengths[drawn], flat[starts][drawn]), axis=1)
    return [int(number) for number in runs.reshape(-1)]


def decode_runs(runs: object, shape: tuple[int, int]) -> LabelImage:
    """Return (H, W) labels of runs that come from a browser and are therefore checked.

    Raises
    ------
    InvalidDrawing
        If the runs are not integers in threes, overlap, leave the image, or carry a label that is
        not within 1 … 255.
    """
    table = _checked_table(runs)
    starts, lengths, labels = table.T
    ends = starts + lengths
    _check(bool((lengths >= 1).all()), "a run is empty")
    _check(bool((labels >= 1).all() and (labels <= 255).all()), "a label is not within 1 to 255")
    _check(bool((starts[1:] >= ends[:-1]).all()), "its runs overlap or are out of order")
    _check(not starts.size or bool(starts[0] >= 0 and ends[-1] <= shape[0] * shape[1]),
           "it reaches beyond the slice")  # fmt: skip
    flat = np.zeros(shape[0] * shape[1], np.uint8)
    for start, end, label in zip(starts, ends, labels, strict=True):
        flat[start:end] = label
    return flat.reshape(shape)


def _checked_table(runs: object) -> NDArray[np.int64]:
    _check(isinstance(runs, Sequence) and not isinstance(runs, str | bytes), "it is not a list")
    numbers: Sequence[Any] = runs  # type: ignore[assignment]
    _check(len(numbers) % 3 == 0, "its runs are incomplete")
    _check(all(type(number) is int and abs(number) < 2**31 for number in numbers),
           "it holds something that is not a whole number")  # fmt: skip
    return np.asarray(numbers, np.int64).reshape(-1, 3)


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise InvalidDrawing(
            f"This drawing cannot be used because {problem}; reload the page and draw it again."
        )
