"""NIfTI label images: one structure or many, placed by their affine."""

from collections.abc import Iterator
from pathlib import Path

from ctviz.core import UnreadableScan
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.masks.nifti_form import axes_of
from ctviz.io.nifti import displayed, opened
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import OutlineSettings
from ctviz.io.outlines.label_image import sheets_of
from ctviz.io.outlines.onto import Onto, ScanClaim

NO_PLACE = (
    "It does not say for certain where in the patient it lies; export it with one affine (sform "
    "or qform)."
)


@OUTLINE_FORMS.register("nifti-labels")
class NiftiLabelsForm(OutlineForm):
    """A NIfTI volume of labels, as TotalSegmentator, 3D Slicer and ITK-SNAP write it."""

    title = "NIfTI"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as NIfTI does."""
        return kind_of(path) is Kind.NIFTI

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return that its place tells the slices, and each label on each of its own."""
        matched = onto.belongs(ScanClaim())
        with opened(path) as image:
            shown = displayed(image, axes_of(onto.case.slices[0]))
        if shown.planes[0].position_mm is None or shown.planes[0].spacing_mm is None:
            raise UnreadableScan(NO_PLACE)
        return matched, sheets_of((shown.stack, shown.planes), path, asked, {})
