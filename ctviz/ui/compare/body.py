"""Where the body lies on a case's slices: pictures show it, and not the air around it."""

from functools import lru_cache

from ctviz.ui.service import backend
from ctviz.ui.viewer import Frame
from ctviz.viz import body_frame


@lru_cache(maxsize=512)
def body_of(case_id: str) -> Frame | None:
    """Return what holds the body; None where that cannot be told.

    A case's pixels never change, so it is looked for once.
    """
    found = body_frame(backend().case(case_id).slices)
    if found is None:
        return None
    rows, columns = found
    return Frame(left=columns.start, right=columns.stop, top=rows.start, bottom=rows.stop)
