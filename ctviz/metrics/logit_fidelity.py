"""Fidelity in log-odds: a confident model's answer moves long before its probability does."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import logit

from ctviz.core import Curve, CurvePanel, Score, param
from ctviz.metrics.against_model import Curves
from ctviz.metrics.base import METRICS, Numbers
from ctviz.metrics.removal import FillMetric, both_orders

CERTAIN = 1e-6
"""Probabilities this close to 0 and 1 are certain: beyond, float32 leaves no digits."""

UNDECIDED = Score.undefined("The model does not favour this class, so there is nothing to lose.")


@METRICS.register("logit-fidelity")
@dataclass(frozen=True)
class LogitFidelity(FillMetric):
    r"""Area between the curves of `fidelity`, of the log-odds relative to the untouched slice's.

    .. math:: \int_0^1 r_{LiF}(s) - r_{MiF}(s) \, ds, \qquad
              r(s) = \frac{\operatorname{logit} p(s)}{\operatorname{logit} p(0)}

    The authors of fidelity measured this in later work, in steps of 5 %. For two classes the
    log-odds are the output neuron; for more they are the class against all others together. Where
    p(0) is not above one half the ratio has no meaning and there is no score.
    """

    title: ClassVar[str] = "Fidelity, logit ratio"
    panel: ClassVar[CurvePanel | None] = both_orders(
        "Fidelity, logit ratio", "log-odds, relative", None
    )
    summary: ClassVar[str] = (
        "Fidelity measured on the model's evidence in place of its confidence, which hardly moves "
        "while the model is sure: 0 is guessing, and there is no upper limit."
    )
    cite: ClassVar[str] = "Brocki & Chung 2023. arXiv:2303.01538"
    bounds: ClassVar[tuple[float, float]] = (-math.inf, math.inf)

    step: float = param(
        0.05, low=0.005, high=0.5, help="Share of the pixels removed at a time. Less is slower."
    )

    def judge(self, removal: Mapping[str, Curve]) -> Curves:
        """Return the area between the curves of the log-odds."""
        odds = {name: _log_odds(curve.y) for name, curve in removal.items()}
        whole = float(odds["mif"][0])
        if whole <= 0:
            return Curves(UNDECIDED)
        lines = {name: Curve.of(removal[name].x, each / whole) for name, each in odds.items()}
        return Curves(Score(lines["lif"].area - lines["mif"].area), lines)


def _log_odds(probabilities: Numbers) -> Numbers:
    return np.asarray(logit(np.clip(probabilities, CERTAIN, 1 - CERTAIN)))
