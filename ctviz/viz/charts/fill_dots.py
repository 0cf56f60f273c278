"""How much fidelity hangs on what replaces the removed pixels."""

from collections.abc import Mapping
from dataclasses import replace

import plotly.graph_objects as go

from ctviz.core import Score
from ctviz.core.look import Look
from ctviz.core.theme import THEME, Inks
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.kinds import PLAIN, Dots, Mark, Multiples, Row
from ctviz.viz.charts.screen import interactive

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
    scores: Mapping[str, Mapping[str, Score]], looks: Mapping[str, Look], *, inks: Inks = THEME.dark
) -> go.Figure:
    """Plot fidelity by the estimator's title, with a mark for each fill: how much the fill decides.

    A line joins the least and the greatest; where it is longer than the distance to another
    estimator's marks, their order is the fill's.

    Parameters
    ----------
    looks
        By the estimator's title.
    inks
        Of the page that it stands on.
    """
    chart = Multiples("", "", (fill_chart(scores, looks),), across=1)
    return interactive(chart, height=FRAME_PX + ROW_PX * len(scores), inks=inks)


def fill_chart(scores: Mapping[str, Mapping[str, Score]], looks: Mapping[str, Look]) -> Dots:
    """Describe fidelity by fill, a row for each estimator."""
    fills = list(dict.fromkeys(fill for by_fill in scores.values() for fill in by_fill))
    shaped = dict(zip(fills, (SHAPES[n % len(SHAPES)] for n in range(len(fills))), strict=True))

    def look(title: str, fill: str) -> Look:
        shape, hollow = shaped[fill]
        return replace(looks.get(title, PLAIN), marker=shape, hollow=hollow)

    rows = tuple(
        Row(
            title,
            tuple(
                Mark(fill, score.value, look=look(title, fill))
                for fill, score in by_fill.items()
                if score.value is not None
            ),
            control=looks.get(title, PLAIN).control,
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
