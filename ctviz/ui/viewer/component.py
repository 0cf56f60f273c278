"""The board as a Streamlit component: mounts the browser's part and passes its messages on."""

from collections.abc import Callable
from functools import cache
from typing import Protocol, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ctviz.core import CtvizError
from ctviz.ui.session import value_of
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.viewer.contract import (
    BoardCommand,
    BoardData,
    DoorbellData,
    DrawingChange,
    SliceChange,
)
from ctviz.ui.viewer.runs import InvalidDrawing

Message = TypeVar("Message")


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


def board(
    data: BoardData,
    key: str,
    drawn: Callable[[DrawingChange], None],
    scrolled: Callable[[SliceChange], None],
    commanded: Callable[[BoardCommand], None],
) -> None:
    """Show the board; each callback runs before the script does, with what the reader did.

    The same drawing can come more than once, because the browser resends it until
    ``data.acknowledged`` reaches its version.
    """
    _component()(
        key=key,
        data=data.to_json(),
        height="content",
        on_drawing_change=uninterrupted(_told(key, "drawing", DrawingChange.from_json, drawn)),
        on_slice_change=uninterrupted(_told(key, "slice", SliceChange.from_json, scrolled)),
        on_command_change=uninterrupted(_told(key, "command", BoardCommand.from_json, commanded)),
    )


def doorbell(data: DoorbellData, key: str, drawn: Callable[[DrawingChange], None]) -> None:
    """Let a board that is not heard run the whole page; to be shown outside of any fragment.

    A browser reconnects to a server that was started anew, but the server knows no fragment yet
    and drops what comes from inside one. Shown on every page, it also takes in what was drawn just
    before the reader left the board.
    """
    _component()(
        key=key,
        data=data.to_json(),
        height="content",
        on_ring_change=uninterrupted(lambda: None),
        on_drawing_change=uninterrupted(_told(key, "drawing", DrawingChange.from_json, drawn)),
    )


def _told(
    key: str,
    trigger: str,
    read: Callable[[object], Message],
    tell: Callable[[Message], None],
) -> Callable[[], None]:
    def listen() -> None:
        state = value_of(key)
        message = state.get(trigger) if hasattr(state, "get") else None
        if message is None:
            return
        try:
            tell(read(message))
        except InvalidDrawing as refusal:
            st.toast(str(refusal), icon=":material/error:")

    return listen
