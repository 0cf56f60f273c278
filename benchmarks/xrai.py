"""XRAI beside the published program, PAIR's ``saliency``: everything after the network."""

from importlib.util import find_spec

import numpy as np

from benchmarks.subject import Subject
from benchmarks.timing import Act, Goal, Times, interleaved, median, print_table
from ctviz.core import FloatMap
from ctviz.regions import segment, xrai

ONE_MAP = {224: Goal("≥", 4), 512: Goal("≥", 5)}
SHARED = Goal("≥", 25)


def compare_xrai(model: str, sizes: tuple[int, ...], maps: int, repeats: int) -> None:
    """Print how much faster one map and several maps of one image are, and if they are equal."""
    if find_spec("saliency") is None:
        print("\nXRAI: left out, because PAIR's `saliency` is not installed.")
        return
    rows = [row for size in sizes for row in _rows(model, size, maps, repeats)]
    header = ["XRAI after the network", "ctviz s", "PAIR s", "times faster", "goal", "equal"]
    print_table("XRAI against PAIR", header, rows)


def _rows(model: str, size: int, count: int, repeats: int) -> list[list[object]]:
    subject = Subject.of(model, size)
    image = subject.x[0].mean(0).double().numpy()
    maps = subject.maps(count)
    acts: dict[str, Act] = {
        "one": lambda: _ours(image, maps[:1]),
        "all": lambda: _ours(image, maps),
        "PAIR": lambda: _theirs(image, maps[:1]),
        "PAIR, all": lambda: _theirs(image, maps),
    }
    times = interleaved(acts, repeats)
    same = _sameness(_ours(image, maps), _theirs(image, maps))
    one, shared = f"1 map, {size}²", f"{count} maps of one image, {size}²"
    return [
        [one, *_faster(times["one"], times["PAIR"], ONE_MAP.get(size)), same],
        [shared, *_faster(times["all"], times["PAIR, all"], SHARED), same],
    ]


def _faster(ours: Times, theirs: Times, goal: Goal | None) -> list[object]:
    ratio = median(theirs / ours)
    return [median(ours), median(theirs), ratio, goal.judge(ratio) if goal else ""]


def _ours(image: FloatMap, maps: list[FloatMap]) -> list[FloatMap]:
    segmentation = segment(image)
    return [xrai(values, segmentation) for values in maps]


def _theirs(image: FloatMap, maps: list[FloatMap]) -> list[FloatMap]:
    from saliency.core import XRAI  # not a dependency

    return [XRAI().GetMask(image, None, base_attribution=values.astype(float)) for values in maps]


def _sameness(ours: list[FloatMap], theirs: list[FloatMap]) -> str:
    """Say whether the ranks of all pixels are equal, and how far the values are apart."""
    pairs = list(zip(ours, theirs, strict=True))
    ranks = sum(np.array_equal(_ranks(mine), _ranks(other)) for mine, other in pairs)
    apart = max(float(np.abs(mine - other).max() / np.abs(other).max()) for mine, other in pairs)
    return f"ranks of {ranks} of {len(pairs)} maps, values to {apart:.0e} of the largest"


def _ranks(values: FloatMap) -> FloatMap:
    return np.unique(values.astype(np.float32), return_inverse=True)[1]
