"""Masks as pictures: white on black, or drawn on transparent ground."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ctviz.core import InvalidInput, Mask, Slice
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.masks.form import MASK_FORMS, MaskForm
from ctviz.io.picture import JPEG_MAGIC, read_pictures


@MASK_FORMS.register("picture")
class PictureForm(MaskForm):
    """PNG or TIFF."""

    titles: ClassVar = ("PNG", "TIFF")
    endings: ClassVar = (".png",)

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as a picture does."""
        return _is_jpeg(path) or kind_of(path) is Kind.PICTURE

    def read(self, path: Path, like: Slice) -> NDArray[np.generic]:  # noqa: ARG002 - has no place
        """Return where a picture shows anything: a pixel that is neither black nor transparent."""
        if _is_jpeg(path):
            raise InvalidInput("A JPEG blurs the edge of a mask; export it as PNG.")
        pages = read_pictures(path)
        if len(pages) > 1:
            raise InvalidInput(f"The mask has {len(pages)} pages; export the one of this slice.")
        values, visible = pages[0].values, pages[0].visible
        if values.ndim > 2:
            # A dark blue is as much inside as a bright one.
            values = values.max(axis=-1)
        if visible is None or visible.all():
            return values
        if not values[visible].any():
            raise InvalidInput(
                "The mask is drawn in black on transparent ground; export it as white on black."
            )
        return np.where(visible, values, 0)

    def write(self, mask: Mask, path: Path, like: Slice) -> None:  # noqa: ARG002 - has no place
        """Write 0 and 255."""
        Image.fromarray(mask.astype(np.uint8) * 255).save(path)


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(JPEG_MAGIC)) == JPEG_MAGIC
