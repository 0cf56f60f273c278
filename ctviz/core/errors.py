"""What can go wrong in a way that a user can cure.

Every such error is one sentence that says what happened and what to do; it is shown as it is.
Anything that does not derive from `CtvizError` is a bug and may crash loudly.

::

    CtvizError
    ├── UnknownName            no such estimator, metric, model, case …
    ├── InvalidParameter       a hyperparameter or setting out of its range
    ├── InvalidInput           an array, drawing or file entry of the wrong kind
    ├── UnreadableScan         a file that holds no CT image we can show
    ├── UnusableModel          a model folder whose card or weights cannot be trusted
    ├── UnsupportedNetwork     an estimator that would be wrong on this network, and so refuses
    ├── StorageRefused         what could not be written: a file taken away, or
    │   └── NotSaved           a disk that is full, write-protected or broken
    ├── NotAllowed             what whoever runs ctviz has not permitted
    └── Cancelled              the reader asked to stop
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class CtvizError(Exception):
    """Base of every error whose message helps the user to go on."""


class UnknownName(CtvizError):
    """A name that is not in a registry or store; suggests the nearest one.

    Parameters
    ----------
    kind
        What was looked for, as a noun: ``"estimator"``.
    name
        The unknown name.
    known
        The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = get_close_matches(name, names, n=1)
        article = "an" if kind[0] in "aeiou" else "a"
        if nearest:
            hint = f"Did you mean '{nearest[0]}'?"
        elif names:
            hint = "Known are " + ", ".join(f"'{known_name}'" for known_name in names) + "."
        else:
            hint = f"There is not yet {article} {kind} to choose from."
        super().__init__(f"No {kind} is called '{name}'. {hint}")


class InvalidParameter(CtvizError):
    """A hyperparameter or setting that is out of its range or of the wrong type."""


class InvalidInput(CtvizError):
    """An array, drawing or entry that does not fit what it is used for."""


class UnreadableScan(CtvizError):
    """A file or folder that holds no CT image ctviz can show."""


class UnusableModel(CtvizError):
    """A model folder whose card or weights are missing, damaged or untrusted."""


class UnsupportedNetwork(CtvizError):
    """An estimator refuses a network on which its map would be silently wrong."""


class StorageRefused(CtvizError):
    """Something that could not be written to the disk, and so was not kept."""


class NotAllowed(CtvizError):
    """Something that whoever runs ctviz has not permitted to this reader, or to any browser."""


class NotSaved(StorageRefused):
    """Something could not be written; what was there before is as it was.

    Parameters
    ----------
    code
        What the system says of it, as in `errno`.
    """

    FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
    PROTECTED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

    def __init__(self, code: int | None) -> None:
        self.code = code
        if code in self.FULL:
            why = "The disk is full; make room and try again."
        elif code in self.PROTECTED:
            why = (
                "The data folder must not be written; check its permissions, or set CTVIZ_DATA to "
                "another folder."
            )
        else:
            why = "The disk did not take what was written; check it and try again."
        super().__init__(f"{why} Nothing was half-added.")


@contextmanager
def saved_or_said() -> Iterator[None]:
    """Write files inside this context; what the disk refuses is said in a sentence."""
    try:
        yield
    except OSError as error:
        raise NotSaved(error.errno) from None


class Cancelled(CtvizError):
    """The reader asked to stop; nothing was left behind."""

    def __init__(self) -> None:
        super().__init__("Cancelled.")
