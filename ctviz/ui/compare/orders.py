"""What a reader does on the board, as the session takes it over."""

from ctviz.estimators import Estimator
from ctviz.store import AuditEvent
from ctviz.ui.access import record
from ctviz.ui.compare.expected_seconds import hold_back, release
from ctviz.ui.compare.page_jobs import Place
from ctviz.ui.session import session
from ctviz.ui.viewer import BESIDE, BoardCommand, SliceChange


def scrolled(change: SliceChange) -> None:
    """Turn to the slice on which the reader has come to rest."""
    state = session()
    state.heard = change.order_id
    if change.case_id == state.case:
        state.slice = change.slice_index


def commanded(command: BoardCommand) -> None:
    """Do what the reader wants of the board."""
    state = session()
    state.heard = command.order_id or state.heard
    if command.kind == "view":
        state.sign, state.unit = command.sign, command.unit
    elif command.kind == "remove":
        _remove(command.pane_id)
    elif command.kind == "exported":
        record(AuditEvent.EXPORTED, command.pane_id)
    elif command.kind == "cancel":
        hold_back(command.pane_id)
        for place in _places_of(command.pane_id):
            state.page_jobs[place].cancel()
    elif command.kind == "compute":
        release(command.pane_id)
        for place in _places_of(command.pane_id):
            del state.page_jobs[place]


def _remove(pane_id: str) -> None:
    """Take something off the board."""
    if pane_id == BESIDE:
        session().beside = ""
    else:
        session().remove(pane_id)


def _places_of(pane_id: str) -> list[Place]:
    """Return where the session holds what is asked of an estimator."""
    return [
        place
        for place in session().page_jobs
        if any(isinstance(part, Estimator) and part.name == pane_id for part in place)
    ]
