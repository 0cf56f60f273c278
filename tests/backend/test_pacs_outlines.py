"""A PACS' outlines come as files do: their scan is found here, or else where it can be fetched."""

import numpy as np
import pydicom
import pytest

from ctviz.backend import Backend, WantedOutlines
from ctviz.core import Cancelled, Settings, UnreadableScan
from ctviz.io.pacs import FoundSeries, PacsTrouble
from tests.io.outlines import made
from tests.io.pacs import fake_web as fake
from tests.io.pacs.conftest import SCAN, STUDY, outlined, outlined_web, scan
from tests.orthanc import PASSWORD, USER

__all__ = ["outlined", "outlined_web", "scan"]

VARIABLE = "CTVIZ_TESTS_ORTHANC"


@pytest.fixture
def backend(tmp_path):
    opened = Backend(Settings(data=tmp_path / "data", cache=tmp_path / "cache"))
    yield opened
    opened.close()


def name(backend, toml):
    backend.settings.data.mkdir(parents=True, exist_ok=True)
    (backend.settings.data / "pacs.toml").write_text(f"[servers.main]\n{toml}\n")


@pytest.fixture(params=["web", "dimse"])
def pacs(request, orthanc, outlined, backend, monkeypatch):
    """An Orthanc that has a study with outlines."""
    monkeypatch.setenv(VARIABLE, PASSWORD)
    orthanc.empty()
    orthanc.fill(outlined)
    name(
        backend,
        f'url = "{orthanc.dicomweb}"\nuser = "{USER}"\npassword_env = "{VARIABLE}"'
        if request.param == "web"
        else f'ae_title = "{orthanc.title}"\nhost = "127.0.0.1"\nport = {orthanc.dicom_port}',
    )
    return backend.pacs


@pytest.fixture
def fake_pacs(outlined_web, backend, monkeypatch):
    """A server that may go wrong."""
    monkeypatch.setattr("ctviz.io.pacs.dicomweb.BREATH_SECONDS", 0.01)
    name(backend, f'url = "{outlined_web.url}"\npatience = 1')
    return outlined_web


def series_of(pacs, modality):
    (found,) = [each for each in pacs.series("main", STUDY).result(60) if each.modality == modality]
    return found


def read(backend, fetched, case_id):
    """Return what the fetched files hold for a case, by label and slice."""
    wanted = WantedOutlines(case_id, (fetched.folder,), spooled=True)
    brought = backend.read_outlines(wanted).result(60)
    assert not brought.refused
    return {(one.label, one.slice_index): one.mask for one in brought.files[0].outlines}


def test_a_real_pacs_tells_outlines_from_images(pacs):
    found = {each.modality: each for each in pacs.series("main", STUDY).result(60)}
    assert {name: each.holds_outlines for name, each in found.items()} == {
        "CT": False,
        "SEG": True,
        "RTSTRUCT": True,
    }


@pytest.mark.parametrize("modality", ["SEG", "RTSTRUCT"])
def test_they_find_the_case_of_their_scan(pacs, backend, outlined, modality):
    (case_id,) = backend.import_path(outlined / "scan").result(60).cases
    fetched = pacs.fetch_outlines("main", series_of(pacs, modality)).result(60)
    assert (fetched.case_id, fetched.scans) == (case_id, ())
    found = read(backend, fetched, case_id)
    box = np.zeros(made.SHAPE, bool)
    box[2:8, 2:9] = True
    expected = {
        "SEG": {("Liver", index): mask for index, mask in made.masks(1, 2).items()},
        "RTSTRUCT": {("GTV", 1): box},
    }[modality]
    assert found.keys() == expected.keys()
    assert all((found[place] == mask).all() for place, mask in expected.items())


@pytest.mark.parametrize("modality", ["SEG", "RTSTRUCT"])
def test_a_scan_that_is_not_here_is_found_on_the_server(pacs, backend, modality):
    fetched = pacs.fetch_outlines("main", series_of(pacs, modality)).result(60)
    assert (fetched.case_id, fetched.named) == ("", True)
    (scan,) = fetched.scans
    assert (scan.uid, scan.images) == (SCAN, 5)
    assert fetched.missing.endswith("'main' has it.")
    (case_id,) = pacs.fetch("main", scan).result(60).cases
    assert read(backend, fetched, case_id)


