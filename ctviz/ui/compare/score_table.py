"""The scores of all panes as one table."""

import pandas as pd
import streamlit as st

from ctviz.core import prior
from ctviz.core.theme import THEME, Inks
from ctviz.estimators.engine.looks import look_of
from ctviz.ui.compare.comparison import (
    MEAN_MASK,
    UNDEFINED,
    ComparedMap,
    Comparison,
    span,
    written,
)
from ctviz.ui.compare.completeness import percent
from ctviz.ui.compare.controls import controls_elsewhere
from ctviz.ui.compare.metric_choice import heading, meaning
from ctviz.ui.compare.sanity import badge_of
from ctviz.ui.compare.second_opinion import opinion_of, wants_second_opinion
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.ui.widgets.plain_text import plain

BEST_STYLE = "font-weight: 700"
MARK = "mark"
SECONDS, FILLS, SANITY, GAP = "seconds ↓", "over fills", "Sanity", "sum off by ↓"
CAPTUM = "Captum's map"
BEST_CONTROL = "Best control"
WIDTHS = {FILLS: 110, MARK: 50}
"""Of columns whose texts are longer than their titles, in pixels."""
HELP = {
    MARK: "The estimator's colour and mark in every chart and list.",
    SECONDS: "How long the map took when it was computed. Lower is better.",
    FILLS: "Fidelity from the least to the greatest of five fills: dark, bright, mean, blurred, "
    "interpolated. A wide range says that fidelity depends on the fill.",
    GAP: "How far the map's sum is from the change of the class score on the way to the scan, "
    "where it should be that. Lower is better; above 5 % take more steps.",
    CAPTUM: "Whether Captum, an independent implementation, computes the same map: the largest "
    "difference of two pixels, as a share of the greatest value in Captum's map. It is asked only "
    "where it defines a map exactly as ctviz does.",
    SANITY: "Whether the map changes when the model forgets what it has learnt. A map that does "
    "not change shows the scan and not the model.",
}


def show_scores(comparison: Comparison, against: str, model: str = "") -> None:
    """Show estimators by metrics, undefined as a dash, and beneath them the best control.

    The best of a column is bold, amber if it is a control; what does not beat one is dimmed.

    Parameters
    ----------
    model
        Tells the table from that of another model.
    """
    if not comparison.compared:
        return
    table = pd.DataFrame.from_dict(_rows(comparison), orient="index")
    st.dataframe(
        table.style.apply(_styles, axis=None, comparison=comparison),
        column_config=_columns(comparison),
        key=widget("scores", *filter(None, [model])),
        height="stretch",
    )
    st.caption(plain(_legend(comparison, against)))


def _rows(comparison: Comparison) -> dict[str, dict[str, str]]:
    rows = {_title(one): _row(one, comparison) for one in comparison.compared}
    if comparison.mean_mask:
        rows[MEAN_MASK] = _mean_mask_row(comparison)
    best = _best_control_row(comparison)
    return rows | {BEST_CONTROL: best} if best else rows


def _title(one: ComparedMap) -> str:
    return one.estimator.title + (" (control)" if one.estimator.control else "")


def _row(one: ComparedMap, comparison: Comparison) -> dict[str, str]:
    row = {MARK: _glyph(one.estimator.name)}
    for metric in comparison.metrics:
        row[heading(metric.name)] = one.text(metric.name)
        if metric.name == "fidelity":
            row[FILLS] = span(one.fills) or UNDEFINED
    if "seconds" not in {metric.name for metric in comparison.metrics}:
        row[SECONDS] = UNDEFINED if one.seconds is None else f"{one.seconds:.1f}"
    if any(other.completeness_gap is not None for other in comparison.compared):
        gap = one.completeness_gap
        row[GAP] = UNDEFINED if gap is None else percent(gap)
    if wants_second_opinion():
        row[CAPTUM] = opinion_of(one)
    badge = badge_of(one.estimator, one.sanity)
    row[SANITY] = UNDEFINED if badge is None else f"{badge.verdict}: {badge.why}"
    return row


def _mean_mask_row(comparison: Comparison) -> dict[str, str]:
    """Return how far one gets who knows only where other patients have the region."""
    known = {name: each.score.value for name, each in comparison.mean_mask.items()}
    found = {name: value for name, value in known.items() if value is not None}
    cells = dict.fromkeys(_row(comparison.compared[0], comparison), UNDEFINED)
    cells[MARK] = _glyph(prior.MEAN_MASK)
    return cells | {heading(name): written(value) for name, value in found.items()}


def _best_control_row(comparison: Comparison) -> dict[str, str]:
    """Return what has to be beaten, empty while no control has a score."""
    known = {m.name: comparison.best_control(m.name) for m in comparison.metrics}
    found = {heading(name): written(best.value) for name, best in known.items() if best is not None}
    return dict.fromkeys(_row(comparison.compared[0], comparison), "") | found if found else {}


def _columns(comparison: Comparison) -> dict[str, st.column_config.Column]:
    """Return what hovering over a column's title tells."""
    helps = {heading(metric.name): meaning(metric.name) for metric in comparison.metrics} | HELP
    return {
        title: st.column_config.TextColumn(help=text, width=WIDTHS.get(title))
        for title, text in helps.items()
    }


def _styles(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    styles, inks = pd.DataFrame("", index=table.index, columns=table.columns), page_inks()
    marked = {_title(one): one.estimator.name for one in comparison.compared}
    for row, name in {MEAN_MASK: prior.MEAN_MASK, **marked}.items():
        if row in table.index:
            styles.loc[row, MARK] = _written_in(look_of(name).on(inks.scheme))
    for metric in comparison.metrics:
        column = heading(metric.name)
        for one in comparison.compared:
            styles.loc[_title(one), column] = _style(one, metric.name, comparison, inks)
        if comparison.control_wins(metric.name):
            styles.loc[BEST_CONTROL, column] = _wins_amiss(inks)
    return styles


def _style(one: ComparedMap, metric: str, comparison: Comparison, inks: Inks) -> str:
    if comparison.is_best(one, metric):
        return _wins_amiss(inks) if one.estimator.control else BEST_STYLE
    return _written_in(inks.faint) if comparison.falls_short(one, metric) else ""


def _wins_amiss(inks: Inks) -> str:
    """Return the style of a control that no estimator beats."""
    return f"{BEST_STYLE}; {_written_in(inks.warn)}"


def _glyph(name: str) -> str:
    """Return the mark of an estimator, or of the mean mask."""
    return THEME.glyph(look_of(name))


def _written_in(colour: str) -> str:
    return f"color: {colour}"


def _legend(comparison: Comparison, against: str) -> str:
    """Say what the numbers were measured against, and why some are missing."""
    names = [metric.name for metric in comparison.metrics]
    notes = [f"Agreement is with the region of {against}."] if against else []
    notes += filter(None, [controls_elsewhere(comparison)])
    if comparison.mean_mask and comparison.prior is not None:
        notes.append(
            f"It is corrected by where {comparison.prior.patients} other patients have theirs."
        )
    if "dice" in names:
        notes.append("Dice takes the region map's top share, as large as the region itself.")
    reasons: dict[str, dict[str, None]] = {}
    for name in names:
        for one in comparison.compared:
            if not (score := one.score(name)).defined:
                reasons.setdefault(score.why, {})[heading(name)[:-2]] = None
    return " ".join(notes + [f"{', '.join(which)}: {why}" for why, which in reasons.items()])
