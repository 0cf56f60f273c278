"""What a cluster costs: until the first slice begins, between slices, and with many workers.

``python -m benchmarks.cluster --help`` from the project's folder. Needs the extra `cluster`.

begin: seconds until a slice is under way, in processes of ours and of Dask's on this machine.
many: units that only sleep, on so many workers: how many come through each second, what share of
the workers' time is used, and below which length of a unit the scheduler is the limit.
scale: the demo study on one and on two workers of a cluster, and on two processes without one.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.sleeping import sleep
from benchmarks.timing import Goal, Verdict, machine
from ctviz.backend import Backend
from ctviz.cohort import CohortStudy, run_study
from ctviz.cohort.cluster.crew import ClusterCrew
from ctviz.cohort.cluster.dask_engine import DaskEngine, connected
from ctviz.cohort.cluster.engine import Answered, Request, SchedulerLost
from ctviz.cohort.run.units import units_of
from ctviz.cohort.run.worker_processes import Assignment, Done, Share, in_processes
from ctviz.core import Progress, Settings

SCALES = Goal("≥", 1.8)
BUSY_SECONDS = 30.0
"""So long the workers of `many` are busy by each length of a unit, if nothing else is the limit."""
LONGEST_SECONDS = 45.0
"""So long units of one length are given out, where something else is."""
GRACE_SECONDS = 10.0
NEARLY_ALL = 0.9
"""Of the workers' time: they do not wait for anybody."""


@dataclass(eq=False)
class Programs:
    """A scheduler and workers on this machine.

    Parameters
    ----------
    folder
        Where they write.
    """

    folder: Path
    address: str = ""
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str) -> None:
        """Start a program of Dask's."""
        with (self.folder / "cluster.log").open("ab") as log:
            command = [sys.executable, "-m", "dask", *words]
            # Maps that a run before has left would cost nothing.
            own = {"PYTHONPATH": str(Path.cwd()), "CTVIZ_DATA": str(self.folder / "data")}
            environment = {**os.environ, **own}
            program = subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, start_new_session=True
            )
            self.running.append(program)

    def scheduler(self, port: int) -> None:
        """Start the scheduler."""
        self.address = f"tcp://127.0.0.1:{port}"
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(port))

    def workers(self, count: int) -> None:
        """Start so many workers."""
        names = ["--nthreads", "1", "--nworkers", str(count), "--no-dashboard"]
        self.start("worker", self.address, *names, "--memory-limit", "0")


@contextmanager
def programs(port: int) -> Iterator[Programs]:
    """Lend a scheduler of this machine."""
    with tempfile.TemporaryDirectory(prefix="ctviz-cluster-") as folder:
        lent = Programs(Path(folder))
        lent.scheduler(port)
        try:
            yield lent
        finally:
            for program in reversed(lent.running):
                program.terminate()
            for program in lent.running:
                end(program)


def end(program: subprocess.Popen[bytes]) -> None:
    """Wait until a program that was asked to end has ended, or end it with all that it started."""
    try:
        program.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


@contextmanager
def engine_of(address: str, workers: int) -> Iterator[DaskEngine]:
    """Lend a connected engine whose slices sleep, as soon as so many workers are there."""
    with connected(address) as found:
        engine = DaskEngine(found._client, settle=sleep)  # noqa: SLF001 - the same connection
        while len(engine.workers()) < workers:
            engine.hear(0.1)
        yield engine


def many(workers: int, lengths: Sequence[float], most: int, port: int) -> None:
    """Say how many units come through each second as their length shrinks, and what limits them."""
    rates: list[float] = []
    with programs(port) as cluster:
        # Processes that sleep need no core, so that a machine has room for many.
        cluster.workers(workers)
        with engine_of(cluster.address, workers) as engine:
            # What each imports for its first unit does not count.
            through(engine, 0.0, workers)
            print(f"{workers} workers are there", flush=True)
            for seconds in lengths:
                begun = time.perf_counter()
                units = through(engine, seconds, units_for(workers, seconds, most))
                taken = time.perf_counter() - begun
                used = units * seconds / (taken * workers)
                rates.append(units / taken)
                print(
                    f"{units} units of {seconds:g} s: {rates[-1]:.1f} units/s, "
                    f"{used:.0%} of the workers' time used",
                    flush=True,
                )
    if used > NEARLY_ALL:
        print("the workers are the limit throughout; try shorter units with --lengths")
    else:
        print(
            f"no more than {max(rates):.0f} units/s came through: with units shorter than "
            f"{workers / max(rates):.2g} s, {workers} workers wait for their next one"
        )


def units_for(workers: int, seconds: float, most: int) -> int:
    """Return how many units keep all workers busy for a while; two each at least."""
    return max(2 * workers, min(most, round(workers * BUSY_SECONDS / seconds)))


