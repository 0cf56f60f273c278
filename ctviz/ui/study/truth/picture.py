"""A phantom to look at: what the model uses of it, beside what the best and the worst map say."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ctviz.cohort.report.numbers import figure
from ctviz.cohort.truth.charts import PICTURE
from ctviz.cohort.truth.effects_table import read_effects
from ctviz.cohort.truth.picture import (
    DrawnPhantom,
    ShownMap,
    TruthPicture,
    effects_of,
    question_of,
    shown_entrants,
)
from ctviz.cohort.truth.picture_chart import picture_chart
from ctviz.cohort.truth.report import TYPICAL
from ctviz.cohort.truth.unit import phantom_name
from ctviz.core import CtvizError
from ctviz.ui.compare.page_jobs import PageJobs
from ctviz.ui.service import backend
from ctviz.ui.session import begin, session, widget
from ctviz.ui.study.read_findings import show_figure
from ctviz.ui.study.results.tables import show_table
from ctviz.ui.study.truth.reading import TruthReading
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import ready
from ctviz.viz.charts import Chart
from ctviz.viz.documents import Table


def show_picture(reading: TruthReading) -> None:
    """Let the reader choose a phantom, and show it; the typical one is there at once."""
    effects, kept = read_effects(reading.folder), reading.picture
    typical = kept.phantom.name if kept is not None else ""
    chosen, meaning = st.columns([2, 8], vertical_alignment="center")
    name = chosen.selectbox(
        "Phantom",
        list(effects),
        format_func=lambda name: f"{name.capitalize()}{', typical' if name == typical else ''}",
        key=begin(
            widget("truth-phantom", reading.findings.subject.digest), typical or next(iter(effects))
        ),
        label_visibility="collapsed",
    )
    if kept is not None and name == typical:
        meaning.caption(TYPICAL)
        _show(reading, kept, reading.charts[PICTURE])
        return
    picture = _asked(reading, name, effects[name])
    if picture is not None:
        explained = reading.findings.subject.explained
        _show(reading, picture, picture_chart(picture, explained, reading.names))


def _show(reading: TruthReading, picture: TruthPicture, chart: Chart) -> None:
    """Show a picture, whose phantom is named above it, and the numbers behind its colours."""
    show_figure(replace(chart, title=""), f"picture {picture.phantom.name}")
    show_table(_parts_table(reading, picture), "picture parts")


def _asked(reading: TruthReading, name: str, effects: Mapping[str, float]) -> TruthPicture | None:
    """Return the picture of a phantom once it is made; until then show how far it is."""
    if reading.study.model not in backend().models():
        st.info("The model is not on this server, so that only the typical phantom can be shown.")
        return None
    jobs = PageJobs()
    try:
        return _made(jobs, reading, name, effects)
    except CtvizError as error:
        st.info(f"There is no picture of {plain(name)}: {plain(error)}")
        st.button(
            "Try again",
            key=widget("picture-again"),
            on_click=uninterrupted(session().page_jobs.clear),
        )
        return None
    finally:
        jobs.release_others()


def _made(
    jobs: PageJobs, reading: TruthReading, name: str, effects: Mapping[str, float]
) -> TruthPicture | None:
    """Return the picture if the phantom is drawn and its maps are there."""
    study, findings = reading.study, reading.findings
    (seed,) = (seed for seed in study.seeds if phantom_name(seed) == name)
    scene = findings.subject.scene
    (drawing,) = jobs.several(
        [("phantom", scene, seed)],
        lambda _: [backend().make(f"phantom {scene} {seed}", lambda: DrawnPhantom.of(scene, seed))],
    )
    if not ready("truth-drawing", drawing, "Drawing the phantom."):
        return None
    phantom = drawing.result()
    entrants, built = shown_entrants(findings), study.built_estimators()
    question = question_of(backend(), study, findings, phantom)
    estimators = [built[entrant.estimator] for entrant in entrants]
    maps = jobs.several(
        [("truth map", question.image.digest, study.model, each) for each in estimators],
        lambda missing: backend().explain(question, [estimators[n] for n in missing]),
    )
    for entrant, job in zip(entrants, maps, strict=True):
        doing = f"Computing the map of {plain(reading.names.estimator(entrant))}."
        if not ready(f"truth-map {entrant}", job, doing):
            return None
    shown = (ShownMap(e, job.result().values) for e, job in zip(entrants, maps, strict=True))
    return TruthPicture(phantom, effects_of(phantom.parts, effects), tuple(shown))


def _parts_table(reading: TruthReading, picture: TruthPicture) -> Table:
    """Return the numbers behind the colours, the part with the largest effect first."""
    said = [_shares(picture.importance(shown)) for shown in picture.maps]
    entrants = [reading.names.entrant(shown.entrant) for shown in picture.maps]
    names, shares = picture.phantom.parts.names, _shares(picture.effects)
    return Table(
        f"The parts of {picture.phantom.name}",
        ("Part", "Effect on the log-odds", "Effect, % of the largest", *entrants),
        tuple(
            (
                names[place],
                figure(float(picture.effects[place])),
                figure(float(shares[place]), 0),
                *(figure(float(own[place]), 0) for own in said),
            )
            for place in np.argsort(-np.abs(picture.effects), kind="stable")
        ),
        note="What a map says of a part is the sum over its pixels, in percent of the largest such "
        "sum. The closer a map's column is to that of the effects, the better.",
    )


def _shares(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers in percent of the largest one."""
    return 100 * numbers / (np.abs(numbers).max(initial=0.0) or 1.0)
