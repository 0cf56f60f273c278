"""Where a layer's feature maps are unusually strong."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from ctviz.core import UnsupportedNetwork, param
from ctviz.estimators.engine.activations import ActivationEstimator
from ctviz.estimators.engine.estimator import ESTIMATORS


@ESTIMATORS.register("fem")
@dataclass(frozen=True)
class FeatureExplanation(ActivationEstimator):
    r"""Sum of the places where each feature is unusually strong, weighted by the feature's mean.

    .. math:: \sum_k \mu_k \, [A_k \ge \mu_k + s\, \sigma_k]

    μ and σ are a feature map's mean and standard deviation over its places, s is the ``strength``.
    No gradient is used, and the map is the same for every class. Of n places none
    stands out by more than √(n - 1): where nothing does, the network is refused.
    """

    title: ClassVar = "FEM"
    cite: ClassVar = "Fuad et al., IPTA 2020. doi:10.1109/IPTA50016.2020.9286629"
    summary: ClassVar = "Where the network's features stand out, whichever class is asked for."
    class_agnostic: ClassVar = True

    strength: float = param(
        2.0, low=0.0, high=10.0, help="From how many standard deviations on a feature is strong."
    )

    def combine(self, features: Tensor, gradients: Tensor) -> Tensor:  # noqa: ARG002
        """Return the weighted sum of the strong places."""
        mean = features.mean((1, 2), keepdim=True)
        spread = features.std((1, 2), keepdim=True, correction=0)
        # A feature that is the same everywhere stands out nowhere.
        strong = (features >= mean + self.strength * spread) & (spread > 0)
        if not bool(strong.any()):
            places = f"{features.shape[1]} × {features.shape[2]}"
            raise UnsupportedNetwork(
                f"None of the {places} places of this layer stands out by {self.strength:g} "
                "standard deviations; choose a smaller strength or an earlier layer."
            )
        return (mean * strong).sum(0)
