"""Whether acknowledged strokes outlive SIGKILL while other programs open and close the database.

``python -m benchmarks.kills --help`` from the project's folder.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import numpy as np

from benchmarks.timing import machine
from ctviz.core import StorageRefused
from ctviz.store import CaseEntry, DrawnChange, Store

CASE, READER, SHAPE = "C-00000001", "AB", (64, 64)
STROKES = SHAPE[0] * SHAPE[1]
"""A stroke is a pixel of its own, so that each can be missed by itself."""
FORKED = multiprocessing.get_context("fork")
LONGEST_SECONDS = 0.25
"""What a process may draw for at most before it is killed."""


def change(slice_index: int, number: int) -> DrawnChange:
    """Return the stroke of a number, as a tab sends it that draws one after the other."""
    before, after = np.zeros((2, *SHAPE), np.uint8)
    before.flat[:number] = 1
    after.flat[: number + 1] = 1
    slices = {slice_index: (before, after)}
    return DrawnChange(f"{slice_index}-{number}", CASE, READER, ["heart"], slices)


def draw(path: Path, slice_index: int, said: Connection) -> None:
    """Draw on a slice until killed, and say how many strokes were acknowledged."""
    store = Store(path)
    Thread(target=read_files, args=(path,), daemon=True).start()
    for number in range(STROKES):
        while not keeps(store, change(slice_index, number)):
            time.sleep(0.01)
        said.send(number + 1)


def keeps(store: Store, stroke: DrawnChange) -> bool:
    """Whether the store acknowledges a stroke; a tab sends again what it refuses."""
    try:
        store.change_regions(stroke)
    except StorageRefused:
        return False
    return True


def read_files(path: Path) -> None:
    """Open and close the database's files in the drawing process, as an import of them would."""
    while True:
        for name in (path, path.with_name(f"{path.name}-wal")):
            try:
                os.close(os.open(name, os.O_RDONLY))
            except FileNotFoundError:
                continue
        time.sleep(0.01)


def look(path: Path) -> None:
    """Open the database, read it and close it, again and again, as other programs do."""
    while True:
        store = Store(path)
        store.labels()
        store.close()
        time.sleep(0.005)


@dataclass(frozen=True)
class Tally:
    """How often the drawing process was killed, what it had acknowledged, and what is missing."""

    kills: int
    acknowledged: int
    lost: int


def kill_many(kills: int, *, seed: int = 0) -> Tally:
    """Let a process draw and kill it at a random moment, many times over."""
    moment = random.Random(seed)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory(prefix="ctviz-kills-") as folder:
        path = Path(folder) / "ctviz.db"
        store = Store(path)
        store.add_case(CaseEntry(CASE, "P-00000001", "Strokes", kills, SHAPE))
        store.close()
        looking = start(look, path)
        counts = [
            acknowledged(path, slice_index, moment.uniform(0, LONGEST_SECONDS))
            for slice_index in range(kills)
        ]
        looking.kill()
        looking.join()
        return Tally(kills, sum(counts), sum(missing(path, counts)))


def acknowledged(path: Path, slice_index: int, seconds: float) -> int:
    """Kill a drawing process so long after its first stroke; return how many it acknowledged."""
    heard, said = FORKED.Pipe(duplex=False)
    drawing = start(draw, path, slice_index, said)
    said.close()
    count = heard.recv()
    time.sleep(seconds)
    drawing.kill()
    drawing.join()
    with suppress(EOFError):
        while True:
            count = heard.recv()
    return int(count)


def start(role: Callable[..., None], *words: object) -> BaseProcess:
    """Start another process, which has nothing of ours open."""
    process = FORKED.Process(target=role, args=words, daemon=True)
    process.start()
    return process


def missing(path: Path, counts: list[int]) -> list[int]:
    """Return how many acknowledged strokes each slice lacks."""
    store = Store(path)
    drawn = {region.slice_index: region.mask for region in store.regions(CASE)}
    store.close()
    nothing = np.zeros(SHAPE, np.bool_)
    return [
        count - int(drawn.get(slice_index, nothing).flat[:count].sum())
        for slice_index, count in enumerate(counts)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(machine(), flush=True)
    begun = time.perf_counter()
    tally = kill_many(asked.kills, seed=asked.seed)
    seconds = time.perf_counter() - begun
    print(f"{tally.kills} kills in {seconds:.0f} s")
    print(f"{tally.acknowledged} strokes acknowledged, {tally.lost} lost")


if __name__ == "__main__":
    main()
