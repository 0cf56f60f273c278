"""What leaves is accepted by validators, read by others, and comes back the same."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest
from skimage.measure import points_in_poly

from ctviz.core import Case, InvalidInput, Prediction, Region, Slice
from ctviz.io import iter_cases, load_case
from ctviz.io.out import (
    RESULT_FORMS,
    Links,
    Origin,
    Parcel,
    Results,
    anonymous_origin,
    pack,
    read_claims,
)
from ctviz.io.out.claims import texts_of
from ctviz.io.out.contours import outlines
from ctviz.io.out.link import write_link
from ctviz.io.out.made_by import contributed
from ctviz.io.out.objects import read_map, read_regions, slice_names
from ctviz.io.out.origin import SourceImage
from tests.io.out.conftest import CASES, COLUMNS, ROWS, disc, results_on, scan
from tests.io.out.judges import errors, run

ALL = ("seg", "rtstruct", "nifti", "pm", "sr", "sc")


def write(results: Results, folder: Path, origin: Origin | None = None, forms=ALL) -> list[Path]:
    folder.mkdir(exist_ok=True)
    files = pack(Parcel(results, origin), forms)
    assert len({file.name for file in files}) == len(files)
    for file in files:
        (folder / file.name).write_bytes(file.bytes)
    return [folder / file.name for file in files]


def theirs(case: Case, *, frames: bool = False) -> Origin:
    """A patient with a name in letters of another language, and UIDs of a scanner."""
    count = len(case.slices)
    many = "1.2.840.10008.5.1.4.1.1.2.1", "1.2.3.99"
    return Origin(
        {"PatientName": "Müller^Jürgen", "PatientID": "4711", "StudyDate": "20200229",
         "PatientBirthDate": "19600101", "PatientSex": "M", "StudyID": "7",
         "AccessionNumber": "A1"},
        "1.2.3.1", "1.2.3.2", "1.2.3.3",
        tuple(
            SourceImage(*many, index + 1) if frames
            else SourceImage("1.2.840.10008.5.1.4.1.1.2", f"1.2.3.4.{index}")
            for index in range(count)
        ),
    )  # fmt: skip


def test_validators_accept_every_object(results, folder):
    files = [path for path in write(results, folder) if path.suffix == ".dcm"]
    # One slice stands for all of them: they differ in numbers only.
    judged = [path for path in files if not path.name.startswith("ct-") or "0001" in path.name]
    assert {path.name.split("-")[0] for path in judged} == {
        "ct",
        "seg",
        "rtstruct",
        "pm",
        "sr",
        "sc",
    }
    for path in judged:
        done = run("dciodvfy", "-new", path)
        assert done.returncode == 0, (path.name, errors(done))
        assert errors(done) == [], path.name
    done = run("dcentvfy", *(path for path in files if "rtstruct" not in path.name))
    assert done.returncode == 0, errors(done)
    # A structure set has to name its study as if it were an object, which dcentvfy looks for.
    study = re.escape(pydicom.dcmread(files[0]).StudyInstanceUID)
    for error in errors(run("dcentvfy", *files)):
        assert re.search(f"Missing SOPInstanceUID that was referenced - {study} ", error)


@pytest.mark.parametrize("frames", [False, True], ids=["a file each", "frames of one file"])
def test_validators_accept_objects_of_the_patients_own_study(folder, frames):
    results = results_on(scan(4))
    files = write(results, folder, theirs(results.case, frames=frames))
    assert not [path for path in files if path.name.startswith("ct-")]
    for path in (path for path in files if path.suffix == ".dcm"):
        done = run("dciodvfy", "-new", path)
        assert done.returncode == 0, (path.name, errors(done))
        made = pydicom.dcmread(path)
        assert (str(made.PatientName), made.PatientID) == ("Müller^Jürgen", "4711")
        assert (made.StudyInstanceUID, made.StudyDate) == ("1.2.3.1", "20200229")
        assert "PatientIdentityRemoved" not in made
    segmentation = pydicom.dcmread(next(path for path in files if path.name == "seg-1-AB.dcm"))
    assert segmentation.FrameOfReferenceUID == "1.2.3.3"
    found = {
        (source.ReferencedSOPInstanceUID, source.get("ReferencedFrameNumber"))
        for frame in segmentation.PerFrameFunctionalGroupsSequence
        for source in frame.DerivationImageSequence[0].SourceImageSequence
    }
    drawn = (2, 3)
    assert found == {("1.2.3.99", i + 1) if frames else (f"1.2.3.4.{i}", None) for i in drawn}


def test_segments_are_the_masks_and_read_by_others(results, folder):
    files = write(results, folder, forms=["seg"])
    for place, reader in enumerate(results.readers, start=1):
        (path,) = (p for p in files if p.name.startswith(f"seg-{place}-"))
        made = hd.seg.segread(path)
        assert str(made.ContentCreatorName).rstrip("^") == reader
        images = anonymous_origin(results.case).images
        for number, label in enumerate(results.labels_of(reader), start=1):
            assert made.get_segment_description(number).segment_label == label
            for region in (r for r in results.of_reader(reader) if r.label == label):
                pixels = made.get_pixels_by_source_instance(
                    [images[region.slice_index].sop_instance], segment_numbers=[number]
                )
                assert np.array_equal(pixels[0, :, :, 0], region.mask)
        out = ("--outputDirectory", folder, "--prefix", "seg", "-t", "nrrd")
        done = run("segimage2itkimage", "--inputDICOM", path, *out)
        assert done.returncode == 0, done.stderr


def test_maps_are_the_very_numbers_and_read_by_others(results, folder):
    files = [p for p in write(results, folder, forms=["pm"]) if p.name.startswith("pm-")]
    for path, each in zip(files, results.answer.explanations, strict=True):
        made = hd.imread(path)
        values = np.frombuffer(made.FloatPixelData, "<f4").reshape(made.Rows, made.Columns)
        assert np.array_equal(values, each.importance.values)
        (mapping,) = made.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence
        assert mapping.DoubleFloatRealWorldValueFirstValueMapped == each.importance.values.min()
        assert mapping.DoubleFloatRealWorldValueLastValueMapped == each.importance.values.max()
        assert mapping.MeasurementUnitsCodeSequence[0].CodeMeaning == "no units"
        (quantity,) = mapping.QuantityDefinitionSequence
        kind = quantity.ContentItemModifierSequence[0].ConceptCodeSequence[0].CodeValue
        assert kind == {"smoothgrad": "130404", "grad-cam": "130403"}[each.importance.estimator]
        out = ("--outputDirectory", folder, "--prefix", path.stem, "-t", "nrrd")
        done = run("paramap2itkimage", "--inputDICOM", path, *out)
        assert done.returncode == 0, done.stderr


def test_a_report_claims_what_was_given_and_is_read_by_others(results, folder):
    path = next(p for p in write(results, folder, forms=["sr"]) if p.name.startswith("sr-"))
    assert isinstance(hd.sr.srread(path), hd.sr.Comprehensive3DSR)
    claims, answer = read_claims(path), results.answer
    assert claims.case_id == results.case.id
    assert claims.image == anonymous_origin(results.case).images[answer.slice_index].sop_instance
    assert (claims.slice_index, claims.model_id) == (answer.slice_index, "tiny")
    assert (claims.weights, claims.target, claims.probabilities) == ("ab" * 32, 1, (0.1, 0.9))
    given = [s for s in answer.scores if s.score.value is not None]
    key = lambda s: (s.estimator, s.metric)  # noqa: E731
    for one, other in zip(sorted(claims.scores, key=key), sorted(given, key=key), strict=True):
        assert (one.value, one.sign, one.metric) == (other.score.value, other.sign, other.metric)
        assert one.metric_settings == {"threshold": 0.5}
        assert (one.reader, one.label) == (
            (other.region.reader, other.region.label) if other.region else ("", "")
        )
    assert claims.scores[0].estimator_settings == {"samples": 30, "noise": 0.1}
    done = run("tid1500reader", "--inputDICOM", path, "--outputMetadata", folder / "sr.json")
    assert done.returncode == 0, done.stderr
    said = (folder / "sr.json").read_text("utf-8", errors="replace")
    assert "0.33333333333333" in said
    assert "higher is better" in said


@pytest.mark.parametrize(
    ("shares", "names"), [([0.6, 0.9], {"bone", "lung"}), ([0.1, 0.4], {"none"})]
)
def test_a_report_names_every_finding_that_is_predicted(shares, names, folder):
    whole = results_on(CASES["one slice"]())
    prediction = Prediction("tiny", ("bone", "lung"), np.array(shares), multi_label=True)
    write(replace(whole, answer=replace(whole.answer, prediction=prediction)), folder, forms=ALL)
    (report,) = folder.glob("sr-*.dcm")
    dataset = pydicom.dcmread(report)
    items = [item for item in _items(dataset) if _meaning(item) == "Predicted class"]
    assert {item.ConceptCodeSequence[0].CodeMeaning for item in items} == names
    assert errors(run("dciodvfy", "-new", report)) == []


def test_what_is_explained_in_contrast_comes_back_with_both_classes(folder):
    whole = results_on(CASES["one slice"]())
    answer = replace(whole.answer, rather_than=0)
    paths = write(replace(whole, answer=answer), folder, forms=ALL)
    (report,) = (path for path in paths if path.name.startswith("sr-"))
    claims = read_claims(report)
    assert (claims.target, claims.rather_than) == (1, 0)
    explained = [i for i in _items(pydicom.dcmread(report)) if _meaning(i) == "Explained class"]
    assert [item.ConceptCodeSequence[0].CodeMeaning for item in explained] == [
        "mit Kontrast rather than ohne Kontrast"
    ]
    first = next(path for path in paths if path.name.startswith("pm-"))
    assert (read_map(first).target, read_map(first).rather_than) == (1, 0)
    alone = write(whole, folder.with_name("alone"), forms=["pm"])
    uids = {pydicom.dcmread(path).SOPInstanceUID for path in (first, alone[0])}
    assert len(uids) == 2
    assert read_map(next(p for p in alone if p.name == first.name)).rather_than is None


def test_reports_and_maps_say_which_slices_were_seen(folder):
    whole = results_on(CASES["one slice"]())
    seen = "3 slices, 1 on either side of the shown one, 2.5 mm apart"
    answer = replace(whole.answer, sees=seen)
    paths = write(replace(whole, answer=answer), folder, forms=ALL)
    (report,) = (path for path in paths if path.name.startswith("sr-"))
    assert f"sees={seen}" in set(texts_of(pydicom.dcmread(report)))
    assert read_claims(report).target == 1
    made = next(path for path in paths if path.name.startswith("pm-"))
    assert contributed(pydicom.dcmread(made))["sees"] == seen


def _items(dataset):
    yield dataset
    for child in dataset.get("ContentSequence", []):
        yield from _items(child)


def _meaning(item):
    names = item.get("ConceptNameCodeSequence")
    return names[0].CodeMeaning if names else ""


def test_contours_fill_to_the_masks(results, folder):
    """By the rule of centres, with holes by even-odd, computed by scikit-image."""
    files = write(results, folder, forms=["rtstruct"])
    centres = np.argwhere(np.ones((ROWS, COLUMNS), bool))
    origin = anonymous_origin(results.case)
    for place, reader in enumerate(results.readers, start=1):
        (path,) = (p for p in files if p.name.startswith(f"rtstruct-{place}-"))
        made = pydicom.dcmread(path)
        for number, label in enumerate(results.labels_of(reader)):
            assert made.StructureSetROISequence[number].ROIName == label
            for region in (r for r in results.of_reader(reader) if r.label == label):
                image = results.case.slice(region.slice_index)
                filled = np.zeros((ROWS, COLUMNS), bool)
                for contour in made.ROIContourSequence[number].ContourSequence:
                    source = contour.ContourImageSequence[0].ReferencedSOPInstanceUID
                    if source != origin.images[region.slice_index].sop_instance:
                        continue
                    points = np.reshape(contour.ContourData, (-1, 3)).astype(float)
                    away = points - image.position_mm
                    axes = np.reshape(image.orientation, (2, 3))
                    down, along = image.spacing_mm
                    polygon = np.stack([away @ axes[1] / down, away @ axes[0] / along], axis=1)
                    filled ^= points_in_poly(centres, polygon).reshape(ROWS, COLUMNS)
                assert np.array_equal(filled, region.mask)


def test_outlines_never_touch_themselves():
    mask = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 1]], bool)
    found = outlines(mask)
    assert len(found) == 3
    for polygon in found:
        assert len({tuple(point) for point in polygon}) == len(polygon)


def test_nifti_holds_the_masks_where_they_lie(results, folder):
    files = write(results, folder, forms=["nifti"])
    found = [p for p in files if p.name.startswith("region-1-1")]
    label = results.labels_of("AB")[0]
    drawn = [r for r in results.of_reader("AB") if r.label == label]
    if "slice" not in found[0].name:
        volume = nib.load(found[0])
        pixels = np.asarray(volume.dataobj)
        assert pixels.shape == (COLUMNS, ROWS, len(results.case.slices))
        for region in drawn:
            assert np.array_equal(pixels[:, :, region.slice_index].T, region.mask)
            place = volume.affine @ (0, 0, region.slice_index, 1)
            position = results.case.slice(region.slice_index).position_mm
            np.testing.assert_allclose(place[:3], np.array(position) * (-1, -1, 1), atol=0.02)
    else:
        assert len(found) == len(drawn)
        for path, region in zip(found, drawn, strict=True):
            assert np.array_equal(np.asarray(nib.load(path).dataobj)[:, :, 0].T, region.mask)


@pytest.mark.parametrize("name", [name for name in CASES if name != "fractions"])
def test_the_slices_that_go_along_are_the_case_itself(name, folder):
    case = CASES[name]()
    write(results_on(case), folder, forms=["seg"])
    for path in [p for p in folder.iterdir() if not p.name.startswith("ct-")]:
        path.unlink()
    assert load_case(folder).id == case.id


def test_pictures_say_that_words_are_burned_in(results, folder):
    files = write(results, folder, forms=["sc"])
    assert [path.name.split("-")[0] for path in files] == ["sc", "sc"]
    made = pydicom.dcmread(files[0])
    assert made.BurnedInAnnotation == "YES"
    assert np.array_equal(made.pixel_array, results.answer.explanations[0].picture)


def test_the_same_results_have_the_same_uids(folder, tmp_path):
    first, second = (write(results_on(scan(2)), f) for f in (folder, tmp_path / "again"))
    for one, other in zip(first, second, strict=True):
        if one.suffix == ".dcm":
            assert pydicom.dcmread(one).SOPInstanceUID == pydicom.dcmread(other).SOPInstanceUID


def test_a_case_without_a_place_is_refused_in_a_sentence():
    images = [Slice(np.zeros((ROWS, COLUMNS), np.float32), (1.0, 1.0))]
    results = results_on(Case("C-0123abcd", images, patient="P-0123abcd"))
    with pytest.raises(InvalidInput, match="does not say where its slices lie"):
        pack(Parcel(results), ["seg"])
    assert [file.name[:2] for file in pack(Parcel(results), ["sc"])] == ["sc", "sc"]


def test_nothing_of_a_reader_or_a_model_is_no_object():
    nothing = Results(scan(1), version="0.3.0")
    assert pack(Parcel(nothing), list(ALL)) == []


def test_every_form_says_what_it_is():
    for name, form in RESULT_FORMS.items():
        assert form.title, name
        assert set(form.refers_to) <= set(RESULT_FORMS)


def test_a_link_is_for_its_owner_only_and_leads_back(series_folder, tmp_path):
    (case,) = (each for each in iter_cases(series_folder) if isinstance(each, Case))
    links, staged = Links(tmp_path / "links"), tmp_path / "0"
    assert links.of(case.id) is None
    assert not (tmp_path / "links").exists()
    assert write_link(tmp_path / "0.link", case.slices.sources)
    links.take(staged, case.id)
    path = tmp_path / "links" / f"{case.id}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    origin = links.of(case.id)
    for index, image in enumerate(origin.images):
        header = pydicom.dcmread(case.slices.sources[index][0])
        assert image == SourceImage(header.SOPClassUID, header.SOPInstanceUID)
        assert (origin.study, origin.series) == (header.StudyInstanceUID, header.SeriesInstanceUID)
    assert origin.attributes["PatientID"] == header.PatientID
    assert header.PatientID not in repr(origin)
    assert links.case_with(origin.images[-1].sop_instance) == case.id
    path.write_text("{")
    with pytest.raises(InvalidInput, match="is damaged"):
        links.of(case.id)
    links.drop(case.id)
    assert links.of(case.id) is None


@pytest.fixture
def series_folder(tmp_path):
    from ctviz.io import write_series

    folder = tmp_path / "series"
    pixels = np.random.default_rng(3).normal(0, 100, (3, ROWS, COLUMNS))
    write_series(
        folder, pixels, spacing_mm=(0.8, 0.8), slice_spacing_mm=5.0, contrast=True,
        uid_entropy="a link", title="Disc",
    )  # fmt: skip
    return folder


def test_label_maps_are_the_masks_and_come_back(folder):
    case = scan(4)
    regions = [
        Region(case.id, 1, "AB", "heart", disc(12, 14, 6)),
        Region(case.id, 1, "AB", "liver", disc(28, 34, 6)),
        Region(case.id, 2, "AB", "heart", disc(12, 14, 4)),
    ]
    results = Results(case, regions, version="0.3.0")
    (path,) = (p for p in write(results, folder, forms=["labelmap"]) if p.name[:5] == "label")
    done = run("dciodvfy", "-new", path)
    assert (done.returncode, errors(done)) == (0, [])
    made = hd.seg.segread(path)
    assert made.segmentation_type.value == "LABELMAP"
    slices = slice_names(anonymous_origin(case))
    found = {(slices[i], label): mask for (i, label), mask in read_regions(path).masks.items()}
    assert found.keys() == {(region.slice_index, region.label) for region in regions}
    for region in regions:
        np.testing.assert_array_equal(found[region.slice_index, region.label], region.mask)
    settled = [pydicom.dcmread(p) for p in folder.glob("ct-*.dcm")]
    assert len(settled) == 4


def test_labels_that_overlap_are_no_label_map(folder):
    results = results_on(scan(4))
    with pytest.raises(InvalidInput, match="overlap, and a label map has one number"):
        write(results, folder, forms=["labelmap"])
