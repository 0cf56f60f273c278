"""How often a paired interval names a winner where there is none: it should in 5 % of the cohorts.

try:
  python -m benchmarks.false_winners
"""

import argparse
from collections.abc import Callable

import numpy as np

from ctviz.cohort.statistics import Entrant, Panel, differences

PATIENTS = (6, 8, 12, 20, 40)
PAIR = Entrant("one", "signed"), Entrant("other", "signed")

Draw = Callable[[np.random.Generator, int], np.ndarray]


def normal(chance: np.random.Generator, patients: int) -> np.ndarray:
    return chance.normal(size=patients)


def skewed(chance: np.random.Generator, patients: int) -> np.ndarray:
    return chance.exponential(size=patients) - 1


def false_winners(draw: Draw, patients: int, cohorts: int) -> float:
    """Return the share of cohorts without a difference in which one of two entrants wins."""
    chance = np.random.default_rng(patients)
    won = 0
    for seed in range(cohorts):
        values = np.stack([draw(chance, patients), np.zeros(patients)], axis=1)
        panel = Panel(values, [str(number) for number in range(patients)], PAIR)
        won += differences(panel, [PAIR], seed=seed).winner(0) is not None
    return won / cohorts


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cohorts", type=int, default=1000)
    cohorts = arguments.parse_args().cohorts
    print("| patients | normal differences | skewed differences |\n| --- | --- | --- |")
    for patients in PATIENTS:
        shares = (false_winners(draw, patients, cohorts) for draw in (normal, skewed))
        print(f"| {patients} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


if __name__ == "__main__":
    main()
