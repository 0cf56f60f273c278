"""What a form of mask files is, and the registry of all forms."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import InvalidInput, Mask, Registry, Slice


class MaskForm(ABC):
    """A form of files that hold a mask: how it is recognised, read and written.

    Attributes
    ----------
    titles
        How a sentence calls the files that it reads.
    endings
        Of the files that it writes; empty where it only reads.
    """

    name: ClassVar[str]
    titles: ClassVar[tuple[str, ...]]
    endings: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether a file has this form, told by its content and not by its name."""

    @abstractmethod
    def read(self, path: Path, like: Slice) -> NDArray[np.generic]:
        """Return the numbers (H, W) that a file has for a slice; 0 is outside."""

    def write(self, mask: Mask, path: Path, like: Slice) -> None:  # noqa: ARG002 - for subclasses
        """Write a mask (H, W) on a slice's grid; a form without endings is only read."""
        raise InvalidInput(f"Masks of the form '{self.name}' are only read.")


MASK_FORMS: Registry[type[MaskForm]] = Registry(
    "mask form", package="ctviz.io.masks", group="ctviz.mask_forms"
)


def refuse_other_size(shape: tuple[int, ...], like: Slice) -> None:
    """Refuse a mask of another size than the slice's."""
    if shape != like.shape:
        rows, columns = like.shape
        raise InvalidInput(
            f"The mask has {' × '.join(map(str, shape)) or 'no'} pixels but the slice "
            f"{rows} × {columns}; export it on the slice's grid."
        )
