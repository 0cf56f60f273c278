"""Whether a big study stays light: its tables, its analysis and its page, on made-up scores.

``python -m benchmarks.big_study --help`` from the project's folder. Each step runs in a process of
its own, whose peak of memory is told beside its seconds.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from benchmarks.timing import machine
from ctviz.cohort import CohortStudy, analyse, save_findings
from ctviz.cohort.controls import entrants_of
from ctviz.cohort.files import write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.result import Context, UnitResult
from ctviz.cohort.run.running import load_unit, unit_addresses
from ctviz.cohort.tables.curve_table import write_curves
from ctviz.cohort.tables.score_table import ScoreTable, write_tables
from ctviz.core import digest
from ctviz.estimators import ESTIMATORS

CLASSES = ("without contrast", "with contrast")
METRICS = (
    *("fidelity", "fidelity@fill=mean", "fidelity@fill=blur", "auroc", "auroc-corrected"),
    *("average-precision", "dice", "dice-gain", "relevance-mass", "pointing-game"),
)
REMOVED, KEPT, THRESHOLDS = 21, 101, 101
"""Points of the curves of a slice: of fidelity, of Dice, and the rates at fixed thresholds."""
SLICES_A_PATIENT = 10
SLOWEST = {"tables": 0.0, "analysis": 120.0, "page": 2.0}
"""Goals in seconds; the tables have none."""
MEGABYTES = 1000.0


def plan(estimators: int) -> CohortStudy:
    """Return a plan of so many estimators, controls among them, under both signs."""
    names = sorted(ESTIMATORS)[: estimators - 1]
    settings = {"fidelity@fill=mean": {"fill": "mean"}, "fidelity@fill=blur": {"fill": "blur"}}
    study = CohortStudy(
        name="big",
        estimators={name: {} for name in names},
        metrics={key: settings.get(key, {}) for key in METRICS},
    )
    extra = len(entrants_of(study)) - estimators
    kept = [n for n in study.estimators if not ESTIMATORS[n].control][: -extra or None]
    controls = [n for n in study.estimators if ESTIMATORS[n].control]
    return CohortStudy(
        name="big",
        estimators={name: {} for name in (*kept, *controls)},
        metrics={key: settings.get(key, {}) for key in METRICS},
    )


def made_up(study: CohortStudy, number: int) -> UnitResult:
    """Return a slice with scores that differ between estimators, patients and slices."""
    random = np.random.default_rng(number)
    entrants, signs, metrics = entrants_of(study), study.signs, tuple(study.metrics)
    shape = (len(entrants), len(signs), len(metrics))
    patient = number // SLICES_A_PATIENT
    level = np.linspace(0.3, 0.7, len(entrants))[:, None, None]
    shift = np.random.default_rng([patient]).normal(0, 0.05)
    values = np.clip(level + shift + random.normal(0, 0.1, shape), 0.0, 1.0)
    values[..., metrics.index("pointing-game")] = values[..., -1] > 0.5
    truth, right = CLASSES[patient % 2], random.random() < 0.9
    predicted = truth if right else CLASSES[1 - patient % 2]

    def curve(points: int, kind: type) -> np.ndarray:
        return np.sort(random.random((*shape[:2], points)), axis=-1)[..., ::-1].astype(kind)

    removals = [key for key in metrics if key.startswith("fidelity")]
    curves = {
        **{
            f"{order} {key}": curve(REMOVED, np.float64)
            for key in removals
            for order in ("mif", "lif")
        },
        "dice": curve(KEPT, np.float32),
        "tpr": curve(THRESHOLDS, np.float32),
        "fpr": curve(THRESHOLDS, np.float32),
    }
    shares = {f"shares {key}": np.linspace(0, 1, REMOVED) for key in removals}
    return UnitResult(
        context=Context(
            *(f"P-{patient:08x}", f"C-{patient:08x}", number % SLICES_A_PATIENT, study.model),
            truth=truth,
            predicted=predicted,
            target=truth,
            region_share=float(random.uniform(0.01, 0.2)),
            pixels=digest(str(number)),
        ),
        estimators=entrants,
        signs=signs,
        metrics=metrics,
        values=values,
        whys=np.full(shape, ""),
        curves=curves,
        grids={**shares, "dice": np.linspace(0, 1, KEPT)},
        maps=tuple(digest(f"{number} {name}") for name in entrants),
    )


def make(folder: Path, study: CohortStudy, numbers: range) -> list[str]:
    """Write the results of some slices, and return their addresses."""
    addresses = [digest(f"made up {number}") for number in numbers]
    for number, address in zip(numbers, addresses, strict=True):
        made_up(study, number).save(StudyFolder(folder).unit(address))
    return addresses


def tables(folder: Path) -> None:
    """Write the tables and the curves of all slices, as a study does at its end."""
    addresses = unit_addresses(folder)

    def results() -> Iterator[UnitResult]:
        return (load_unit(folder, address) for address in addresses)

    write_tables(folder, results())
    write_curves(folder, results, len(addresses))


def imports(folder: Path) -> None:
    """Do nothing: what is told of it are the libraries that every step imports."""


def one_metric(folder: Path) -> None:
    """Read the scores of one metric from the table."""
    path = StudyFolder(folder).scores_parquet
    assert ScoreTable.read(path, ["fidelity"]).panel("fidelity").scored
    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(g) for g in range(file.num_row_groups)]
    column = file.schema_arrow.names.index("metric")
    own = [group for group in groups if group.column(column).statistics.max == "fidelity"]
    read, whole = (
        sum(part.column(c).total_compressed_size for part in parts for c in range(part.num_columns))
        for parts in (own, groups)
    )
    print(f"  of one metric {read / 1e6:.1f} of the table's {whole / 1e6:.1f} MB are read")


def analysis(folder: Path) -> None:
    """Make the findings."""
    save_findings(analyse(folder), folder)


def page(folder: Path) -> None:
    """Read the findings and make the charts, as the page does when a study is opened."""
    from ctviz.cohort import load_findings
    from ctviz.cohort.report import charts

    begun = time.perf_counter()
    charts(load_findings(folder))
    print(f"  of the page, without its imports: {time.perf_counter() - begun:.1f} s")


def measured(step: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """Return the seconds of a step, and the peak of memory of its process in megabytes."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, step, folder).result()


def _measured(step: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    begun = time.perf_counter()
    step(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTES
    return time.perf_counter() - begun, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slices", type=int, default=10_000)
    parser.add_argument("--estimators", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="keep the study here (default: nowhere)")
    asked = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="ctviz-big-") as made:
        folder = asked.folder or Path(made)
        study = plan(asked.estimators)
        prepare(folder, study, asked.slices)
        for step in (imports, tables, one_metric, analysis, page):
            seconds, peak = measured(step, folder)
            print(f"{step.__name__}: {seconds:.1f} s, at most {peak:.0f} MB", flush=True)


def prepare(folder: Path, study: CohortStudy, slices: int) -> None:
    """Write a study whose slices are all computed."""
    kept = StudyFolder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kept.plan.write_text(study.to_toml())
    entrants = len(entrants_of(study))
    scores = slices * entrants * len(study.signs) * len(study.metrics)
    print(f"{slices} slices, {entrants} estimators, {scores} scores", flush=True)
    addresses = make(folder, study, range(slices))
    write_json(kept.units, addresses)
    write_json(kept.failures, [])
    write_json(kept.environment, {"model": {"classes": CLASSES}})


if __name__ == "__main__":
    main()
