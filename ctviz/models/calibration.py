"""From a network's scores to probabilities that can be believed."""

from dataclasses import dataclass

from torch import Tensor

from ctviz.core import UnusableModel
from ctviz.models.heads import Head


@dataclass(frozen=True)
class Calibration:
    """How sure a class score makes us.

    The probability of the second of two classes is the sigmoid of (score − ``shift``) /
    ``temperature``; of several classes the softmax of scores / ``temperature``, and of several
    findings the sigmoid of each. The class scores themselves, which estimators explain, stay as the
    network gives them.

    Guo et al., On calibration of modern neural networks. ICML 2017. arXiv:1706.04599; with the
    shift it is Platt's scaling of 1999.

    Parameters
    ----------
    temperature
        Above 1 where the network is surer than it should be.
    shift
        The score at which both of two classes are equally probable; 0 for several classes.
    """

    temperature: float = 1.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        if not 0.01 <= self.temperature <= 100 or not abs(self.shift) <= 100:
            raise UnusableModel(
                "A model's calibration must have a temperature of 0.01 to 100 and a shift of at "
                "most 100."
            )

    @property
    def as_the_network(self) -> bool:
        """Whether the probabilities are those that the network gives by itself."""
        return (self.temperature, self.shift) == (1.0, 0.0)

    def of_one_neuron(self, scores: Tensor) -> Tensor:
        """Return the probabilities (N, 2) of scores (N, 2), of which the second is the neuron."""
        second = (scores[:, 1:] - self.shift) / self.temperature
        return (second * second.new_tensor((-1.0, 1.0))).sigmoid()

    def of_several(self, scores: Tensor) -> Tensor:
        """Return the probabilities (N, K) of scores (N, K)."""
        return (scores / self.temperature).softmax(dim=1)

    def of_each(self, scores: Tensor) -> Tensor:
        """Return the probabilities (N, K) of scores (N, K), each of a finding by itself."""
        return (scores / self.temperature).sigmoid()

    def probabilities(self, head: Head, scores: Tensor) -> Tensor:
        """Return the probabilities (N, K) of the class scores (N, K) of a network with a head."""
        rules = {"logit": self.of_one_neuron, "softmax": self.of_several, "sigmoid": self.of_each}
        return rules[head](scores)


@dataclass(frozen=True)
class ReliabilityBin:
    """Slices whose probability of the second class lies in one part of the range.

    Parameters
    ----------
    low, high
        The part.
    slices
        How many there are.
    said, found
        Their mean probability of the second class, and the share that is of it.
    """

    low: float
    high: float
    slices: int
    said: float
    found: float
