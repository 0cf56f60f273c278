"""Maps to look at beside a study's numbers: rows of small pictures, kept in the study's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.files import read_sealed, write_sealed
from ctviz.cohort.folder import StudyFolder
from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign

SHEET_VERSION = 1
"""Raised whenever the file's form changes."""

SHAPE = (192, 256)
"""Rows and columns of each picture: a chest is wider than it is deep."""


@dataclass(frozen=True, eq=False)
class SheetPicture:
    """One map over its slice.

    Parameters
    ----------
    sheet
        Which of the study's sheets it stands on: ``typical`` or ``disputed``.
    title, note
        Above and below it.
    rgb
        (192, 256, 3) uint8.
    """

    sheet: str
    title: str
    note: str
    rgb: NDArray[np.uint8]


def save_sheet(pictures: Sequence[SheetPicture], folder: Path) -> None:
    """Keep the pictures of a study; without any, no file is kept."""
    path = StudyFolder(folder).contact_sheet
    if not pictures:
        path.unlink(missing_ok=True)
        return
    texts = np.array([[each.sheet, each.title, each.note] for each in pictures], np.str_)
    arrays = {"version": np.asarray(SHEET_VERSION), "texts": texts}
    write_sealed(path, {**arrays, "pictures": np.stack([each.rgb for each in pictures])})


def load_sheet(folder: Path) -> tuple[SheetPicture, ...]:
    """Return the pictures of a study; none where there are none that can be read.

    Raises
    ------
    InvalidInput
        If the file holds something else than it should.
    """
    arrays = read_sealed(StudyFolder(folder).contact_sheet)
    if arrays is None or int(arrays["version"]) != SHEET_VERSION:
        return ()
    damaged = InvalidInput("The study's pictures are damaged; start the study again.")
    with foreign(damaged):
        texts, pictures = arrays["texts"], arrays["pictures"]
        if pictures.dtype != np.uint8 or pictures.shape != (len(texts), *SHAPE, 3):
            raise damaged
        return tuple(
            SheetPicture(str(sheet), str(title), str(note), picture)
            for (sheet, title, note), picture in zip(texts, pictures, strict=True)
        )
