"""Imports: what is new, what is refused, what is left behind, and whose turn it is."""

import errno
import gc
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import weakref
import zipfile
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.backend.cases.staging import Staging
from ctviz.backend.jobs.worker import Worker
from ctviz.core import CtvizError, InvalidInput, NotSaved, Region, UnreadableScan
from ctviz.io import write_series

PROJECT = Path(__file__).resolve().parents[3]

LOOK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM cases").fetchall()
connection.close()
"""
"""What any other process does that opens and closes the database."""


def write(folder: Path, offset: float = 0.0) -> Path:
    rows, columns = np.mgrid[:24, :32]
    stack = np.stack([rows * 10 + columns + 100 * k + offset for k in range(3)]).astype(np.float32)
    write_series(
        folder,
        stack,
        spacing_mm=(0.7, 0.7),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy=f"test {offset}",
        title="Ramp",
    )
    return folder


@pytest.fixture
def series(tmp_path: Path) -> Path:
    return write(tmp_path / "series")


def left_in(data: Path) -> list[str]:
    """Return whatever an import left behind that is not finished."""
    return [
        str(path.relative_to(data))
        for pattern in ("staging/*", "cases/.*", "demo/.*", ".key-*")
        for path in data.glob(pattern)
        if path.name != "lock"
    ]


def test_an_import_leaves_nothing_behind(backend, settings, series):
    backend.import_path(series).result(120)
    backend.import_uploads([("a.txt", b"x")]).result(120)
    assert left_in(settings.data) == []


def test_new_cases_are_told_from_those_that_were_there(backend, series, tmp_path):
    first = backend.import_path(series).result(120)
    assert (first.new, first.known, first.repeated) == (first.cases, (), 0)
    both = tmp_path / "both"
    write(both / "b", 1000.0)
    series.rename(both / "a")
    second = backend.import_path(both).result(120)
    assert len(second.cases) == 2
    assert second.known == first.cases
    assert len(second.new) == 1


def test_a_case_that_comes_twice_in_the_same_files_is_said(backend, tmp_path):
    import nibabel as nib

    volume = nib.Nifti1Image(np.arange(-60, 60, dtype=np.int16).reshape(4, 5, 6), np.eye(4))
    for name in ("lung_1.nii", "lung_2.nii"):
        nib.save(volume, tmp_path / name)
    imported = backend.import_path(tmp_path).result(120)
    assert (len(imported.cases), imported.repeated) == (1, 1)


def test_the_title_of_a_volume_is_its_file_s_name_if_that_tells_nobody(backend, tmp_path):
    import nibabel as nib

    for number, name in enumerate(("lung_012.nii", "miller_012.nii", "ct_19420311.nii")):
        volume = np.arange(-60, 60, dtype=np.int16).reshape(4, 5, 6) - number
        nib.save(nib.Nifti1Image(volume, np.eye(4)), tmp_path / name)
    backend.import_path(tmp_path).result(120)
    titles = [entry.title for entry in backend.cases()]
    assert sorted(titles) == ["NIfTI volume", "NIfTI volume", "lung_012"]


def ways_in(backend: Backend, path: Path):
    """Yield every door by which a path is read."""
    yield lambda: backend.import_path(path).result(120)
    yield lambda: backend.load_case(path)


def test_no_door_leads_into_ones_own_data_and_no_stroke_is_lost(backend, settings, series):
    (case_id,) = backend.import_path(series).result(120).cases
    data, mask = settings.data, np.zeros((24, 32), bool)
    settings.cache.mkdir(exist_ok=True)
    paths = [data, data / "ctviz.db", data / "ctviz.db-wal", data / "cases", settings.cache]
    for number, path in enumerate([*paths, Path("/proc/self")]):
        for way in ways_in(backend, path):
            with pytest.raises(UnreadableScan):
                way()
        subprocess.run([sys.executable, "-c", LOOK, str(data / "ctviz.db")], check=True)
        mask[number, 0] = True
        backend.store.append_region(Region(case_id, 0, "reader", "label", mask.copy()))
    parent = backend.import_path(data.parent).result(120)
    assert case_id in parent.cases
    assert any("own data" in refused.why for refused in parent.refused)
    with sqlite3.connect(data / "ctviz.db") as other:
        (count,) = other.execute("SELECT count(*) FROM regions").fetchone()
    other.close()
    assert count == 6


def test_a_table_names_no_file_outside_of_its_folder(backend, series, tmp_path):
    other = write(tmp_path / "other", 7.0)
    table = tmp_path / "labels.csv"
    for name in (other, "../other", ""):
        table.write_text(f"file,contrast\n{name},1\n")
        with pytest.raises(InvalidInput, match="names no file of the folder"):
            backend.import_labelled(series, table).result(120)
    table.write_text(f"file,contrast\n{'x' * 300},1\n")
    imported = backend.import_labelled(series, table).result(120)
    assert [refused.name for refused in imported.refused] == ["a file of the table"]


def test_hostile_names_of_uploads_are_only_names(backend, series):
    content = next(series.iterdir()).read_bytes()
    names = ["x" * 5000, "a\0b", "\udcff", "../..", "", ".", "é" * 300, "C:\\a"]
    imported = backend.import_uploads([(name, content) for name in names]).result(120)
    assert (len(imported.cases), imported.refused) == (1, ())


def test_a_damaged_copy_does_not_hide_the_good_one(backend, series, tmp_path):
    good = backend.import_path(series).result(120).cases
    for path in list(series.iterdir()):
        damaged = series / f"0 {path.name}"
        damaged.write_bytes(path.read_bytes()[:-200])
    imported = backend.import_path(series).result(120)
    assert imported.cases == good
    assert len(imported.refused) == 3
    case = backend.case(*good)
    assert not [note for note in case.notes if "could not be read" in note]


class Watched(str):
    """A name that one can see being forgotten."""

    __slots__ = ("__weakref__",)


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["pathlib.Path.mkdir", "pathlib.Path.write_bytes", "os.rename"])
def test_a_full_disk_is_a_sentence_and_nothing_is_half_added(
    backend, settings, series, monkeypatch, where
):
    files = [(path.name, path.read_bytes()) for path in series.iterdir()]
    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        with pytest.raises(NotSaved, match=r"disk is full; make room .* half-added"):
            backend.import_uploads(files).result(120)
    assert backend.cases() == []
    assert left_in(settings.data) == []
    assert len(backend.import_uploads(files).result(120).cases) == 1


def test_whatever_happens_an_import_ends_in_a_sentence_that_is_not_logged(
    backend, series, monkeypatch, caplog
):
    def broken(*_: object) -> None:
        raise KeyError("Mustermann^Max")

    monkeypatch.setattr("ctviz.backend.cases.catalogue.OffLimits.of", broken)
    with pytest.raises(InvalidInput, match="broke off"):
        backend.import_path(series).result(120)
    assert "Mustermann" not in caplog.text
    assert "KeyError" in caplog.text
    monkeypatch.undo()
    assert len(backend.import_path(series).result(120).cases) == 1


def test_a_data_folder_that_must_not_be_written_is_a_sentence(settings, monkeypatch):
    monkeypatch.setattr("tempfile.mkstemp", full)
    before = {thread.name for thread in enumerate_threads()}
    with pytest.raises(CtvizError, match=r"disk is full"):
        Backend(settings)
    started = {thread.name for thread in enumerate_threads()} - before
    assert "ctviz-device" not in started


def test_a_data_folder_that_is_a_file_is_a_sentence(settings, tmp_path):
    settings.data.write_text("")
    with pytest.raises(CtvizError):
        Backend(settings)


def test_the_last_upload_does_not_stay_in_memory(backend):
    name = Watched("a.txt")
    gone = weakref.ref(name)
    job = backend.import_uploads([(name, b"x" * 1000)])
    del name
    job.result(120)
    backend.import_path("/nowhere").add_done_callback(lambda _: None)
    with pytest.raises(UnreadableScan):
        backend.import_path("/nowhere").result(120)
    gc.collect()
    assert gone() is None


def test_a_failed_upload_does_not_stay_in_memory_with_its_job(backend, monkeypatch):
    name = Watched("a.txt")
    gone = weakref.ref(name)
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", full)
        job = backend.import_uploads([(name, b"x" * 1000)])
        del name
        with pytest.raises(NotSaved):
            job.result(120)
    with pytest.raises(UnreadableScan):
        backend.import_path("/nowhere").result(120)
    gc.collect()
    assert gone() is None
    assert job.state == "failed"


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_uses_is_not(tmp_path):
    folder = tmp_path / "staging"
    code = (
        "import os, sys; from pathlib import Path\n"
        "from ctviz.backend.cases.staging import Staging\n"
        "with Staging(Path(sys.argv[1])).room() as room:\n"
        "    (room / 'file').write_text('x'); print(room, flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    left = Path(child.stdout.readline().strip())
    staging = Staging(folder)
    with staging.room() as own:
        staging.sweep()
        assert left.is_dir()
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        staging.sweep()
        assert own.is_dir()
        assert not left.exists()
    assert [path.name for path in folder.iterdir()] == ["lock"]


def test_starting_sweeps_what_was_left_and_keeps_the_rest(settings, series):
    first = Backend(settings)
    (case_id,) = first.import_path(series).result(120).cases
    first.close()
    for place in ("staging/import-x", "cases/.case-x", "demo/.part-x"):
        (settings.data / place).mkdir(parents=True)
        (settings.data / place / "file").write_text("x")
    again = Backend(settings)
    assert left_in(settings.data) == []
    assert len(again.case(case_id).slices) == 3
    again.close()


def test_what_a_compromised_process_leaves_is_not_believed(backend, settings, series, tmp_path):
    from ctviz.io import open_case, settle_case

    (case_id,) = backend.import_path(series).result(120).cases
    saved = settings.data / "cases" / case_id

    def staged(name: str) -> Path:
        folder = settings.data / "staging" / name
        subprocess.run(["cp", "-r", str(saved), str(folder)], check=True)
        return folder

    renamed = staged("renamed")
    card = json.loads((renamed / "case.json").read_text())
    (renamed / "case.json").write_text(json.dumps(card | {"id": "C-00000000"}))
    linked = staged("linked")
    (linked / "volume.npy").unlink()
    (linked / "volume.npy").symlink_to(settings.data / "ctviz.db")
    hard = staged("hard")
    (hard / "case.json").unlink()
    (hard / "case.json").hardlink_to(settings.data / "ctviz.db")
    for folder in (renamed, linked, hard, tmp_path / "nothing"):
        with pytest.raises(UnreadableScan):
            settle_case(folder, lambda case_id: settings.data / "cases" / case_id)
    assert open_case(saved).id == case_id


def test_readers_take_turns_and_one_thread_is_always_free_for_another():
    worker, order, gate = Worker("test", 3, share=2), [], Event()
    begun, end = [Event() for _ in range(3)], Event()

    def giant(number: int) -> None:
        begun[number].set()
        assert gate.wait(60)

    for number in range(3):
        worker.submit(lambda number=number: giant(number), owner="greedy")
    assert begun[0].wait(60)
    assert begun[1].wait(60)
    worker.submit(lambda: order.append("small"), owner="other")
    worker.submit(end.set, owner="other")
    assert end.wait(60)
    assert order == ["small"]
    assert not begun[2].is_set()
    gate.set()
    assert begun[2].wait(60)
    worker.close()


def test_who_has_had_least_goes_first():
    worker, order, gate, begun = Worker("test", 2, share=1), [], Event(), Event()

    def block() -> None:
        begun.set()
        assert gate.wait(60)

    worker.submit(block, owner="a")
    assert begun.wait(60)
    hold, held, ends = Event(), Event(), (Event(), Event())
    worker.submit(lambda: (held.set(), hold.wait(60)), owner="b")
    assert held.wait(60)
    worker.submit(lambda: order.append("a"), owner="a")
    worker.submit(lambda: (order.append("b"), ends[0].set()), owner="b")
    worker.submit(lambda: (order.append("c"), ends[1].set()), owner="c")
    hold.set()
    assert all(end.wait(60) for end in ends)
    assert order == ["c", "b"]
    gate.set()
    worker.close()


def test_a_hostile_zip_among_uploads_is_refused_beside_the_others(backend, series):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr("../evil", b"x")
    content = next(series.iterdir()).read_bytes()
    imported = backend.import_uploads([("evil.zip", memory.getvalue()), ("a.dcm", content)]).result(
        120
    )
    assert len(imported.cases) == 1
    assert ["outside of its folder" in refused.why for refused in imported.refused] == [True]
