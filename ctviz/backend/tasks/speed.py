"""How fast a model goes on this machine: measured once, it sets the pace and foretells the time."""

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from ctviz.backend.jobs.worker import Worker
from ctviz.backend.models import Models
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.core import Progress
from ctviz.core.files import Arrays
from ctviz.estimators import ClassScore, Estimator, Pace, Passes, passes
from ctviz.models import ModelCard
from ctviz.models.card import NETWORK
from ctviz.networks import NetworkFailed, lay_out, undisturbed, wait_for

BUDGET_SECONDS = 2.5
REPEATS = 3
"""A batch is sent so often, and its fastest run counts, unless that takes longer than it should."""
ENOUGH_SECONDS = 0.3
BUSY = 0.5
"""From this load on, of each core over the last minute, a measured speed is not the machine's."""

Kind: TypeAlias = Literal["forward", "gradient"]
KINDS: tuple[Kind, ...] = ("gradient", "forward")


@dataclass(frozen=True)
class Estimate:
    """What a set of estimators is expected to cost on this machine.

    Parameters
    ----------
    seconds
        The time of their passes, which is nearly all of it.
    passes
        How many images go through the network.
    """

    seconds: float
    passes: Passes


@dataclass(frozen=True)
class Measured:
    """The fastest pace that was tried, and the seconds that one image takes at that pace."""

    pace: Pace
    forward_seconds: float
    gradient_seconds: float

    def estimate(self, estimators: Sequence[Estimator]) -> Estimate:
        """Return what a set of estimators is expected to cost together."""
        work = passes(estimators, measured=True)
        return Estimate(work.seconds(self.forward_seconds, self.gradient_seconds), work)


