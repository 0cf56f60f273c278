"""A card is asked, not written: the questions that only a network's own people can answer."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from ctviz.core.theme import THEME
from ctviz.models.card import LARGEST_ZOOM
from ctviz.models.grid import Fit
from ctviz.models.heads import HEADS, why_not
from ctviz.models.intake import Inspection
from ctviz.models.neighbours import ENDS, LONGEST_STEP, UNITS, End, neighbours_needed
from ctviz.ui.models.card_entries import OTHER, SCALES, CardEntries
from ctviz.ui.session import Mirrored, Typed, mirror, typed, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain

PER_ROW = 2
MANY = 12
"""More classes than this are named in one field, a line each."""
OWN_WINDOW = "Other"
LIMIT_HU = 10_000.0
CHANNEL_WORDS: Mapping[bool, str] = {
    False: "The slice itself",
    True: "The slice in the middle, its neighbours around it",
}
END_WORDS: Mapping[End, str] = {"above": "above (nearer to the head)", "below": "below"}
FIT_WORDS: Mapping[Fit, str] = {
    "whole": "Whole, air beside it",
    "filled": "Its middle fills the image",
    "stretched": "Stretched to the image",
}


def ask_card(entries: CardEntries, found: Inspection) -> None:
    """Ask what the card shall say, taking over each answer as it is given."""
    st.text_input("Name", **_typed(entries, "title"), max_chars=200)
    st.caption(f"In addresses and commands: {plain(entries.id or '–')}")
    _ask_head(entries, found)
    _ask_classes(entries, found)
    _ask_windows(entries, found)
    _ask_scale(entries)
    _ask_manner(entries, found)
    with st.expander("What others should know of it"):
        st.text_input("The question that it answers", **_typed(entries, "task"))
        st.text_input("Licence of its weights", **_typed(entries, "licence"))
        st.text_input("Trained on", **_typed(entries, "trained_on"))
        patients, slices = st.columns(2)
        patients.number_input("Patients (0: not said)", 0, 10**9, **_typed(entries, "patients"))
        slices.number_input("Slices (0: not said)", 0, 10**9, **_typed(entries, "slices"))


def _of(entries: CardEntries, name: str) -> Mirrored:
    """Return the arguments of the widget that shows and changes one answer."""
    return _shown(("newcomer", name), getattr(entries, name), partial(setattr, entries, name))


def _typed(entries: CardEntries, name: str) -> Typed:
    """Return the arguments of the field in which one answer is typed."""
    return _field(("newcomer", name), getattr(entries, name), partial(setattr, entries, name))


def _field(parts: tuple[object, ...], value: object, take: Callable[[Any], None]) -> Typed:
    return typed(widget(*map(str, parts)), value, take)


def _shown(parts: tuple[object, ...], value: object, take: Callable[[object], object]) -> Mirrored:
    key = widget(*map(str, parts))

    def changed() -> None:
        take(value_of(key))

    return mirror(key, value, changed)


def _ask_head(entries: CardEntries, found: Inspection) -> None:
    """Ask what its outputs mean, where that can be more than one thing."""
    possible = [head for head in HEADS if not why_not(head, found.neurons, found.ending)]
    if len(possible) > 1:
        st.selectbox(
            f"What do its {found.neurons} outputs mean?",
            possible,
            format_func=HEADS.__getitem__,
            help="It was trained with a cross-entropy over its classes, or with one yes or no for "
            "each finding (binary cross-entropy).",
            **_of(entries, "head"),
        )


def _ask_classes(entries: CardEntries, found: Inspection) -> None:
    classes = entries.classes
    if len(classes) > MANY:
        st.text_area(
            f"The {len(classes)} classes in the order of its outputs, a line each",
            **_field(("newcomer", "classes"), "\n".join(classes), partial(_take_lines, entries)),
        )
        return
    one = found.neurons == 1
    labels = ["A negative answer means", "A positive answer means"] if one else []
    columns = st.columns(PER_ROW)
    for index in range(len(classes)):
        columns[index % PER_ROW].text_input(
            labels[index] if one else f"Output {index + 1} means",
            max_chars=200,
            **_field(
                ("newcomer", "class", index), classes[index], partial(classes.__setitem__, index)
            ),
        )
    if len(classes) == 2:
        st.button(
            "Swap both classes",
            key=widget("newcomer", "swap"),
            on_click=uninterrupted(classes.reverse),
            icon=":material/swap_vert:",
            type="tertiary",
        )


def _take_lines(entries: CardEntries, text: str) -> None:
    count = len(entries.classes)
    lines = text.split("\n")[:count]
    entries.classes = lines + [""] * (count - len(lines))


def _ask_windows(entries: CardEntries, found: Inspection) -> None:
    """Ask what channels show, and which HU become 0 to 1: of all channels, or of each."""
    _ask_channels(entries, found)
    each = len(entries.windows) > 1 and not entries.among
    for index in range(len(entries.windows) if each else 1):
        title = f"Window of channel {index + 1}" if each else "Window that it was trained with"
        _ask_window(entries.windows, index, title)
    if found.channels > 1 and not entries.among:
        st.toggle(
            "Each channel has a window of its own",
            **_shown(
                ("newcomer", "each"), each, partial(_take_each, entries, channels=found.channels)
            ),
        )


def _ask_channels(entries: CardEntries, found: Inspection) -> None:
    """Ask whether its channels show one slice, or a slice among its neighbours."""
    if found.channels == 1:
        return
    if not neighbours_needed(found.channels):
        st.selectbox(
            f"What do its {found.channels} channels show?",
            [False, True],
            format_func=CHANNEL_WORDS.__getitem__,
            help="Neighbouring slices as channels are also called 2.5-D.",
            **_of(entries, "among"),
        )
    if not entries.among:
        return
    step, unit, first = st.columns([4, 4, 6])
    step.number_input(
        "Slices lie apart by",
        0.01,
        LONGEST_STEP,
        step=1.0,
        format="%g",
        help="In slices: each one, every second one, … of a scan, however thick they are. In mm: "
        "the slice that lies nearest to so many mm away; say this if scans were resampled.",
        **_typed(entries, "step"),
    )
    unit.selectbox("in", UNITS, **_of(entries, "unit"))
    first.selectbox(
        "First channel lies",
        ENDS,
        format_func=END_WORDS.__getitem__,
        help="Above is what is read before the slice. NIfTI files mostly count from the feet: a "
        "network that was trained in their order begins below.",
        **_of(entries, "first"),
    )
    st.caption(
        f"It sees {entries.neighbours.words(found.channels)}. At the ends of a scan its last slice "
        "is repeated."
    )


def _take_each(entries: CardEntries, each: object, channels: int) -> None:
    entries.windows = entries.windows[:1] * (channels if each else 1)


def _ask_window(windows: list[tuple[float, float]], index: int, title: str) -> None:
    presets = {w.title: (float(w.level), float(w.width)) for w in THEME.windows.values()}
    centre, width = windows[index]
    named = next((name for name, window in presets.items() if window == windows[index]), OWN_WINDOW)

    def take_preset(name: object) -> None:
        windows[index] = presets.get(str(name), windows[index])

    def take(place: int, number: object) -> None:
        now = list(windows[index])
        now[place] = float(str(number))
        windows[index] = now[0], now[1]

    preset, middle, extent = st.columns([5, 4, 4])
    preset.selectbox(
        title,
        [*presets, OWN_WINDOW],
        **_shown(("newcomer", "window", index), named, take_preset),
    )
    middle.number_input(
        "Centre, HU",
        -LIMIT_HU,
        LIMIT_HU,
        step=10.0,
        format="%.0f",
        **_field(("newcomer", "centre", index), centre, partial(take, 0)),
    )
    extent.number_input(
        "Width, HU",
        1.0,
        2 * LIMIT_HU,
        step=10.0,
        format="%.0f",
        **_field(("newcomer", "width", index), width, partial(take, 1)),
    )


def _ask_manner(entries: CardEntries, found: Inspection) -> None:
    """Ask how a slice becomes an image of the network's size."""
    fit, zoom = st.columns([8, 4])
    fit.selectbox(
        f"How does a slice become {found.size[0]} × {found.size[1]}?",
        list(FIT_WORDS),
        format_func=FIT_WORDS.__getitem__,
        **_of(entries, "fit"),
    )
    zoom.number_input(
        "Enlarged before a cut",
        1.0,
        float(LARGEST_ZOOM),
        step=0.01,
        format="%.3f",
        help="1.143 is a resize to 256 before the middle 224 are cut out; 1 cuts nothing off.",
        **_typed(entries, "zoom"),
    )


def _ask_scale(entries: CardEntries) -> None:
    st.selectbox(
        "Are its values normalised after that?",
        list(SCALES),
        help="What lies in the window becomes 0 to 1; most networks that began with ImageNet's "
        "weights expect these values minus a mean, divided by a spread (standard deviation).",
        **_of(entries, "scale"),
    )
    if entries.scale == OTHER:
        mean, spread = st.columns(2)
        each = "One number, or one for each channel, by commas."
        mean.text_input("Mean", help=each, **_typed(entries, "mean"))
        spread.text_input("Spread", help=each, **_typed(entries, "spread"))
