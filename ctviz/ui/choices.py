"""The choices above the board: case, model, class, region, estimators with their parameters."""

from collections.abc import Iterable
from typing import cast

import numpy as np
import streamlit as st

from ctviz.backend import DEFAULT_ESTIMATORS, default_model
from ctviz.core import Prediction
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.parameters import parameter_form
from ctviz.ui.service import backend
from ctviz.ui.session import mirror, session, value_of, widget


def choose_case() -> CaseEntry | None:
    """Let the reader choose one of the cases; None while there is none."""
    entries = {entry.id: entry for entry in backend().cases()}
    if not entries:
        return None
    state, key = session(), widget("case")
    if state.case not in entries:
        state.open(next(iter(entries)))
    st.selectbox(
        "Case",
        list(entries),
        format_func=lambda case_id: f"{case_id} · {entries[case_id].title}",
        key=mirror(key, state.case),
        on_change=lambda: state.open(str(value_of(key))),
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
        state.model, state.target = str(value_of(key)), None

    st.selectbox(
        "Model",
        list(shelf),
        format_func=lambda model_id: shelf[model_id].title,
        key=mirror(key, state.model),
        on_change=turn,
        label_visibility="collapsed",
    )
    return shelf[state.model]


def choose_target(prediction: Prediction) -> int:
    """Let the reader choose the class to explain, by default the predicted one."""
    state, key = session(), widget("target")
    target = prediction.target if state.target is None else state.target
    target = min(target, len(prediction.classes) - 1)

    def choose() -> None:
        # Only a deliberate choice is kept, so that scrolling follows the prediction.
        chosen = int(str(value_of(key)))
        state.target = None if chosen == prediction.target else chosen

    st.selectbox(
        "Explain",
        range(len(prediction.classes)),
        format_func=lambda index: f"explain: {prediction.classes[index]}",
        key=mirror(key, target),
        on_change=choose,
        label_visibility="collapsed",
        help="Maps are positive where a pixel speaks for this class.",
    )
    return target


def choose_yardstick(names: Iterable[str]) -> str:
    """Let the reader choose whose region the maps are compared with; empty if there is none."""
    state, key, known = session(), widget("yardstick"), list(names)
    if not known:
        st.caption("No region on this slice yet: draw one to see agreement.")
        return ""
    chosen = state.compare_with if state.compare_with in known else known[0]

    def choose() -> None:
        state.compare_with = str(value_of(key))

    def title(name: str) -> str:
        return f"compare with: {name}" + (" (you)" if name == state.reader else "")

    st.selectbox(
        "Compare with",
        known,
        format_func=title,
        key=mirror(key, chosen),
        on_change=choose,
        label_visibility="collapsed",
        help="Whose region Dice, AUROC and average precision are measured against.",
    )
    return chosen


def show_prediction(prediction: Prediction) -> None:
    """Show the probability of every class, the most probable first."""
    order = np.argsort(-prediction.probabilities)
    for column, index in zip(st.columns(len(order)), order, strict=True):
        share = float(prediction.probabilities[index])
        column.progress(share, text=f"{prediction.classes[index]} **{share:.2f}**")


def choose_estimators() -> tuple[Estimator, ...]:
    """Let the reader choose estimators and their parameters; the order is the reader's."""
    state, key = session(), widget("estimators")
    if state.estimators is None:
        state.estimators = DEFAULT_ESTIMATORS
    names = [name for name in state.estimators if name in ESTIMATORS]

    def choose() -> None:
        state.estimators = tuple(cast("list[str]", value_of(key)))

    picker, settings = st.columns([8, 1], vertical_alignment="center")
    with picker:
        st.multiselect(
            "Estimators",
            list(ESTIMATORS),
            format_func=lambda name: ESTIMATORS[name].title,
            key=mirror(key, names),
            on_change=choose,
            placeholder="Add an estimator",
            label_visibility="collapsed",
        )
    with settings, st.popover("Parameters", icon=":material/tune:", width="content"):
        for name in names:
            with st.expander(ESTIMATORS[name].title):
                st.caption(ESTIMATORS[name].summary)
                state.settings[name] = parameter_form(
                    name, ESTIMATORS[name], state.settings.get(name, {})
                )
    return tuple(ESTIMATORS[name].from_settings(state.settings.get(name, {})) for name in names)
