"""A form for the hyperparameters of anything registered, built from its `Param` lines."""

from collections.abc import Iterable

import streamlit as st

from ctviz.core import Param, Tunable, Value, parameters
from ctviz.estimators import Estimator
from ctviz.metrics import Metric
from ctviz.ui.session import begin, let_show, widget

FINE = 100
"""A slider over fractions has this many steps."""
MOST_STEPS = 10_000
"""Among more whole numbers than this one is typed, not pulled."""


def _key(owner: str, parameter: Param) -> str:
    return widget("parameter", owner, parameter.name)


def _field(owner: str, parameter: Param, value: Value) -> Value:
    """Show one hyperparameter in the way its type asks for, and return the chosen value."""
    label = parameter.name.replace("_", " ").capitalize()
    key = begin(_key(owner, parameter), value)
    if parameter.choices:
        chosen: Value = st.selectbox(label, parameter.choices, help=parameter.help, key=key)
    elif parameter.kind is bool:
        chosen = st.toggle(label, help=parameter.help, key=key)
    elif parameter.kind is str:
        chosen = st.text_input(label, help=parameter.help, key=key)
    else:
        chosen = _number(label, key, parameter)
    return chosen


def _number(label: str, key: str, parameter: Param) -> Value:
    kind = parameter.kind
    if parameter.low is None or parameter.high is None:
        least, most = (None if b is None else kind(b) for b in (parameter.low, parameter.high))
        return kind(st.number_input(label, least, most, help=parameter.help, key=key))
    low, high = kind(parameter.low), kind(parameter.high)
    if kind is int and parameter.high - parameter.low > MOST_STEPS:
        return kind(st.number_input(label, low, high, help=parameter.help, key=key))
    step = 1 if kind is int else (parameter.high - parameter.low) / FINE
    return kind(st.slider(label, low, high, step=step, help=parameter.help, key=key))


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


def show_parameters(name: str, cls: type[Tunable], settings: dict[str, Value]) -> None:
    """Let a form that is on the screen show other settings, defaults where they say nothing."""
    for parameter in parameters(cls):
        let_show(_key(name, parameter), settings.get(parameter.name, parameter.default))


def parameter_forms(
    chosen: Iterable[type[Estimator] | type[Metric]], settings: dict[str, dict[str, Value]]
) -> None:
    """Show a form for each that has parameters; ``settings`` keeps what is not the default."""
    for cls in chosen:
        if parameters(cls):
            with st.expander(cls.title):
                st.caption(cls.summary)
                settings[cls.name] = parameter_form(cls.name, cls, settings.get(cls.name, {}))
