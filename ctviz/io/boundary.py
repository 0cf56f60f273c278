"""Where libraries for scans and pictures meet untrusted files: see `ctviz.core.foreign`."""

from collections.abc import Iterator
from contextlib import contextmanager

from ctviz.core import UnreadableScan
from ctviz.core.foreign import foreign
from ctviz.io.silence import quiet


@contextmanager
def foreign_reader(sentence: str) -> Iterator[None]:
    """Read one file inside this context; whatever goes wrong becomes an `UnreadableScan`.

    Parameters
    ----------
    sentence
        What is said of a file that the library cannot read: what happened, and what to do.
    """
    exhausted = UnreadableScan("It needs more memory than there is; export a part of it.")
    with foreign(UnreadableScan(sentence), exhausted), quiet():
        yield
