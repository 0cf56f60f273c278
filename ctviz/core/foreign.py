"""Where other people's code meets untrusted bytes: whatever it raises ends here.

A list of what a library may raise is never complete; fuzzing always finds one more. So libraries
read untrusted bytes inside this boundary only, one file at a time, and what is not one of our own
sentences becomes one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ctviz.core.errors import CtvizError


@contextmanager
def foreign(damaged: CtvizError, exhausted: CtvizError | None = None) -> Iterator[None]:
    """Let a library read inside this context; whatever goes wrong becomes one of our errors.

    Parameters
    ----------
    damaged
        What is said of what the library cannot read: what happened, and what to do.
    exhausted
        What is said where memory does not suffice; ``damaged`` where that is the reason.
    """
    try:
        yield
    except CtvizError:
        raise
    except MemoryError:
        raise (exhausted or damaged) from None
    except Exception:  # noqa: BLE001 - untrusted bytes; the one place where anything may come
        # The error's own text may quote the file, and with it a patient.
        raise damaged from None


def legible(name: str) -> str:
    """Return a file's name as text that every screen can show; a name need not be text at all.

    >>> legible("scan"), legible("caf" + chr(0xDCE9))
    ('scan', 'caf?')
    """
    return name.encode("utf-8", errors="replace").decode("utf-8")
