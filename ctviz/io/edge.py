"""The edge of ctviz's own code: whatever a reading library raises becomes one sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ctviz.core import CtvizError, NotSaved, UnreadableScan

DISK = NotSaved.FULL | {errno.EROFS}
"""What a system says of a disk, and never of a damaged file."""

TOO_MUCH = "It needs more memory than ctviz gives to an import; export a part of it."


@contextmanager
def one_sentence(otherwise: str) -> Iterator[None]:
    """Let nothing foreign out of this context.

    No list of a library's exceptions is complete: a damaged file makes it raise whatever its
    authors did not think of. Want of memory and a full disk keep their own sentences.

    Parameters
    ----------
    otherwise
        What the user is told when a library gave up: what is wrong, and what to do.
    """
    try:
        yield
    except CtvizError:
        raise
    except MemoryError:
        raise UnreadableScan(TOO_MUCH) from None
    except OSError as error:
        if error.errno in DISK:
            raise NotSaved(error.errno) from None
        raise UnreadableScan(otherwise) from None
    except RuntimeError as error:
        # A thread needs memory too, and Python has no error of its own for the want of it.
        starved = "can't start new thread" in str(error)
        raise UnreadableScan(TOO_MUCH if starved else otherwise) from None
    except Exception:  # noqa: BLE001 - this is the boundary that the docstring speaks of
        raise UnreadableScan(otherwise) from None
