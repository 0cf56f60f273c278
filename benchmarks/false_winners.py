"""How often a study claims what is not so: it should in 5 % of the cohorts, or less.

try:
  python -m benchmarks.false_winners

Three tables: winners by a paired difference of scores where there are none; winners by cohort
fidelity, by the number of patients in each class; how often a hit rate's interval holds it.
"""

import argparse
from collections.abc import Callable

import numpy as np

from ctviz.cohort.statistics import (
    Entrant,
    Panel,
    RankingComparison,
    Removals,
    cohort_fidelity,
    differences,
    leads,
    standings,
)

PATIENTS = (6, 8, 12, 20, 40)
CLASSES = ((1, 19), (2, 18), (6, 6), (6, 14), (8, 12), (10, 10), (6, 54))
RATES = (0.02, 0.1, 0.3, 0.5, 0.8, 0.95)
PAIR = Entrant("one", "signed"), Entrant("other", "signed")
SHARES = np.linspace(0.0, 1.0, 11)

Draw = Callable[[np.random.Generator, int], np.ndarray]


def normal(chance: np.random.Generator, patients: int) -> np.ndarray:
    return chance.normal(size=patients)


def skewed(chance: np.random.Generator, patients: int) -> np.ndarray:
    return chance.exponential(size=patients) - 1


def false_winners(draw: Draw, patients: int, cohorts: int) -> float:
    """Return the share of cohorts without a difference in which one of two entrants wins."""
    chance = np.random.default_rng(patients)
    won = 0
    for _ in range(cohorts):
        values = np.stack([draw(chance, patients), np.zeros(patients)], axis=1)
        panel = Panel(values, [str(number) for number in range(patients)], PAIR)
        won += differences(panel, [PAIR]).winner(0) is not None
    return won / cohorts


def false_winners_by_class(
    few: int, many: int, cohorts: int, draws: int = 2000
) -> tuple[float, float]:
    """Return the share of cohorts in which one of two equals wins by cohort fidelity, and leads.

    On every patient the model gives up at a share removed that is drawn anew for each entrant and
    order: on one class earlier than on the other.
    """
    chance = np.random.default_rng(few)
    classes = ["rare"] * few + ["usual"] * many
    patients = [str(number) for number in range(few + many)]
    spread = np.where(np.array(classes) == "rare", 1.0, 0.5)[:, None, None]
    won = led = 0
    for seed in range(cohorts):
        until = chance.random((2, few + many, 2, 1)) * spread
        mif, lif = (each >= SHARES for each in until)
        found = cohort_fidelity(Removals(mif, lif, SHARES, classes, patients, PAIR), draws, seed)
        race = RankingComparison.by_cohort_fidelity(found)
        won += race.compare([PAIR]).winner(0) is not None
        led += any(leads(race, each.estimator).holds == "yes" for each in PAIR)
    return won / cohorts, led / cohorts


def covered(rate: float, patients: int, cohorts: int, slices: int = 1, alike: float = 0.5) -> float:
    """Return the share of cohorts whose interval of a hit rate holds the rate.

    With several ``slices`` a patient's own rate is drawn around it, so that they are as ``alike``
    as this intraclass correlation says.
    """
    chance = np.random.default_rng(patients)
    names = np.repeat([str(number) for number in range(patients)], slices)
    held = 0
    for _ in range(cohorts):
        own = np.full(patients, rate)
        if slices > 1:
            strength = 1 / alike - 1
            own = chance.beta(rate * strength, (1 - rate) * strength, patients)
        hits = chance.random(len(names)) < np.repeat(own, slices)
        panel = Panel(hits[:, None], names, PAIR[:1], bounds=(0.0, 1.0), hits=True)
        (standing,) = standings(panel, draws=2)
        held += standing.interval is not None and not standing.interval.excludes(rate)
    return held / cohorts


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cohorts", type=int, default=1000)
    cohorts = arguments.parse_args().cohorts
    print("| patients | normal differences | skewed differences |\n| --- | --- | --- |")
    for patients in PATIENTS:
        shares = (false_winners(draw, patients, cohorts) for draw in (normal, skewed))
        print(f"| {patients} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
    print("\n| patients of each class | wins | leads |\n| --- | --- | --- |")
    for few, many in CLASSES:
        won, led = false_winners_by_class(few, many, cohorts)
        print(f"| {few} + {many} | {won:.1%} | {led:.1%} |")
    print(f"\n| hit rate held, patients | {' | '.join(map(str, RATES))} |")
    print("| --- " * (len(RATES) + 1) + "|")
    for patients in (6, 10, 20, 60):
        for slices in (1, 3):
            shares = (covered(rate, patients, cohorts, slices) for rate in RATES)
            cells = " | ".join(f"{share:.1%}" for share in shares)
            print(f"| {patients}, {slices} slices each | {cells} |")


if __name__ == "__main__":
    main()
