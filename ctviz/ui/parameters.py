"""A form for the hyperparameters of anything registered, built from its `Param` lines."""

import streamlit as st

from ctviz.core import Param, Tunable, Value, parameters
from ctviz.ui.session import widget

FINE = 100
"""A slider over fractions has this many steps."""


def _field(owner: str, parameter: Param, value: Value) -> Value:
    """Show one hyperparameter in the way its type asks for, and return the chosen value."""
    label = parameter.name.replace("_", " ").capitalize()
    key = widget("parameter", owner, parameter.name)
    if parameter.choices:
        index = parameter.choices.index(value)
        chosen: Value = st.selectbox(
            label, parameter.choices, index=index, help=parameter.help, key=key
        )
    elif parameter.kind is bool:
        chosen = st.toggle(label, bool(value), help=parameter.help, key=key)
    elif parameter.kind is str:
        chosen = st.text_input(label, str(value), help=parameter.help, key=key)
    else:
        chosen = _number(label, key, parameter, value)
    return chosen


def _number(label: str, key: str, parameter: Param, value: Value) -> Value:
    kind = parameter.kind
    if parameter.low is None or parameter.high is None:
        least, most = (None if b is None else kind(b) for b in (parameter.low, parameter.high))
        return kind(st.number_input(label, least, most, kind(value), help=parameter.help, key=key))
    low, high = kind(parameter.low), kind(parameter.high)
    step = 1 if kind is int else (parameter.high - parameter.low) / FINE
    return kind(st.slider(label, low, high, kind(value), step, help=parameter.help, key=key))


def parameter_form(name: str, cls: type[Tunable], settings: dict[str, Value]) -> dict[str, Value]:
    """Show the form of one estimator or metric and return what differs from its defaults.

    Parameters
    ----------
    name
        The registered name, which also tells forms apart.
    cls
        The registered class.
    settings
        What was chosen before.
    """
    chosen = {p.name: _field(name, p, settings.get(p.name, p.default)) for p in parameters(cls)}
    return {p.name: chosen[p.name] for p in parameters(cls) if chosen[p.name] != p.default}
