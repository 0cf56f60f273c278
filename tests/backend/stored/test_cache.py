import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ctviz.backend.stored.cache import STALE_SECONDS, Cache, Recent

KEY = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path) -> Cache:
    return Cache(folder)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_arrays_come_back_as_they_were(cache, folder):
    arrays = {"values": np.arange(6, dtype=np.float32).reshape(2, 3), "name": np.asarray("grün")}
    cache.put(KEY, arrays)
    found = Cache(folder).get(KEY)
    np.testing.assert_array_equal(found["values"], arrays["values"])
    assert found["values"].dtype == np.float32
    assert str(found["name"]) == "grün"


def test_what_was_never_kept_is_absent(cache):
    assert cache.get(KEY) is None


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "replaced"])
def test_a_damaged_file_counts_as_absent_and_is_removed(cache, folder, damage):
    cache.put(KEY, {"values": np.zeros(100)})
    (path,) = files(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    damaged = {
        "truncated": path.read_bytes()[:-7],
        "flipped": bytes(content),
        "emptied": b"",
        "replaced": b"something else entirely",
    }
    path.write_bytes(damaged[damage])
    fresh = Cache(folder)
    assert fresh.get(KEY) is None
    assert files(folder) == []
    fresh.put(KEY, {"values": np.ones(3)})
    np.testing.assert_array_equal(Cache(folder).get(KEY)["values"], np.ones(3))


def test_what_was_not_used_for_longest_goes_first(folder):
    cache = Cache(folder, limit=35_000)
    keys = [f"{number:064x}" for number in range(3)]
    for number, key in enumerate(keys):
        cache.put(key, {"values": np.zeros(1250)})
        age(cache._path(key), 100 - number)
    Cache(folder, limit=35_000).get(keys[0])
    cache.put("f" * 64, {"values": np.zeros(1250)})
    fresh = Cache(folder, limit=35_000)
    kept = [key for key in [*keys, "f" * 64] if fresh.get(key) is not None]
    assert kept[0] == keys[0]
    assert kept[-1] == "f" * 64
    assert keys[1] not in kept
    assert sum(path.stat().st_size for path in files(folder)) <= 35_000


def test_the_folder_may_be_deleted_at_any_time(cache, folder):
    cache.put(KEY, {"values": np.zeros(3)})
    for path in files(folder):
        path.unlink()
    Cache(folder).get(KEY)
    cache.put("cd" * 32, {"values": np.ones(3)})
    assert Cache(folder).get("cd" * 32) is not None


def test_a_disk_that_refuses_only_costs_the_time_to_compute_again(folder):
    folder.write_text("a file where the folder should be")
    Cache(folder).put(KEY, {"values": np.zeros(3)})
    assert Cache(folder).get(KEY) is None


def test_threads_that_write_and_read_the_same_key_never_see_half_a_file(folder):
    values = np.random.default_rng(0).random(20_000)

    def work(number: int) -> bool:
        cache = Cache(folder)
        cache.put(KEY, {"values": values})
        found = cache.get(KEY)
        return found is not None and bool((found["values"] == values).all())

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(40)))


ENDLESS_WRITER = """
import sys
from pathlib import Path
import numpy as np
from ctviz.backend.stored.cache import Cache
cache = Cache(Path(sys.argv[1]))
values = np.zeros(3_000_000)
print("begun", flush=True)
while True:
    cache.put("ab" * 32, {"values": values})
"""


def test_a_process_killed_while_writing_leaves_no_half_file(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS_WRITER, str(folder)], stdout=subprocess.PIPE
    )
    with process:
        process.stdout.readline()
        deadline = time.monotonic() + 60
        while not list(folder.glob("*/*.ctviz")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.03)
        process.send_signal(signal.SIGKILL)
    found = Cache(folder).get(KEY)
    assert found is not None
    assert found["values"].shape == (3_000_000,)


def test_remains_of_a_killed_process_are_removed_after_a_while(cache, folder):
    (folder / "ab").mkdir(parents=True)
    old, new = folder / "ab" / ".part-old", folder / "ab" / ".part-new"
    for path in (old, new):
        path.write_bytes(b"half")
    age(old, STALE_SECONDS + 60)
    Cache(folder)
    assert files(folder) == [new]


def test_what_a_full_disk_refuses_is_still_there_for_a_while(folder):
    folder.write_text("a file where the folder should be")
    cache = Cache(folder)
    cache.put(KEY, {"values": np.arange(3)})
    np.testing.assert_array_equal(cache.get(KEY)["values"], np.arange(3))


def test_memory_keeps_what_was_used_last_within_its_limit():
    recent = Recent(limit=2500)
    for key in "abc":
        recent.put(key, {"values": np.zeros(100)})
    recent.get("a")
    recent.put("d", {"values": np.zeros(100)})
    assert [key for key in "abcd" if recent.get(key) is not None] == ["a", "c", "d"]
    recent.put("e", {"values": np.zeros(1000)})
    assert not [key for key in "abcde" if recent.get(key) is not None]


def test_a_cleared_cache_holds_nothing_and_goes_on(cache, folder):
    cache.put(KEY, {"values": np.ones(3)})
    cache.clear()
    assert files(folder) == []
    assert cache.get(KEY) is None
    cache.put(KEY, {"values": np.zeros(3)})
    np.testing.assert_array_equal(Cache(folder).get(KEY)["values"], np.zeros(3))
