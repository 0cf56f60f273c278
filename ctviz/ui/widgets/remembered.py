"""What a browser is asked to remember of its reader, in cookies that hold nothing secret."""

from functools import cache
from urllib.parse import unquote

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from ctviz.ui.session import widget

A_YEAR_SECONDS = 31_536_000
_KEEP = """
export default function ({ data }) {
  const age = data.seconds ? `; max-age=${data.seconds}` : ''
  document.cookie = `${data.name}=${encodeURIComponent(data.value)}; path=/; SameSite=Strict${age}`
}
"""


@cache
def _keep() -> ComponentRenderer:
    """Return the invisible component that writes a cookie."""
    return st.components.v2.component("ctviz_remembered", js=_KEEP)


def keep(name: str, value: str, seconds: int = 0) -> None:
    """Let the browser remember a text for so many seconds, or until it is closed."""
    told = {"name": name, "value": value, "seconds": seconds}
    _keep()(data=told, key=widget("remember", name))


def kept(name: str) -> str:
    """Return what the browser remembered when the page was opened; empty if nothing.

    Whoever asks checks whether it makes sense: it comes from the browser.
    """
    return unquote(st.context.cookies.get(name, ""))
