"""Where other people's readers meet untrusted files: whatever they raise ends here.

A list of what a library may raise is never complete; fuzzing always finds one more. So the
libraries are called inside this boundary only, one file at a time, and what is not one of our
own sentences becomes one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ctviz.core import CtvizError, UnreadableScan
from ctviz.io.silence import quiet


@contextmanager
def foreign_reader(sentence: str) -> Iterator[None]:
    """Read one file inside this context; whatever goes wrong becomes an `UnreadableScan`.

    Parameters
    ----------
    sentence
        What is said of a file that the library cannot read: what happened, and what to do.
    """
    try:
        with quiet():
            yield
    except CtvizError:
        raise
    except MemoryError:
        raise UnreadableScan(
            "It needs more memory than there is; export a part of it, or read it elsewhere."
        ) from None
    except Exception:  # noqa: BLE001 - untrusted bytes; the one place where anything may come
        # The error's own text may quote the file, and with it a patient.
        raise UnreadableScan(sentence) from None
