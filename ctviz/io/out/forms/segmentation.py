"""Regions as DICOM SEG: one object for each reader, one segment for each label."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from pydicom import Dataset

from ctviz.core import InvalidInput, Region, digest
from ctviz.io.out import codes
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.making import file_name, finish, maker, numbers_of
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.source import headers, pixel_measures
from ctviz.io.out.uids import uid_of

FIRST_SERIES = 9001


@RESULT_FORMS.register("seg")
class SegmentationResult(ResultForm):
    """Binary segmentations; labels may overlap, for each has frames of its own."""

    title: ClassVar = "DICOM segmentations"

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield an object for each reader who drew."""
        for place, reader in enumerate(parcel.results.readers):
            made = segmentation(parcel, reader, FIRST_SERIES + place, "BINARY")
            yield WrittenObject(file_name("seg", place + 1, reader), made, reader)


def segmentation(
    parcel: Parcel, reader: str, series: int, kind: Literal["BINARY", "LABELMAP"]
) -> Dataset:
    """Return everything that a reader drew as one object.

    Raises
    ------
    InvalidInput
        If labels overlap that a label map would have to tell apart.
    """
    results, origin = parcel.results, parcel.origin
    regions, labels = results.of_reader(reader), results.labels_of(reader)
    indices = sorted({region.slice_index for region in regions})
    content = [(each.slice_index, each.label, digest(each.mask)) for each in regions]
    made = Segmentation(
        source_images=headers(results.case, origin, indices),
        pixel_array=_pixels(regions, indices, labels, overlapping=kind == "BINARY"),
        segmentation_type=kind,
        segment_descriptions=[
            _segment(number, label, uid_of(origin.study, reader, label))
            for number, label in enumerate(labels, start=1)
        ],
        pixel_measures=pixel_measures(results.case),
        content_label="REGIONS",
        content_description=codes.cut(f"Regions of {reader}", codes.LONGEST_MEANING),
        content_creator_name=codes.person(reader),
        **numbers_of(
            series, origin.study, "seg" if kind == "BINARY" else "labelmap", reader, content
        ),
        **maker(results),
    )
    return finish(made, f"Regions of {reader}", origin)


def _pixels(
    regions: Sequence[Region],
    indices: Sequence[int],
    labels: Sequence[str],
    *,
    overlapping: bool,
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the masks, (slice, H, W, label)."""
    pixels = np.zeros((len(indices), *regions[0].mask.shape, len(labels)), np.uint8)
    for region in regions:
        pixels[indices.index(region.slice_index), :, :, labels.index(region.label)] = region.mask
    if not overlapping and (pixels.sum(axis=-1) > 1).any():
        raise InvalidInput(
            f"Labels of '{regions[0].reader}' overlap, and a label map has one number for each "
            "pixel; write --as seg."
        )
    return pixels


def _segment(number: int, label: str, tracked: str) -> SegmentDescription:
    category, kind = codes.category_and_type(label)
    name = codes.cut(label, codes.LONGEST_MEANING)
    return SegmentDescription(
        segment_number=number,
        segment_label=name,
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type="MANUAL",
        tracking_uid=tracked,
        tracking_id=name,
    )
