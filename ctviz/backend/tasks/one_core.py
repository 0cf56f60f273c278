"""What a pass costs on one core, which is how a study's processes compute.

It is told in the processor's own time: unlike that of a clock on the wall, it is about the same
while others are at work.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ctviz.backend.jobs.worker import Worker
from ctviz.backend.models import Models
from ctviz.backend.stored.cache import Cache
from ctviz.backend.stored.stored import Codec, Stored
from ctviz.backend.tasks.speed import size_and_network
from ctviz.core import Progress
from ctviz.core.files import Arrays
from ctviz.estimators import ClassScore, Estimator, Pace, passes
from ctviz.networks import lay_out, undisturbed, wait_for

REPEATS = 2
"""A batch is sent so often, and its quickest run counts: the first one prepares much else."""


@dataclass(frozen=True)
class OneCore:
    """The seconds that one image takes on one core, in batches of the usual size."""

    forward_seconds: float
    gradient_seconds: float

    def seconds(self, estimators: Sequence[Estimator]) -> float:
        """Return how long the passes of a set of estimators take together."""
        work = passes(estimators, measured=True)
        return work.seconds(self.forward_seconds, self.gradient_seconds)


def measure_one_core(network: nn.Module, x: Tensor, progress: Progress | None = None) -> OneCore:
    """Return what a pass of images like x (1, C, h, w) costs on one core.

    On a processor these are seconds of this thread, in which a network's passes are done; on
    another device seconds of the clock, for nobody else tells how long it was at work.
    """
    clock = time.thread_time if x.device.type == "cpu" else time.perf_counter
    pace = Pace.usual(x)
    with undisturbed(network), _on_one_thread():
        lay_out(network, pace.layout)
        question = ClassScore(network, x, 0, None, progress or Progress(), pace)
        scores = question.answers
        return OneCore(
            _quickest(scores, x, pace.forward_batch, clock),
            _quickest(question.gradients, x, pace.gradient_batch, clock),
        )


class OneCorePacing:
    """What a pass of every model costs on one core, shared by the processes of a cache."""

    def __init__(self, models: Models, cache: Cache, device: Worker) -> None:
        self._models = models
        self._known = Stored(
            Codec("one core", _pack, _unpack), cache, device, "Measuring a study's pace"
        )

    def known(self, model_id: str) -> OneCore | None:
        """Return what was measured, or None and have it measured in the background."""
        card, device = self._models.shelf()[model_id], self._models.device

        def compute(progress: Progress) -> OneCore:
            network = self._models.copy_of_network(model_id)
            x = torch.rand(1, card.channels, *card.size, generator=torch.Generator().manual_seed(0))
            return measure_one_core(network, x.to(device), progress)

        capability = torch.backends.cpu.get_cpu_capability()
        key = self._known.key([device, capability, torch.__version__], size_and_network(card))
        job = self._known.ask(key, compute, "background")
        return job.result() if job.state == "ready" else None

    def close(self) -> None:
        """Give up measuring."""
        self._known.close()


@contextmanager
def _on_one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _quickest(
    send: Callable[[Tensor], Tensor], x: Tensor, batch: int, clock: Callable[[], float]
) -> float:
    """Return the seconds of one image in the quickest of a few batches."""
    points, taken = x.repeat(batch, 1, 1, 1), []
    for _ in range(REPEATS):
        begun = clock()
        wait_for(send(points))
        taken.append(clock() - begun)
    return min(taken) / batch


def _pack(known: OneCore) -> Arrays:
    return {"seconds": np.asarray([known.forward_seconds, known.gradient_seconds])}


def _unpack(arrays: Arrays) -> OneCore:
    return OneCore(*map(float, arrays["seconds"]))
