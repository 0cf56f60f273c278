"""All estimators on one scale."""

import math
from collections.abc import Mapping
from typing import Literal

import plotly.graph_objects as go

from ctviz.core import Score
from ctviz.viz.palette import Palette
from ctviz.viz.panels import FAINT, Panel, framed

ROW_PX, FRAME_PX = 22, 76


def score_dots(
    scores: Mapping[str, Score],
    metric: str,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    better: Literal["higher", "lower"] = "higher",
    palette: Palette | None = None,
) -> go.Figure:
    """Plot one metric's scores by the estimator's title, the best on top.

    An undefined score keeps its row, with a dash; hovering over it tells the reason.
    """
    palette = palette or Palette.of(scores)
    order = sorted(scores, key=lambda title: _merit(scores[title], better), reverse=True)
    left, right = _span(scores, bounds)
    dots = [_dot(title, scores[title], left, palette) for title in order]
    room = 0.15 * (right - left)  # for the number beside a dot at the right end
    panel = Panel(
        metric, f"{better} is better", "", "", (left, right + room), y_range=None, percent=False
    )
    figure = framed([(panel, dots)], height=FRAME_PX + ROW_PX * len(order), legend=False)
    return figure.update_yaxes(autorange="reversed", automargin=True, dtick=1, type="category")


FILL_SYMBOLS = ("square", "square-open", "diamond", "circle", "x-thin-open")


def fill_dots(
    scores: Mapping[str, Mapping[str, Score]], *, palette: Palette | None = None
) -> go.Figure:
    """Plot fidelity by the estimator's title, with a mark for each fill: how much the fill decides.

    A line joins the least and the greatest; where it is longer than the distance to another
    estimator's marks, their order is the fill's.
    """
    palette = palette or Palette.of(scores)
    fills = list(dict.fromkeys(fill for by_fill in scores.values() for fill in by_fill))
    spans = [_span_line(title, by_fill, palette) for title, by_fill in scores.items()]
    marks = [
        _marks(fill, scores, FILL_SYMBOLS[place % len(FILL_SYMBOLS)], palette)
        for place, fill in enumerate(fills)
    ]
    panel = Panel(
        "Fidelity by fill",
        "what replaces the removed pixels: a long line means that the fill decides",
        "",
        "",
        None,
        y_range=None,
        percent=False,
    )
    height = FRAME_PX + ROW_PX * (len(scores) + 1)
    figure = framed([(panel, [*spans, *marks])], height=height, legend=True)
    return figure.update_yaxes(autorange="reversed", automargin=True, dtick=1, type="category")


def _span_line(title: str, by_fill: Mapping[str, Score], palette: Palette) -> go.Scatter:
    values = [score.value for score in by_fill.values() if score.value is not None]
    return go.Scatter(
        x=[min(values), max(values)] if values else [None],
        y=[title, title] if values else [title],
        mode="lines",
        line={"color": palette.colour(title), "width": 1},
        showlegend=False,
        hoverinfo="skip",
    )


def _marks(
    fill: str, scores: Mapping[str, Mapping[str, Score]], symbol: str, palette: Palette
) -> go.Scatter:
    """Return one fill's mark in every row."""
    known = {
        title: by_fill[fill].value
        for title, by_fill in scores.items()
        if fill in by_fill and by_fill[fill].value is not None
    }
    return go.Scatter(
        x=list(known.values()),
        y=list(known),
        name=fill,
        legendgroup=fill,
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 9,
            "color": [palette.colour(title) for title in known],
            "line": {"width": 1.5, "color": [palette.colour(title) for title in known]},
        },
        hovertemplate=f"{fill}: %{{x:.2f}}",
    )


def _merit(score: Score, better: str) -> float:
    if score.value is None:
        return -math.inf
    return score.value if better == "higher" else -score.value


def _span(scores: Mapping[str, Score], bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the axis: from zero, or the least score below it, to the best score possible."""
    values = [score.value for score in scores.values() if score.value is not None]
    right = bounds[1] if math.isfinite(bounds[1]) else max([*values, 1.0])
    return min([*values, max(0.0, bounds[0])]), right


def _dot(title: str, score: Score, left: float, palette: Palette) -> go.Scatter:
    if score.value is None:
        dash = {"symbol": "line-ew", "size": 9, "line": {"width": 2, "color": FAINT}}
        return go.Scatter(
            x=[left], y=[title], mode="markers", marker=dash, hovertemplate=f"{score.why}<extra/>"
        )
    return go.Scatter(
        x=[score.value],
        y=[title],
        mode="markers+text",
        text=[f" {score.value:.2f}"],
        textposition="middle right",
        textfont={"size": 10},
        marker={
            "color": palette.colour(title),
            "size": 10,
            "symbol": "circle-open" if title in palette.controls else "circle",
        },
        hovertemplate=f"{title}: {score.value:.3f}<extra/>",
    )
