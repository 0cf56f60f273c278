"""Lists to tick entries in, with what each of them means."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from ctviz.ui.session import begin, let_show, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted

COLUMNS = 3


@dataclass(frozen=True)
class Entry:
    """One line of a list.

    Parameters
    ----------
    name
        Under which it is registered.
    title
        How it is called.
    meaning
        One sentence on what it says; Markdown.
    source
        Where it was published.
    """

    name: str
    title: str
    meaning: str
    source: str = ""


def with_or_without(chosen: Sequence[str], name: str, *, ticked: bool) -> tuple[str, ...]:
    """Return the choice with a name, at its end if it is new, or without it.

    >>> with_or_without(("a", "b"), "c", ticked=True)
    ('a', 'b', 'c')
    >>> with_or_without(("a", "b"), "a", ticked=False)
    ('b',)
    """
    if ticked:
        return tuple(dict.fromkeys([*chosen, name]))
    return tuple(other for other in chosen if other != name)


def ticks(
    owner: str,
    entries: Sequence[Entry],
    chosen: Sequence[str],
    turn: Callable[[str, bool], None],
) -> None:
    """Show entries side by side, each with a box; ``turn`` is told a name and whether it is on."""

    def tell(name: str) -> None:
        turn(name, bool(value_of(widget("tick", owner, name))))

    for start in range(0, len(entries), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, entry in zip(columns, entries[start : start + COLUMNS], strict=False):
            with column:
                st.checkbox(
                    entry.title,
                    key=begin(widget("tick", owner, entry.name), entry.name in chosen),
                    on_change=uninterrupted(tell),
                    args=(entry.name,),
                    help=entry.source or None,
                )
                st.caption(entry.meaning)


def show_ticks(owner: str, names: Iterable[str], chosen: Sequence[str]) -> None:
    """Let a list that is on the screen show another choice."""
    for name in names:
        let_show(widget("tick", owner, name), name in chosen)
