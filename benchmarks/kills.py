"""Whether acknowledged strokes outlive SIGKILL while other programs open and close the database.

``python -m benchmarks.kills --help`` from the project's folder.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TextIO

import numpy as np

from benchmarks.timing import machine
from ctviz.store import CaseEntry, DrawnChange, Store

CASE, READER, SHAPE = "C-00000001", "AB", (64, 64)
STROKES = SHAPE[0] * SHAPE[1]
"""A stroke is a pixel of its own, so that each can be missed by itself."""
SLICES = 1000
LONGEST_SECONDS = 0.25
"""What a process may draw for at most before it is killed."""


def change(slice_index: int, number: int) -> DrawnChange:
    """Return the stroke of a number, as a tab sends it that draws one after the other."""
    before, after = np.zeros((2, *SHAPE), np.uint8)
    before.flat[:number] = 1
    after.flat[: number + 1] = 1
    slices = {slice_index: (before, after)}
    return DrawnChange(f"{slice_index}-{number}", CASE, READER, ["heart"], slices)


def draw(path: Path, slice_index: int, imports: bool) -> None:
    """Draw on a slice until killed, and say each stroke that was acknowledged."""
    store = Store(path)
    if imports:
        Thread(target=read_files, args=(path,), daemon=True).start()
    for number in range(STROKES):
        store.change_regions(change(slice_index, number))
        print(number, flush=True)


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


def kill_many(kills: int, *, seed: int = 0, imports: bool = True) -> Tally:
    """Let a process draw and kill it at a random moment, many times over."""
    moment = random.Random(seed)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory(prefix="ctviz-kills-") as folder:
        path = Path(folder) / "ctviz.db"
        store = Store(path)
        store.add_case(CaseEntry(CASE, "P-00000001", "Strokes", SLICES, SHAPE))
        store.close()
        looking = start("look", path)
        counts = []
        for slice_index in range(kills):
            drawing = start("draw", path, str(slice_index % SLICES), str(int(imports)))
            counts.append(acknowledged(drawing, moment.uniform(0, LONGEST_SECONDS)))
        kill(looking)
        return Tally(kills, sum(counts), sum(missing(path, counts)))


def acknowledged(drawing: "subprocess.Popen[str]", seconds: float) -> int:
    """Kill a drawing process so long after its first stroke; return how many it acknowledged."""
    assert drawing.stdout is not None
    first = drawing.stdout.readline()
    time.sleep(seconds)
    kill(drawing)
    return whole_lines(first, drawing.stdout)


def whole_lines(first: str, rest: TextIO) -> int:
    """Return how many strokes were said to the end."""
    last = deque((line for line in [first, *rest] if line.endswith("\n")), maxlen=1)
    return int(last[0]) + 1 if last else 0


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


def start(role: str, *words: object) -> "subprocess.Popen[str]":
    """Start this file as another process."""
    command = [sys.executable, "-m", "benchmarks.kills", role, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def main() -> None:
    if sys.argv[1:2] == ["draw"]:
        draw(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
    elif sys.argv[1:2] == ["look"]:
        look(Path(sys.argv[2]))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--kills", type=int, default=SLICES, help=f"{SLICES} at most")
        parser.add_argument("--seed", type=int, default=0)
        asked = parser.parse_args()
        tally = kill_many(min(asked.kills, SLICES), seed=asked.seed)
        print(machine())
        print(f"{tally.kills} kills, {tally.acknowledged} acknowledged, {tally.lost} lost")


if __name__ == "__main__":
    main()
