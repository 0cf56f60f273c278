"""The curves behind the scores, one colour per estimator."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import plotly.graph_objects as go

from ctviz.core import Curve
from ctviz.viz.palette import Palette
from ctviz.viz.panels import FAINT, Panel, framed

CurvesByTitle: TypeAlias = Mapping[str, Curve]
"""A curve for each estimator, by its title."""

NO_REGION = "Draw a region to see this."
DICE = Panel(
    "Dice",
    "overlap with the drawn region over the share of the image kept",
    "share kept",
    "Dice",
    missing=NO_REGION,
)
ROC = Panel(
    "ROC",
    "pixels inside the drawn region against pixels outside",
    "false positive rate",
    "true positive rate",
    missing=NO_REGION,
)
FIDELITY = Panel(
    "Fidelity",
    "removed first: most important (solid), least important (dotted)",
    "share removed",
    "probability",
)


def dice_curves(
    curves: CurvesByTitle,
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot Dice over the share of the image kept.

    Parameters
    ----------
    own_share
        The region's share of the image, where the headline Dice is read; drawn as a thin line.
    """
    lines = _dice(curves, own_share, palette or Palette.of(curves))
    return framed([(DICE, lines)], legend=legend)


def roc_curves(
    curves: CurvesByTitle, *, palette: Palette | None = None, legend: bool = True
) -> go.Figure:
    """Plot the true over the false positive rate, with the diagonal of guessing."""
    return framed([(ROC, _roc(curves, palette or Palette.of(curves)))], legend=legend)


def fidelity_curves(
    mif: CurvesByTitle,
    lif: CurvesByTitle,
    *,
    palette: Palette | None = None,
    legend: bool = True,
) -> go.Figure:
    """Plot the class's probability while pixels are removed, in both orders."""
    return framed([(FIDELITY, _fidelity(mif, lif, palette or Palette.of(mif)))], legend=legend)


def curve_overview(
    dice: CurvesByTitle,
    roc: CurvesByTitle,
    fidelity: tuple[CurvesByTitle, CurvesByTitle],
    *,
    own_share: float | None = None,
    palette: Palette | None = None,
) -> go.Figure:
    """Plot the three side by side under one legend; a click on it hides an estimator in all.

    Without a drawing ``dice`` and ``roc`` are empty, and their plots say so. ``fidelity`` holds
    the curves of the most and of the least important first.
    """
    palette = palette or Palette.of(dict.fromkeys([*fidelity[0], *roc, *dice]))
    return framed(
        [
            (DICE, _dice(dice, own_share, palette)),
            (ROC, _roc(roc, palette)),
            (FIDELITY, _fidelity(*fidelity, palette)),
        ],
        height=300,
    )


def _dice(curves: CurvesByTitle, own_share: float | None, palette: Palette) -> list[go.Scatter]:
    lines = [curve_line(curve, title, palette) for title, curve in curves.items()]
    if lines and own_share is not None:
        lines.append(guide_line((own_share, own_share), (0, 1), "the region's own share"))
    return lines


def _roc(curves: CurvesByTitle, palette: Palette) -> list[go.Scatter]:
    lines = [curve_line(curve, title, palette) for title, curve in curves.items()]
    return [guide_line((0, 1), (0, 1), "guessing"), *lines] if lines else []


def _fidelity(mif: CurvesByTitle, lif: CurvesByTitle, palette: Palette) -> list[go.Scatter]:
    most = [curve_line(curve, title, palette) for title, curve in mif.items()]
    least = [curve_line(curve, title, palette, dotted=True) for title, curve in lif.items()]
    return most + least


def curve_line(curve: Curve, title: str, palette: Palette, *, dotted: bool = False) -> go.Scatter:
    """Return an estimator's line; a dotted one stands beside its first and is not named again."""
    return go.Scatter(
        x=curve.x,
        y=curve.y,
        name=title,
        legendgroup=title,
        showlegend=not dotted,
        mode="lines",
        line={
            "color": palette.colour(title),
            "dash": "dot" if dotted else palette.dash(title),
            "width": 2,
        },
        hovertemplate="%{y:.2f}",
    )


def guide_line(x: Sequence[float], y: Sequence[float], name: str) -> go.Scatter:
    """Return a thin line to read others by."""
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        showlegend=False,
        mode="lines",
        line={"color": FAINT, "dash": "dot", "width": 1},
        hoverinfo="name",
    )
