"""Max-sensitivity: how much a map can change while the slice hardly does."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ctviz.core import FloatMap, Score, UnsupportedNetwork, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import METRICS
from ctviz.metrics.given import all_finite
from ctviz.metrics.of_map import NOTHING


@METRICS.register("max-sensitivity")
@dataclass(frozen=True)
class MaxSensitivity(BehaviourMetric):
    r"""Largest relative change of the map when noise too faint to see is added to the slice.

    .. math:: \max_{\|\delta\|_\infty \le r} \frac{\|e(x + \delta) - e(x)\|_2}{\|e(x)\|_2}

    The maximum is over random changes δ, uniform up to the radius r for each pixel and the same in
    all channels, so it is a lower bound of the true one. The publication does not divide by the
    map's own norm; maps differ in unit. Seeds stay as they are, so that only the slice changes.
    A map that is zero everywhere has no score.

    A map that ignores the slice is perfectly insensitive: low is needed, but does not suffice.
    """

    title: ClassVar[str] = "Max-sensitivity"
    summary: ClassVar[str] = (
        "How much the map changes, relative to its size, when the scan gets a trace of noise that "
        "nobody sees: 0 is not at all, 1 as much as the map itself."
    )
    cite: ClassVar[str] = "Yeh et al., NeurIPS 2019. arXiv:1901.09392"
    better: ClassVar[Literal["higher", "lower"]] = "lower"
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)

    radius: float = param(
        0.02, low=0.0, high=0.5, help="Largest change of a pixel as a share of the window."
    )
    samples: int = param(5, low=1, high=100, help="Noisy copies; each costs a whole map.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    @property
    def maps(self) -> int:
        """One for each sample."""
        return self.samples

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return the largest change seen; it has no curve."""
        reference = values.astype(np.float64)
        size = float(np.linalg.norm(reference))
        if size == 0:
            return Curves(NOTHING)
        random = np.random.default_rng(self.seed)
        changes = []
        for _ in range(self.samples):
            noise = random.uniform(-self.radius, self.radius, x.shape[2:])
            changed = again(x=(x + noise).astype(np.float32))
            if not all_finite(changed):
                raise UnsupportedNetwork("the map of the noisy slice is not finite.")
            changes.append(float(np.linalg.norm(changed - reference)))
        return Curves(Score(max(changes) / size))
