"""A process of its own for what strangers' files are read by: little memory, little time.

Nothing in such a file is code, but a few bytes of it may still ask for all of a computer's memory.
"""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from ctviz.core import UnusableModel

LARGEST_BYTES = 500_000_000
MEMORY_BYTES = 6 * 1024**3
"""What reading may take beside the program itself."""
SECONDS = 300
STATE = Path("/proc/self/statm")
"""Where Linux tells how much memory this process has reserved."""
CRASHED = (
    "Reading the network took more memory than is allowed, or ended the program that tried; the "
    "file is damaged, or made to do harm."
)


def refuse_large(file: Path) -> None:
    """Refuse a file that is too large, or is not there."""
    try:
        size = file.stat().st_size
    except OSError:
        raise UnusableModel(f"There is no file '{file.name}' to read.") from None
    if size > LARGEST_BYTES:
        raise UnusableModel(
            f"The file '{file.name}' is larger than the allowed {LARGEST_BYTES // 1_000_000} MB."
        )


def told_by(module: str, arguments: Sequence[str]) -> bytes:
    """Return what a module of ours writes that is run in a process of its own."""
    command = [sys.executable, "-m", module, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and paths that it reads as data
            command, capture_output=True, timeout=SECONDS, check=False, cwd=Path.cwd()
        )
    except subprocess.TimeoutExpired:
        raise UnusableModel(
            f"The network did not answer within {SECONDS} s; it is too large for this computer."
        ) from None
    return done.stdout


def limit() -> None:
    """Allow this process only some memory beyond what its libraries have reserved already."""
    torch.set_num_threads(1)
    if not STATE.is_file():
        return  # another system than Linux, where only the time is limited
    with STATE.open() as file:
        reserved = int(file.read().split()[0]) * resource.getpagesize()
    most = reserved + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
