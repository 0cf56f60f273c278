"""One estimator's part of the comparison, as the board shows it."""

from collections.abc import Hashable
from dataclasses import dataclass

from ctviz.core.text import about
from ctviz.core.theme import THEME
from ctviz.estimators import Estimator
from ctviz.estimators.engine.looks import look_of
from ctviz.metrics import Metric
from ctviz.models import ModelCard
from ctviz.ui.compare.comparison import (
    UNDEFINED,
    ComparedMap,
    Comparison,
    by_fill,
    span,
    written,
)
from ctviz.ui.compare.completeness import gap_of
from ctviz.ui.compare.error_bars import ErrorBarsShown, wants_error_bars
from ctviz.ui.compare.expected_seconds import WORTH_SAYING, expected_seconds
from ctviz.ui.compare.metric_choice import meaning
from ctviz.ui.compare.on_neighbours import share_beside
from ctviz.ui.compare.sanity import badge_of
from ctviz.ui.compare.what_if.trying import Tried
from ctviz.ui.routes import map_url
from ctviz.ui.session import session
from ctviz.ui.viewer import Pane, PaneState, ScoreText

AWAITED = "…"
"""Stands where a score is to come."""
OF_NO_CLASS = "The map is the same for every class, so it does not tell one from another."


def asked() -> Hashable:
    """Return what the reader wants explained: an answer, a class, or one rather than another."""
    state = session()
    return state.target, state.rather_than


@dataclass(frozen=True)
class PaneModel:
    """The model that a pane is of.

    Parameters
    ----------
    card
        What is known of it.
    asked
        What decides which class it explains, besides the slice.
    mark, title
        What it is called where two stand side by side; empty where there is one.
    ending
        Of the names of its panes.
    """

    card: ModelCard
    asked: Hashable = None
    mark: str = ""
    title: str = ""
    ending: str = ""


def pane(one: ComparedMap, comparison: Comparison, tried: Tried | None, model: PaneModel) -> Pane:
    """Return what a pane shows."""
    estimator, job = one.estimator, one.shown
    state, message = _what_is_missing(one, model)
    bars, look = _error_bars(one, model), look_of(estimator.name)
    return Pane(
        id=f"{estimator.name}{model.ending}",
        model=model.mark,
        model_title=model.title,
        title=estimator.title,
        help=_help(estimator),
        control=estimator.control,
        glyph=THEME.glyph(look),
        colour=look.dark,
        maps=_maps(one, model),
        state=state,
        progress=None if job is None else job.progress,
        message=message,
        seconds=one.seconds,
        scores=[_score_text(one, metric, comparison) for metric in comparison.metrics],
        badge=badge_of(estimator, one.sanity),
        gap=gap_of(estimator, one.completeness_gap),
        beside=share_beside(one.on_neighbours, model.card.channels),
        stronger=_seen(one, model, "stronger", bars.stronger),
        half_widths=_seen(one, model, "half-width", bars.half_widths),
        chance=bars.chance,
        interval=bars.interval,
        edited=tried.map_of(estimator) if tried else "",
        edited_note=tried.note_on(estimator) if tried else "",
    )


def _help(estimator: Estimator) -> str:
    """Return what a map says; in a contrast, and where another's map is read, also of which class.

    What asks for no class itself says so in its summary.
    """
    in_contrast = session().rather_than is not None
    if estimator.same_for_every_class and (in_contrast or estimator.parents()):
        return f"{estimator.summary} {OF_NO_CLASS}"
    return estimator.summary


def _error_bars(one: ComparedMap, model: PaneModel) -> ErrorBarsShown:
    """Return what is known of a map's error bars, if the reader wants them and the map is there."""
    if not wants_error_bars() or one.seconds is None or model.ending:
        return ErrorBarsShown()
    return ErrorBarsShown.of(one.error_bars)


def _seen(one: ComparedMap, model: PaneModel, part: str, address: str) -> dict[int, str]:
    """Return the addresses of slices seen before, as long as the same question is asked of them."""
    if not wants_error_bars():
        return {}
    state = session()
    question = (state.case, model.card.id, model.asked, one.estimator, part)
    seen, here = state.maps.setdefault(question, {}), state.slice or 0
    if address:
        seen[here] = address
    return seen


def _what_is_missing(one: ComparedMap, model: PaneModel) -> tuple[PaneState, str]:
    """Return what keeps a map from being there, and how long it will take if that is long."""
    seconds, job = expected_seconds(model.card.id, [one.estimator]), one.shown
    time = about(seconds) if seconds is not None and seconds >= WORTH_SAYING else ""
    if one.waits:
        return "waiting", f"This map takes {time}."
    if job is None:
        return "queued", "Waiting for the model"
    if job.done or not time:
        return job.state, job.message
    return job.state, f"{job.message or 'Waiting for its turn'} · {time}"


def _maps(one: ComparedMap, model: PaneModel) -> dict[int, str]:
    """Return the maps of slices seen before, as long as the same question is asked of them."""
    state = session()
    look = (state.unit, state.sign) if state.unit == "regions" else (state.unit,)
    question = (state.case, model.card.id, model.asked, one.estimator, *look)
    seen, here = state.maps.setdefault(question, {}), state.slice or 0
    job = one.job if state.unit == "pixels" else one.region_map
    if job is not None and job.state == "ready":
        seen[here] = map_url(job.key)
    elif one.job is not None:
        seen.pop(here, None)
    return seen


def _score_text(one: ComparedMap, metric: Metric, comparison: Comparison) -> ScoreText:
    score, fills = one.score(metric.name), one.fills if metric.name == "fidelity" else {}
    dash = AWAITED if one.awaits(metric.name) else UNDEFINED
    return ScoreText(
        id=metric.name,
        title=metric.short or metric.title,
        text=dash if score.value is None else written(score.value),
        why=score.why,
        better=metric.better,
        best=comparison.is_best(one, metric.name),
        beaten_by=_beaten_by(one, metric.name, comparison),
        help=meaning(metric.name),
        span=span(fills),
        by_choice=by_fill(fills),
    )


def _beaten_by(one: ComparedMap, metric: str, comparison: Comparison) -> str:
    control = comparison.best_control(metric)
    if control is None or not comparison.falls_short(one, metric):
        return ""
    return f"the control {control.title} ({written(control.value)})"
