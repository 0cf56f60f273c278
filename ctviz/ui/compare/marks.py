"""Each estimator's mark in front of its name, in the list to tick and among those chosen."""

from collections.abc import Iterable, Iterator
from functools import cache

import streamlit as st

from ctviz.core.theme import THEME
from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.looks import look_of

FONTS = '"DejaVu Sans", "Segoe UI Symbol", "Apple Symbols", sans-serif'
"""Each has all marks in one size, as the page's own has not."""


def mark_estimators(chosen: Iterable[str] = ()) -> None:
    """Put the marks there, for the eye alone: a screen reader reads the name as it is.

    Those chosen may be compositions, which are in no list of estimators.
    """
    st.html(mark_style(tuple(name for name in chosen if name not in set(ESTIMATORS))))


@cache
def mark_style(further: tuple[str, ...] = ()) -> str:
    """Return the style; Streamlit lets no list entry have a colour of its own."""
    return "\n".join(("<style>", *_rules([*ESTIMATORS, *further]), "</style>"))


def _rules(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        look, title = look_of(name), _quoted(ESTIMATORS[name].title)
        ticked = f'[data-testid="stCheckbox"]:has(input[aria-label={title}]) p'
        chosen = f"[data-tag][aria-label={title}] > span"
        yield (
            f'[class*="st-key-ctviz-picker"] :is({ticked}, {chosen})::before '
            f'{{ content: "{THEME.glyph(look)} " / ""; '
            f"font-family: {FONTS}; color: light-dark({look.light}, {look.dark}); }}"
        )


def _quoted(text: str) -> str:
    """Return a text as CSS has it in quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
