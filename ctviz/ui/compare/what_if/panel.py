"""The panel beside the board: what is changed and how, and what the model says then."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from ctviz.backend import Question
from ctviz.backend.tasks.edits import PLACES
from ctviz.core import Mask, Param, parameters
from ctviz.core.experiment import WIDEST_EDGE_MM
from ctviz.core.theme import THEME
from ctviz.edits import OPERATIONS
from ctviz.estimators import ESTIMATORS
from ctviz.models import ModelCard
from ctviz.store import CaseEntry
from ctviz.ui.access.trail import recorded
from ctviz.ui.compare.comparison import written
from ctviz.ui.compare.what_if.experiments import (
    new_experiment,
    offer_keeping,
    show_experiments,
)
from ctviz.ui.compare.what_if.trying import Tried, region_of, tried_at
from ctviz.ui.session import mirror, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.whatif import Outcome, take_home

(KEY,) = (shortcut.shown for shortcut in THEME.keys if shortcut.action == "what if")
(SWITCH_KEY,) = (shortcut.shown for shortcut in THEME.keys if shortcut.action == "moment")


def offer_what_if() -> None:
    """Let the reader open and close the panel."""
    state = session().what_if

    def turn() -> None:
        state.open = not state.open

    st.button(
        "What if?",
        key=widget("what-if-toggle"),
        icon=":material/science:",
        shortcut=KEY,
        on_click=uninterrupted(turn),
        type="primary" if state.open else "tertiary",
        help="Remove, blur or darken what is drawn, and see what the model answers then "
        f"({KEY}): 'take the contrast out here'.",
    )


def show_what_if(entry: CaseEntry, card: ModelCard | None, tried: Tried | None) -> None:
    """Show the panel, if the reader asks.

    Parameters
    ----------
    tried
        What is tried; None while nobody asks, or the model has not answered for the slice itself.
    """
    if not session().what_if.open:
        return
    with st.container(key=widget("what-if-panel"), gap="small"):
        st.markdown("**What if?**")
        if session().what_if.refused:
            st.error(plain(session().what_if.refused), icon=":material/error:")
        if card is None:
            st.info("There is no model to be asked; Models says why.")
        elif tried is None:
            st.caption("The model is looking at this slice …")
        else:
            _show_tried(entry, card, tried)
        show_experiments(entry)


def _show_tried(entry: CaseEntry, card: ModelCard, tried: Tried) -> None:
    """Show what is tried, with the way to change it, and what came of it."""
    if tried.experiment is not None:
        _say_which(tried, card)
    else:
        _choose(entry, tried.marked)
    if tried.refused:
        st.warning(plain(tried.refused), icon=":material/warning:")
    elif tried.outcome is not None:
        _show_outcome(entry, card, tried, tried.outcome)
    elif tried.edit is not None:
        st.caption("The model is looking at the edited slice …")


def _say_which(tried: Tried, card: ModelCard) -> None:
    """Say which kept experiment is on the screen, and lead back to one's own."""
    one, state = tried.experiment, session().what_if
    if one is None:
        return
    st.markdown(f"**{plain(one.title)}**  \n:gray[{plain(one.reader)}, {one.made:%Y-%m-%d %H:%M}]")
    if one.note:
        st.caption(plain(one.note))
    if one.model_id != card.id:
        st.caption(f"Kept with '{plain(one.model_id)}'; this is what '{plain(card.id)}' says.")

    def leave() -> None:
        state.shown = ""

    st.button(
        "Back to what is drawn",
        key=widget("what-if-back"),
        icon=":material/arrow_back:",
        on_click=uninterrupted(leave),
        type="tertiary",
    )


def _choose(entry: CaseEntry, marked: Mapping[str, Mask]) -> None:
    """Let the reader choose the region and what is done to it."""
    state = session().what_if
    chosen = region_of(entry.id, marked)
    if not chosen:
        st.info(
            "Nothing is drawn on this slice: draw around what you want to change (brush b, "
            "polygon p, freehand f), and the model is asked as you draw.",
            icon=":material/draw:",
        )
        return
    keys = {name: widget("what-if", name) for name in ("region", "operation", "edge")}

    def take(name: str) -> None:
        setattr(state, name, str(value_of(keys[name])))

    def take_edge() -> None:
        state.edge_mm = float(str(value_of(keys["edge"])))

    st.selectbox(
        "What is drawn",
        list(marked),
        **mirror(keys["region"], chosen, lambda: take("region")),
    )
    st.selectbox(
        "What is done to it",
        list(OPERATIONS),
        format_func=lambda name: OPERATIONS[name].title,
        **mirror(keys["operation"], state.operation, lambda: take("operation")),
        help="  \n".join(f"**{one.title}**: {one.summary}" for one in OPERATIONS.values()),
    )
    operation = OPERATIONS[state.operation]
    edge, setting = st.columns(2, gap="small")
    with setting:
        for parameter in parameters(operation):
            _choose_setting(operation.name, parameter)
    with edge:
        st.number_input(
            "Soft edge, mm",
            0.0,
            WIDEST_EDGE_MM,
            step=0.5,
            format="%.1f",
            **mirror(keys["edge"], state.edge_mm, take_edge),
            help="How far around what is drawn the change fades away, so that its edge is no "
            "artefact.",
        )


