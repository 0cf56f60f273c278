"""A network from elsewhere is tried out in a process of its own, see `apart`.

The process answers with one line of JSON; whatever else becomes of it is said in a sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ctviz.core import CtvizError, UnusableModel, Value
from ctviz.core.structure import Misfit, StrictConverter, structured
from ctviz.models.card import ONNX
from ctviz.models.intake.apart import CRASHED, refuse_large, told_by

TOLERANCE = 1e-4
"""Share of the largest score by which the answers of two programs may differ."""

_JSON = StrictConverter(nulls=False)


class LeftOpen(UnusableModel):
    """A file does not say how large its images are, or more; its people must.

    Parameters
    ----------
    sentence
        What is open.
    architecture, hyperparameters
        Those of an architecture of the allow-list that are open too, with what is usual.
    """

    def __init__(
        self,
        sentence: str,
        architecture: str = "",
        hyperparameters: Mapping[str, Value] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.architecture, self.hyperparameters = architecture, hyperparameters or {}


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
        The largest difference from ONNX Runtime's answers, as a share of the largest score; 0 where
        there is nothing to compare with.
    alone
        Whether it takes only one image at a time.
    architecture, arguments
        As on a `ModelCard`.
    """

    channels: int
    size: tuple[int, int]
    neurons: int
    ending: str
    operations: tuple[str, ...]
    weights: int
    difference: float
    alone: bool
    architecture: str = ONNX
    arguments: Mapping[str, Value] = field(default_factory=dict)


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
    LeftOpen
        If the file leaves the size open and nobody says it.
    UnusableModel
        In a sentence, whatever else is wrong with the file.
    """
    refuse_large(file)
    sizes = [] if size is None else list(map(str, size))
    return _answer(told_by("ctviz.models.intake.trial", [str(file), *sizes]))


@dataclass(frozen=True)
class _Said:
    """The one line that the trial answers with."""

    refused: str = ""
    left_open: bool = False
    found: Inspection | None = None


def _answer(line: bytes) -> Inspection:
    crashed = UnusableModel(CRASHED)
    try:
        said = structured(_JSON, _Said, json.loads(line))
    except (ValueError, Misfit):
        raise crashed from None
    if said.left_open:
        raise LeftOpen(said.refused)
    if said.found is None:
        raise UnusableModel(said.refused) if said.refused else crashed
    return said.found


def spoken(outcome: Inspection | CtvizError) -> str:
    """Return the line with which a trial ends."""
    if isinstance(outcome, Inspection):
        return json.dumps({"found": asdict(outcome)})
    open_size = isinstance(outcome, LeftOpen)
    return json.dumps({"refused": str(outcome), "left_open": open_size})
