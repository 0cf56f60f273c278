"""Maps of slices that hardly differ from the one at hand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ctviz.core import FloatMap, UnsupportedNetwork, param
from ctviz.metrics.against_estimator import Again, BehaviourMetric
from ctviz.metrics.against_model import Images
from ctviz.metrics.given import all_finite


@dataclass(frozen=True)
class NeighbourMetric(BehaviourMetric):
    """A metric of what becomes of a map when noise too faint to see is added to the slice.

    The noise is uniform up to the radius for each pixel and the same in all channels. The maximum
    over it is a lower bound of the true one. Seeds stay as they are, so that only the slice
    changes. A map that ignores the slice is perfectly insensitive: low is needed, but does not
    suffice.
    """

    radius: float = param(
        0.02, low=0.0, high=0.5, help="Largest change of a pixel as a share of the window."
    )
    samples: int = param(5, low=1, high=100, help="Noisy copies; each costs a whole map.")
    seed: int = param(0, low=0, high=2**31 - 1, help="Which noise is drawn.")

    @property
    def maps(self) -> int:
        """One for each sample."""
        return self.samples

    def neighbours(self, x: Images, again: Again) -> Iterator[tuple[Images, FloatMap]]:
        """Yield noisy copies (1, C, h, w) of an input, and their maps (h, w), which are finite."""
        random = np.random.default_rng(self.seed)
        for _ in range(self.samples):
            noise = random.uniform(-self.radius, self.radius, x.shape[2:])
            copy = (x + noise).astype(np.float32)
            values = again(x=copy)
            if not all_finite(values):
                raise UnsupportedNetwork("the map of the noisy slice is not finite.")
            yield copy, values
