"""What one reader's browser session remembers; the only place that speaks to streamlit's state.

The address bar carries what a link must restore (case, slice, model, target, estimators); the
rest stays in the session.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import streamlit as st

from ctviz.backend import Imported, Job
from ctviz.core import Sign, Value


@dataclass
class Session:
    """The choices of one reader in one browser tab, and what they wait for."""

    reader: str = ""
    asked: bool = False

    case: str = ""
    slice: int | None = None
    model: str = ""
    target: int | None = None
    estimators: tuple[str, ...] | None = None
    settings: dict[str, dict[str, Value]] = field(default_factory=dict)
    sign: Sign = "absolute"
    unit: Literal["pixels", "regions"] = "pixels"
    compare_with: str = ""
    link: dict[str, str] = field(default_factory=dict)

    acknowledged: dict[tuple[str, str], int] = field(default_factory=dict)
    saved: str | None = None
    heard: str = ""

    intake: Job[Imported] | None = None
    held: dict[tuple[object, ...], Job[Any]] = field(default_factory=dict)
    maps: dict[Hashable, dict[int, str]] = field(default_factory=dict)

    def follow_link(self) -> None:
        """Take over what a new address says; anything that makes no sense is ignored."""
        query = st.query_params.to_dict()
        if query == self.link:
            return
        if query.get("case", self.case) != self.case:
            self.open(query["case"])
        self.model = query.get("model", self.model)
        self.slice = _number(query.get("slice"), self.slice)
        self.target = _number(query.get("target"), self.target)
        if "estimators" in query:
            self.estimators = tuple(dict.fromkeys(filter(None, query["estimators"].split(","))))
        self.link = query

    def write_link(self) -> None:
        """Let the address bar say what is on the screen."""
        parts = {
            "case": self.case,
            "slice": self.slice,
            "model": self.model,
            "target": self.target,
            "estimators": ",".join(self.estimators or ()),
        }
        self.link = {name: str(part) for name, part in parts.items() if part not in ("", None)}
        if self.link != st.query_params.to_dict():
            st.query_params.from_dict(self.link)

    def remove(self, estimator: str) -> None:
        """Take an estimator off the screen."""
        self.estimators = tuple(name for name in self.estimators or () if name != estimator)

    def open(self, case_id: str) -> None:
        """Turn to another case: at its own first slice, explaining the predicted class."""
        self.case, self.slice, self.target = case_id, None, None


def _number(text: str | None, otherwise: int | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else otherwise


def session() -> Session:
    """Return this browser tab's session."""
    if "ctviz" not in st.session_state:
        st.session_state["ctviz"] = Session()
    return cast("Session", st.session_state["ctviz"])


def widget(name: str, *parts: object) -> str:
    """Return the key of a widget; every key of the app is built here."""
    return ":".join(("ctviz", name, *map(str, parts)))


def mirror(key: str, value: object) -> str:
    """Let the widget of this key show ``value``, whatever it showed before; return the key.

    The session is the truth and widgets are its mirror: a widget's change is taken over by its
    ``on_change``, which runs before the page does.
    """
    st.session_state[key] = value
    return key


def value_of(key: str) -> object:
    """Return what the widget of this key holds now."""
    return st.session_state.get(key)