def _choose_setting(operation: str, parameter: Param) -> None:
    """Let the reader type a number of an operation."""
    settings = session().what_if.settings.setdefault(operation, {})
    key, kind = widget("what-if", operation, parameter.name), parameter.kind
    low, high = (None if end is None else kind(end) for end in (parameter.low, parameter.high))

    def take() -> None:
        settings[parameter.name] = parameter.parse(operation, str(value_of(key)))

    st.number_input(
        parameter.name.replace("_", " ").capitalize(),
        low,
        high,
        step=kind(1),
        **mirror(key, settings.get(parameter.name, parameter.default), take),
        help=parameter.help,
    )


def _show_outcome(entry: CaseEntry, card: ModelCard, tried: Tried, outcome: Outcome) -> None:
    """Show what the model answers, where its maps had looked, and what can be done with it."""
    st.markdown(f"**{plain(outcome.sentence)}**")
    if card.sees:
        st.caption(
            f":material/info: The model sees {card.channels} slices, and only the shown one is "
            "edited."
        )
    st.markdown(_answers(outcome))
    strange = card.familiarity and card.familiarity.warning(outcome.after.strangeness)
    if strange:
        st.warning(
            f"The edited slice is strange to the model. {plain(strange)}",
            icon=":material/warning:",
        )
    _offer_elsewhere(tried, outcome, card)
    _offer_to_keep_and_take(entry, card, tried, outcome)
    if outcome.before.maps:
        st.markdown(_shares(outcome))
    st.caption(f"{SWITCH_KEY}: original, edited, difference. An edited slice is no scan.")


def _answers(outcome: Outcome) -> str:
    """Return both answers as a table."""
    before, after = outcome.before.prediction, outcome.after.prediction
    lines = ["| | as it is | what if |", "|---|---|---|"]
    for index, name in enumerate(before.classes):
        cells = [f"{answer.probabilities[index]:.2f}" for answer in (before, after)]
        if index == outcome.target:
            name, cells = f"**{plain(name)}**", [f"**{cell}**" for cell in cells]
        else:
            name = plain(name)
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    scores = [written(value) for value in outcome.log_odds]
    lines.append(f"| score (log-odds) | {scores[0]} | {scores[1]} |")
    return "\n".join(lines)


def _shares(outcome: Outcome) -> str:
    """Return which share of each map's importance had lain in what is drawn, as a table."""
    lines = ["| importance in what is drawn | |", "|---|---|"]
    for name in outcome.before.maps:
        score = outcome.importance(name, session().sign)
        said = "–" if score.value is None else f"{score.value:.0%}"
        lines.append(f"| {plain(ESTIMATORS[name].title)} | {said} |")
    lines.append(f"| *share of the picture* | {outcome.drawn_share:.1%} |")
    return "\n".join(lines)


def _offer_elsewhere(tried: Tried, outcome: Outcome, card: ModelCard) -> None:
    """Offer the control: the same change at other places."""
    state, job = session().what_if, tried.elsewhere
    if job is not None and not job.done:
        st.progress(job.progress, f"Trying it at {PLACES} other places …")
        st.button("Cancel", key=widget("elsewhere-cancel"), on_click=uninterrupted(job.cancel))
        return
    if outcome.control:
        st.markdown(plain(outcome.control))
        return
    if outcome.why_not:
        st.caption(plain(outcome.why_not))
    question = Question(outcome.before.image, card.id, outcome.target)
    wanted = tried_at(outcome.after.image, question)

    def ask() -> None:
        state.tried = wanted
        if job is not None:
            # A job that was cancelled stays so until the reader wants another try.
            jobs = session().page_jobs
            for place in [place for place, held in jobs.items() if held is job]:
                del jobs[place]

    st.button(
        f"Try it at {PLACES} other places",
        key=widget("elsewhere"),
        icon=":material/casino:",
        on_click=uninterrupted(ask),
        help="The same change, pixel by pixel, at random places of the body: how much would any "
        "such change do to the answer?",
    )


def _offer_to_keep_and_take(
    entry: CaseEntry,
    card: ModelCard,
    tried: Tried,
    outcome: Outcome,
) -> None:
    """Offer to keep a try, and to take it or a kept experiment home."""
    if tried.edit is None:
        return
    one = tried.experiment or new_experiment(
        entry, card, tried.edit, region_of(entry.id, tried.marked) or "what is drawn"
    )
    # What is taken home says which model has answered here and now.
    asked = replace(one, model_id=card.id)
    name = f"{entry.id}-{one.slice_index + 1:03d}-{card.id}-what-if"
    with st.container(horizontal=True, gap="small"):
        if tried.experiment is None:
            offer_keeping(one)
        st.download_button(
            "Take home",
            recorded(f"{name}.zip", lambda: take_home(asked, outcome, name)),
            f"{name}.zip",
            "application/zip",
            key=widget("save-experiment"),
            icon=":material/download:",
            on_click="ignore",
            help="The slices in HU, what is drawn and the maps before and after as NIfTI, a "
            "picture, and all numbers as JSON.",
        )
