"""The class that importance speaks for, as everybody who is asked about it checks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import index
from typing import TypeAlias

from ctviz.core.errors import InvalidInput


@dataclass(frozen=True)
class Contrast:
    """Why one class rather than another: the difference of their scores is explained.

    Parameters
    ----------
    target
        Index of the class that importance speaks for.
    rather_than
        Index of the class that it speaks against.
    """

    target: int
    rather_than: int


Target: TypeAlias = int | Contrast
"""What is explained: a class by its index, or one class rather than another."""


def explained(target: int, rather_than: int | None = None) -> Target:
    """Return a class, or one class rather than another, if that is asked."""
    return target if rather_than is None else Contrast(target, rather_than)


def named(classes: Sequence[str], target: int, rather_than: int | None = None) -> str:
    """Return what is explained in words.

    >>> named(("nodule", "mass"), 1), named(("nodule", "mass"), 1, 0)
    ('mass', 'mass rather than nodule')
    """
    other = "" if rather_than is None else f" rather than {classes[rather_than]}"
    return f"{classes[target]}{other}"


def checked_explained(
    target: object, classes: int | None = None, owner: str = "The network"
) -> Target:
    """Return what is to be explained, both classes of a contrast checked; see `checked_target`."""
    if not isinstance(target, Contrast):
        return checked_target(target, classes, owner)
    for_it, against = (
        checked_target(each, classes, owner) for each in (target.target, target.rather_than)
    )
    if for_it == against:
        raise InvalidInput(
            f"Why class {for_it} rather than itself has no answer; name another class."
        )
    return Contrast(for_it, against)


def checked_target(target: object, classes: int | None = None, owner: str = "The network") -> int:
    """Return the index of a class as a plain integer, or refuse it.

    Whatever Python takes for an index will do, such as NumPy's integers. Truth values will not:
    as an index into an array they mean something else.

    Parameters
    ----------
    target
        What was asked for.
    classes
        How many classes there are; None if that is not known yet.
    owner
        Who has them, to begin the refusal with.

    Examples
    --------
    >>> checked_target(1, 2)
    1
    """
    truth = isinstance(target, bool) or str(getattr(target, "dtype", "")).endswith("bool")
    if truth or getattr(target, "shape", ()) != ():
        raise _no_index(target)
    try:
        wanted = index(target)  # type: ignore[arg-type]
    # TypeError says that it is none; what arrays and tensors raise besides is their own affair.
    except (TypeError, ValueError, RuntimeError):
        raise _no_index(target) from None
    if classes is not None and not 0 <= wanted < classes:
        raise InvalidInput(f"{owner} has the classes 0 to {classes - 1}, not {wanted}.")
    return wanted


def _no_index(target: object) -> InvalidInput:
    return InvalidInput(
        f"The class to explain is named by its index, an integer from 0, not by "
        f"{type(target).__name__} {str(target)[:40]!r}."
    )
