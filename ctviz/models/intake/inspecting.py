"""A network from elsewhere is tried out in a process of its own, with little memory and time.

Nothing in the file is code, but a few bytes of it may still ask for all of a computer's memory.
The process answers with one line of JSON; whatever else becomes of it is said in a sentence.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from ctviz.core import CtvizError, UnusableModel
from ctviz.core.structure import Misfit, StrictConverter, structured

LARGEST_BYTES = 500_000_000
MEMORY_BYTES = 6 * 1024**3
"""What an inspection may take beside the program itself."""
SECONDS = 300
TOLERANCE = 1e-4
"""Share of the largest score by which the answers of two programs may differ."""

_JSON = StrictConverter(nulls=False)


class SizeIsOpen(UnusableModel):
    """A file does not say how large its images are; its people must."""


@dataclass(frozen=True)
class Inspection:
    """What was found out about a network in a file.

    Parameters
    ----------
    channels
        Of the image, 1 or 3.
    size
        (h rows, w columns) of the image.
    neurons
        Numbers that it answers.
    ending
        The operation at its end that was left away, for class scores are what goes into it; empty
        if there was none.
    operations
        Which operations it is made of.
    weights
        How many numbers it has learnt.
    difference
        The largest difference from ONNX Runtime's answers, as a share of the largest score.
    alone
        Whether it takes only one image at a time.
    """

    channels: int
    size: tuple[int, int]
    neurons: int
    ending: str
    operations: tuple[str, ...]
    weights: int
    difference: float
    alone: bool


def inspect_onnx(file: Path, size: tuple[int, int] | None = None) -> Inspection:
    """Return what a file's network is, or refuse it.

    Parameters
    ----------
    file
        What calls itself an ONNX file.
    size
        (h, w) of its images, where the file leaves it open.

    Raises
    ------
    SizeIsOpen
        If the file leaves the size open and nobody says it.
    UnusableModel
        In a sentence, whatever else is wrong with the file.
    """
    _refuse_large(file)
    command = [sys.executable, "-m", "ctviz.models.intake.trial", str(file)]
    if size is not None:
        command += map(str, size)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and a path that it reads as data
            command, capture_output=True, timeout=SECONDS, check=False, cwd=Path.cwd()
        )
    except subprocess.TimeoutExpired:
        raise UnusableModel(
            f"The network did not answer within {SECONDS} s; it is too large for this computer."
        ) from None
    return _answer(done.stdout)


def _refuse_large(file: Path) -> None:
    try:
        size = file.stat().st_size
    except OSError:
        raise UnusableModel(f"There is no file '{file.name}' to read.") from None
    if size > LARGEST_BYTES:
        raise UnusableModel(
            f"The file '{file.name}' is larger than the allowed {LARGEST_BYTES // 1_000_000} MB."
        )


@dataclass(frozen=True)
class _Said:
    """The one line that the trial answers with."""

    refused: str = ""
    size_is_open: bool = False
    found: Inspection | None = None


def _answer(line: bytes) -> Inspection:
    crashed = UnusableModel(
        "Reading the network took more memory than is allowed, or ended the program that tried; "
        "the file is damaged, or made to do harm."
    )
    try:
        said = structured(_JSON, _Said, json.loads(line))
    except (ValueError, Misfit):
        raise crashed from None
    if said.size_is_open:
        raise SizeIsOpen(said.refused)
    if said.found is None:
        raise UnusableModel(said.refused) if said.refused else crashed
    return said.found


def spoken(outcome: Inspection | CtvizError) -> str:
    """Return the line with which a trial ends."""
    if isinstance(outcome, Inspection):
        return json.dumps({"found": asdict(outcome)})
    open_size = isinstance(outcome, SizeIsOpen)
    return json.dumps({"refused": str(outcome), "size_is_open": open_size})
