"""A cluster of programs on this machine: a scheduler and workers, each of which can be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ctviz.cli.worker import worker_command

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass(eq=False)
class LocalCluster:
    """Programs on this machine that are a cluster.

    Parameters
    ----------
    folder
        Where its programs write: what they say, and a home for each worker.
    certificates
        Dask's settings for TLS; without any nothing is encrypted.
    """

    folder: Path
    certificates: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.protocol}://127.0.0.1:{self.port}"

    @property
    def protocol(self) -> str:
        return "tls" if self.certificates else "tcp"

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program, under the name by which it is killed."""
        said = {
            f"DASK_{key.upper().replace('.', '__').replace('-', '_')}": value
            for key, value in self.certificates.items()
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.programs[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
                env={**os.environ, **said, "PYTHONPATH": f"{ROOT}", **environment},
            )

    def start_scheduler(self) -> None:
        command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1"]
        command += ["--protocol", self.protocol, "--dashboard-address", ":0"]
        self.run("scheduler", [*command, "--port", str(self.port)], {})
        until(lambda: answers(self.port), "the scheduler answers")

    def start_worker(self, name: str, *options: str, **environment: str) -> None:
        """Start a worker with a root folder of its own, unless the environment says another."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        places = {"CTVIZ_DATA": f"{home}/data", "CTVIZ_MODELS": f"{home}/models"}
        command = [*worker_command(self.address, 1), "--local-directory", f"{home}/here", *options]
        self.run(name, command, {**places, "CTVIZ_CACHE": f"{home}/cache", **environment})

    def kill(self, name: str) -> None:
        """Kill a program with all that it started, at once."""
        program = self.programs.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as trying:
        return trying.connect_ex((host, port)) == 0


def until(holds, what: str, seconds: float = 120.0) -> None:
    """Wait until something holds."""
    given_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < given_up, f"Waited in vain until {what}."
        time.sleep(0.05)


@contextmanager
def local_cluster(
    folder: Path, workers: int = 0, certificates: Mapping[str, str] | None = None
) -> Iterator[LocalCluster]:
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LocalCluster(folder, certificates or {})
    try:
        cluster.start_scheduler()
        for number in range(workers):
            cluster.start_worker(f"worker-{number}")
        yield cluster
    finally:
        for name in list(cluster.programs):
            cluster.kill(name)
