"""Files that exhaust memory, hang or kill end their process, and nothing else."""

import gc
import json
import re
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from ctviz.core import Cancelled, NotSaved, Progress
from ctviz.io import Apart, ApartLimits, OffLimits, Refused, open_case
from ctviz.io.apart import process as process_module
from ctviz.io.apart.process import Died, Process

SMALL = ApartLimits(memory_bytes=300 * 2**20, silent_seconds=60.0)


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    folder.mkdir()
    return folder


@pytest.fixture
def read(room):
    """Return what becomes of a path: the cases, and the reasons by name."""

    def outcomes(path, limits=SMALL, progress=None):
        check = (progress or Progress()).check
        with Apart(room, b"key", check, limits) as apart:
            found = list(apart.cases_of(path, OffLimits(), progress))
        refused = [outcome for outcome in found if isinstance(outcome, Refused)]
        return [open_case(path) for path in found if isinstance(path, Path)], refused

    return outcomes


def one_colour_png(path: Path, side: int) -> Path:
    """Write a grey picture of one colour: a few bytes for each million pixels."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    pack, rows = zlib.compressobj(9), bytearray()
    for _ in range(side):
        rows += pack.compress(bytes(side + 1))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", bytes(rows) + pack.flush())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b""))
    return path


STUBS = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
import ctviz.io.reading as reading
tell = reading.FileReading._tell
def told(self, path):
    if path.name.startswith("dies"):
        os.abort()
    if path.name.startswith("hangs"):
        time.sleep(600)
    if path.name.startswith("damaged"):
        bytearray(2**31)
    if path.name.startswith("full"):
        raise OSError(28, "no space")
    return tell(self, path)
reading.FileReading._tell = told
import ctviz.io.apart.child as c
c.serve()
"""
"""A process in which files can be as bad as their names say."""


@pytest.fixture
def bad_files(monkeypatch):
    monkeypatch.setattr(process_module, "START", STUBS)


def test_a_folder_read_apart_is_the_same_as_read_here(tmp_path, dicom, stored, read):
    for z in range(3):
        dicom(tmp_path / "in" / f"{z}.dcm", stored + z, ImagePositionPatient=[0, 0, z])
    (tmp_path / "in" / "notes.txt").write_text("hello")
    (case,), (refused,) = read(tmp_path / "in")
    assert len(case.slices) == 3
    assert refused.name == "notes.txt"
    assert "no image" in refused.why


def test_an_archive_read_apart_is_the_same_as_its_folder(tmp_path, dicom, stored, read):
    file = dicom(tmp_path / "a.dcm", stored)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(file, "x/y.dcm")
    (here,), _ = read(file)
    (there,), refused = read(tmp_path / "a.zip")
    assert here.id == there.id
    assert refused == []


def test_the_process_imports_nothing_large_that_it_does_not_need():
    large = ("torch", "streamlit", "pandas", "highdicom", "pydicom.sr.codedict", "pynetdicom")
    told = f"print([m for m in sys.modules if m in {large}])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", process_module.START.replace("c.serve()", told),
         str(process_module.ROOT)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.fixture
def one_bad_file(tmp_path, dicom, stored, bad_files):
    """Three files, of which the second is as bad as it is called."""

    def write(name):
        dicom(tmp_path / "in" / "a.dcm", stored)
        dicom(tmp_path / "in" / f"{name}.dcm", stored)
        dicom(tmp_path / "in" / "z.dcm", stored, PatientID="two")
        return tmp_path / "in"

    return write


@pytest.mark.parametrize(
    ("name", "seconds", "why"),
    [("dies", 60.0, "ended the process"), ("hangs", 5.0, "longer than 5 seconds")],
)
def test_a_file_that_kills_or_hangs_is_refused_and_the_rest_is_read(
    read, one_bad_file, name, seconds, why
):
    cases, (refused,) = read(one_bad_file(name), ApartLimits(silent_seconds=seconds))
    assert len(cases) == 2
    assert refused.name == "file 2 of 3"
    assert why in refused.why


def test_want_of_memory_is_named_and_ends_nothing(tmp_path, dicom, stored, read, bad_files):
    dicom(tmp_path / "in" / "a.dcm", stored)
    dicom(tmp_path / "in" / "damaged.dcm", stored)
    cases, (refused,) = read(tmp_path / "in")
    assert len(cases) == 1
    assert refused.name == "damaged.dcm"
    assert "more memory" in refused.why


