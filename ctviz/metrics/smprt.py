"""sMPRT: the randomisation test on maps from which the grain is averaged away."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ctviz.core import CurvePanel, FloatMap, param
from ctviz.metrics.against_estimator import Again
from ctviz.metrics.against_model import Curves, Images
from ctviz.metrics.base import CONSTANT, METRICS, is_constant
from ctviz.metrics.randomisation import Randomisation
from ctviz.metrics.resemblance import visible


@METRICS.register("smprt")
@dataclass(frozen=True)
class SmoothRandomisation(Randomisation):
    r"""`randomisation` of mean maps over noisy copies of the slice, on every stage of the network.

    .. math:: \bar e = \frac{1}{n} \sum_{i=1}^{n} e(x + \varepsilon_i),
              \quad \varepsilon_i \sim N(0, \sigma^2)

    Grain alone makes two maps unlike, so without this a grainy estimator passes for being grainy.
    """

    title: ClassVar[str] = "Smooth randomisation test"
    short: ClassVar[str] = "sMPRT"
    panel: ClassVar[CurvePanel | None] = CurvePanel(
        "Smooth randomisation test",
        "likeness left: of the ranks (solid), of the picture (dotted)",
        "share of the layers randomised",
        "likeness",
        y_range=None,
        beside=("similarity",),
    )
    summary: ClassVar[str] = (
        "How much of the map, its grain averaged away, is left while the model forgets what it "
        "learnt: near 1 the map shows the scan and not the model."
    )
    cite: ClassVar[str] = "Hedström et al., 2024. arXiv:2401.06465"
    differs: ClassVar[str] = (
        "The publication randomises from the input upwards and compares by SSIM alone; here the "
        "cascade and the likeness are those of the randomisation test."
    )

    samples: int = param(5, low=1, high=50, help="Noisy copies; each costs a map at every stage.")
    noise: float = param(
        0.1, low=0.0, high=1.0, help="Noise (σ) as a share of the slice's range of values."
    )
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    @property
    def maps(self) -> int:
        """One for each copy, of the trained network and at each stage."""
        return self.samples * (1 + self.stages)

    def observe(self, values: FloatMap, x: Images, again: Again) -> Curves:
        """Return what is left on average, with the two curves."""
        shown = visible(x)
        if is_constant(np.abs(values)[shown]):
            return Curves(CONSTANT)
        trained, *randomised = [self._mean(x, again, share) for share in (0.0, *self.shares)]
        if is_constant(np.abs(trained)[shown]):
            return Curves(CONSTANT)
        return self.compare(np.abs(trained), randomised, shown)

    def _mean(self, x: Images, again: Again, share: float) -> FloatMap:
        """Return the mean map (h, w) over the same noisy copies, whatever has been forgotten."""
        random = np.random.default_rng(self.seed)
        sigma = self.noise * float(np.ptp(x))
        total = np.zeros(x.shape[2:])
        for _ in range(self.samples):
            copy = (x + random.normal(0.0, sigma, x.shape)).astype(np.float32)
            total = total + again(x=copy, randomised=share)
        return np.asarray(total / self.samples, np.float32)
