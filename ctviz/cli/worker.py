"""Compute studies for others: join a Dask cluster with this machine's cores.

try:
  ctviz worker tcp://host:8786
  ctviz worker tcp://host:8786 --workers 4

Each worker is a process that computes one slice at a time on one core. They wait for the scheduler,
and come back when it was away, until Ctrl-C. What they are sent is kept in CTVIZ_CACHE; where that
is a folder which the one who asks shares, nothing is sent. A cluster runs whatever it is sent, so
join none that you do not trust: docs/cluster.md.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec

from ctviz.core import InvalidInput

AGAIN_SECONDS = 2.0
"""Between an end of the workers and their next beginning."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("scheduler", help="address of the scheduler, like tcp://host:8786")
    parser.add_argument("--workers", type=int, help="processes (default: one for each core)")


def run(arguments: argparse.Namespace) -> None:
    """Work until Ctrl-C."""
    from ctviz.cohort import cores
    from ctviz.cohort.cluster.dask_engine import checked_address

    if find_spec("distributed") is None:
        raise InvalidInput(
            "A worker of a cluster needs Dask, which is not installed: pip install 'ctviz[cluster]'"
        )
    workers = cores() if arguments.workers is None else arguments.workers
    if workers < 1:
        raise InvalidInput("A machine joins a cluster with one worker or more.")
    command = worker_command(checked_address(arguments.scheduler), workers)
    # Whoever ends this program ends its workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        # Our own program with an address that was looked at.
        subprocess.run(command, check=False)  # noqa: S603
        sys.stderr.write(f"The scheduler is away; trying again in {AGAIN_SECONDS:g} s.\n")
        time.sleep(AGAIN_SECONDS)


def worker_command(scheduler: str, workers: int) -> Sequence[str]:
    """Return the command that starts workers of Dask's as a study needs them.

    >>> worker_command("tcp://host:8786", 2)[-2:]
    ['--nworkers', '2']
    """
    options = ["--nthreads", "1", "--no-dashboard", "--nworkers", str(workers)]
    return [sys.executable, "-m", "dask", "worker", scheduler, *options]
