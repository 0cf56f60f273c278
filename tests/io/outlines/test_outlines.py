"""Each form of outlines lands on the pixels that it marks, and what does not is said."""

import dataclasses

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import RLELossless

from ctviz.core import Case, InvalidInput, Slice
from ctviz.io import OutlineFile, OutlineSettings, Refused, read_outlines
from ctviz.io.outlines.form import OUTLINE_FORMS
from tests.io.outlines import made

SQUARE = [(2, 3), (7, 3), (7, 8), (2, 8)]


def read(path, case=None, **asked) -> OutlineFile:
    """Return what a file holds, which must not be refused."""
    (found,) = read_outlines([path], case or made.case(), made.KEY, OutlineSettings(**asked))
    assert isinstance(found, OutlineFile), found
    return found


def refused(path, case=None, **asked) -> str:
    """Return why a file is refused, which it must be."""
    (found,) = read_outlines([path], case or made.case(), made.KEY, OutlineSettings(**asked))
    assert isinstance(found, Refused), found
    return found.why


def areas(found: OutlineFile) -> dict[tuple[str, int], np.ndarray]:
    """Return the masks by label and slice."""
    return {(o.label, o.slice_index): o.mask for o in found.outlines}


def assert_equal(found: OutlineFile, expected: dict[tuple[str, int], np.ndarray]) -> None:
    """Hold that exactly these masks were found."""
    assert areas(found).keys() == expected.keys()
    for place, mask in expected.items():
        np.testing.assert_array_equal(areas(found)[place], mask, err_msg=str(place))


