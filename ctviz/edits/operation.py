"""What every operation says about itself, and the registry of all operations."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from ctviz.core import FloatMap, Mask, Registry, Slice, Tunable

LEAST_HU, MOST_HU = -1024, 3071
"""What a CT of 12 bits can hold."""


@dataclass(frozen=True, eq=False)
class Area:
    """Where a slice is edited.

    Parameters
    ----------
    drawn
        (H, W), what the reader drew.
    touched
        (H, W), that and the soft edge around it: nothing else changes.
    """

    drawn: Mask
    touched: Mask


@dataclass(frozen=True)
class Operation(Tunable, ABC):
    """A rule that gives a part of a slice other Hounsfield units; its hyperparameters are numbers.

    Attributes
    ----------
    name
        Its name in `OPERATIONS`.
    title, summary
        How screens call it, and one sentence on what it is good for.
    version
        Raised whenever equal settings begin to give other numbers.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    version: ClassVar[int] = 1

    @abstractmethod
    def changed(self, image: Slice, area: Area) -> FloatMap:
        """Return the slice's new Hounsfield units, (H, W); only those of the area count."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The slice as it is then, to follow an answer: "without what is drawn"."""


OPERATIONS: Registry[type[Operation]] = Registry(
    "operation", package="ctviz.edits", group="ctviz.operations"
)
