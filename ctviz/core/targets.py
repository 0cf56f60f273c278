"""The class that importance speaks for, as everybody who is asked about it checks it."""

from operator import index

from ctviz.core.errors import InvalidInput


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
