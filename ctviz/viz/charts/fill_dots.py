"""How much fidelity hangs on what replaces the removed pixels."""

from collections.abc import Mapping
from dataclasses import replace

import plotly.graph_objects as go

from ctviz.core import Score
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import Dots, Mark, Multiples, Row
from ctviz.viz.charts.model.looks import Look, looks
from ctviz.viz.charts.screen import interactive
from ctviz.viz.images.palette import Palette

ROW_PX, FRAME_PX = 22, 112
SHAPES = (
    ("square", False),
    ("square", True),
    ("diamond", False),
    ("circle", False),
    ("x-thin", True),
)
"""The markers of fills, and which of them are hollow."""


def fill_dots(
    scores: Mapping[str, Mapping[str, Score]], *, palette: Palette | None = None
) -> go.Figure:
    """Plot fidelity by the estimator's title, with a mark for each fill: how much the fill decides.

    A line joins the least and the greatest; where it is longer than the distance to another
    estimator's marks, their order is the fill's.
    """
    chart = Multiples("", "", (fill_chart(scores, palette=palette),), across=1)
    return interactive(chart, height=FRAME_PX + ROW_PX * len(scores))


def fill_chart(
    scores: Mapping[str, Mapping[str, Score]], *, palette: Palette | None = None
) -> Dots:
    """Describe fidelity by fill, a row for each estimator."""
    found = looks(scores, palette=palette)
    fills = list(dict.fromkeys(fill for by_fill in scores.values() for fill in by_fill))
    shaped = dict(zip(fills, (SHAPES[n % len(SHAPES)] for n in range(len(fills))), strict=True))

    def look(title: str, fill: str) -> Look:
        shape, hollow = shaped[fill]
        return replace(found[title], shape=shape, hollow=hollow)

    rows = tuple(
        Row(
            title,
            tuple(
                Mark(fill, score.value, look=look(title, fill))
                for fill, score in by_fill.items()
                if score.value is not None
            ),
            control=found[title].control,
        )
        for title, by_fill in scores.items()
    )
    return Dots(
        "Fidelity by fill",
        "what replaces the removed pixels: a long line means that the fill decides",
        Axis(""),
        rows,
        joined=True,
    )
