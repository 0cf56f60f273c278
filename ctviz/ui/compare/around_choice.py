"""Adding an estimator that is another one, smoothed or squared over noisy copies of the scan."""

from collections.abc import Callable
from typing import cast

import streamlit as st

from ctviz.estimators import AROUND, ESTIMATORS
from ctviz.estimators.engine.around import JOINT
from ctviz.ui.session import value_of, widget
from ctviz.ui.uninterrupted import uninterrupted

USUAL = "grad-cam"
"""What is offered first: quick, and no gradient that has a smoothed form of its own."""


def offer_around(take: Callable[[str], None]) -> None:
    """Offer to put smoothing, squaring or the variance around any estimator that allows it.

    Parameters
    ----------
    take
        Called with the name of what is added, such as ``smooth+grad-cam``.
    """
    how, inner = widget("around"), widget("inside")

    def add() -> None:
        take(JOINT.join([cast("str", value_of(how)), cast("str", value_of(inner))]))

    names = [name for name in ESTIMATORS if f"smooth{JOINT}{name}" in ESTIMATORS]
    st.markdown("**Around another** :gray[What is left of a map when the scan is a little noisy?]")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Of its maps of noisy copies, take the",
            list(AROUND),
            format_func=lambda name: AROUND[name].word,
            key=how,
        )
        st.selectbox(
            "Estimator",
            names,
            index=names.index(USUAL),
            format_func=lambda name: ESTIMATORS[name].title,
            key=inner,
        )
        st.button(
            "Add",
            key=widget("add", "around"),
            on_click=uninterrupted(add),
            help="Each noisy copy costs a whole map. It joins the chosen estimators.",
        )