class TestSegmentation:
    """DICOM SEG."""

    def test_overlapping_segments_stay_apart_and_empty_frames_may_be_missing(self, tmp_path):
        liver, cyst = made.masks(1, 2), made.masks(2, 4, seed=1)
        frames = [made.frame(1, 2), made.frame(1, 1), made.frame(2, 4), made.frame(2, 2)]
        pixels = np.stack([liver[2], liver[1], cyst[4], cyst[2]])
        path = made.seg(tmp_path / "seg.dcm", pixels, frames, {1: "Liver", 2: "Cyst"})
        found = read(path)
        assert (found.kind, found.matched) == ("DICOM SEG", "by the images that it was drawn on")
        assert_equal(
            found,
            {("Liver", z): mask for z, mask in liver.items()}
            | {("Cyst", z): mask for z, mask in cyst.items()},
        )
        assert not found.unplaced

    def test_a_case_of_an_older_version_is_matched_by_place(self, tmp_path):
        mask = made.masks(3)[3]
        path = made.seg(tmp_path / "seg.dcm", mask[None], [made.frame(1, 3)], {1: "Liver"})
        found = read(path, made.case(sources=()))
        assert found.matched == "by its place in the patient"
        assert_equal(found, {("Liver", 3): mask})

    @pytest.mark.parametrize(("share", "least"), [(0.5, 100), (0.1, 20), (1.0, 200)])
    def test_a_fractional_one_is_cut_at_the_share_that_is_stated(self, tmp_path, share, least):
        stored = np.random.default_rng(0).integers(0, 201, made.SHAPE)
        frames = [made.frame(1, 0)]
        path = made.seg(tmp_path / "s.dcm", stored[None], frames, {1: "Liver"}, "FRACTIONAL")
        assert_equal(read(path, share=share), {("Liver", 0): stored >= least})

    def test_a_label_map_gives_each_number_its_mask(self, tmp_path):
        stored = np.random.default_rng(0).integers(0, 4, (2, *made.SHAPE))
        frames = [made.frame(None, 0), made.frame(None, 1)]
        names = {0: "Background", 1: "Liver", 2: "Spleen", 3: "Aorta"}
        path = made.seg(tmp_path / "seg.dcm", stored, frames, names, "LABELMAP")
        assert_equal(
            read(path),
            {(names[n], z): stored[z] == n for z in (0, 1) for n in (1, 2, 3)},
        )

    def test_compressed_pixels_are_the_same(self, tmp_path):
        stored = np.random.default_rng(0).integers(0, 3, (2, *made.SHAPE))
        frames = [made.frame(None, 0), made.frame(None, 1)]
        path = made.seg(tmp_path / "s.dcm", stored, frames, {1: "Liver", 2: "Cyst"}, "LABELMAP")
        plain = areas(read(path))
        dataset = dcmread(path)
        dataset.compress(RLELossless)
        dataset.save_as(tmp_path / "rle.dcm")
        assert_equal(read(tmp_path / "rle.dcm"), plain)

    def test_200_segments_are_200_labels(self, tmp_path):
        masks = np.stack(list(made.masks(*range(200)).values()))
        frames = [made.frame(number, 0) for number in range(1, 201)]
        names = dict.fromkeys(range(1, 201), "Cell")
        found = read(made.seg(tmp_path / "seg.dcm", masks, frames, names))
        assert len(found.labels) == 200
        assert found.labels[:2] == ("Cell", "Cell (2)")

    def test_another_patient_and_another_frame_of_reference_are_refused(self, tmp_path):
        mask, frames = made.masks(0)[0][None], [made.frame(1, 0, source=False)]
        other = made.seg(tmp_path / "1.dcm", mask, frames, {1: "Liver"}, PatientID="somebody else")
        assert refused(other).startswith("It is of another patient than this case;")
        space = made.seg(tmp_path / "2.dcm", mask, frames, {1: "Liver"}, FrameOfReferenceUID="1.2")
        assert refused(space).startswith("It lies in another frame of reference than this case,")

    def test_an_empty_one_is_refused(self, tmp_path):
        nothing = np.zeros((1, *made.SHAPE))
        path = made.seg(tmp_path / "seg.dcm", nothing, [made.frame(1, 0)], {1: "Liver"})
        assert refused(path).startswith("It marks nothing")

    def test_frames_between_the_slices_are_said(self, tmp_path):
        pixels = np.stack([made.masks(0)[0]] * 2)
        between = made.frame(1, 1, source=False, position=[-10.0, -20.0, 47.5])
        path = made.seg(tmp_path / "s.dcm", pixels, [made.frame(1, 0), between], {1: "Liver"})
        (unplaced,) = read(path).unplaced
        assert str(unplaced) == "A mask of 'Liver' lies between the slices or beyond them."

    def test_another_grid_is_resampled_only_when_that_is_asked_for(self, tmp_path):
        coarse = np.zeros((1, 6, 8))
        coarse[0, 1:4, 2:5] = 1
        place = made.frame(1, 2, source=False, position=[-9.25, -19.0, 40.0])
        path = made.seg(tmp_path / "seg.dcm", coarse, [place], {1: "Liver"}, spacing=[4.0, 3.0])
        assert refused(path).startswith("Its pixels are not those of the slices")
        expected = np.kron(coarse[0], np.ones((2, 2))) > 0
        assert_equal(read(path, resample=True), {("Liver", 2): expected})

    def test_nobody_is_named(self, tmp_path):
        mask, frames = made.masks(0)[0][None], [made.frame(1, 0)]
        people = {"ContentCreatorName": "Doe^Jane", "SeriesDescription": "Doe's liver"}
        path = made.seg(tmp_path / "s.dcm", mask, frames, {1: "Liver of Miller"}, **people)
        (outline,) = read(path).outlines
        assert outline.label == "structure 1"
        assert outline.reader.startswith("R-")
        assert "Doe" not in repr(outline)


