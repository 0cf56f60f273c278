"""A real PACS, by DICOMweb and by DIMSE: found, fetched and kept, byte for byte where it may be."""

import numpy as np
import pydicom
import pytest

from ctviz.core import Progress
from ctviz.io.pacs import (
    FoundSeries,
    PacsQuery,
    PacsServer,
    PacsTrouble,
    PartShelf,
    fetch,
    fetch_one,
    open_door,
)
from tests.orthanc import PASSWORD, USER, Orthanc, running

VARIABLE = "CTVIZ_TESTS_ORTHANC"


def by_web(orthanc: Orthanc, name: str = "web") -> PacsServer:
    return PacsServer(name, url=orthanc.dicomweb, user=USER, password_env=VARIABLE)


def by_dimse(orthanc: Orthanc, **how) -> PacsServer:
    entity = {"ae_title": orthanc.title, "host": "127.0.0.1", "port": orthanc.dicom_port}
    return PacsServer("dimse", **{**entity, **how})


@pytest.fixture(params=["web", "dimse"])
def server(request, orthanc, scan, monkeypatch) -> PacsServer:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    orthanc.empty()
    orthanc.fill(scan)
    return by_web(orthanc) if request.param == "web" else by_dimse(orthanc)


@pytest.fixture
def series(scan) -> FoundSeries:
    header = pydicom.dcmread(next(scan.iterdir()))
    return FoundSeries(header.StudyInstanceUID, header.SeriesInstanceUID)


def test_it_answers(server):
    with open_door(server) as door:
        door.echo()


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (PacsQuery(), True),
        (PacsQuery(patient_name="Sturzm"), True),
        (PacsQuery(patient_name="Sturzmüller"), True),
        (PacsQuery(patient_name="Nobody"), False),
        (PacsQuery(patient_id="4711-0815"), True),
        (PacsQuery(patient_id="4711"), False),
        (PacsQuery(first_date="2026-11-27", last_date="2026-11-27"), True),
        (PacsQuery(first_date="2026-11-01", last_date="2026-11-26"), False),
        (PacsQuery(first_date="2026-11-01"), True),
        (PacsQuery(modality="CT"), True),
        (PacsQuery(modality="MR"), False),
    ],
)
def test_a_study_is_found_by_what_is_known_of_it(server, query, matches):
    with open_door(server) as door:
        found = door.studies(query)
    assert [study.patient_name for study in found] == ["Sturzmüller, Hannelore"] * matches
    assert [study.date for study in found] == ["2026-11-27"] * matches
    assert [study.modalities for study in found] == ["CT"] * matches


def test_its_series_have_their_images(server, series, scan):
    with open_door(server) as door:
        (found,) = door.series(series.study)
        images = door.images(found)
    assert (found.uid, found.modality, found.images) == (series.uid, "CT", 12)
    headers = sorted(map(pydicom.dcmread, scan.iterdir()), key=lambda each: each.InstanceNumber)
    assert images == [header.SOPInstanceUID for header in headers]


def test_a_series_comes_with_every_pixel(server, series, scan, tmp_path):
    shelf = PartShelf(tmp_path / "fetched")
    with shelf.room(server, series) as parts, open_door(server) as door:
        fetch(door, series, parts, 10**8, Progress())
        came = {each.SOPInstanceUID: each for each in map(pydicom.dcmread, parts.files)}
    sent = {each.SOPInstanceUID: each for each in map(pydicom.dcmread, scan.iterdir())}
    assert came.keys() == sent.keys()
    for uid, image in sent.items():
        np.testing.assert_array_equal(came[uid].pixel_array, image.pixel_array)
        assert came[uid].PatientName == image.PatientName


def test_only_what_is_missing_is_fetched(server, series, tmp_path):
    shelf, asked = PartShelf(tmp_path / "fetched"), []
    with shelf.room(server, series) as parts, open_door(server) as door:
        fetch(door, series, parts, 10**8, Progress())
        parts.files[4].unlink()
        once = door.fetch
        door.fetch = lambda series, images, take: (asked.extend(images), once(series, images, take))
        fetch(door, series, parts, 10**8, Progress())
        assert len(parts.files) == 12
    assert len(asked) == 1


def test_the_slice_in_the_middle_comes_alone(server, series):
    with open_door(server) as door:
        assert b"Hannelore" in fetch_one(door, series)


def test_what_is_sent_is_there(server, orthanc, scan):
    orthanc.empty()
    files = [path.read_bytes() for path in sorted(scan.iterdir())]
    sent = []
    with open_door(server) as door:
        door.send(files, lambda: sent.append(1))
        assert len(door.studies(PacsQuery())) == 1
    assert len(sent) == 12


def test_what_it_does_not_have_gets_a_sentence(server, series, tmp_path):
    shelf, strange = PartShelf(tmp_path / "fetched"), FoundSeries(series.study, "1.2.3")
    with (
        shelf.room(server, strange) as parts,
        open_door(server) as door,
        pytest.raises(PacsTrouble, match="has no images of this series"),
    ):
        fetch(door, strange, parts, 10**8, Progress())


def test_a_wrong_password_gets_a_sentence(orthanc, monkeypatch):
    monkeypatch.setenv(VARIABLE, "wrong")
    with open_door(by_web(orthanc)) as door, pytest.raises(PacsTrouble, match="refuses who asks"):
        door.echo()


def test_a_server_that_is_no_dicom_server_gets_a_sentence(orthanc):
    wrong = by_dimse(orthanc, port=orthanc.web_port, patience=2.0)
    with open_door(wrong) as door, pytest.raises(PacsTrouble, match="not as a DICOM"):
        door.echo()


def test_images_come_by_way_of_another_node(orthanc, scan, series, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, PASSWORD)
    orthanc.empty()
    with running(tmp_path / "deep", "DEEP", knows=orthanc) as deep:
        deep.fill(scan)
        server = by_dimse(deep, move_to=orthanc.title, via="web")
        shelf = PartShelf(tmp_path / "fetched")
        with (
            shelf.room(server, series) as parts,
            open_door(server, others={"web": by_web(orthanc)}) as door,
        ):
            fetch(door, series, parts, 10**8, Progress())
            assert len(parts.files) == 12