def measure(
    network: nn.Module,
    x: Tensor,
    *,
    budget: float = BUDGET_SECONDS,
    progress: Progress | None = None,
) -> Measured:
    """Return the fastest pace for images like x (1, C, h, w), within a budget of seconds.

    Both memory layouts are tried with batches of half the usual size, the better one with other
    sizes as far as the time allows. The network is left in another memory layout, so it should be
    nobody else's.
    """
    progress = Progress() if progress is None else progress
    usual = Pace.usual(x).gradient_batch
    with undisturbed(network):
        trials = _Trials(network, x, progress)
        trials.warm_up(budget)
        for channels_last in (True, False):
            trials.run_both(max(1, usual // 2), channels_last=channels_last)
        channels_last = trials.better_layout()
        for batch in (usual, 1, 2):
            trials.run_both(batch, channels_last=channels_last)
    forward, forward_seconds = trials.fastest("forward", channels_last=channels_last)
    gradient, gradient_seconds = trials.fastest("gradient", channels_last=channels_last)
    return Measured(Pace(forward, gradient, channels_last), forward_seconds, gradient_seconds)


@dataclass(eq=False)
class _Trials:
    """Timed batches: the seconds of one image by (kind, batch size, channels last)."""

    network: nn.Module
    x: Tensor
    progress: Progress
    seconds: dict[tuple[Kind, int, bool], float] = field(default_factory=dict)
    deadline: float = math.inf

    def warm_up(self, budget: float) -> None:
        """Let the first passes, which prepare much else, be over before the budget begins."""
        self.run_both(1, channels_last=False)
        self.seconds.clear()
        self.deadline = time.perf_counter() + budget

    def run_both(self, batch: int, *, channels_last: bool) -> None:
        """Time a batch's gradients and its forward pass, once and if the time left suffices."""
        for kind in KINDS:
            known = [taken for (other, _, _), taken in self.seconds.items() if other == kind]
            in_time = not known or time.perf_counter() + batch * min(known) < self.deadline
            # Whatever the time, something must be known of a layout that every network bears.
            unknown = math.inf in known and not channels_last and min(known) == math.inf
            if (in_time or unknown) and (kind, batch, channels_last) not in self.seconds:
                self.try_(kind, batch, channels_last=channels_last)

    def try_(self, kind: Kind, batch: int, *, channels_last: bool) -> None:
        """Time a batch; one that the network does not take lasts forever."""
        try:
            self.run(kind, batch, channels_last=channels_last)
        except NetworkFailed:
            if batch == 1 and not channels_last:
                raise
            self.seconds[kind, batch, channels_last] = math.inf

    def run(self, kind: Kind, batch: int, *, channels_last: bool) -> None:
        """Time a batch; a quick one several times, of which the fastest counts."""
        pace = Pace(batch, batch, channels_last)
        lay_out(self.network, pace.layout)
        question = ClassScore(self.network, self.x, 0, None, self.progress, pace)
        points = self.x.repeat(batch, 1, 1, 1)
        send = question.gradients if kind == "gradient" else question.answers
        taken = [self._timed(send, points)]
        while sum(taken) < ENOUGH_SECONDS and len(taken) < REPEATS:
            taken.append(self._timed(send, points))
        self.seconds[kind, batch, channels_last] = min(taken) / batch

    def better_layout(self) -> bool:
        """Return whether channels last are faster, also if there was no time to find out."""
        gains = [
            self.seconds[kind, batch, False] - taken
            for (kind, batch, channels_last), taken in self.seconds.items()
            if channels_last and (kind, batch, False) in self.seconds
        ]
        impossible = any(last and math.isinf(s) for (_, _, last), s in self.seconds.items())
        return not impossible and (len(gains) < len(KINDS) or sum(gains) >= 0)

    def fastest(self, kind: Kind, *, channels_last: bool) -> tuple[int, float]:
        """Return the best batch size of one kind, and the seconds of one of its images."""
        tried = {
            batch: taken
            for (other, batch, layout), taken in self.seconds.items()
            if other == kind and layout == channels_last
        }
        best = min(tried, key=lambda batch: tried[batch])
        return best, tried[best]

    def _timed(self, send: Callable[[Tensor], Tensor], points: Tensor) -> float:
        self.progress.check()
        begun = time.perf_counter()
        wait_for(send(points))
        return time.perf_counter() - begun


class Pacing:
    """The measured pace of every model, shared by the processes of a cache.

    What is timed is a copy of the model's network, so that nobody who uses it is disturbed.

    Parameters
    ----------
    steady
        Whether no measured pace is set: another pace gives other last digits.
    """

    def __init__(
        self, models: Models, cache: Cache, device: Worker, *, steady: bool = False
    ) -> None:
        self._models, self._steady = models, steady
        codec = Codec("pace", _pack, _unpack)
        self._paces = Stored(codec, cache, device, "Measuring the model's speed")

    def known(self, model_id: str) -> Measured | None:
        """Return what was measured, or None and have it measured in the background.

        What was measured while others were at work tells too much time. It serves until there is
        a quiet moment to measure anew.
        """
        card = self._models.shelf()[model_id]
        device = self._models.device
        key = self._paces.key(_machine(device), size_and_network(card))
        hurried = self._paces.key(_machine(device), size_and_network(card), "busy")

        def compute(progress: Progress) -> Measured:
            network = self._models.copy_of_network(model_id)
            x = torch.rand(1, card.channels, *card.size, generator=torch.Generator().manual_seed(0))
            return measure(network, x.to(device), progress=progress)

        if (settled := self._paces.recall(key)) is not None:
            return settled
        wanted = hurried if is_busy() else key
        job = self._paces.ask(wanted, compute, "background")
        return job.result() if job.state == "ready" else self._paces.recall(hurried)

    def set_pace(self, model_id: str) -> Pace | None:
        """Return the pace, for which the model's network is laid out now; None if not measured."""
        measured = None if self._steady else self.known(model_id)
        if measured is None:
            return None
        lay_out(self._models.classifier(model_id).network, measured.pace.layout)
        return measured.pace

    def close(self) -> None:
        """Give up measuring."""
        self._paces.close()


def is_busy() -> bool:
    """Return whether the processors have had more to do lately than a measurement bears."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return load > BUSY * (os.cpu_count() or 1)


def _machine(device: str) -> list[object]:
    capability = torch.backends.cpu.get_cpu_capability()
    return [device, torch.get_num_threads(), capability, torch.__version__]


def size_and_network(card: ModelCard) -> list[object]:
    """Return what the time of a model's pass depends on, whatever machine computes it."""
    network = card.sha256.get(NETWORK, card.architecture)
    return [network, dict(card.arguments), card.neurons, card.channels, card.size]


def _pack(measured: Measured) -> Arrays:
    pace = measured.pace
    return {
        "batches": np.asarray([pace.forward_batch, pace.gradient_batch]),
        "channels last": np.asarray(pace.channels_last),
        "seconds": np.asarray([measured.forward_seconds, measured.gradient_seconds]),
    }


def _unpack(arrays: Arrays) -> Measured:
    forward, gradient = map(int, arrays["batches"])
    pace = Pace(forward, gradient, bool(arrays["channels last"]))
    return Measured(pace, *map(float, arrays["seconds"]))
