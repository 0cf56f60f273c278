"""Own files, databases and what only looks like a file are refused, and never opened."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ctviz.core import UnreadableScan
from ctviz.io import OffLimits, load_case, load_cases
from ctviz.io.walk import files_of

LOOK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT * FROM strokes").fetchall()
connection.close()
"""
"""What any other process does that opens and closes the database."""

MACHINE = ["/proc", "/proc/self", "/proc/self/cwd", "/sys", "/dev", "/dev/null"]


@pytest.fixture
def own(tmp_path):
    """A data folder with a database in use, and a case folder."""
    folder = tmp_path / "world" / "own"
    (folder / "cases" / "C-1").mkdir(parents=True)
    (folder / "cases" / "C-1" / "volume.npy").write_bytes(b"x")
    connection = sqlite3.connect(folder / "ctviz.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE strokes (a)")
    connection.commit()
    yield folder
    connection.close()


@pytest.fixture
def opened(monkeypatch):
    """Every file that Python opens."""
    paths = []

    def hook(event, arguments):
        if event == "open" and active:
            paths.append(os.fspath(arguments[0]) if not isinstance(arguments[0], int) else "")

    active = [True]
    sys.addaudithook(hook)
    yield paths
    active.clear()


def ways(own: Path, place: Path) -> dict[str, Path]:
    """Return the ways that lead to a data folder or into it."""
    place.mkdir()
    (place / "folder").symlink_to(own)
    (place / "file.dcm").symlink_to(own / "ctviz.db")
    (place / "hard.dcm").hardlink_to(own / "ctviz.db")
    return {
        "folder": own,
        "database": own / "ctviz.db",
        "wal": own / "ctviz.db-wal",
        "shm": own / "ctviz.db-shm",
        "below": own / "cases",
        "case": own / "cases" / "C-1" / "volume.npy",
        "dots": own / "cases" / ".." / "ctviz.db",
        "link to folder": place / "folder",
        "link to file": place / "file.dcm",
        "hard link": place / "hard.dcm",
        "through a link": place / "folder" / "cases",
    }


def test_no_way_leads_into_ones_own_data(own, tmp_path, opened):
    limits = OffLimits.of(own)
    for path in ways(own, tmp_path / "ways").values():
        with pytest.raises(UnreadableScan, match="own data"):
            load_cases(path, off_limits=limits)
    assert not [path for path in opened if "ctviz.db" in str(path)]


def test_of_a_parent_everything_else_is_read(own, tmp_path, dicom, stored, opened):
    world = own.parent
    ways(own, world / "ways")
    dicom(world / "scan" / "a.dcm", stored)
    loaded = load_cases(world, off_limits=OffLimits.of(own))
    assert len(loaded.cases) == 1
    assert len(loaded.refused) == 4
    assert all("own data" in refused.why for refused in loaded.refused)
    assert not [path for path in opened if "ctviz.db" in str(path)]


def test_locks_of_the_open_database_survive_a_look_at_its_folder(own):
    connection = sqlite3.connect(own / "ctviz.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO strokes VALUES (1)")
    for path in (own, own.parent, own / "ctviz.db"):
        with contextlib.suppress(UnreadableScan):
            load_cases(path, off_limits=OffLimits.of(own))
        subprocess.run([sys.executable, "-c", LOOK, str(own / "ctviz.db")], check=True)
        connection.execute("INSERT INTO strokes VALUES (2)")
        assert (own / "ctviz.db-wal").exists()
    connection.close()


def test_the_environment_s_own_folders_are_refused_to_every_script(own, monkeypatch):
    monkeypatch.setenv("CTVIZ_DATA", str(own))
    for path in (own, own / "ctviz.db"):
        with pytest.raises(UnreadableScan, match="own data"):
            load_case(path)


@pytest.mark.parametrize(
    "name", ["/proc", "/proc/self", "/proc/self/cwd", "/sys", "/dev", "/dev/null"]
)
def test_windows_into_the_machine_are_refused(name):
    if not Path(name).exists():
        pytest.skip("this system has no such place")
    with pytest.raises(UnreadableScan, match="operating system"):
        load_cases(name)


