"""What a form of files with outlines is, and the registry of all forms."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeAlias

from ctviz.core import Registry
from ctviz.io.outlines.drawn_on import DrawnOn
from ctviz.io.outlines.found import Outline, OutlineSettings, Unplaced
from ctviz.io.outlines.onto import Onto
from ctviz.io.outlines.sheets import Sheet

Piece: TypeAlias = Outline | Sheet | Unplaced
"""An area on a slice, one that must still be placed, or what cannot be."""


class OutlineForm(ABC):
    """A form of files that hold what somebody marked: how it is recognised and read."""

    name: ClassVar[str]
    title: ClassVar[str]
    """How a sentence calls such a file."""

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether a file has this form, told by its content and not by its name."""

    @abstractmethod
    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return by what a file belongs to the case, and what it holds.

        Raises
        ------
        UnreadableScan
            If it does not belong to the case, or cannot be read.
        """

    def drawn_on(self, path: Path, key: bytes) -> DrawnOn:  # noqa: ARG002 - most do not know
        """Return what a file says of the scan that it was drawn on; most forms know of none.

        Parameters
        ----------
        key
            Of the data folder's codes.

        Raises
        ------
        UnreadableScan
            If it cannot be read.
        """
        return DrawnOn()


OUTLINE_FORMS: Registry[type[OutlineForm]] = Registry(
    "form of outlines", package="ctviz.io.outlines", group="ctviz.outline_forms"
)
