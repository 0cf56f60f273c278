"""Which estimators are compared: the chosen ones in a row, all of them by family in a list."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import cast

import streamlit as st

from ctviz.backend import DEFAULT_ESTIMATORS
from ctviz.core.text import about
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.ui.compare.around_choice import offer_around
from ctviz.ui.compare.expected_seconds import expected_seconds
from ctviz.ui.compare.marks import mark_estimators
from ctviz.ui.compare.metric_choice import with_differences
from ctviz.ui.compare.sanity import known_badge, marked
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.tick_list import Entry, ticks, with_or_without

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "gradients": "How does the answer react when pixels change a little?",
        "backward rules": "How is the answer divided among the pixels, layer by layer?",
        "activations": "Where do the network's own features speak for the class? Coarse, quick.",
        "attention": "What have a transformer's tokens seen of the scan? For no other network.",
        "perturbation": "What happens to the answer when parts of the scan are hidden? Slow.",
        "regions": "Which whole areas of the scan matter?",
        "control": "What would a map score that knows nothing of the model?",
    }
)
"""What each family of estimators asks, in the order in which they are offered."""


def chosen_estimators() -> tuple[Estimator, ...]:
    """Return the reader's estimators with their parameters, in the order of choice."""
    state = session()
    if state.estimators is None:
        state.estimators = DEFAULT_ESTIMATORS
    return tuple(_with_settings(name) for name in state.estimators if name in ESTIMATORS)


def _with_settings(name: str) -> Estimator:
    return ESTIMATORS[name].from_settings(session().settings.get(name, {}))


def choose_estimators() -> None:
    """Let the reader choose estimators; the order is the reader's."""
    state, key = session(), widget("estimators")
    names = [estimator.name for estimator in chosen_estimators()]

    def choose() -> None:
        state.estimators = tuple(cast("list[str]", value_of(key)))

    st.multiselect(
        "Estimators",
        list(dict.fromkeys([*ESTIMATORS, *names])),
        format_func=lambda name: ESTIMATORS[name].title,
        **mirror(key, names, choose),
        placeholder="Add an estimator",
        label_visibility="collapsed",
        select_all=False,
    )


def offer_estimators(model_id: str | None) -> None:
    """Offer every estimator by family: what it says, what it costs, and whether it is sane."""
    state = session()
    chosen = chosen_estimators()

    def turn(name: str, ticked: bool) -> None:
        state.estimators = with_or_without(state.estimators or (), name, ticked=ticked)

    mark_estimators(estimator.name for estimator in chosen)
    st.caption(_together(model_id, chosen))
    for family in dict.fromkeys([*FAMILIES, *(cls.family for cls in ESTIMATORS.values())]):
        members = [name for name, cls in ESTIMATORS.items() if cls.family == family]
        st.markdown(f"**{family.capitalize()}** :gray[{FAMILIES.get(family, '')}]")
        entries = [_entry(_with_settings(name), model_id) for name in members]
        ticks("estimator", entries, [estimator.name for estimator in chosen], turn)
    offer_around(partial(turn, ticked=True))


def _together(model_id: str | None, chosen: tuple[Estimator, ...]) -> str:
    seconds = expected_seconds(model_id, chosen)
    cost = "" if seconds is None else f" Those chosen take {about(seconds)} on a new slice."
    return f"Times are for one slice with the chosen model on this computer.{cost}"


def _entry(estimator: Estimator, model_id: str | None) -> Entry:
    seconds = expected_seconds(model_id, [estimator])
    badge = known_badge(model_id, estimator)
    marks = [] if seconds is None else [about(seconds)]
    source = with_differences(estimator.cite, estimator.differs)
    if badge is not None:
        marks.append(marked(badge))
        source = f"Sanity check {badge.verdict}. {plain(badge.why)}\n\n{source}"
    facts = f"**{' · '.join(marks)}** " if marks else ""
    return Entry(estimator.name, estimator.title, facts + estimator.summary, source)