class TestStructureSet:
    """RTSTRUCT."""

    def test_a_pixel_is_inside_when_its_centre_is(self, tmp_path):
        ring = [(1.6, 2.4), (7.4, 2.4), (7.4, 5.6), (1.6, 5.6)]
        path = made.rtstruct(tmp_path / "rs.dcm", {"GTV": [made.contour(made.in_mm(ring, 1))]})
        expected = np.zeros(made.SHAPE, bool)
        expected[3:6, 2:8] = True
        assert_equal(read(path), {("GTV", 1): expected})

    def test_several_contours_are_islands_or_holes_and_a_keyhole_is_a_hole(self, tmp_path):
        outer, hole, island = (
            [(0.5, 0.5), (9.5, 0.5), (9.5, 9.5), (0.5, 9.5)],
            [(3.5, 3.5), (6.5, 3.5), (6.5, 6.5), (3.5, 6.5)],
            [(11.5, 1.5), (13.5, 1.5), (13.5, 4.5), (11.5, 4.5)],
        )
        keyhole = [*outer, outer[0], *hole, hole[0]]
        contours = [made.contour(made.in_mm(ring, 0)) for ring in (outer, hole, island)]
        path = made.rtstruct(
            tmp_path / "rs.dcm",
            {"GTV": contours, "CTV": [made.contour(made.in_mm(keyhole, 0))]},
        )
        ring = np.zeros(made.SHAPE, bool)
        ring[1:10, 1:10] = True
        ring[4:7, 4:7] = False
        islands = ring.copy()
        islands[2:5, 12:14] = True
        found = read(path)
        assert_equal(found, {("GTV", 0): islands, ("CTV", 0): ring})
        assert not found.unplaced

    def test_what_cannot_be_placed_is_said(self, tmp_path):
        bow = [(2.1, 2.1), (8.3, 8.2), (8.3, 2.1), (2.1, 8.2)]
        contours = [
            made.contour(made.in_mm(SQUARE, 0)),
            made.contour(made.in_mm(SQUARE, 0, z=2.5)),
            made.contour(made.in_mm(SQUARE, 0, z=1000)),
            made.contour(made.in_mm(SQUARE[:1], 0), "POINT"),
            made.contour(made.in_mm(SQUARE, 0), "OPEN_PLANAR"),
            made.contour(made.in_mm(SQUARE[:2], 0)),
            made.contour(made.in_mm(SQUARE[:2], 0) + made.in_mm(SQUARE[2:], 1)),
            made.contour(made.in_mm(bow, 1)),
            made.contour(made.in_mm([(5, 5), (99, 5), (99, 8)], 2)),
        ]
        path = made.rtstruct(tmp_path / "rs.dcm", {"GTV": contours, "Empty": []})
        found = read(path)
        assert sorted(map(str, found.unplaced)) == [
            "'Empty' has no contour.",
            "A contour of 'GTV' crosses itself; what it surrounds twice was taken for outside.",
            "A contour of 'GTV' has fewer than three corners.",
            "A contour of 'GTV' is a point.",
            "A contour of 'GTV' is not parallel to the slices.",
            "A contour of 'GTV' is open, so that nothing lies inside of it.",
            "A contour of 'GTV' lies between the slices or beyond them (2 times).",
            "A contour of 'GTV' reaches beyond the picture and was cut at its edge.",
        ]
        assert {o.slice_index for o in found.outlines} == {0, 1, 2}

    def test_images_that_are_not_there_do_no_harm_in_the_same_frame_of_reference(self, tmp_path):
        contours = [made.contour(made.in_mm(SQUARE, 3), uid="1.2.3")]
        found = read(made.rtstruct(tmp_path / "rs.dcm", {"GTV": contours}))
        assert found.matched == "by its place in the patient"
        assert [o.slice_index for o in found.outlines] == [3]
        elsewhere = made.rtstruct(tmp_path / "2.dcm", {"GTV": contours}, space="1.2.4")
        assert "frame of reference" in refused(elsewhere)
        nameless = made.rtstruct(tmp_path / "3.dcm", {"GTV": contours}, space="")
        assert refused(nameless).startswith("It was drawn on other images")

    def test_a_case_without_positions_takes_none(self, tmp_path):
        path = made.rtstruct(tmp_path / "rs.dcm", {"GTV": [made.contour(made.in_mm(SQUARE, 0))]})
        flat = Case("C-0123abcd", [Slice(np.zeros(made.SHAPE, np.float32))] * 5)
        assert "this case does not" in refused(path, flat)


