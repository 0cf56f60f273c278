"""Masks without a place, i.e. pictures and bare arrays, for one slice that somebody names."""

from collections.abc import Iterator
from pathlib import Path

from ctviz.core import InvalidInput, UnreadableScan
from ctviz.io.mask import load_mask
from ctviz.io.masks.form import MASK_FORMS
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import Outline, OutlineSettings
from ctviz.io.outlines.label_image import READER
from ctviz.io.outlines.naming import label_of_file
from ctviz.io.outlines.onto import BY_SIZE, Onto

BARE = ("picture", "npy")
"""Forms of masks that say nothing of where they lie."""


@OUTLINE_FORMS.register("picture")
class PictureOutlines(OutlineForm):
    """A PNG, TIFF or array that is inside wherever it is not 0."""

    title = "a picture"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as a picture or an array does."""
        return any(MASK_FORMS[name]().recognises(path) for name in BARE)

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return that nothing but the size tells, and the mask."""
        index = asked.slice_index
        if index is None and len(onto.case.slices) == 1:
            index = 0
        if index is None:
            raise UnreadableScan(
                "A picture does not say on which slice it lies; name the slice, or bring a format "
                "with positions."
            )
        try:
            mask = load_mask(path, onto.case.slice(index))
        except InvalidInput as error:
            raise UnreadableScan(str(error)) from None
        label = asked.label or label_of_file(path) or "structure 1"
        return BY_SIZE, iter([Outline.of(label, READER, index, mask)])
