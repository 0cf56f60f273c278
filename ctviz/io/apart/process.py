"""The other side of the process that reads: started, asked, watched and ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

from ctviz.core.settings import environment_with
from ctviz.io.apart.limits import ApartLimits

ROOT = Path(__file__).resolve().parents[3]
"""Where `ctviz` is found."""

START = "import sys; sys.path.insert(0, sys.argv[1]); import ctviz.io.apart.child as c; c.serve()"

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Numerical libraries reserve 40 MB a core when they load, which would eat the memory allowed."""

POLL_SECONDS = 0.2

STARTING_SECONDS = 120.0
"""How long a busy machine may take to start the process; only then files are the cause."""

LONGEST_ANSWER = 2**22

Answer: TypeAlias = dict[str, Any]


class Died(Exception):
    """The process is no more; never leaves this package.

    Parameters
    ----------
    silent
        Whether it was ended because it did not get on.
    """

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        super().__init__()


class Process:
    """A process that reads files, with everything it starts itself.

    Parameters
    ----------
    key
        Secret for the patients' pseudonyms.
    limits
        What it may cost.
    check
        Called all the time; may raise to end the reading.
    """

    def __init__(self, key: bytes, limits: ApartLimits, check: Callable[[], object]) -> None:
        self._limits, self._check = limits, check
        self._buffer, self._patience = b"", STARTING_SECONDS
        # A session of its own, so that it and the decoders it starts can be ended together.
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-P", "-c", START, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=environment_with(ONE_THREAD),
        )
        self._write(memory=limits.memory_bytes, file=limits.file_bytes, key=key.hex())

    def ask(self, **request: object) -> Iterator[Answer]:
        """Yield the answers to a request.

        Raises
        ------
        Died
            If the process ended, fell silent, or said what it must not.
        """
        self._write(**request)
        for answer in self._answers():
            if answer.get("done") is True:
                return
            yield answer

    def close(self) -> None:
        """End the process and all that it started."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _write(self, **request: object) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(json.dumps(request).encode() + b"\n")
                pipe.flush()
        except (OSError, ValueError):
            raise Died from None

    def _answers(self) -> Iterator[Answer]:
        while True:
            line = self._line()
            try:
                answer = json.loads(line)
            except (ValueError, RecursionError):
                raise Died from None
            if not isinstance(answer, dict):
                raise Died
            yield answer

    def _line(self) -> bytes:
        """Return the next line, waiting for it no longer than allowed."""
        pipe = self._process.stdout
        if pipe is None:
            raise Died
        deadline = monotonic() + self._patience
        while b"\n" not in self._buffer:
            self._check()
            if monotonic() > deadline:
                raise Died(silent=True)
            if wait([pipe.fileno()], POLL_SECONDS):
                more = os.read(pipe.fileno(), 2**16)
                self._buffer += more
                if not more or len(self._buffer) > LONGEST_ANSWER:
                    raise Died
        self._patience = self._limits.silent_seconds
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line
