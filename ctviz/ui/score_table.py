"""The scores of all panes as one table, and the curves behind them."""

import pandas as pd
import streamlit as st

from ctviz.core import Curve, Mask
from ctviz.metrics import METRICS
from ctviz.ui.comparison import SHOWN_METRICS, Compared, Comparison, written
from ctviz.ui.session import widget
from ctviz.viz import PLOT_CONFIG, Palette, curve_overview

ARROWS = {"higher": "↑", "lower": "↓"}
UNDEFINED = "–"
CONTROL_STYLE = "color: #8b93a1"
BEST_STYLE = "font-weight: 700; color: #ffffff"


def _heading(name: str) -> str:
    metric = METRICS[name]
    return f"{metric.short or metric.title} {ARROWS[metric.better]}"


def _cell(one: Compared, name: str) -> str:
    value = one.score(name).value
    return UNDEFINED if value is None else written(value)


def _seconds(one: Compared) -> str:
    return UNDEFINED if one.seconds is None else f"{one.seconds:.1f}"


def show_scores(comparison: Comparison, against: str) -> None:
    """Show estimators by metrics: best of a column bold, controls grey, undefined as a dash."""
    rows = {
        one.estimator.title: {
            **{_heading(name): _cell(one, name) for name in SHOWN_METRICS},
            "seconds ↓": _seconds(one),
        }
        for one in comparison.compared
    }
    if not rows:
        return
    table = pd.DataFrame.from_dict(rows, orient="index")
    st.dataframe(table.style.apply(_styles, axis=None, comparison=comparison), key=widget("scores"))
    st.caption(_legend(comparison, against))


def _styles(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    styles = pd.DataFrame("", index=table.index, columns=table.columns)
    for one in comparison.compared:
        title = one.estimator.title
        if one.estimator.control:
            styles.loc[title] = CONTROL_STYLE
            continue
        for name in SHOWN_METRICS:
            if comparison.is_best(one, name):
                styles.loc[title, _heading(name)] = BEST_STYLE
    return styles


def _legend(comparison: Comparison, against: str) -> str:
    """Say what the numbers were measured against, and why some are missing."""
    whose = f"Agreement is with the region of {against}. " if against else ""
    reasons: dict[str, dict[str, None]] = {}
    for name in SHOWN_METRICS:
        for one in comparison.compared:
            if not (score := one.score(name)).defined:
                reasons.setdefault(score.why, {})[_heading(name)[:-2]] = None
    dashes = (f"{', '.join(names)}: {why}" for why, names in reasons.items())
    return " ".join(
        [f"{whose}Dice takes the region map's top share, as large as the region itself.", *dashes]
    )


def show_curves(comparison: Comparison, mask: Mask | None) -> None:
    """Show Dice over the share kept, ROC, and fidelity's two curves, one colour per estimator."""
    titles = [one.estimator.title for one in comparison.compared]
    controls = [one.estimator.title for one in comparison.compared if one.estimator.control]
    if not titles:
        return
    figure = curve_overview(
        _curves(comparison, "dice", "dice"),
        _curves(comparison, "auroc", "auroc"),
        (_curves(comparison, "fidelity", "mif"), _curves(comparison, "fidelity", "lif")),
        own_share=None if mask is None else float(mask.mean()),
        palette=Palette.of(titles, controls),
    )
    st.plotly_chart(figure, theme=None, config=dict(PLOT_CONFIG), key=widget("curves"))


def _curves(comparison: Comparison, metric: str, name: str) -> dict[str, Curve]:
    return {
        one.estimator.title: one.evaluations[metric].curves[name]
        for one in comparison.compared
        if metric in one.evaluations and name in one.evaluations[metric].curves
    }
