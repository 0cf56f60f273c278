"""Regions and maps as NIfTI, for ITK-SNAP, 3D Slicer and nibabel."""

import gzip
from collections.abc import Iterator, Sequence
from typing import ClassVar

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from ctviz.core import Case, Region
from ctviz.io.nifti_slice import nifti_of, volume_of
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.making import file_name
from ctviz.io.out.parcel import Parcel
from ctviz.io.volume import as_volume

SAME_STEP_MM = 0.01


@RESULT_FORMS.register("nifti")
class NiftiResult(ResultForm):
    """A volume of zeros and ones for each reader and label, and a slice of numbers for each map.

    Where the gaps between slices differ, which NIfTI cannot say, each slice has its own file.
    """

    title: ClassVar = "NIfTI"
    needs_place: ClassVar = False
    with_slices: ClassVar = False

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield the regions, then the maps."""
        results = parcel.results
        for place, reader in enumerate(results.readers, start=1):
            for number, label in enumerate(results.labels_of(reader), start=1):
                drawn = [each for each in results.of_reader(reader) if each.label == label]
                for suffix, content in _regions(results.case, drawn):
                    parts = ("region", place, number, reader, label, suffix)
                    yield WrittenObject(_named(*parts), content, reader)
        answer = results.answer
        for place, each in enumerate(() if answer is None else answer.explanations, start=1):
            image = results.case.slice(answer.slice_index)  # type: ignore[union-attr]
            name = _named("map", place, each.importance.estimator)
            yield WrittenObject(
                name, nifti_of(each.importance.values, image), each.importance.estimator
            )


def _named(*parts: object) -> str:
    return file_name(*parts).removesuffix(".dcm") + ".nii.gz"


def _regions(case: Case, drawn: Sequence[Region]) -> Iterator[tuple[str, bytes]]:
    """Yield the one volume of a label, or a file for each of its slices."""
    step = _step_mm(case)
    if step is None:
        for region in drawn:
            image = volume_of(region.mask.astype(np.uint8), case.slice(region.slice_index))
            yield f"slice-{region.slice_index + 1}", gzip.compress(image.to_bytes(), mtime=0)
        return
    rows, columns = case.slices[0].shape
    masks = np.zeros((columns, rows, len(case.slices)), np.uint8)
    for region in drawn:
        masks[:, :, region.slice_index] = region.mask.T
    affine = volume_of(np.zeros((1, 1), np.uint8), case.slice(0)).affine
    affine[:3, 2] = step * (-1, -1, 1)
    image = nib.Nifti1Image(masks, affine)
    image.header.set_xyzt_units("mm")
    yield "", gzip.compress(image.to_bytes(), mtime=0)


def _step_mm(case: Case) -> NDArray[np.float64] | None:
    """Return the way from each slice to the next, (x, y, z); None where it is not always equal."""
    places = [plane.position_mm for plane in as_volume(case.slices).planes]
    if len(places) < 2 or any(place is None for place in places):
        return None
    steps = np.diff(np.array(places, np.float64), axis=0)
    mean = steps.mean(axis=0)
    drift = np.abs(np.cumsum(steps - mean, axis=0)).max()
    step: NDArray[np.float64] = mean
    return step if drift <= SAME_STEP_MM and np.linalg.norm(mean) > SAME_STEP_MM else None
