"""Which metrics are read beneath the maps, with what each of them means to a radiologist."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from ctviz.core import parameters
from ctviz.metrics import GROUPS, METRICS, PRESETS, Group, Metric, Preset
from ctviz.metrics.trust import trust_of, trust_words, trusted
from ctviz.ui.session import session, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.parameters import show_parameters
from ctviz.ui.widgets.tick_list import Entry, show_ticks, ticks, with_or_without

DEFAULT_METRICS = ("dice", "auroc-corrected", "auroc", "average-precision", "fidelity")
COMFORTABLE = 8
"""More scores than this make the pictures small."""

QUESTIONS: Mapping[Group, tuple[str, str]] = MappingProxyType(
    {
        "agreement": (
            "Agreement with the drawing",
            "Does the map lie where you drew? A dash until there is a region on the slice.",
        ),
        "fidelity": (
            "Fidelity to the model",
            "Does the model need the pixels that the map names? No drawing is asked.",
        ),
        "behaviour": (
            "Behaviour of the estimator",
            "Does the map stay where nothing changes, and change with the model? Slow, because "
            "the map is computed again and again.",
        ),
        "spread": (
            "Spread of the map",
            "Is the importance gathered or scattered? Easier to read is not more right.",
        ),
    }
)
"""What each group of metrics is called, and what it asks."""

ARROWS = {"higher": "↑", "lower": "↓"}


def heading(name: str) -> str:
    """Return a metric's short title with its direction."""
    metric = METRICS[name]
    return f"{metric.short or metric.title} {ARROWS[metric.better]}"


def with_differences(cite: str, differs: str) -> str:
    """Return a source with what is not as there, where there is anything."""
    return f"{cite}\n\n{differs}" if differs else cite


def direction_and_source(name: str) -> str:
    """Return which direction is better, whether the metric passed as one, and who defined it."""
    metric = METRICS[name]
    source = with_differences(metric.cite, metric.differs)
    return f"{metric.better.capitalize()} is better. {trust_words(name)} {source}"


def meaning(name: str) -> str:
    """Return what a metric's number says, its direction and its source."""
    return f"{METRICS[name].summary} {direction_and_source(name)}"


def chosen_metrics() -> tuple[Metric, ...]:
    """Return the reader's metrics with their parameters, in the order of choice."""
    state = session()
    if state.metrics is None:
        state.metrics = DEFAULT_METRICS
    names = [name for name in state.metrics if name in METRICS]
    return tuple(METRICS[name].from_settings(state.metric_settings.get(name, {})) for name in names)


def offer_metrics() -> None:
    """Offer every metric by group: what its number means, its direction and its source."""
    state = session()
    names = [metric.name for metric in chosen_metrics()]

    def turn(name: str, ticked: bool) -> None:
        state.metrics = with_or_without(state.metrics or (), name, ticked=ticked)

    _presets()
    for group in GROUPS:
        title, question = QUESTIONS[group]
        members = [_entry(name) for name, metric in METRICS.items() if metric.group == group]
        st.markdown(f"**{title}** :gray[{question}]")
        ticks("metric", members, names, turn)


def _entry(name: str) -> Entry:
    metric = METRICS[name]
    short = f" ({metric.short})" if metric.short else ""
    title = f"{metric.title}{short} {ARROWS[metric.better]}"
    meaning = f"{trust_badge(name)} {metric.summary}"
    return Entry(name, title, meaning, direction_and_source(name))


def trust_badge(name: str) -> str:
    """Return as Markdown whether a metric passed when it was judged itself; its word tells it."""
    if trust_of(name) is None:
        return ":gray-badge[:material/help: not judged]"
    if trusted(name):
        return ":green-badge[:material/verified: passed]"
    return ":orange-badge[:material/warning: did not pass]"


def _presets() -> None:
    """Offer the metrics as publications set them, and the way back to where everybody starts."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, preset in PRESETS.items():
            st.button(
                preset.title.capitalize(),
                key=widget("preset", name),
                on_click=uninterrupted(_take),
                args=(preset,),
                help=f"{METRICS[preset.metric].title} as published: {_written(preset)}.",
            )
        st.button(
            "Start again",
            key=widget("preset"),
            on_click=uninterrupted(_start_again),
            type="tertiary",
        )
        st.caption(f"Up to {COMFORTABLE} metrics fit well beneath a map.")


def _take(preset: Preset) -> None:
    """Choose a preset's metric with its settings."""
    state, cls = session(), METRICS[preset.metric]
    if preset.metric not in (state.metrics or ()):
        state.metrics = (*(state.metrics or ()), preset.metric)
    defaults = {parameter.name: parameter.default for parameter in parameters(cls)}
    other = {name: v for name, v in preset.settings.items() if v != defaults[name]}
    state.metric_settings[preset.metric] = other
    show_parameters(preset.metric, cls, other)
    show_ticks("metric", METRICS, state.metrics or ())


def _start_again() -> None:
    """Return to the default metrics with their default parameters."""
    state = session()
    for name in state.metric_settings:
        show_parameters(name, METRICS[name], {})
    state.metrics, state.metric_settings = DEFAULT_METRICS, {}
    show_ticks("metric", METRICS, DEFAULT_METRICS)


def _written(preset: Preset) -> str:
    return ", ".join(f"{name} {value}" for name, value in preset.settings.items())
