"""The board as a Streamlit component: mounts the browser's part and passes its messages on."""

from collections.abc import Callable
from functools import cache
from typing import Protocol

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ctviz.core import CtvizError
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.viewer.contract import BoardData, DoorbellData


class ViewerNotInstalled(CtvizError):
    """Streamlit serves the viewer's files only from an installed distribution."""

    def __init__(self) -> None:
        super().__init__(
            "The viewer's files were not found; install ctviz with 'pip install -e .' and restart."
        )


class _Mount(Protocol):
    def __call__(
        self, *, key: str, data: object, height: str, **on_change: Callable[[], None]
    ) -> object: ...


@cache
def _component() -> _Mount:
    try:
        return st.components.v2.component("ctviz.viewer", js="index.js", css="style.css")  # type: ignore[no-any-return]
    except StreamlitAPIException as problem:
        raise ViewerNotInstalled from problem


def board(data: BoardData, key: str) -> None:
    """Show the board, which lets this part of the page run when it shows less than the board."""
    _component()(
        key=key,
        data=data.to_json(),
        height="content",
        on_run_change=uninterrupted(lambda: None),
    )


def doorbell(data: DoorbellData, key: str) -> None:
    """Let a board that is turned away run the whole page; to be shown outside of any fragment.

    A browser reconnects to a server that was started anew, but the server knows neither the tab nor
    any fragment yet. Shown on every page, it also tells what became of what was drawn just before
    the reader left the board.
    """
    _component()(
        key=key,
        data=data.to_json(),
        height="content",
        on_ring_change=uninterrupted(lambda: None),
    )
