"""Effective complexity: how little of the image the model needs, by the map's word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import Curve, CurvePanel, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS
from ctviz.metrics.removal import FillMetric, Order

NOTHING_NEEDED = Score.undefined(
    "Filling the whole image hardly changes the answer, so nothing needs to be kept."
)


@METRICS.register("effective-complexity")
@dataclass(frozen=True)
class EffectiveComplexity(FillMetric):
    r"""Smallest share of the pixels, the most important, with which the answer stays what it is.

    .. math:: \min \{ s : |p(x) - p(x_s)| \le \varepsilon \}

    :math:`x_s` keeps the share s of its pixels, the most important, and has the fill elsewhere; ε
    is the ``tolerance``. The publication takes the expectation over everything that could stand in
    the place of the rest, of which the fill is one.
    """

    title: ClassVar[str] = "Effective complexity"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Effective complexity", "the least important removed first", "share kept", "probability"
    )
    short: ClassVar[str] = "Eff. compl."
    summary: ClassVar[str] = (
        "How large a share of the scan, the most important first, must be kept for the model's "
        "answer to stay as it is: the smaller, the more the map has found of what is needed."
    )
    cite: ClassVar[str] = "Nguyen & Rodríguez Martínez 2020. arXiv:2007.07584"
    differs: ClassVar[str] = (
        "Quantus counts the pixels above a threshold of the map and does not ask the model; here, "
        "as published, the model's answer decides."
    )
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    orders: ClassVar[tuple[Order, ...]] = ("lif",)

    tolerance: float = param(
        0.1, low=0.001, high=0.9, help="How far the probability may move and still be the same."
    )

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the smallest share that suffices."""
        removed = removal["lif"]
        curve = Curve.of(1.0 - removed.x[::-1], removed.y[::-1])
        suffices = np.abs(curve.y - curve.y[-1]) <= self.tolerance
        score = NOTHING_NEEDED if suffices[0] else Score(float(curve.x[np.argmax(suffices)]))
        return Curves(score, {self.name: curve})
