"""What was acknowledged is in the file of our name, whatever other programs do to that file."""

import os
import subprocess
import sys

import numpy as np
import pytest

from ctviz.core import CtvizError, Region, StorageRefused
from ctviz.store import DrawnChange, Store
from ctviz.store.database import Database
from tests.store.history import history

EVERYBODY_ELSE = 65534
"""A user who may write nothing."""


def drawn(region: Region, number: int) -> Region:
    mask = np.zeros_like(region.mask)
    mask.flat[: number + 1] = True
    return Region(region.case_id, region.slice_index, region.reader, f"label {number}", mask)


def labels_on_disk(path, case_id):
    """Return what a program that was started just now finds."""
    script = (
        "import sys; from pathlib import Path; from ctviz.store import Store;"
        "print(*sorted(region.label for region in Store(Path(sys.argv[1])).regions(sys.argv[2])),"
        " sep=';')"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, path, case_id], check=True, capture_output=True, text=True
    )
    return found.stdout.strip().split(";")


def drop_locks(path):
    """Do what a part of this process does that reads the files: closing drops SQLite's locks."""
    for name in (path, path.with_name(f"{path.name}-wal")):
        os.close(os.open(name, os.O_RDONLY))


def open_and_close_elsewhere(path):
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
    script += "c.execute('SELECT count(*) FROM regions').fetchall(); c.close()"
    subprocess.run([sys.executable, "-c", script, path], check=True)


def test_strokes_are_on_the_disk_before_they_are_acknowledged(path):
    database = Database(path)
    assert database.query("PRAGMA synchronous")[0][0] == 2
    assert database.query("PRAGMA journal_mode")[0][0] == "wal"
    database.close()


def test_a_log_that_another_program_unlinks_costs_no_stroke(store, region, path):
    for number in range(4):
        store.append_region(drawn(region, number))
        drop_locks(path)
        open_and_close_elsewhere(path)
    assert labels_on_disk(path, region.case_id) == [f"label {number}" for number in range(4)]


def test_nothing_is_acknowledged_into_a_file_that_was_taken_away(store, region, path):
    store.append_region(drawn(region, 0))
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(StorageRefused, match="taken away"):
        store.append_region(drawn(region, 1))
    assert not path.exists()
    path.with_name("elsewhere").rename(path)
    store.append_region(drawn(region, 2))
    assert labels_on_disk(path, region.case_id) == ["label 0", "label 2"]


def test_nothing_is_acknowledged_into_a_file_that_was_replaced(store, region, path):
    store.append_region(drawn(region, 0))
    other = Store(path.with_name("other.db"))
    other.close()
    before = path.with_name("other.db").read_bytes()
    path.with_name("other.db").rename(path)
    for _ in range(2):
        with pytest.raises(StorageRefused, match="replaced while ctviz was running"):
            store.append_region(drawn(region, 1))
    assert path.read_bytes() == before


def test_a_full_disk_is_said_and_nothing_is_half_kept(store, region, path):
    store.append_region(drawn(region, 0))
    database = store._database
    (pages,) = database.query("PRAGMA page_count")[0]
    database.query(f"PRAGMA max_page_count = {pages}")
    noise = np.random.default_rng(0)

    def fill() -> None:
        for number in range(500):
            mask = noise.random(region.mask.shape) < 0.5
            store.append_region(Region(region.case_id, 1, "AB", f"noise {number}", mask))

    with pytest.raises(StorageRefused, match="make room") as full:
        fill()
    assert "disk is full" in str(full.value)
    assert "move it away" not in str(full.value)
    kept = len(history(store, region.case_id))
    database.query("PRAGMA max_page_count = 1000000")
    store.append_region(drawn(region, 1))
    assert len(history(store, region.case_id)) == kept + 1


@pytest.mark.skipif(os.name != "posix", reason="permissions of other systems are not ours")
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path):
    tmp_path.chmod(0o555)
    script = """
import os, sys
from pathlib import Path
from ctviz.core import StorageRefused
from ctviz.store import Store
if os.geteuid() == 0:
    os.setuid(int(sys.argv[2]))
try:
    Store(Path(sys.argv[1]) / "data" / "ctviz.db")
except StorageRefused as refusal:
    print(refusal)
"""
    said = subprocess.run(
        [sys.executable, "-c", script, tmp_path, str(EVERYBODY_ELSE)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    tmp_path.chmod(0o755)
    assert "cannot be written" in said
    assert "CTVIZ_DATA" in said


def change_of(region: Region, number: int, name: str = "") -> DrawnChange:
    """Return a change that adds one row of the slice."""
    before, after = np.zeros((2, *region.mask.shape), np.uint8)
    after[number] = 1
    slices = {region.slice_index: (before, after)}
    return DrawnChange(name or f"change {number}", region.case_id, "AB", ["heart"], slices)


def test_a_change_is_applied_once_however_often_it_comes(store, region):
    first = change_of(region, 0)
    assert store.change_regions(first).slices == ()
    store.change_regions(change_of(region, 1))
    taken_back = DrawnChange(
        "undo", region.case_id, "AB", ["heart"],
        {region.slice_index: first.slices[region.slice_index][::-1]},
    )  # fmt: skip
    store.change_regions(taken_back)
    store.change_regions(first)
    (standing,) = store.regions(region.case_id, "AB")
    assert standing.mask.any(axis=1).nonzero()[0].tolist() == [1]


def test_changes_are_done_again_once_after_the_log_was_unlinked(store, region, path):
    for number in range(3):
        store.change_regions(change_of(region, number))
    drop_locks(path)
    open_and_close_elsewhere(path)
    store.change_regions(change_of(region, 3))
    (standing,) = store.regions(region.case_id, "AB")
    assert standing.mask.any(axis=1).nonzero()[0].tolist() == [0, 1, 2, 3]
    assert len(history(store, region.case_id)) == 4


@pytest.mark.parametrize("fault", ["slice", "shape", "case"])
def test_a_change_that_fits_no_slice_is_refused(store, region, fault):
    image = np.zeros((2, 2) if fault == "shape" else region.mask.shape, np.uint8)
    change = DrawnChange(
        "c", "C-x" if fault == "case" else region.case_id, "AB", ["heart"],
        {9 if fault == "slice" else 1: (image, image)},
    )  # fmt: skip
    with pytest.raises(CtvizError):
        store.change_regions(change)