class TestLabelImages:
    """NIfTI and NRRD."""

    LABELS = np.random.default_rng(3).integers(0, 3, (5, *made.SHAPE)).astype(np.uint8)

    def expected(self, *names):
        return {(name, z): self.LABELS[z] == n for z in range(5) for n, name in enumerate(names, 1)}

    @pytest.mark.parametrize("turned", [False, True])
    def test_nifti_is_turned_by_its_affine(self, tmp_path, turned):
        labels, way = self.LABELS, made.affine()
        if turned:
            # Columns from left to right and slices from the feet upwards, as RAS has it.
            labels = labels[::-1, :, ::-1]
            flip = np.diag([-1.0, 1.0, -1.0, 1.0])
            flip[[0, 2], 3] = made.SHAPE[1] - 1, 4
            way = way @ flip
        path = made.nifti(tmp_path / "x.nii.gz", labels, way)
        names = {1: "liver", 2: "spleen"}
        assert_equal(read(path, names=names), self.expected("liver", "spleen"))

    def test_the_same_numbers_in_mirrored_axes_are_another_affine(self, tmp_path):
        mirrored = np.diag([-1.0, -1.0, 1.0, 1.0]) @ made.affine()
        path = made.nifti(tmp_path / "mask.nii", self.LABELS, mirrored)
        assert "Its pixels are not those of the slices" in refused(path)

    def test_another_affine_is_refused_unless_resampling_is_asked_for(self, tmp_path):
        shifted = made.affine()
        shifted[:3, 3] += (0, 0, 2)
        path = made.nifti(tmp_path / "mask.nii", self.LABELS, shifted)
        assert (
            refused(path) == "Nothing of it lies on the slices of this case: lies between the "
            "slices or beyond them."
        )
        found = read(path, resample=True)
        assert_equal(found, self.expected("structure 1", "structure 2"))

    def test_a_folder_of_masks_is_named_by_its_files(self, tmp_path):
        paths = [
            made.nifti(tmp_path / name, (self.LABELS == 1).astype(np.uint8))
            for name in ("kidney_left.nii.gz", "vertebrae_L1.nii.gz", "miller.nii.gz")
        ]
        found = read_outlines(paths, made.case(), made.KEY)
        labels = [file.labels for file in found]
        assert labels == [("kidney left",), ("vertebrae L1",), ("structure 1",)]
        assert read(paths[2], label="Nodule").labels == ("Nodule",)

    def test_scans_and_probabilities_are_no_label_images(self, tmp_path):
        scan = made.nifti(tmp_path / "ct.nii", self.LABELS.astype(np.int16) - 1)
        assert refused(scan).startswith("It holds negative numbers")
        shares = made.nifti(tmp_path / "p.nii", self.LABELS.astype(np.float32) / 3)
        assert refused(shares).startswith("It holds fractions")
        ramp = np.arange(self.LABELS.size, dtype=np.int16).reshape(self.LABELS.shape)
        assert refused(made.nifti(tmp_path / "h.nii", ramp)).startswith("It holds more")

    @pytest.mark.parametrize("encoding", ["gzip", "raw"])
    def test_nrrd_knows_names_and_layers_that_overlap(self, tmp_path, encoding):
        layers = np.stack([self.LABELS, (self.LABELS > 0).astype(np.uint8)])
        named = (
            "Segment0_Name:=Liver\nSegment0_LabelValue:=1\nSegment0_Layer:=0\n"
            "Segment1_Name:=Spleen\nSegment1_LabelValue:=2\nSegment1_Layer:=0\n"
            "Segment2_Name:=Both\nSegment2_LabelValue:=1\nSegment2_Layer:=1\n"
        )
        found = read(made.nrrd(tmp_path / "x.seg.nrrd", layers, encoding, named))
        both = {("Both", z): self.LABELS[z] > 0 for z in range(5)}
        assert_equal(found, self.expected("Liver", "Spleen") | both)

    def test_half_a_nrrd_is_refused(self, tmp_path):
        path = made.nrrd(tmp_path / "x.nrrd", self.LABELS, "raw")
        path.write_bytes(path.read_bytes()[:-100])
        assert refused(path) == "A part of it is missing; copy or export it again."


