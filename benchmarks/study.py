"""What a study costs beside the model's passes, on slices of the demo cohort.

``python -m benchmarks.study --help`` from the project's folder. All figures are of the processor's
time in one process on one thread, so that a machine that is busy elsewhere changes them little.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.timing import Goal, machine, print_table
from ctviz.backend import Backend, Demo
from ctviz.cohort import CohortStudy
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.worker_processes import Assignment
from ctviz.core import Settings

BESIDE = Goal("≤", 0.15)
DEMO_SLICES, CORES = 48, 2


@dataclass
class Passes:
    """Seconds of the processor that go into the network's passes, forwards and backwards."""

    seconds: float = 0.0
    depth: int = 0

    def timed(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return an act whose time counts, unless it is part of another that counts."""

        def run(*arguments: Any, **options: Any) -> Any:
            self.depth += 1
            begun = time.thread_time()
            try:
                return act(*arguments, **options)
            finally:
                self.depth -= 1
                if self.depth == 0:
                    self.seconds += time.thread_time() - begun

        return run

    def watch(self, network: nn.Module) -> None:
        """Count a network's forwards, and all gradients."""
        network.forward = self.timed(network.forward)
        torch.autograd.grad = self.timed(torch.autograd.grad)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="contrast-small")
    parser.add_argument("--models", type=Path, default=Settings().models)
    parser.add_argument("--slices", type=int, default=3, help="one of each patient")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(machine())
    study = CohortStudy(model=chosen.model)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "data", chosen.models, folder / "cache", device="cpu")
        backend = Backend(settings, steady=True)
        demo = Demo(folder / "demo", patients=chosen.slices, slices=1)
        cases = backend.import_demo(demo).result().cases
        units = [Unit(case, case, 0, None, "phantom") for case in cases]
        print_costs(backend, study, folder / "study", units)
        backend.close()


def print_costs(backend: Backend, study: CohortStudy, folder: Path, units: list[Unit]) -> None:
    passes = Passes()
    passes.watch(backend.classifier(study.model).network)
    assignment = Assignment(study, folder)
    rows, total = [], 0.0
    for unit in units:
        before, begun = passes.seconds, time.process_time()
        assignment.settle(backend, unit)
        taken, inside = time.process_time() - begun, passes.seconds - before
        total += taken
        rows.append([unit.case, taken, inside, 1 - inside / taken])
    beside = 1 - passes.seconds / total
    rows.append(["all", total, passes.seconds, beside])
    header = ["slice", "seconds of the processor", "in the model's passes", "share beside them"]
    print_table(f"The usual plan, {len(study.estimators)} estimators", header, rows)
    print(f"\nShare beside the model's passes {beside:.1%} ({BESIDE.judge(beside)}).")
    minutes = total / len(units) * DEMO_SLICES / CORES / 60
    print(f"The demo study's {DEMO_SLICES} slices on {CORES} such cores: {minutes:.0f} minutes.")


if __name__ == "__main__":
    main()
