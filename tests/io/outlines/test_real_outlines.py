"""Real outlines of real scans equal what is known of them, pixel by pixel."""

import shutil
import xml.etree.ElementTree as ET
import zlib
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pydicom
import pytest
from matplotlib.path import Path

from ctviz.io import load_case, read_outlines

KEY = b"key"


@pytest.fixture(scope="module")
def loaded(real_data, tmp_path_factory):
    """The function that loads the slices of a folder, without the outlines beside them."""

    def load(name, pattern="*.dcm"):
        folder = tmp_path_factory.mktemp("scan")
        for path in (real_data / name).glob(pattern):
            shutil.copy(path, folder)
        return load_case(folder, key=KEY)

    return load


def test_the_liver_of_a_seg_is_that_of_its_nrrd(real_data, loaded):
    case = loaded("seg-liver", "0*.dcm")
    folder = real_data / "seg-liver"
    seg, nrrd = read_outlines([folder / "liver.dcm", folder / "liver_seg.nrrd"], case, KEY)
    assert (seg.matched, seg.labels) == ("by the images that it was drawn on", ("Liver",))
    raw = (folder / "liver_seg.nrrd").read_bytes()
    head, _, packed = raw.partition(b"\n\n")
    assert b"sizes: 512 512 3" in head
    known = np.frombuffer(zlib.decompress(packed, 31), np.int16).reshape(3, 512, 512) > 0
    # The NRRD begins at the feet, the case at the head.
    for found in (seg, nrrd):
        assert [o.slice_index for o in sorted(found.outlines, key=lambda o: o.slice_index)] == [
            0, 1, 2,
        ]  # fmt: skip
        for outline in found.outlines:
            np.testing.assert_array_equal(outline.mask, known[2 - outline.slice_index])
    assert sum(int(o.mask.sum()) for o in seg.outlines) == known.sum()


def _inside(x: Fraction, y: Fraction, ring: list[tuple[Fraction, Fraction]]) -> bool:
    """Whether a point is inside a ring, by casting one ray to the left in exact numbers."""
    crossings = 0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
            crossings += 1
    return crossings % 2 == 1


def test_the_tumour_of_a_structure_set_equals_an_exact_rasterisation(real_data, loaded):
    case = loaded("sts-002-rtstruct/image")
    path = real_data / "sts-002-rtstruct" / "mask" / "RS.dcm"
    (found,) = read_outlines([path], case, KEY)
    assert found.labels == ("GTV_Mass_CT",)
    assert not found.unplaced
    header = pydicom.dcmread(
        real_data / "sts-002-rtstruct" / "image" / "000000.dcm", stop_before_pixels=True
    )
    left, top = (Fraction(str(number)) for number in header.ImagePositionPatient[:2])
    down, along = (Fraction(str(number)) for number in header.PixelSpacing)
    positions = [round(s.position_mm[2], 2) for s in case.slices]
    expected = {}
    for contour in pydicom.dcmread(path).ROIContourSequence[0].ContourSequence:
        data = [Fraction(str(number)) for number in contour.ContourData]
        ring = [
            ((x - left) / along, (y - top) / down)
            for x, y in zip(data[::3], data[1::3], strict=True)
        ]
        mask = expected.setdefault(
            positions.index(round(float(data[2]), 2)), np.zeros(case.slices[0].shape, bool)
        )
        columns = [x for x, _ in ring]
        rows = [y for _, y in ring]
        for i in range(int(min(rows)), int(max(rows)) + 2):
            for j in range(int(min(columns)), int(max(columns)) + 2):
                mask[i, j] ^= _inside(Fraction(j), Fraction(i), ring)
    assert {o.slice_index for o in found.outlines} == set(expected)
    for outline in found.outlines:
        np.testing.assert_array_equal(outline.mask, expected[outline.slice_index])


def test_the_nodules_of_lidc_are_what_matplotlib_finds_inside_of_the_outlines(real_data, loaded):
    case = loaded("lidc-0001")
    (found,) = read_outlines([real_data / "lidc-0001" / "069.xml"], case, KEY)
    assert found.matched == "by the images that it was drawn on"
    assert found.readers == tuple(f"LIDC reader {n}" for n in (1, 2, 3, 4))
    depths = [s.position_mm[2] for s in case.slices]
    space = {"l": "http://www.nih.gov"}
    root = ET.parse(real_data / "lidc-0001" / "069.xml").getroot()  # noqa: S314 - ours
    expected = defaultdict(lambda: np.zeros(case.slices[0].shape, bool))
    for place, session in enumerate(root.findall("l:readingSession", space), start=1):
        for area in session.findall("l:unblindedReadNodule/l:roi", space):
            ring = [
                (int(e.findtext("l:xCoord", "", space)), int(e.findtext("l:yCoord", "", space)))
                for e in area.findall("l:edgeMap", space)
            ]
            if len(ring) > 1:
                z = float(area.findtext("l:imageZposition", "", space))
                expected[f"LIDC reader {place}", depths.index(z)] |= _surrounded(ring)
    assert {(o.reader, o.slice_index) for o in found.outlines} == set(expected)
    for outline in found.outlines:
        known = expected[outline.reader, outline.slice_index]
        np.testing.assert_array_equal(outline.mask, known)


def _surrounded(ring: list[tuple[int, int]]) -> np.ndarray:
    """Return the pixels inside of a ring of (column, row), as matplotlib finds them."""
    mask = np.zeros((512, 512), bool)
    left, top = np.min(ring, axis=0)
    right, bottom = np.max(ring, axis=0)
    places = [(x, y) for y in range(top, bottom + 1) for x in range(left, right + 1)]
    for (x, y), found in zip(places, Path(ring).contains_points(places), strict=True):
        mask[y, x] = found and (x, y) not in ring
    return mask
