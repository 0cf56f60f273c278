"""The choices above the board: case, model, class, region."""

from collections.abc import Iterable

import streamlit as st

from ctviz.backend import default_model
from ctviz.core import Prediction
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.access.sight import NOT_YET, sight
from ctviz.ui.cases.collections import with_own_first
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget

NOBODY = ""
THE_ANSWER = -1
"""Stands among a model's classes for whichever it answers."""
NOTHING = -1
"""Stands among the classes to explain against for none."""


def choose_case() -> CaseEntry | None:
    """Let the reader choose one of the cases; None while there is none."""
    entries = {entry.id: entry for entry in with_own_first(backend().cases())}
    if not entries:
        return None
    state, key = session(), widget("case")
    if state.case not in entries:
        state.open(next(iter(entries)))
    st.selectbox(
        "Case",
        list(entries),
        format_func=lambda case_id: f"{case_id} · {entries[case_id].title}",
        **mirror(key, state.case, lambda: state.open(str(value_of(key)))),
        label_visibility="collapsed",
    )
    return entries[state.case]


def choose_model() -> ModelCard | None:
    """Let the reader choose one of the models; None while there is none."""
    shelf = backend().models()
    if not shelf:
        return None
    state, key = session(), widget("model")
    if state.model not in shelf:
        state.model = default_model(shelf)

    def turn() -> None:
        state.model, state.target, state.rather_than = str(value_of(key)), None, None

    st.selectbox(
        "Model",
        list(shelf),
        format_func=lambda model_id: shelf[model_id].title,
        **mirror(key, state.model, turn),
        label_visibility="collapsed",
    )
    return shelf[state.model]


def chosen_target(prediction: Prediction) -> int:
    """Return the class to explain: until the reader chooses one, it is each slice's answer."""
    state = session()
    if state.target is not None and state.target >= len(prediction.classes):
        state.target = None
    return prediction.target if state.target is None else state.target


def choose_target(prediction: Prediction) -> None:
    """Let the reader choose the class to explain.

    That the answer is followed is a choice of its own, which no slice passed by can change.
    """
    state, key = session(), widget("target")
    followed = "likeliest" if prediction.multi_label else "the answer"

    def choose() -> None:
        chosen = int(str(value_of(key)))
        state.target = None if chosen == THE_ANSWER else chosen

    st.selectbox(
        "Explain",
        [THE_ANSWER, *range(len(prediction.classes))],
        format_func=lambda index: (
            f"explain: {followed}"
            if index == THE_ANSWER
            else f"explain: {prediction.classes[index]}"
        ),
        **mirror(key, THE_ANSWER if state.target is None else state.target, choose),
        label_visibility="collapsed",
        help="Maps are positive where a pixel speaks for this class.",
    )


def may_contrast(card: ModelCard) -> bool:
    """Whether one class can be explained rather than another; one output says that already."""
    return card.neurons > 1


def chosen_rather_than(card: ModelCard, target: int) -> int | None:
    """Return the class that is explained against; None for none, and where it is the same."""
    state = session()
    other = state.rather_than
    if other is not None and not (may_contrast(card) and other < len(card.classes)):
        state.rather_than = other = None
    return None if other == target else other


def choose_rather_than(card: ModelCard, target: int) -> None:
    """Let the reader ask why one class rather than another."""
    state, key = session(), widget("rather-than")

    def choose() -> None:
        chosen = int(str(value_of(key)))
        state.rather_than = None if chosen == NOTHING else chosen

    others = [index for index in range(len(card.classes)) if index != target]
    against = chosen_rather_than(card, target)
    st.selectbox(
        "Rather than",
        [NOTHING, *others],
        format_func=lambda index: (
            "rather than …" if index == NOTHING else f"rather than: {card.classes[index]}"
        ),
        **mirror(key, NOTHING if against is None else against, choose),
        label_visibility="collapsed",
        help="Maps say why the one class rather than the other: what speaks for both alike is left "
        "out.",
    )


def chosen_reference(names: Iterable[str]) -> str:
    """Return whose region the maps are compared with; empty if there is none."""
    known = list(names)
    chosen = _wished(known)
    return chosen if chosen in known else NOBODY


def _offered(known: list[str]) -> list[str]:
    reader = session().reader
    return list(dict.fromkeys([*([reader] if reader else []), *known, NOBODY]))


def _wished(known: list[str]) -> str:
    """Return the reader's choice: it may be somebody who has drawn nothing on this slice.

    Whoever chose themselves, or nobody, is not led to another's region on the next slice.
    """
    wished, first = session().compare_with, next(iter(known), NOBODY)
    return wished if wished is not None and wished in _offered(known) else first


def choose_reference(names: Iterable[str]) -> None:
    """Let the reader choose whose region the maps are compared with."""
    state, key, known = session(), widget("reference"), list(names)
    if not known:
        # Blinded readers are not told whether anybody else has drawn here.
        known_of_all = "No region on this slice yet: draw one to see agreement."
        st.caption(known_of_all if sight().everything else "Draw a region to see agreement.")
        return

    def choose() -> None:
        state.compare_with = str(value_of(key))

    def title(name: str) -> str:
        if name == NOBODY:
            return "compare with: nobody"
        return f"compare with: {name}" + (" (you)" if name == state.reader else "")

    st.selectbox(
        "Compare with",
        _offered(known),
        format_func=title,
        **mirror(key, _wished(known), choose),
        label_visibility="collapsed",
        help="Whose region agreement is measured against."
        + (f" {NOT_YET}" if not sight().everything else ""),
    )
