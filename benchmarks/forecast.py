"""Whether a study takes as long as was foretold: small studies of phantoms from the demo cohort.

``python -m benchmarks.forecast --help`` from the project's folder. Each plan is foretold as the
study page does it, then run in an empty folder without anything known. The time that passes is
held against the forecast, and so is what the processor spent: on a machine that others use too,
only the latter tells whether the count is right.
"""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.timing import Goal, machine, print_table
from ctviz.backend import Backend, Demo
from ctviz.backend.cases.demo import READER
from ctviz.cohort import CohortStudy, cores, run_study
from ctviz.cohort.run.cost import cost, crowd
from ctviz.cohort.run.running import at_once
from ctviz.cohort.run.scans import pseudonym_of, remember
from ctviz.core import Settings

WITHIN = Goal("≤", 1.5)

PLANS = (
    CohortStudy(
        name="gradients",
        estimators={"gradient": {}, "smoothgrad": {}, "guided-backprop": {}},
        metrics={"fidelity": {"step": 0.1}, "auroc": {}, "dice": {}},
        slices_per_case=1,
    ),
    CohortStudy(
        name="paths",
        model="contrast-small-robust",
        estimators={"integrated-gradients": {}, "expected-gradients": {}, "lrp": {}},
        metrics={"fidelity": {"step": 0.1, "fill": "blur"}, "insertion": {"step": 0.1}},
        slices_per_case=1,
    ),
    CohortStudy(
        name="deep",
        model="contrast-resnet50",
        estimators={"grad-cam": {}, "gradient": {}},
        metrics={"fidelity": {"step": 0.2}, "auroc": {}, "relevance-mass": {}},
        slices_per_case=1,
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=Path, default=Settings().models)
    parser.add_argument("--patients", type=int, default=6)
    parser.add_argument("--only", nargs="+", choices=[plan.name for plan in PLANS])
    chosen = parser.parse_args()
    print(machine())
    rows = [row(plan, chosen) for plan in PLANS if not chosen.only or plan.name in chosen.only]
    header = ["plan", "model", "slices", "alone", "now", "passed", "ratio", "spent", "ratio"]
    print_table("Seconds foretold and taken", header, rows)
    print(
        "\nForetold is the time alone and the time beside who else was at work when it began; "
        "spent is the processor's time over the processes. Ratios are the greater to the less "
        f"of foretold (now, alone) and taken; the goal is {WITHIN.sign} {WITHIN.bound}."
    )


def row(plan: CohortStudy, chosen: argparse.Namespace) -> list[object]:
    """Return what was foretold of a plan, and what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "data", chosen.models, folder / "cache", device="cpu")
        backend = Backend(settings)
        demo = Demo(folder / "scans", patients=chosen.patients, slices=1)
        remember(settings, demo.folder, backend.import_demo(demo).result().cases)
        study = replace(plan, cohort=pseudonym_of(settings, demo.folder), reader=READER)
        while (pace := backend.one_core(study.model)) is None:
            time.sleep(0.2)
        processes = at_once(backend.device)
        foretold = cost(study, pace, backend.models()[study.model].size)
        alone = foretold.seconds(chosen.patients, processes)
        now = alone * crowd(processes)
        passed, spent = _taken(backend, study, folder / "study")
        backend.close()
    return [
        *(plan.name, plan.model, chosen.patients, alone, now, passed, _ratio(now, passed)),
        *(spent / processes, _ratio(alone, spent / processes)),
    ]


def _taken(backend: Backend, study: CohortStudy, folder: Path) -> tuple[float, float]:
    """Return the seconds that a study took, and what the processor spent on it."""
    before, begun = _spent(), time.perf_counter()
    run_study(backend, study, folder, workers=cores())
    return time.perf_counter() - begun, _spent() - before


def _spent() -> float:
    """Return the processor's seconds of this process and of all that it started and that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _ratio(one: float, other: float) -> float:
    return max(one, other) / min(one, other)


if __name__ == "__main__":
    main()
