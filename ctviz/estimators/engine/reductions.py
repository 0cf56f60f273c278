"""What is made of a stream of gradients, one at a time: memory does not grow with their number.

All arrays are (C, h, w) float64, on the GPU where there is one that knows float64.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor


class Reduction(ABC):
    """Base of the accumulators: gradients go in, one map comes out."""

    integrates: ClassVar[bool] = False
    """Whether of gradients along paths it makes their integral, the change of the score."""

    @abstractmethod
    def add(self, gradient: Tensor, difference: Tensor) -> None:
        """Take in the gradient at one point, and the image minus that point's baseline."""

    @abstractmethod
    def result(self) -> Tensor:
        """Return the map of all that was taken in."""


class Mean(Reduction):
    """The mean gradient."""

    def __init__(self) -> None:
        self._total, self._count = torch.zeros(()), 0

    def add(self, gradient: Tensor, difference: Tensor) -> None:
        """Add what one point contributes to the mean."""
        self._total = self._total + self.term(gradient, difference)
        self._count += 1

    def term(self, gradient: Tensor, difference: Tensor) -> Tensor:  # noqa: ARG002
        """Return what is averaged."""
        return gradient

    def result(self) -> Tensor:
        """Return the mean."""
        return self._total / self._count


class MeanSquare(Mean):
    """The mean of the squared gradient."""

    def term(self, gradient: Tensor, difference: Tensor) -> Tensor:  # noqa: ARG002
        """Return the square."""
        return gradient.square()


class MeanTimesDifference(Mean):
    """The mean of the gradient times the image's difference from the baseline."""

    integrates: ClassVar[bool] = True

    def term(self, gradient: Tensor, difference: Tensor) -> Tensor:
        """Return the product."""
        return gradient * difference


class Variance(Reduction):
    """The variance of the gradient, by Welford's update (doi:10.1080/00401706.1962.10490022)."""

    def __init__(self) -> None:
        self._mean, self._squares, self._count = torch.zeros(()), torch.zeros(()), 0

    def add(self, gradient: Tensor, difference: Tensor) -> None:  # noqa: ARG002
        """Move the mean and the sum of squared deviations by one gradient."""
        self._count += 1
        deviation = gradient - self._mean
        self._mean = self._mean + deviation / self._count
        self._squares = self._squares + deviation * (gradient - self._mean)

    def result(self) -> Tensor:
        """Return the population variance."""
        return self._squares / self._count
