"""A model's answers on many cases: bars of its scores, and cells of true class and answer.

Both are bars, of which plotly tells which one was clicked; it does not for the cells of a heatmap.
"""

from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go

from ctviz.core.text import count_of
from ctviz.core.theme import THEME, Inks, channels
from ctviz.viz.charts.model.axis import Axis
from ctviz.viz.charts.model.labels import in_lines
from ctviz.viz.charts.screen.cell import dressed
from ctviz.viz.charts.screen.style import dress

HEIGHT_PX, FRAME_PX, LEAST_ROW_PX = 200, 88, 28
"""Of both charts, of what is around the rows of the second, and of a row at least: it grows."""

LETTERS = 18
"""Of a class's name on one line beside its cells."""

FAINTEST = 0.35
"""Of its colour, what a cell with a single case has."""


def score_bars(
    counts: Sequence[int], title: str, chosen: int | None = None, *, inks: Inks = THEME.dark
) -> go.Figure:
    """Plot how many scores lie in each of equal parts of 0 to 1.

    Parameters
    ----------
    chosen
        The part that stands out; None for all alike.
    inks
        Of the page that it stands on.
    """
    bar, other_bar = inks.shades[-1], inks.faint
    width = 1 / len(counts)
    parts = [f"{part * width:.1f} to {(part + 1) * width:.1f}" for part in range(len(counts))]
    bars = go.Bar(
        x=[(part + 0.5) * width for part in range(len(counts))],
        y=list(counts),
        width=0.94 * width,
        text=[str(count or "") for count in counts],
        textposition="outside",
        textfont={"size": 10, "color": inks.text},
        cliponaxis=False,
        marker={
            "color": [bar if chosen in (None, part) else other_bar for part in range(len(counts))]
        },
        customdata=[
            f"{part}: {count_of(count, 'case')}" for part, count in zip(parts, counts, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    y = dressed(Axis("cases", span=(0.0, 1.18 * max(*counts, 1))), inks)
    x = dressed(Axis(title, span=(0.0, 1.0)), inks)
    return _figure(bars, (x, y), HEIGHT_PX, inks)


def answer_cells(
    cells: Mapping[tuple[str, str], int],
    truths: Sequence[str],
    labels: Sequence[str],
    chosen: tuple[str, str] | None = None,
    *,
    inks: Inks = THEME.dark,
) -> go.Figure:
    """Plot how many cases of each true class got each answer, a row a true class.

    The bars are in the order of `cell_places`.

    Parameters
    ----------
    cells
        Cases by (true class, answer).
    chosen
        The cell with a frame; None for none.
    inks
        Of the page that it stands on.
    """
    places = cell_places(truths, labels)
    most = max(cells.values(), default=1)
    bars = go.Bar(
        orientation="h",
        base=[labels.index(label) - 0.48 for _, label in places],
        x=[0.96] * len(places),
        y=[truths.index(truth) for truth, _ in places],
        width=0.92,
        text=[_words(place, cells.get(place, 0)) for place in places],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        insidetextfont={"size": 11, "color": inks.text},
        marker={
            "color": [
                cell_colour(cells.get(place, 0) / most, inks, right=place[0] == place[1])
                for place in places
            ],
            "line": {
                "color": inks.text,
                "width": [2.0 if place == chosen else 0.0 for place in places],
            },
        },
        customdata=[
            f"true class {escape(truth)}<br>answer {escape(label)}: "
            f"{count_of(cells.get((truth, label), 0), 'case')}"
            for truth, label in places
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return _figure(
        bars,
        (
            _side("answer", labels, inks) | {"range": [-0.5, len(labels) - 0.5]},
            _side("true class", truths, inks) | {"range": [len(truths) - 0.5, -0.5]},
        ),
        max(HEIGHT_PX, FRAME_PX + LEAST_ROW_PX * len(truths)),
        inks,
    )


def cell_places(truths: Sequence[str], labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return (true class, answer) of all cells, row by row.

    >>> cell_places(["a", "b"], ["a"])
    [('a', 'a'), ('b', 'a')]
    """
    return [(truth, label) for truth in truths for label in labels]


def cell_colour(share: float, inks: Inks, *, right: bool) -> str:
    """Return the colour of a cell that has this share of the fullest one's cases, ``#rrggbb``.

    Blue and orange, which every common colour vision tells apart, and on which text can be read.
    """
    part = FAINTEST + (1 - FAINTEST) * share if share else 0.0
    full = inks.right if right else inks.wrong
    ends = zip(channels(inks.shades[0]), channels(full), strict=True)
    return "#" + "".join(f"{round(low + part * (high - low)):02x}" for low, high in ends)


def _words(place: tuple[str, str], count: int) -> str:
    truth, label = place
    return f"{count} {'right' if truth == label else 'wrong'}" if count else "none"


def _side(title: str, names: Sequence[str], inks: Inks) -> dict[str, object]:
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": 11, "color": inks.faint}},
        "tickvals": list(range(len(names))),
        "ticktext": [escape(in_lines(name, LETTERS)).replace("\n", "<br>") for name in names],
        "tickangle": 0,
        "tickfont": {"size": 10, "color": inks.faint},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }


def _figure(
    bars: go.Bar, axes: tuple[Mapping[str, object], Mapping[str, object]], height: int, inks: Inks
) -> go.Figure:
    """Return the figure at once: changing one takes plotly far longer than making it."""
    x, y = axes
    return go.Figure(
        bars,
        {
            **dress(inks),
            "xaxis": {**x, "fixedrange": True},
            "yaxis": {**y, "fixedrange": True},
            "height": height,
            "margin": {"l": 10, "r": 10, "t": 12, "b": 40},
            "showlegend": False,
            "bargap": 0,
            "clickmode": "event+select",
            "dragmode": False,
        },
    )