def test_a_full_disk_ends_the_import_in_its_own_words(tmp_path, dicom, stored, read, bad_files):
    dicom(tmp_path / "in" / "full.dcm", stored)
    with pytest.raises(NotSaved, match="disk is full"):
        read(tmp_path / "in")


def test_after_too_many_deaths_the_rest_is_given_up(tmp_path, read, bad_files):
    for number in range(4):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"dies {number}").write_bytes(b"x")
    _, refused = read(tmp_path / "in", ApartLimits(deaths=1))
    assert [refusal.name for refusal in refused] == [f"file {n} of 4" for n in (1, 2, 3, 4)]
    assert sum("too many files" in refusal.why for refusal in refused) == 2


def test_small_files_of_many_pixels_do_not_exhaust_the_machine(tmp_path, dicom, stored, read):
    folder = tmp_path / "in"
    for number in range(6):
        assert one_colour_png(folder / f"{number}.png", 8000).stat().st_size < 10**5
    dicom(folder / "a.dcm", stored)
    cases, refused = read(folder)
    assert [case.slices[0].shape for case in cases if case.slices[0].shape == stored.shape]
    assert all(
        "memory" in refusal.why or "more than ctviz loads" in refusal.why for refusal in refused
    )


def test_cancelling_ends_a_process_that_hangs(tmp_path, dicom, stored, read, bad_files):
    dicom(tmp_path / "in" / "hangs.dcm", stored)

    class Stopped(Progress):
        checks = 0

        def check(self):
            Stopped.checks += 1
            if Stopped.checks > 8:
                raise Cancelled

    before = time.monotonic()
    with pytest.raises(Cancelled):
        read(tmp_path / "in", progress=Stopped())
    assert time.monotonic() - before < 300


def says(monkeypatch, folder, *lines):
    """Let processes answer with these lines."""
    (folder / "lines").write_text("".join(f"{line}\n" for line in lines))
    path = str(folder / "lines")
    code = f"import sys; sys.stdin.readline(); sys.stdout.write(open({path!r}).read())"
    monkeypatch.setattr(process_module, "START", code)


@pytest.mark.parametrize(
    "line",
    ["", "[]", "no json", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", '"done"'],
    ids=["nothing", "list", "words", "deep", "huge number", "text"],
)
def test_an_answer_that_ctviz_does_not_give_ends_the_process(tmp_path, monkeypatch, line):
    says(monkeypatch, tmp_path, line)
    process = Process(b"", SMALL, lambda: None)
    with pytest.raises(Died):
        list(process.ask(do="read"))
    process.close()


def test_an_endless_answer_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(process_module, "LONGEST_ANSWER", 2**17)
    says(monkeypatch, tmp_path, "x" * 2**18)
    process = Process(b"", SMALL, lambda: None)
    with pytest.raises(Died):
        list(process.ask(do="read"))
    process.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"case": "../../etc"}, {"case": True}, {"share": float("nan")}, {"share": 7.0},
        {"step": "all"}, {"step": [1, "2", 99]}, {"looking": {}}, {"refused": 5},
        {"refused": ["only a name"]}, {"refused": [1, 2]}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_said_is_not_believed_unchecked(tmp_path, monkeypatch, read, answer):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_bytes(b"x")
    says(monkeypatch, tmp_path, json.dumps(answer), json.dumps({"done": True}))
    assert read(tmp_path / "in") == ([], [])


def test_a_process_that_is_closed_is_gone(room):
    process = Process(b"", SMALL, lambda: None)
    process.close()
    gc.collect()
    with pytest.raises(Died):
        list(process.ask(do="read"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_machines_cores(room):
    process = Process(b"", SMALL, lambda: None)
    try:
        list(process.ask(do="open", path=str(room), room=str(room)))
        status = Path(f"/proc/{process._process.pid}/status").read_text()
    finally:
        process.close()
    # Ours, and the one that listens: none of a numerical library, which takes memory by the core.
    assert int(re.search(r"Threads:\t(\d+)", status)[1]) <= 2


def test_peak_memory_of_a_series_is_little_more_than_its_pixels(tmp_path, dicom, read):
    # 256 million bytes; with a second copy of them the limit would be passed.
    for z in range(64):
        dicom(
            tmp_path / "in" / f"{z}.dcm",
            np.full((2000, 1000), z, np.int16),
            ImagePositionPatient=[0, 0, z],
        )
    (case,), refused = read(tmp_path / "in", ApartLimits(memory_bytes=600 * 2**20))
    assert (len(case.slices), refused) == (64, [])
