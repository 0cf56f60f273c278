"""How much fidelity hangs on what replaces the removed pixels."""

from collections.abc import Mapping

import plotly.graph_objects as go

from ctviz.core import CurvePanel, Score
from ctviz.viz.images.palette import Palette
from ctviz.viz.panels import framed

ROW_PX, FRAME_PX = 22, 76
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
    panel = CurvePanel(
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
