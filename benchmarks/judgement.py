"""The figures by which `benchmarks.metric_trust` judges a metric, from its scores alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon

from ctviz.metrics import Metric
from ctviz.metrics.trust import MetricTrust

Scores = NDArray[np.float64]
"""(N, E) of slices and entrants, higher is better; NaN is undefined."""


def distance(scores: Scores) -> float:
    """Return how far two estimators are apart on a slice, on average; NaN without two."""
    first, second = np.triu_indices(scores.shape[1], k=1)
    apart = np.abs(scores[:, first] - scores[:, second])
    return float(np.nanmean(apart)) if np.isfinite(apart).any() else np.nan


def moved(before: Scores, after: Scores) -> float:
    """Return how far scores move, in units of the distance of two entrants."""
    unit, change = distance(before), np.abs(after - before)
    if not unit > 0 or not np.isfinite(change).any():
        return np.nan
    return float(np.nanmean(change) / unit)


def same_order(before: Scores, after: Scores) -> float:
    """Return the share of pairs of estimators that keep their order; one that ties counts half."""
    first, second = np.triu_indices(before.shape[1], k=1)
    signs = [np.sign(scores[:, first] - scores[:, second]) for scores in (before, after)]
    parted = (signs[0] != 0) & np.isfinite(signs[0]) & np.isfinite(signs[1])
    kept = (1 + signs[0] * signs[1])[parted] / 2
    return float(kept.mean()) if len(kept) else np.nan


def worse(before: Scores, after: Scores) -> float:
    """Return the share of scores that get worse; one that stays counts half."""
    known = np.isfinite(before) & np.isfinite(after)
    fallen = (1 + np.sign(before - after))[known] / 2
    return float(fallen.mean()) if len(fallen) else np.nan


def noticed(before: Scores, after: Scores) -> float:
    """Return 1 minus the p-value of scores being worse (Wilcoxon), averaged over the entrants."""
    found = []
    for was, became in zip(before.T, after.T, strict=True):
        known = np.isfinite(was) & np.isfinite(became)
        change = (was - became)[known]
        if len(change) and not change.any():
            found.append(0.0)
        elif len(change):
            found.append(1 - float(wilcoxon(change, alternative="greater").pvalue))
    return float(np.mean(found)) if found else np.nan


@dataclass(eq=False)
class Judgement:
    """The scores by one metric: before, and after each change, slice by slice."""

    before: list[NDArray[np.float64]] = field(default_factory=list)
    after: dict[str, list[NDArray[np.float64]]] = field(default_factory=dict)

    def trust(self, metric: Metric) -> MetricTrust:
        """Return what the scores say of the metric."""
        before = np.stack(self.before)
        after = {change: np.stack(scores) for change, scores in self.after.items()}
        minor = [after["minor input"], after["minor model"]]
        broken = [after["broken input"], after["broken model"]]
        steady = [moved(before, each) for each in minor]
        return MetricTrust(
            version=int(getattr(metric, "version", 1)),
            steady=_figure(min(max(0.0, 1 - each) for each in steady), steady),
            ordered=_worst([same_order(before, each) for each in minor]),
            noticed=_worst([noticed(before, each) for each in broken]),
            told_apart=_worst([worse(before, each) for each in broken]),
            tremble=_figure(moved(before, after["millionth"])),
            defined=round(float(np.isfinite(before).mean()), 3),
            slices=len(before),
        )


def _worst(figures: Sequence[float]) -> float | None:
    return _figure(min(figures), figures)


def _figure(value: float, among: Sequence[float] = ()) -> float | None:
    known = np.isfinite([value, *among]).all()
    return float(f"{value:.3g}") if known else None
