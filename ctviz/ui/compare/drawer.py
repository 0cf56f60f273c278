"""The drawer: maps, the scores beside them, how each is set, and what stands beside them."""

import streamlit as st

from ctviz.ui.compare.beside import choose_beside
from ctviz.ui.compare.estimator_choice import choose_estimators, chosen_estimators, offer_estimators
from ctviz.ui.compare.metric_choice import chosen_metrics, offer_metrics
from ctviz.ui.compare.second_model import choose_second_model
from ctviz.ui.session import session, value_of, widget
from ctviz.ui.widgets.parameters import parameter_forms

SECTIONS = ("Estimators", "Metrics", "Parameters", "Beside")


def offer_maps_and_scores(model_id: str | None) -> None:
    """Offer estimators, metrics, their parameters and a second case behind one button.

    Parameters
    ----------
    model_id
        Of the chosen model, which tells what a map costs and whether it is sane.
    """
    key = widget("drawer")
    drawer = st.popover("Maps", icon=":material/tune:", width="stretch", key=key, on_change="rerun")
    if not drawer.open:
        return
    with drawer, st.container(key=widget("picker")):
        section = widget("drawer", "section")
        st.segmented_control(
            "Section",
            SECTIONS,
            default=SECTIONS[0],
            required=True,
            key=section,
            label_visibility="collapsed",
        )
        if value_of(section) == "Metrics":
            offer_metrics()
        elif value_of(section) == "Parameters":
            _tune()
        elif value_of(section) == "Beside":
            choose_second_model()
            choose_beside()
        else:
            choose_estimators()
            offer_estimators(model_id)


def _tune() -> None:
    """Offer the parameters of what is chosen."""
    state = session()
    st.markdown("**Estimators**")
    parameter_forms(map(type, chosen_estimators()), state.settings)
    st.markdown("**Metrics**")
    parameter_forms(map(type, chosen_metrics()), state.metric_settings)
