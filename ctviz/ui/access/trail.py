"""Writes the audit trail of what readers do.

Work comes first: what somebody did is kept or shown before it is recorded, and a trail that cannot
be written takes nothing back. The reader is told, and the server's log says what is missing.
"""

import logging
from collections.abc import Callable, Iterable

from ctviz.core import CtvizError
from ctviz.store import AuditEntry, AuditEvent
from ctviz.store.audit import Outcome
from ctviz.ui.service import backend
from ctviz.ui.session import session

NOBODY = "somebody without a name"
_log = logging.getLogger(__name__)


def record(
    event: AuditEvent, what: str = "", *, who: str = "", outcome: Outcome = "success"
) -> None:
    """Append what has just happened to the audit trail.

    Parameters
    ----------
    event
        What happened.
    what
        What it was done to, never by a patient's name.
    who
        Who did it; by default who is reading.
    outcome
        Whether it went well.
    """
    entry = AuditEntry(event, who or session().reader or NOBODY, what, outcome)
    _tell_of(_append(entry))


def record_each(event: AuditEvent, whats: Iterable[str]) -> None:
    """Append what has just happened to several cases, a row for each."""
    who = session().reader or NOBODY
    _tell_of(_append(*(AuditEntry(event, who, what) for what in whats)))


def _tell_of(trouble: str) -> None:
    if trouble:
        session().say(
            "What you did is done, but the audit trail could not be written; tell whoever runs "
            f"ctviz. {trouble}",
            ":material/error:",
        )


def recorded(what: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return how a file is made for whoever reads now, which the trail will say was exported."""
    who = session().reader

    def made() -> bytes:
        content = make()
        # In a thread of the server, beside every page.
        record_silently(AuditEvent.EXPORTED, what, who=who)
        return content

    return made


def record_start() -> None:
    """Note that the server has begun to answer."""
    record_silently(AuditEvent.STARTED, who="the server")


def record_once(
    event: AuditEvent, what: str = "", *, who: str = "", outcome: Outcome = "success"
) -> None:
    """Append what a session does, the first time only: pages run again at every click."""
    known, place = session().recorded, (event.name, what, who or session().reader)
    if place not in known:
        known.add(place)
        record(event, what, who=who, outcome=outcome)


def record_silently(
    event: AuditEvent, what: str = "", *, who: str = "", outcome: Outcome = "success"
) -> str:
    """Append outside of any page; return what went wrong, which is nothing as a rule."""
    return _append(AuditEntry(event, who or NOBODY, what, outcome))


def _append(*entries: AuditEntry) -> str:
    try:
        backend().store.record(*entries)
    except CtvizError as error:
        for entry in entries:
            _log.error(
                "The audit trail misses '%s' of '%s': %s", entry.event.deed, entry.what, error
            )
        return str(error)
    return ""
