"""How much is measured, so that a run ends in the minutes it was given."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from benchmarks.subject import Pass, Subject
from benchmarks.timing import Act
from ctviz.backend.tasks.speed import Measured, measure
from ctviz.core.params import parameters
from ctviz.estimators import ESTIMATORS, Estimator, Passes, explain, passes
from ctviz.networks import lay_out

AMOUNTS = ("samples", "steps", "positions", "masks", "features", "segments")
"""Hyperparameters that say how many passes there are."""

MOST_SAMPLES, FEWEST_SAMPLES = 50, 6
GRADIENTS_A_SAMPLE = 45
"""What a repeat of all sections costs for each sample, in gradient passes, about."""

FORWARDS_A_SAMPLE = 8
"""How many masks or patches a perturbing estimator may try where another takes one gradient."""

STEPS = (0.025, 0.05, 0.1, 0.25)
"""Shares of the pixels removed at a time; the finest is taken for which there is time."""

SHARES = {"samples": 0.5, "steps": 0.25}
"""Of the minutes, for what is counted in samples, and for fidelity with imputation."""


@dataclass(frozen=True)
class Plan:
    """How much is measured on one network and size.

    Parameters
    ----------
    minutes
        How long all sections take together, about.
    maps
        How many are scored, and ranked by regions, together.
    """

    model: str
    size: int
    repeats: int
    minutes: float
    maps: int = 12
    device: str = "cpu"

    @cached_property
    def subject(self) -> Subject:
        """The network and the slice."""
        return Subject.of(self.model, self.size, self.device)

    @cached_property
    def measured(self) -> Measured:
        """The pace that ctviz finds for this network and size, as the app would."""
        network = self.subject.in_layout("default")
        return measure(network, self.subject.x)

    @cached_property
    def gradient(self) -> Pass:
        """The fastest gradient pass."""
        return self.subject.fastest("gradient", repeats=self.repeats)

    @cached_property
    def forward(self) -> Pass:
        """The fastest forward pass."""
        return self.subject.fastest("forward", repeats=self.repeats)

    @cached_property
    def samples(self) -> int:
        """How many samples, or steps on a path, there is time for."""
        one = GRADIENTS_A_SAMPLE * self.measured.gradient_seconds * self.repeats
        affordable = int(self.minutes * 60 * SHARES["samples"] / one)
        return min(MOST_SAMPLES, max(FEWEST_SAMPLES, affordable))

    @cached_property
    def fidelity_step(self) -> float:
        """Share of the pixels removed at a time."""
        one = 2 * 2 * self.maps * self.measured.forward_seconds * self.repeats
        affordable = self.minutes * 60 * SHARES["steps"] / one
        return next((step for step in STEPS if 1 / step <= affordable), STEPS[-1])

    def estimator(self, name: str, **settings: float) -> Estimator:
        """Return an estimator by its defaults, or with less samples where there is no time."""
        usual = ESTIMATORS[name].from_settings(settings)
        needed = work([usual])
        excess = (needed.gradient + needed.forward / FORWARDS_A_SAMPLE) / self.samples
        amounts = [known for known in parameters(type(usual)) if known.name in AMOUNTS]
        if settings or excess <= 1 or not amounts:
            return usual
        share = excess ** (-1 / len(amounts))
        fewer = {
            amount.name: max(
                int(amount.low or 1), round(int(usual.settings()[amount.name]) * share)
            )
            for amount in amounts
        }
        return ESTIMATORS[name].from_settings(fewer)

    def explaining(self, *estimators: Estimator) -> Act:
        """Return the act of computing these maps together, at the measured pace."""
        subject, pace = self.subject, self.measured.pace
        lay_out(subject.network, pace.layout)
        return lambda: explain(subject.network, subject.x, subject.target, estimators, pace=pace)


def work(estimators: Iterable[Estimator]) -> Passes:
    """Return the distinct passes, without the one that checks the network."""
    counted = passes(estimators)
    return Passes(counted.forward - 1, counted.gradient)
