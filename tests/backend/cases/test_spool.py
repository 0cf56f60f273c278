"""Uploads come piece by piece, within limits, and leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.backend.cases.spool import MEGABYTE, Spool, TooMuch, harmless, spooled
from ctviz.core import InvalidInput
from ctviz.io import write_series


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "uploads", reader_mb=1, together_mb=2)
    yield spool
    spool.close()


@pytest.fixture
def series(tmp_path):
    """Two slices as DICOM."""
    write_series(
        tmp_path / "series",
        np.arange(2 * 8 * 8, dtype=np.float32).reshape(2, 8, 8),
        spacing_mm=(0.7, 0.7),
        slice_spacing_mm=5.0,
        contrast=True,
        uid_entropy="spool",
        title="Ramp",
    )
    return tmp_path / "series"


def bring(spool, owner, batch, number, content, name="a.dcm"):  # noqa: PLR0913, PLR0917
    with spool.receive(owner, batch, number, len(content)) as file:
        file.write(content)
    spool.keep(batch, number, name)


def test_whole_files_are_taken_with_archives_apart(spool):
    bring(spool, "A", "a", 0, b"one", "1.dcm")
    bring(spool, "A", "a", 1, b"PK\x03\x04zip", "2.zip")
    bring(spool, "A", "a", 2, b"three", "1.dcm")
    folder = spool.take("A", "a")
    archive, others = spooled(folder)
    assert archive.read_bytes() == b"PK\x03\x04zip"
    assert sorted(f.read_bytes() for f in others.rglob("*.dcm")) == [b"one", b"three"]


@pytest.mark.parametrize(
    "name",
    [
        *("../../etc/passwd", "..\\..\\x", "/etc/passwd", ".ssh", "..", "", "\0", "a\nb"),
        *("a" * 5_000, "日" * 200, "\ud800", "C:\\x"),
    ],
)
def test_no_name_leads_out_of_the_folder_or_is_too_long(spool, name):
    bring(spool, "A", "a", 0, b"x", name)
    folder = spool.take("A", "a")
    (file,) = [path for path in folder.rglob("*") if path.is_file()]
    assert file.parent == folder / "files" / "00000"
    assert len(file.name.encode()) <= 120
    assert harmless(file.name) == file.name


def test_one_reader_has_a_limit_and_all_together_have_one(spool):
    most = bytes(MEGABYTE)
    bring(spool, "A", "a", 0, most)
    with pytest.raises(TooMuch, match="1 MB that one reader"):
        bring(spool, "A", "a", 1, b"x")
    with pytest.raises(TooMuch, match="1 MB that one reader"):
        bring(spool, "A", "other batch", 0, b"x")
    bring(spool, "B", "b", 0, most)
    with pytest.raises(TooMuch, match="Other readers"):
        bring(spool, "C", "c", 0, b"x")
    spool.discard("A", "a")
    bring(spool, "C", "c", 0, b"x")


def test_what_is_being_read_counts_until_it_is_removed(spool):
    bring(spool, "A", "a", 0, bytes(MEGABYTE))
    folder = spool.take("A", "a")
    with pytest.raises(TooMuch):
        bring(spool, "A", "a2", 0, b"x")
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    bring(spool, "A", "a2", 0, b"x")


def test_a_file_that_comes_incomplete_or_too_long_is_forgotten(spool):
    for content in (b"", b"123456"):
        with (
            pytest.raises(InvalidInput, match="another length"),
            spool.receive("A", "a", 0, 5) as file,
        ):
            file.write(content)
    assert spool.take("A", "a") is None
    bring(spool, "A", "a", 0, bytes(MEGABYTE))


def test_a_full_disk_is_a_sentence(spool, monkeypatch):
    with (
        pytest.raises(TooMuch, match=r"disk cannot take the file \(No space left on device\)"),
        spool.receive("A", "a", 0, 5),
    ):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("ctviz.backend.cases.spool.RESERVE_BYTES", 10**18)
    with pytest.raises(TooMuch, match="nearly full"):
        bring(spool, "A", "a", 0, b"x")


def test_nobody_touches_a_batch_of_somebody_else(spool):
    bring(spool, "A", "a", 0, b"x")
    with pytest.raises(InvalidInput, match="closed"):
        bring(spool, "B", "a", 1, b"x")
    spool.discard("B", "a")
    assert spool.take("B", "a") is None
    assert spool.take("A", "a") is not None
    with pytest.raises(InvalidInput, match="closed"):
        bring(spool, "A", "a", 1, b"x")


def test_a_batch_that_was_given_up_is_removed(spool, monkeypatch):
    bring(spool, "A", "a", 0, bytes(MEGABYTE))
    monkeypatch.setattr("ctviz.backend.cases.spool.IDLE_SECONDS", -1.0)
    bring(spool, "A", "a2", 0, bytes(MEGABYTE))


def test_what_a_killed_process_left_is_swept_and_what_another_holds_is_not(tmp_path):
    folder = tmp_path / "uploads"
    held = Spool(folder, reader_mb=1, together_mb=1)
    bring(held, "A", "a", 0, b"x")
    killed = (
        "import os, sys; from pathlib import Path; from ctviz.backend.cases.spool import Spool\n"
        "spool = Spool(Path(sys.argv[1]), reader_mb=1, together_mb=1)\n"
        "with spool.receive('B', 'b', 0, 9) as file:\n"
        "    file.write(b'x'); file.flush(); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", killed, str(folder)], check=False)
    assert len(list(folder.iterdir())) == 2
    Spool(folder, reader_mb=1, together_mb=1)
    assert len(list(folder.iterdir())) == 1
    assert held.take("A", "a") is not None
    held.close()
    assert list(folder.iterdir()) == []


def test_a_spooled_series_makes_the_same_case_and_goes(backend: Backend, series: Path):
    expected = backend.import_path(series).result(60).cases
    for number, path in enumerate(sorted(series.iterdir())):
        bring(backend.spool, "A", "a", number, path.read_bytes(), path.name)
    bring(backend.spool, "A", "a", 99, b"these are my notes", "notes.dcm")
    folder = backend.spool.take("A", "a")
    imported = backend.import_spooled(folder).result(60)
    assert imported.cases == expected
    assert len(imported.refused) == 1
    assert not folder.exists()
