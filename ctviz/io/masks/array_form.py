"""Masks as NumPy's ``.npy``: bare arrays."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ctviz.core import InvalidInput, Mask, Slice
from ctviz.io.boundary import foreign_reader
from ctviz.io.masks.form import MASK_FORMS, MaskForm, refuse_other_size

NPY_MAGIC = b"\x93NUMPY"


@MASK_FORMS.register("npy")
class ArrayForm(MaskForm):
    """An array of numbers or truth values."""

    titles: ClassVar = (".npy",)
    endings: ClassVar = (".npy",)

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as NumPy's do."""
        with path.open("rb") as file:
            return file.read(len(NPY_MAGIC)) == NPY_MAGIC

    def read(self, path: Path, like: Slice) -> NDArray[np.generic]:
        """Return the array without running any of it.

        It is mapped first, so that a header can announce what it likes.
        """
        with foreign_reader("It is a damaged array; export it again."):
            values = np.load(path, mmap_mode="r", allow_pickle=False)
            if values.dtype.kind not in "biuf":
                raise InvalidInput("The mask must hold numbers or truth values; export it again.")
            refuse_other_size(values.shape, like)
            return np.array(values)

    def write(self, mask: Mask, path: Path, like: Slice) -> None:  # noqa: ARG002 - has no place
        """Write truth values."""
        np.save(path, mask, allow_pickle=False)