def test_a_link_to_the_machine_is_refused_beside_what_is_read(tmp_path, dicom, stored):
    (tmp_path / "fd").symlink_to("/proc/self")
    dicom(tmp_path / "a.dcm", stored)
    loaded = load_cases(tmp_path)
    assert len(loaded.cases) == 1
    assert "operating system" in loaded.refused[0].why


@pytest.mark.parametrize("name", ["a.db", "a.sqlite3", "a.db-wal", "a-journal"])
def test_databases_of_others_are_told_by_their_names(tmp_path, name, opened):
    (tmp_path / name).write_bytes(b"SQLite format 3\0")
    opened.clear()
    (refused,) = load_cases(tmp_path).refused
    assert "database" in refused.why
    assert not [path for path in opened if str(path).endswith(name)]


def test_a_file_beside_a_log_is_a_database_whatever_its_name(tmp_path):
    (tmp_path / "scan.dcm").write_bytes(b"SQLite format 3\0")
    (tmp_path / "scan.dcm-wal").write_bytes(b"")
    assert all("database" in refused.why for refused in load_cases(tmp_path).refused)


def test_what_only_looks_like_a_file_is_not_waited_for(tmp_path, dicom, stored):
    os.mkfifo(tmp_path / "pipe.dcm")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.relpath(tmp_path / "socket.dcm"))
    dicom(tmp_path / "a.dcm", stored)
    loaded = load_cases(tmp_path)
    listener.close()
    assert len(loaded.cases) == 1
    assert [refused.why for refused in loaded.refused] == [
        "It is a pipe, a socket or a device, not a file; leave it out."
    ] * 2
    with pytest.raises(UnreadableScan, match="pipe"):
        load_cases(tmp_path / "pipe.dcm")


def test_links_are_followed_only_inside_of_the_folder(tmp_path, dicom, stored):
    folder = tmp_path / "folder"
    inside = dicom(folder / ".annex" / "a.dcm", stored)
    outside = dicom(tmp_path / "outside" / "b.dcm", stored + 1)
    (folder / "in.dcm").symlink_to(inside)
    (folder / "view.dcm").symlink_to(outside)
    (folder / "view").symlink_to(outside.parent)
    (folder / "readme.dcm").symlink_to(tmp_path / "nothing")
    (folder / "plan").symlink_to(folder / "plan")
    (folder / "again").symlink_to(folder)
    loaded = load_cases(folder)
    assert len(loaded.cases) == 1
    assert sorted((refused.name, refused.why.split(";")[0]) for refused in loaded.refused) == [
        ("plan", "It is a link that leads in a circle"),
        ("readme.dcm", "It is a link that leads nowhere"),
        ("view", "It is a link that leads out of the folder"),
        ("view.dcm", "It is a link that leads out of the folder"),
    ]


def test_a_linked_file_that_is_there_itself_is_read_once(tmp_path, dicom, stored):
    (tmp_path / "b.dcm").symlink_to(dicom(tmp_path / "a.dcm", stored))
    (case,) = load_cases(tmp_path).cases
    assert not [note for note in case.notes if "twice" in note]


def test_a_folder_that_must_not_be_read_is_named_and_the_rest_is_read(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a").write_bytes(b"a")
    scandir = os.scandir

    def refusing(path):
        if Path(path).name == "closed":
            raise PermissionError
        return scandir(path)

    monkeypatch.setattr("os.scandir", refusing)
    found = files_of(tmp_path, OffLimits())
    assert [path.name for path in found.files] == ["a"]
    assert [(path.name, why) for path, why in found.refused] == [
        ("closed", "It must not be read; check its permissions.")
    ]


@pytest.mark.parametrize("name", ["a" * 300, "nul\0name", "nothing", "", "é\udcff"])
def test_a_path_that_is_none_is_one_sentence(tmp_path, name):
    path = tmp_path / name if name else tmp_path / "no" / "where"
    with pytest.raises(UnreadableScan, match="does not exist"):
        load_cases(path)


def test_more_files_than_any_cohort_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ctviz.io.walk.MOST_FILES", 3)
    for number in range(4):
        (tmp_path / str(number)).write_bytes(b"")
    with pytest.raises(UnreadableScan, match="name a part of it"):
        load_cases(tmp_path)
