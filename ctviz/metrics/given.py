"""What a metric is given by others: arrays of real numbers, and answers to what it asks."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import CtvizError, FloatMap, InvalidInput

T = TypeVar("T")

LARGEST = float(np.finfo(np.float32).max)
"""Beyond it there is no number for a network."""


def array_of(given: object, what: str) -> NDArray[Any]:
    """Return what was given as an array of any type; ``what`` names it in sentences."""
    try:
        array = np.asarray(given)
    except (TypeError, ValueError, RuntimeError):
        raise InvalidInput(
            f"{what} must be an array of numbers; a tensor must be on the processor and detached."
        ) from None
    if np.ma.is_masked(given):
        raise InvalidInput(f"{what} has masked entries, which hold no number; fill them first.")
    return array


def numbers_of(given: object, what: str) -> NDArray[np.floating]:
    """Return what was given as an array of real floating numbers, refusing all else."""
    array = array_of(given, what)
    if array.dtype.kind not in "fiub":
        raise InvalidInput(f"{what} must hold real numbers, not {array.dtype}.")
    return array if array.dtype in {np.float32, np.float64} else array.astype(np.float64)


def all_finite(numbers: NDArray[np.floating]) -> bool:
    """Whether all are numbers that float32 can hold."""
    return bool(np.all(np.abs(numbers) <= LARGEST))  # NaN is not


def finite_map(given: object) -> FloatMap:
    """Return a map of finite numbers, of whatever shape, refusing anything else."""
    values = numbers_of(given, "The map")
    if not all_finite(values):
        raise InvalidInput("The map contains NaN or infinite values and cannot be scored.")
    return values


def answer_to(ask: Callable[[], T], who: str) -> T:
    """Return what others' code answers; where it fails, the error says who failed and how.

    It was handed over by the caller and may fail in any way.
    """
    try:
        return ask()
    except CtvizError:
        raise
    except Exception as error:  # others' code may raise anything
        reason = " ".join(str(error).split()) or "no reason given"
        raise InvalidInput(f"{who} failed ({type(error).__name__}: {reason}).") from error