def through(engine: DaskEngine, seconds: float, units: int) -> int:
    """Give units to whoever is idle, as a study does, for a while; return how many it were."""
    idle, left, busy = list(engine.workers()), units, dict[int, str]()
    enough = time.perf_counter() + LONGEST_SECONDS
    while busy or (left and time.perf_counter() < enough):
        while idle and left and time.perf_counter() < enough:
            worker = idle.pop()
            busy[engine.ask(worker, Request.SETTLE, str(seconds))] = worker
            left -= 1
        answers = (each for each in engine.hear(0.2) if isinstance(each, Answered))
        idle += [busy.pop(answer.ticket) for answer in answers]
    return units - left


def begin(port: int) -> None:
    """Say how long it takes until a slice is under way in processes that were not there before."""
    with demo() as (backend, study, folder):
        units = units_of(backend, study)
        assignment = Assignment(study, folder)
        begun = time.perf_counter()
        stream = in_processes(backend.settings, assignment, units, Progress(), 2)
        until_news(stream)
        print(f"our processes: a slice is under way after {time.perf_counter() - begun:.1f} s")
        stream.close()
        begun = time.perf_counter()
        with programs(port) as cluster:
            cluster.workers(2)
            wait_for(cluster.address)
            crew = ClusterCrew(cluster.address)
            stream = crew.outcomes(backend, assignment, units, Progress())
            until_news(stream)
            print(f"Dask's: a slice is under way after {time.perf_counter() - begun:.1f} s")
            stream.close()


def until_news(stream: Iterable[object]) -> None:
    """Listen until a slice is under way or over."""
    for news in stream:
        if isinstance(news, Done) or (isinstance(news, Share) and news.under_way):
            return


def wait_for(address: str) -> None:
    """Wait until a scheduler answers."""
    while True:
        try:
            with connected(address):
                return
        except SchedulerLost:
            time.sleep(0.1)


def scale(port: int, estimators: Sequence[str], slices: int) -> None:
    """Say how much quicker two workers are than one, and what a cluster costs beside processes."""
    seconds: dict[str, float] = {}
    for name, workers in (("2 processes", 0), ("1 worker", 1), ("2 workers", 2)):
        with demo(estimators, slices) as (backend, study, folder), programs(port) as cluster:
            units_of(backend, study)
            crew: int | ClusterCrew = 2
            if workers:
                cluster.workers(workers)
                crew = ClusterCrew(cluster.address)
                wait_for(cluster.address)
            begun, ended = [0.0], [0.0]

            def told(stage, begun=begun, ended=ended) -> None:
                if stage.share and not begun[0]:
                    begun[0] = time.perf_counter()
                if begun[0] and stage.done == stage.total:
                    ended[0] = ended[0] or time.perf_counter()

            run_study(backend, study, folder, workers=crew, told=told)
            seconds[name] = ended[0] - begun[0]
            print(f"{name}: {seconds[name]:.1f} s of computing", flush=True)
    faster = seconds["1 worker"] / seconds["2 workers"]
    beside = seconds["2 workers"] / seconds["2 processes"]
    for verdict in (
        Verdict("one worker's time over two workers'", faster, SCALES),
        Verdict("two workers' time over two processes'", beside, Goal("≤", 1.1)),
    ):
        judged = verdict.goal.judge(verdict.ratio)
        print(f"{verdict.what}: {verdict.ratio:.2f} ({judged})")


@contextmanager
def demo(
    estimators: Sequence[str] = ("smoothgrad",), slices: int = 2
) -> Iterator[tuple[Backend, CohortStudy, Path]]:
    """Lend the demo cohort with an empty cache, a plan for it, and a folder for the study."""
    usual = Settings.from_environment()
    with tempfile.TemporaryDirectory(prefix="ctviz-cluster-") as made:
        place = Path(made)
        settings = replace(usual, data=place / "data", cache=place / "cache", device="cpu")
        study = CohortStudy(
            name="scale",
            estimators={name: {} for name in estimators},
            metrics={"fidelity": {}},
            slices_per_case=slices,
        )
        with closing(Backend(settings, steady=True)) as backend:
            yield backend, study, place / "study"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("begin", "many", "scale"))
    parser.add_argument("--workers", type=int, default=64, help="of `many`")
    parser.add_argument("--units", type=int, default=2000, help="of `many`, at most")
    parser.add_argument("--lengths", type=float, nargs="+", default=[10.0, 3.0, 1.0, 0.3, 0.1])
    parser.add_argument("--estimators", nargs="+", default=["smoothgrad", "integrated-gradients"])
    parser.add_argument("--slices", type=int, default=1, help="of each case, in `scale`")
    parser.add_argument("--port", type=int, default=8799)
    parser.add_argument("--minutes", type=int, default=10, help="after which it gives up")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done in {asked.minutes} minutes"))
    signal.alarm(60 * asked.minutes)
    print(machine(), flush=True)
    if asked.what == "many":
        many(asked.workers, asked.lengths, asked.units, asked.port)
    elif asked.what == "begin":
        begin(asked.port)
    else:
        scale(asked.port, asked.estimators, asked.slices)


if __name__ == "__main__":
    main()
