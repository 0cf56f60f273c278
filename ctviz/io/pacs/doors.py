"""Opens the door of a server, by the protocol that it speaks."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from ctviz.io.pacs.door import Check, PacsDoor
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.silence import quiet


@contextmanager
def open_door(
    server: PacsServer,
    check: Check = lambda: None,
    others: Mapping[str, PacsServer] | None = None,
) -> Iterator[PacsDoor]:
    """Lend the way to a server.

    Parameters
    ----------
    check
        Called all the time; raises when somebody wants it to end.
    others
        All servers, for one whose images are fetched from another.
    """
    with ExitStack() as stack:
        stack.enter_context(quiet())
        other = (others or {}).get(server.via)
        via = None if other is None else stack.enter_context(open_door(other, check))
        door = _door(server, check, via)
        stack.callback(door.close)
        yield door


def _door(server: PacsServer, check: Check, via: PacsDoor | None) -> PacsDoor:
    """Return the door; the libraries for it are loaded when somebody needs them."""
    if server.web:
        from ctviz.io.pacs.dicomweb import WebDoor

        return WebDoor(server, check, via)
    from ctviz.io.pacs.dimse import DimseDoor

    return DimseDoor(server, check, via)
