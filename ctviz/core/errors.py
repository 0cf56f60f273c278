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
    ├── StorageRefused         a disk that is full or may not be written, a file taken away
    ├── NotAllowed             what whoever runs ctviz has not permitted
    └── Cancelled              the reader asked to stop
"""

from collections.abc import Iterable
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


class Cancelled(CtvizError):
    """The reader asked to stop; nothing was left behind."""

    def __init__(self) -> None:
        super().__init__("Cancelled.")