def test_another_scan_of_the_same_place_is_tried(fake_pacs, backend, outlined, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for number, path in enumerate(sorted((outlined / "scan").iterdir())):
        header = pydicom.dcmread(path)
        header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = f"1.2.{number}"
        header.save_as(other / path.name)
    (case_id,) = backend.import_path(other).result(60).cases
    seg = backend.pacs.fetch_outlines("main", series_of(backend.pacs, "SEG")).result(60)
    assert (seg.case_id, seg.near) == ("", (case_id,))
    assert [scan.uid for scan in seg.scans] == [SCAN]
    assert len(read(backend, seg, case_id)) == 2


def test_scans_of_others_are_not_even_tried(fake_pacs, backend, scan):
    backend.import_path(scan).result(60)
    fetched = backend.pacs.fetch_outlines("main", series_of(backend.pacs, "SEG")).result(60)
    assert (fetched.case_id, fetched.near) == ("", ())


def test_without_references_the_scans_of_their_study_are_offered(fake_pacs, backend):
    for uid, (header, _) in list(fake_pacs.files.items()):
        if header.Modality == "SEG":
            fake_pacs.files[uid] = header, changed(fake_pacs, uid, ReferencedSeriesSequence=[])
    fetched = backend.pacs.fetch_outlines("main", series_of(backend.pacs, "SEG")).result(60)
    assert [scan.uid for scan in fetched.scans] == [SCAN]
    assert not fetched.named
    assert "do not say which series it is" in fetched.missing


def changed(web, uid, **elements) -> bytes:
    from io import BytesIO

    header = pydicom.dcmread(BytesIO(web.files[uid][1]))
    for keyword, value in elements.items():
        setattr(header, keyword, value)
    out = BytesIO()
    header.save_as(out)
    return out.getvalue()


def test_a_scan_that_is_nowhere_is_said(fake_pacs, backend):
    for uid, (header, _) in list(fake_pacs.files.items()):
        if header.Modality == "CT":
            del fake_pacs.files[uid]
    fetched = backend.pacs.fetch_outlines("main", series_of(backend.pacs, "SEG")).result(60)
    assert fetched.scans == ()
    assert "and 'main' does not have it; add it first." in fetched.missing


def test_what_is_no_outline_gets_the_sentence_of_files(fake_pacs, backend):
    ct = series_of(backend.pacs, "CT")
    with pytest.raises(UnreadableScan, match="It holds no outlines; bring"):
        backend.pacs.fetch_outlines("main", ct).result(60)


def test_a_cut_keeps_what_came_and_a_bad_server_gets_a_sentence(fake_pacs, backend):
    seg = series_of(backend.pacs, "SEG")
    fake_pacs.wrong = lambda handler: handler.words[-1] in fake_pacs.files and fake.garbage(handler)
    with pytest.raises(PacsTrouble, match="not DICOM"):
        backend.pacs.fetch_outlines("main", seg).result(60)
    fake_pacs.wrong = lambda _: False
    fetched = backend.pacs.fetch_outlines("main", seg).result(60)
    assert [path.suffix for path in fetched.folder.rglob("*.dcm")] == [".dcm"]
    assert not list(backend.settings.data.glob("fetched/*/*.dcm"))


def test_what_was_given_up_leaves_nothing_behind(fake_pacs, backend):
    seg = series_of(backend.pacs, "SEG")
    fake_pacs.wrong = lambda handler: handler.words[-1] in fake_pacs.files and fake.silent(handler)
    job = backend.pacs.fetch_outlines("main", seg)
    while not fake_pacs.asked.total() > 2:
        pass
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(60)
    backend.close()
    assert not list(backend.settings.data.rglob("*.dcm"))


def test_no_name_is_kept(fake_pacs, backend, outlined):
    backend.pacs.fetch("main", FoundSeries(STUDY, SCAN)).result(60)
    fetched = backend.pacs.fetch_outlines("main", series_of(backend.pacs, "SEG")).result(60)
    assert "Miller" not in repr(fetched)
    assert STUDY not in repr(fetched)
