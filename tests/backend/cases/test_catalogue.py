import io
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from ctviz.backend import Backend, Demo
from ctviz.backend.cases.catalogue import pseudonym_key
from ctviz.backend.cases.demo import FIRST_SEED, LABEL, READER
from ctviz.core import Cancelled, UnknownName, UnreadableScan
from ctviz.io import write_series
from ctviz.phantom import chest


@pytest.fixture(scope="session")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("series")
    rows, columns = np.mgrid[:24, :32]
    stack = np.stack([rows * 10 + columns + 100 * k for k in range(3)]).astype(np.float32)
    write_series(
        folder,
        stack,
        spacing_mm=(0.7, 0.7),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy="test",
        title="Ramp",
    )
    return folder


def files_of(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def test_a_folder_becomes_a_case_with_its_pixels(backend, series):
    imported = backend.import_path(series).result(60)
    (entry,) = backend.cases()
    assert imported.cases == (entry.id,)
    assert imported.refused == ()
    assert (entry.slices, entry.shape, entry.source) == (3, (24, 32), "dicom")
    assert entry.truth == "with contrast"
    case = backend.case(entry.id)
    np.testing.assert_array_equal(
        np.stack([image.hounsfield for image in case.slices])[:, 0, 0], [0, 100, 200]
    )


def test_importing_again_changes_nothing(backend, series):
    first = backend.import_path(series).result(60)
    before = backend.cases()
    assert backend.import_path(series).result(60) == first
    assert backend.cases() == before


def test_a_case_is_there_when_the_process_starts_anew(backend, settings, series):
    (case_id,) = backend.import_path(series).result(60).cases
    pixels = backend.case(case_id).slice(1).hounsfield
    again = Backend(settings)
    np.testing.assert_array_equal(again.case(case_id).slice(1).hounsfield, pixels)
    again.close()


def test_uploads_make_the_same_case_as_the_folder(backend, series):
    expected = backend.import_path(series).result(60).cases
    assert backend.import_uploads(files_of(series)).result(60).cases == expected
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files_of(series):
            archive.writestr(f"scan/{name}", data)
    uploaded = backend.import_uploads([("scan.zip", content.getvalue())])
    assert uploaded.result(60).cases == expected


def test_an_upload_cannot_leave_its_folder(backend, series, tmp_path):
    files = [(f"../../../{name}", data) for name, data in files_of(series)]
    assert len(backend.import_uploads(files).result(60).cases) == 1
    assert backend.import_uploads([("..", b"x"), ("a\\..\\b", b"y")]).result(60).cases == ()


def test_what_is_refused_is_listed_beside_what_is_taken(backend, series):
    files = [*files_of(series), ("notes.dcm", b"these are my notes")]
    imported = backend.import_uploads(files).result(60)
    assert len(imported.cases) == 1
    (refused,) = imported.refused
    assert refused.name == "notes.dcm"
    assert refused.why


def test_a_folder_that_does_not_exist_is_one_sentence(backend, tmp_path):
    job = backend.import_path(tmp_path / "Mustermann^Max")
    with pytest.raises(UnreadableScan) as caught:
        job.result(60)
    assert "Mustermann" not in str(caught.value)


def test_an_unknown_case_is_one_sentence(backend):
    with pytest.raises(UnknownName, match="No case"):
        backend.case("C-00000000")


def test_the_secret_of_pseudonyms_is_drawn_once_and_only_for_its_owner(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: pseudonym_key(tmp_path), range(32)))
    (key,) = keys
    assert len(key) == 32
    path = tmp_path / "pseudonym.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["pseudonym.key"]


@pytest.fixture
def demo(settings) -> Demo:
    return Demo(settings.data / "demo", patients=2, slices=3, size=96)


def test_the_demo_cohort_has_both_classes_and_its_known_anatomy(backend, demo):
    imported = backend.import_demo(demo).result(120)
    entries = backend.cases()
    assert {entry.id for entry in entries} == set(imported.cases)
    assert {entry.source for entry in entries} == {"demo"}
    assert {entry.truth for entry in entries} == {"with contrast", "without contrast"}
    assert len({entry.patient for entry in entries}) == 2
    for entry in entries:
        number = int(entry.title.removeprefix("Phantom "))
        phantom = chest(
            FIRST_SEED + number, contrast=entry.truth == "with contrast", slices=3, size=96
        )
        case = backend.case(entry.id)
        for region in backend.store.regions(entry.id, READER):
            index = region.slice_index
            assert region.label == LABEL
            np.testing.assert_array_equal(region.mask, phantom.heart_and_vessels[index])
            np.testing.assert_allclose(
                case.slice(index).hounsfield, phantom.hounsfield[index], atol=0.51
            )
        assert backend.store.readers(entry.id) == (READER,)


def test_making_the_demo_again_changes_nothing(backend, demo, settings):
    first = backend.import_demo(demo).result(120)
    written = {p: p.stat().st_mtime_ns for p in (settings.data / "demo").rglob("*.dcm")}
    before = backend.cases()
    assert len(written) == 6
    assert backend.import_demo(demo).result(120) == first
    assert backend.cases() == before
    assert {p: p.stat().st_mtime_ns for p in (settings.data / "demo").rglob("*.dcm")} == written


def test_a_demo_that_lost_a_patient_is_completed(backend, demo, settings):
    first = backend.import_demo(demo).result(120)
    for path in (settings.data / "demo" / "phantom-2").iterdir():
        path.unlink()
    (settings.data / "demo" / "phantom-2").rmdir()
    assert backend.import_demo(demo).result(120) == first
    assert len(list((settings.data / "demo" / "phantom-2").iterdir())) == 3


def test_making_the_demo_can_be_cancelled_and_goes_on_later(backend, demo):
    started = Event()
    job = backend.import_demo(demo)
    job.add_done_callback(lambda _: started.set())
    job.cancel()
    assert started.wait(60)
    with pytest.raises(Cancelled):
        job.result()
    assert len(backend.import_demo(demo).result(120).cases) == 2
