"""What a reader does on the board, as the session takes it over."""

from ctviz.estimators import Estimator
from ctviz.store import AuditEvent
from ctviz.ui.access import record
from ctviz.ui.compare.expected_seconds import hold_back, release
from ctviz.ui.compare.page_jobs import Place
from ctviz.ui.session import session
from ctviz.ui.viewer import BESIDE, BoardCommand, SliceChange
from ctviz.ui.viewer.contract import DIFFERENCE, SECOND


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
        hold_back(_estimator_of(command.pane_id))
        for place in _places_of(command.pane_id):
            state.page_jobs[place].cancel()
    elif command.kind == "compute":
        release(_estimator_of(command.pane_id))
        for place in _places_of(command.pane_id):
            del state.page_jobs[place]


def _remove(pane_id: str) -> None:
    """Take something off the board."""
    if pane_id == BESIDE:
        session().beside = ""
    elif pane_id.endswith((SECOND, DIFFERENCE)):
        session().second = ""
    else:
        session().remove(pane_id)


def _places_of(pane_id: str) -> list[Place]:
    """Return where the session holds what is asked of an estimator on the pane's model."""
    state, name = session(), _estimator_of(pane_id)
    of_second = pane_id.endswith(SECOND)
    return [
        place
        for place in state.page_jobs
        if (bool(state.second) and state.second in place) == of_second
        and any(isinstance(part, Estimator) and part.name == name for part in place)
    ]


def _estimator_of(pane_id: str) -> str:
    return pane_id.removesuffix(SECOND).removesuffix(DIFFERENCE)
