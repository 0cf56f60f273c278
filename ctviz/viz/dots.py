"""All estimators on one scale."""

from collections.abc import Mapping

import plotly.graph_objects as go

from ctviz.core import Score
from ctviz.viz.palette import Palette
from ctviz.viz.panels import FAINT, Panel, single

ROW_PX, FRAME_PX = 22, 80


def score_dots(
    scores: Mapping[str, Score],
    metric: str,
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    better: str = "higher",
    palette: Palette | None = None,
) -> go.Figure:
    """Plot one metric's scores by the estimator's title, the best on top.

    An undefined score keeps its line, with a dash; hovering over it tells the reason.
    """
    palette = palette or Palette.of(scores)
    order = sorted(scores, key=lambda title: _merit(scores[title], better), reverse=True)
    traces = [_dot(title, scores[title], bounds[0], palette) for title in order]
    panel = Panel(metric, f"{better} is better", "", "", x_range=bounds, percent=False)
    figure = single(panel, traces, legend=False, height=FRAME_PX + ROW_PX * len(order))
    figure.update_yaxes(
        title_text="", range=None, autorange="reversed", categoryorder="array", categoryarray=order
    )
    figure.update_yaxes(nticks=len(order), automargin=True)
    return figure


def _merit(score: Score, better: str) -> float:
    if score.value is None:
        return float("-inf")
    return score.value if better == "higher" else -score.value


def _dot(title: str, score: Score, left: float, palette: Palette) -> go.Scatter:
    if score.value is None:
        look = {
            "color": FAINT,
            "symbol": "line-ew",
            "size": 9,
            "line": {"width": 2, "color": FAINT},
        }
        return go.Scatter(
            x=[left], y=[title], mode="markers", marker=look, hovertemplate=f"{score.why}<extra/>"
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
