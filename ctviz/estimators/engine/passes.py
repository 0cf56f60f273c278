"""What an estimator costs, counted in passes through the network."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Passes:
    """Numbers of images sent through the network: forwards only, and forwards with a gradient.

    >>> Passes(forward=1) + Passes(gradient=25)
    Passes(forward=1, gradient=25)
    """

    forward: int = 0
    gradient: int = 0

    def __add__(self, other: "Passes") -> "Passes":
        return Passes(self.forward + other.forward, self.gradient + other.gradient)

    @property
    def total(self) -> int:
        """Images of either kind: the steps that a progress bar counts."""
        return self.forward + self.gradient

    def seconds(self, forward: float, gradient: float) -> float:
        """Estimate the time from the measured seconds of one pass of each kind."""
        return self.forward * forward + self.gradient * gradient
