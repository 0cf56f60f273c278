"""The arrays of one slice's result while its scores come in."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ctviz.backend import Evaluation
from ctviz.cohort.run.result import Context, UnitResult
from ctviz.core import Score, Sign

REMOVAL = ("mif", "lif")
DICE = "dice"
DICE_STRIDE = 2
"""Of the points of a Dice curve every second is kept: shares in steps of 1 %."""


@dataclass(eq=False)
class ResultBuilder:
    """Scores and curves by the places of estimator, sign and metric.

    Parameters
    ----------
    estimators, signs, metrics
        The axes.
    """

    estimators: tuple[str, ...]
    signs: tuple[Sign, ...]
    metrics: tuple[str, ...]
    _scores: dict[tuple[int, int, int], Score] = field(default_factory=dict)
    _curves: dict[str, NDArray[np.floating]] = field(default_factory=dict)
    _grids: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def score(self, e: int, s: int, m: int, score: Score) -> None:
        """Take one score."""
        self._scores[e, s, m] = score

    def evaluate(self, e: int, s: int, m: int, evaluation: Evaluation) -> None:
        """Take one score with those of its curves that a cohort needs."""
        self.score(e, s, m, evaluation.score)
        for name, curve in evaluation.curves.items():
            if name in REMOVAL:
                self.draw(f"{name} {self.metrics[m]}", e, s, curve.y)
                self._grids[f"shares {self.metrics[m]}"] = curve.x
            elif name == DICE:
                self.draw(DICE, e, s, curve.y[::DICE_STRIDE].astype(np.float32))
                self._grids[DICE] = curve.x[::DICE_STRIDE]

    def refuse(self, e: int, why: str) -> None:
        """Take the reason why an estimator has no map."""
        for s, m in np.ndindex(len(self.signs), len(self.metrics)):
            self.score(e, s, m, Score.undefined(why))

    def draw(self, name: str, e: int, s: int, heights: NDArray[np.floating]) -> None:
        """Take one curve (n,)."""
        if name not in self._curves:
            shape = (len(self.estimators), len(self.signs), len(heights))
            self._curves[name] = np.full(shape, np.nan, heights.dtype)
        self._curves[name][e, s] = heights

    def result(self, context: Context, maps: tuple[str, ...]) -> UnitResult:
        """Return the finished result."""
        shape = (len(self.estimators), len(self.signs), len(self.metrics))
        values, whys = np.full(shape, np.nan), np.full(shape, "", dtype=object)
        for place, score in self._scores.items():
            values[place] = np.nan if score.value is None else score.value
            whys[place] = score.why
        return UnitResult(
            context=context,
            estimators=self.estimators,
            signs=self.signs,
            metrics=self.metrics,
            values=values,
            whys=whys.astype(np.str_),
            curves=dict(sorted(self._curves.items())),
            grids=dict(sorted(self._grids.items())),
            maps=maps,
        )
