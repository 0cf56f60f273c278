"""The place to drop scans, as a component of its own: streamlit's keeps whole files in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from ctviz.backend.cases.spool import MEGABYTE, MOST_FILES
from ctviz.ui.access.browser import signer_of
from ctviz.ui.cases.uploads.route import KIND, owner_of
from ctviz.ui.service import backend
from ctviz.ui.session import session, value_of
from ctviz.ui.uninterrupted import uninterrupted

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Upload:
    """Files that have all arrived.

    Parameters
    ----------
    folder
        Where they are.
    left_out
        Sentences on files that did not arrive.
    """

    folder: Path | None
    left_out: tuple[str, ...] = ()


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "ctviz_uploader",
        js=(_HERE / "uploader.js").read_text(encoding="utf-8"),
        css=(_HERE / "uploader.css").read_text(encoding="utf-8"),
    )


def drop_zone(key: str, taken: Callable[[Upload], None], part: str = "") -> None:
    """Show the place; ``taken`` is told when files have arrived, before the page runs again.

    Parameters
    ----------
    part
        Letters that tell several places on one page apart.
    """
    spool, owner = backend().spool, owner_of(dict(st.context.cookies))
    batch = session().upload + part

    def finish() -> None:
        state = value_of(key)
        said = state.get("finished") if hasattr(state, "get") else None
        if _is_of(said, batch):
            session().next_upload()
            taken(Upload(spool.take(owner, batch), _sentences(said)))

    sign = signer_of(backend().settings).sign(KIND, batch, owner)
    _component()(
        key=key,
        data={
            "address": f"/ctviz/upload/{batch}",
            "sign": sign,
            "batch": batch,
            "mostBytes": spool.reader_mb * MEGABYTE,
            "mostFiles": MOST_FILES,
        },
        on_finished_change=uninterrupted(finish),
    )


def _is_of(said: Any, batch: str) -> bool:  # noqa: ANN401 - whatever a browser sends
    """Whether a message is of this batch: it comes again until the page has another one."""
    return hasattr(said, "get") and said.get("batch") == batch


def _sentences(said: Any) -> tuple[str, ...]:  # noqa: ANN401
    found = said.get("refused")
    return tuple(str(each)[:400] for each in found[:20]) if isinstance(found, list) else ()
