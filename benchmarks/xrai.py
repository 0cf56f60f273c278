"""XRAI beside the published program, PAIR's ``saliency``: everything after the network."""

from types import ModuleType

import numpy as np

from benchmarks.plan import Plan
from benchmarks.rivals import pair_saliency
from benchmarks.timing import Act, Goal, Times, Verdict, interleaved, median, print_table
from ctviz.core import FloatMap
from ctviz.regions import segment, xrai

ONE_MAP = {224: Goal("≥", 4), 512: Goal("≥", 5)}
SHARED = Goal("≥", 25)


def compare_xrai(plan: Plan) -> list[Verdict]:
    """Print how much faster one map and several maps of one image are, and if they are equal."""
    pair = pair_saliency()
    if isinstance(pair, str):
        print(f"\n{pair}")
        return []
    image = plan.subject.x[0].mean(0).cpu().double().numpy()
    maps = plan.subject.maps(plan.maps)
    acts: dict[str, Act] = {
        "one": lambda: _ours(image, maps[:1]),
        "all": lambda: _ours(image, maps),
        "PAIR": lambda: _theirs(pair, image, maps[:1]),
    }
    times = interleaved(acts, plan.repeats)
    # PAIR shares nothing between the maps of an image, so that each of them costs the same.
    rows = [
        _row("1 map", times["one"], times["PAIR"]),
        _row(f"{plan.maps} maps of one image", times["all"], plan.maps * times["PAIR"]),
    ]
    header = ["XRAI after the network", "ctviz s", "PAIR s", "times faster"]
    print_table("XRAI against PAIR", header, rows)
    print(f"\n{_sameness(_ours(image, maps), _theirs(pair, image, maps))}")
    goals = ONE_MAP.get(plan.size, ONE_MAP[224]), SHARED
    return [
        Verdict(f"XRAI after the network, {what}, faster than PAIR", float(ratio), goal)
        for (what, _, _, ratio), goal in zip(rows, goals, strict=True)
    ]


def _row(what: str, ours: Times, theirs: Times) -> tuple[str, float, float, float]:
    return what, median(ours), median(theirs), median(theirs / ours)


def _ours(image: FloatMap, maps: list[FloatMap]) -> list[FloatMap]:
    segmentation = segment(image)
    return [xrai(values, segmentation) for values in maps]


def _theirs(pair: ModuleType, image: FloatMap, maps: list[FloatMap]) -> list[FloatMap]:
    return [
        pair.XRAI().GetMask(image, None, base_attribution=values.astype(float)) for values in maps
    ]


def _sameness(ours: list[FloatMap], theirs: list[FloatMap]) -> str:
    """Say whether the ranks of all pixels are equal, and how far the values are apart."""
    pairs = list(zip(ours, theirs, strict=True))
    ranks = sum(np.array_equal(_ranks(mine), _ranks(other)) for mine, other in pairs)
    apart = max(float(np.abs(mine - other).max() / np.abs(other).max()) for mine, other in pairs)
    return (
        f"Equal to PAIR's: the ranks of {ranks} of {len(pairs)} maps; "
        f"the values to {apart:.0e} of the largest."
    )


def _ranks(values: FloatMap) -> FloatMap:
    return np.unique(values.astype(np.float32), return_inverse=True)[1]
