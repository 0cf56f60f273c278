"""Whether another implementation, Captum, computes the same maps."""

import streamlit as st

from ctviz.estimators.second_opinion import NO_COUNTERPART
from ctviz.ui.compare.comparison import ComparedMap
from ctviz.ui.compare.completeness import percent
from ctviz.ui.session import mirror, session, value_of, widget

SWITCH = widget("second-opinion")


def wants_second_opinion() -> bool:
    """Whether the reader has asked for Captum's maps."""
    return session().second_opinion


def offer_second_opinion() -> None:
    """Let the reader have the maps on the screen checked."""
    state = session()

    def turn() -> None:
        state.second_opinion = value_of(SWITCH) is True

    st.toggle(
        "Check against Captum",
        **mirror(SWITCH, state.second_opinion, turn),
        help="Asks an independent implementation for the same maps, where it defines them as "
        "ctviz does, both in double precision. The answer is a column of the table.",
    )


def opinion_of(one: ComparedMap) -> str:
    """Return what Captum says of a map, in a few words."""
    opinion = one.second_opinion
    if opinion is None:
        return "…"
    if opinion.why == NO_COUNTERPART:
        return "has none"
    if opinion.difference is None:
        return f"–: {opinion.why}"
    return "the same" if opinion.agrees else f"up to {percent(opinion.difference)} apart"