class TestLidc:
    """LIDC's XML."""

    RING = ((2, 2), (3, 1), (4, 1), (5, 2), (5, 3), (4, 4), (3, 4), (2, 3))

    def test_each_session_is_a_reader_and_the_outline_is_outside(self, tmp_path):
        path = made.lidc(
            tmp_path / "lidc.xml",
            [
                made.nodule(made.roi(1, self.RING)) + made.nodule(made.roi(2, self.RING)),
                made.nodule(made.roi(1, self.RING)),
            ],
        )
        found = read(path)
        assert found.readers == ("LIDC reader 1", "LIDC reader 2")
        places = {(o.reader, o.label, o.slice_index) for o in found.outlines}
        assert places == {
            ("LIDC reader 1", "nodule 1", 1),
            ("LIDC reader 1", "nodule 2", 2),
            ("LIDC reader 2", "nodule", 1),
        }
        expected = np.zeros(made.SHAPE, bool)
        expected[2:4, 3:5] = True
        for outline in found.outlines:
            np.testing.assert_array_equal(outline.mask, expected)

    def test_what_is_excluded_is_a_hole_and_its_outline_is_not(self, tmp_path):
        outer = [(x, 0) for x in range(11)] + [(10, y) for y in range(1, 11)]
        outer += [(x, 10) for x in range(9, -1, -1)] + [(0, y) for y in range(9, 0, -1)]
        hole = made.roi(0, [(4, 4), (5, 3), (6, 4), (5, 5)], inclusion="FALSE")
        path = made.lidc(tmp_path / "l.xml", [made.nodule(hole, made.roi(0, outer))])
        expected = np.zeros(made.SHAPE, bool)
        expected[1:10, 1:10] = True
        expected[4, 5] = False
        assert_equal(read(path), {("nodule", 0): expected})

    def test_points_and_images_that_are_not_there_are_said(self, tmp_path):
        path = made.lidc(
            tmp_path / "lidc.xml",
            [
                made.nodule(made.roi(0, self.RING), made.roi(1, self.RING, uid="1.2"))
                + made.nodule(made.roi(0, [(5, 5)]))
                + "<nonNodule><nonNoduleID>3</nonNoduleID><locus/></nonNodule>"
            ],
        )
        assert sorted(map(str, read(path).unplaced)) == [
            "A mark of LIDC reader 1 is a point: a nodule below 3 mm has no outline.",
            "A mark of LIDC reader 1 is a point: it marks what is no nodule.",
            "An outline of 'nodule' by LIDC reader 1 was drawn on an image that is not in this "
            "case.",
        ]

    def test_another_scan_is_refused(self, tmp_path):
        path = made.lidc(tmp_path / "l.xml", [made.nodule(made.roi(0, self.RING, uid="1.2"))])
        assert refused(path).startswith("It was drawn on other images")

    def test_an_xml_bomb_is_not_unpacked(self, tmp_path):
        bomb = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        path = made.lidc(tmp_path / "l.xml", [made.nodule(made.roi(0, self.RING))], bomb)
        assert (
            refused(path) == "It declares entities, as no LIDC file does; it was not read further."
        )


class TestPictures:
    """PNG and arrays."""

    def test_a_picture_needs_a_slice_and_its_size(self, tmp_path):
        mask = made.masks(2)[2]
        np.save(tmp_path / "heart.npy", mask)
        assert refused(tmp_path / "heart.npy").startswith("A picture does not say on which slice")
        found = read(tmp_path / "heart.npy", slice_index=2)
        assert found.matched == "by its size alone"
        assert_equal(found, {("heart", 2): mask})
        np.save(tmp_path / "small.npy", mask[:5])
        assert "12 × 16" in refused(tmp_path / "small.npy", slice_index=2)
        assert "slices 0 to 4" in refused(tmp_path / "heart.npy", slice_index=5)


def test_other_files_are_refused_with_what_can_be_brought(tmp_path):
    (tmp_path / "x.txt").write_text("hello")
    assert refused(tmp_path / "x.txt") == (
        "It holds no outlines; bring LIDC XML, NIfTI, NRRD, a picture, DICOM SEG or RTSTRUCT."
    )


@pytest.mark.parametrize("share", [0.0, -1.0, 1.1, float("nan")])
def test_a_share_is_a_share(share):
    with pytest.raises(InvalidInput, match="share"):
        OutlineSettings(share=share)


def test_every_form_says_what_it_is():
    assert all(form.title for form in OUTLINE_FORMS.values())


def test_slices_that_lie_close_are_told_apart(tmp_path):
    """The tolerance is a part of the gap, so that no contour falls on two slices."""
    case = made.case()
    slices = [
        dataclasses.replace(s, position_mm=(-10.0, -20.0, 50 - 0.6 * z))
        for z, s in enumerate(case.slices)
    ]
    ring = made.in_mm(SQUARE, 0, z=-0.3)
    path = made.rtstruct(tmp_path / "rs.dcm", {"GTV": [made.contour(ring)]})
    assert "lies between the slices" in refused(path, dataclasses.replace(case, slices=slices))
