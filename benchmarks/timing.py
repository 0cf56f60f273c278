"""Paired repeats, medians, goals, and the tables that show them."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

Act = Callable[[], Any]
Times = NDArray[np.float64]
"""Seconds of one act, one for each repeat."""


@dataclass(frozen=True)
class Goal:
    """What a ratio should reach."""

    sign: Literal["≤", "≥"]
    bound: float

    def judge(self, ratio: float) -> str:
        """Return the goal in words, and whether the ratio reaches it."""
        met = ratio <= self.bound if self.sign == "≤" else ratio >= self.bound
        return f"{self.sign} {self.bound:g}: {'met' if met else 'missed'}"


@dataclass(frozen=True)
class Verdict:
    """What was compared, the ratio that came out, and the goal it had."""

    what: str
    ratio: float
    goal: Goal


def seconds(act: Act) -> float:
    """Return how long an act takes, with all that a GPU still does for it."""
    begun = time.perf_counter()
    act()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def interleaved(acts: Mapping[str, Act], repeats: int) -> dict[str, Times]:
    """Return the seconds of every repeat of each act.

    The acts take turns, every other time in the opposite order, so that a machine that becomes
    slower or busier meanwhile treats them alike.
    """
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for repeat in range(repeats):
        for name in list(acts)[:: -1 if repeat % 2 else 1]:
            taken[name].append(seconds(acts[name]))
    return {name: np.array(times) for name, times in taken.items()}


def median(numbers: Iterable[float] | Times) -> float:
    """Return the middle number; of paired repeats' ratios it is the ratio to report."""
    return float(np.median(np.asarray(numbers, float)))


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table; decimal numbers get three digits that count."""
    print(f"\n### {title}\n")
    for cells in (header, ["---"] * len(header), *rows):
        print("|", " | ".join(map(_text, cells)), "|", flush=True)


def _text(cell: object) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) and abs(cell) < 1000 else f"{cell}"


def machine(device: str = "cpu") -> str:
    """Say what computes, and how busy the processor was before the benchmark began."""
    gpu = "" if device == "cpu" else f"{torch.cuda.get_device_name(device)}; "
    names = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    )
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return f"{gpu}{next(names, 'unknown CPU')}, {cores} cores, load {load:.1f} at the start"
