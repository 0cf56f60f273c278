"""How often an interval holds the truth: it should in 95 % of the cohorts, and in 93 % at least.

try:
  python -m benchmarks.coverage
  python -m benchmarks.coverage --only means ranks

Every kind of interval that a study or a model's card prints, over cohorts that are drawn from a
population whose truth is known. Cells below 93 % are marked.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import norm

from benchmarks.false_winners import RATES
from ctviz.cohort.statistics import (
    CohortFidelity,
    Entrant,
    Panel,
    RankingComparison,
    Removals,
    absolute_beats_signed_throughout,
    cohort_fidelity,
    cross_validated_share,
    differences,
    mean_curves,
    rank_agreement,
    rank_moves,
    slice_agreement,
    threshold_roc,
)
from ctviz.cohort.statistics.interval import Interval, share_interval
from ctviz.models.answers import auc
from ctviz.training.validation import balanced_accuracy, patient_interval

LEAST = 0.93
PATIENTS = (6, 8, 12, 20, 40, 60)
CLASSES = ((6, 6), (6, 14), (10, 10), (20, 20), (6, 54), (30, 30))
DRAWS = 1000
FEWER_DRAWS = 200
ALIKE = 0.5
"""With which chance a slice repeats its patient's first one."""

Row = tuple[str, list[float]]
Chance = np.random.Generator


@dataclass(frozen=True)
class Scores:
    """Scores of a known mean.

    Parameters
    ----------
    draw
        Gives as many scores as a shape has places.
    bounds
        What a score can be.
    """

    name: str
    draw: Callable[[Chance, tuple[int, ...]], np.ndarray]
    mean: float
    bounds: tuple[float, float] = (-np.inf, np.inf)

    def slices(self, chance: Chance, patients: int, slices: int, cohorts: int) -> np.ndarray:
        """Return (patients · slices, cohorts) scores, those of one patient alike."""
        drawn = self.draw(chance, (patients, slices, cohorts))
        again = chance.random(drawn.shape) < ALIKE
        return np.where(again, drawn[:, :1], drawn).reshape(patients * slices, cohorts)


def _failing(chance: Chance, shape: tuple[int, ...]) -> np.ndarray:
    good = chance.uniform(0.85, 0.95, shape)
    return np.where(chance.random(shape) < 0.05, 0.3, good)


SCORES = (
    Scores("normal", lambda chance, shape: chance.normal(size=shape), 0.0),
    Scores("bounded, 0.9 on average", lambda c, shape: c.beta(18, 2, shape), 0.9, (0.0, 1.0)),
    Scores("bounded, most near 1", lambda c, shape: c.beta(4.5, 0.5, shape), 0.9, (0.0, 1.0)),
    Scores("exponential", lambda chance, shape: chance.exponential(size=shape), 1.0),
    Scores("lognormal, σ 0.5", lambda c, shape: c.lognormal(0, 0.5, shape), np.exp(0.125)),
)
LIMITS = (
    Scores("lognormal, σ 1", lambda c, shape: c.lognormal(0, 1, shape), np.exp(0.5)),
    Scores("one in twenty fails", _failing, 0.95 * 0.9 + 0.05 * 0.3, (0.0, 1.0)),
)
"""Of what so few patients show nothing no interval can know (Bahadur & Savage, Annals of
Mathematical Statistics 1956, doi:10.1214/aoms/1177728077)."""


def names(patients: int, slices: int = 1) -> list[str]:
    """Return the patient of each slice."""
    return [f"p{number:03d}" for number in range(patients) for _ in range(slices)]


def entrants(count: int) -> tuple[Entrant, ...]:
    """Return entrants; a cohort each, so that many cohorts are computed at once."""
    return tuple(Entrant(f"e{number:05d}", "signed") for number in range(count))


def share_held(low: np.ndarray, high: np.ndarray, truth: np.ndarray | float) -> float:
    """Return the share of the intervals that hold the truth; one that is missing does not."""
    return float(np.mean((low <= truth) & (truth <= high)))


def means(scores: Scores, patients: int, slices: int, cohorts: int) -> float:
    """Return the coverage of the mean of scores (`standings`, `mean_curves`, parts' effects)."""
    values = scores.slices(np.random.default_rng(patients), patients, slices, cohorts)
    found = mean_curves(values[:, :, None], names(patients, slices), bounds=scores.bounds)
    return share_held(found.low, found.high, scores.mean)


def hits(rate: float, patients: int, slices: int, cohorts: int) -> float:
    """Return the coverage of a hit rate; several slices of a patient are hit by its own rate."""
    chance = np.random.default_rng(patients)
    own = np.full((patients, cohorts), rate)
    if slices > 1:
        own = chance.beta(rate, 1 - rate, own.shape)
    found = chance.binomial(slices, own).sum(axis=0) / slices
    return _held(tuple(share_interval(float(each), patients) for each in found), rate)


def paired(scores: Scores, patients: int, slices: int, cohorts: int) -> float:
    """Return the coverage of the paired difference of two entrants, whose truth is no mean's."""
    chance = np.random.default_rng(patients)
    one, other = (scores.slices(chance, patients, slices, cohorts) for _ in range(2))
    both, half = entrants(2 * cohorts), cohorts
    panel = Panel(np.hstack([one, other / 2]), names(patients, slices), both)
    pairs = list(zip(both[:half], both[half:], strict=True))
    low, high = differences(panel, pairs).ends()
    return share_held(low, high, scores.mean / 2)


def chosen_share(patients: int, cohorts: int) -> float:
    """Return the coverage of Dice at a share that is chosen on the other patients.

    The truth is what such a choice is worth on average, by all cohorts together.
    """
    chance = np.random.default_rng(patients)
    shares = np.linspace(0.05, 0.5, 10)
    best = chance.uniform(0.1, 0.4, (patients, cohorts, 1))
    height = chance.beta(9, 3, (patients, cohorts, 1))
    curves = height * np.exp(-(((shares - best) / 0.2) ** 2))
    kept = cross_validated_share(curves, shares, names(patients))
    found = mean_curves(kept.dice[:, :, None], names(patients), bounds=(0.0, 1.0))
    return share_held(found.low, found.high, kept.held_out.mean())


def roc(patients: int, cohorts: int) -> tuple[float, float]:
    """Return the coverage of the averaged ROC's heights and of the area below it."""
    chance = np.random.default_rng(patients)
    thresholds = np.linspace(0, 1, 21)

    def drawn(*shape: int) -> tuple[np.ndarray, np.ndarray]:
        hits, misses = chance.exponential(0.3, (*shape, 1)), chance.uniform(1, 8, (*shape, 1))
        return thresholds**hits, thresholds**misses

    tpr, fpr = (each.mean(axis=0) for each in drawn(200_000))
    area = np.trapezoid([0, *tpr, 1], [0, *fpr, 1])
    found = threshold_roc(*drawn(patients, cohorts), names(patients), DRAWS)
    return (
        _held(found.height_intervals, tpr.mean()),
        _held(found.area_intervals, float(area)),
    )


def _held(intervals: tuple[Interval | None, ...], truth: float) -> float:
    return float(np.mean([each is not None and not each.excludes(truth) for each in intervals]))


def fidelity(few: int, many: int, cohorts: int, given_up: float) -> dict[str, float]:
    """Return the coverage of cohort fidelity: areas, their differences, and the worst point.

    A share of the patients is ``given_up``: the model is right on them until a share removed that
    is drawn anew for each entrant and order. On the others it is always right, or right until
    nothing is left.
    """
    chance = np.random.default_rng(few + many)
    shares, until = np.linspace(0, 1, 11), chance.random((2, few + many, cohorts, 1))
    until = np.where(chance.random(until.shape) < given_up, until, 1.0)
    mif, lif = (each >= shares for each in until)
    classes = ["rare"] * few + ["usual"] * many
    found = cohort_fidelity(
        Removals(mif, lif, shares, classes, names(few + many), entrants(cohorts)), DRAWS
    )
    accuracy = 1 - given_up * shares
    return {
        "area": _held(tuple(each.interval for each in found.standings), 0.0),
        "difference": _compared(found),
        "worst point": _worst_point(found, accuracy),
    }


def _compared(found: CohortFidelity) -> float:
    who = [each.entrant for each in found.standings]
    low, high = found.differences(list(zip(who[::2], who[1::2], strict=False))).ends()
    return share_held(low, high, 0.0)


def _worst_point(found: CohortFidelity, accuracy: np.ndarray) -> float:
    held = (found.low[:, 0] <= accuracy + 1e-9) & (accuracy - 1e-9 <= found.high[:, 0])
    return float(held.mean(axis=0).min())


def ranking(patients: int, cohorts: int, apart: float, turned: float) -> dict[str, float]:
    """Return the coverage of what is said of two rankings of twelve entrants.

    Parameters
    ----------
    apart
        By how many standard deviations of a patient's score neighbours differ.
    turned
        Which share of the entrants, the best, the other metric ranks in the opposite order.
    """
    chance = np.random.default_rng(patients)
    order, best = np.arange(12.0), int(12 * turned)
    other = np.concatenate([order[: 12 - best], order[12 - best :][::-1]])
    who = tuple(Entrant(f"e{n // 2}", ("signed", "absolute")[n % 2]) for n in range(12))
    tau = 1 - 2 * best * (best - 1) / (12 * 11)
    held = []
    for _ in range(cohorts):
        own = chance.normal(size=(patients, 1))
        noise = chance.normal(size=(2, patients, 12))
        first, second = (
            Panel(each * apart + own + error, names(patients), who)
            for each, error in zip((order, other), noise, strict=True)
        )
        race = RankingComparison.by_scores(first, FEWER_DRAWS)
        ranks = [each.rank_interval for each in race.placed]
        move = rank_moves(first, second)[-1].interval
        agreement = rank_agreement(first, second).interval
        signs = absolute_beats_signed_throughout(race).interval
        held.append(
            (
                np.mean([not each.excludes(12 - n) for n, each in enumerate(ranks)]),
                not ranks[-1].excludes(1),
                not move.excludes(11 - other[-1]),
                not agreement.excludes(tau),
                not signs.excludes(1),
            )
        )
    told = ("a rank", "the best's rank", "the best's move", "τ", "signs")
    return dict(zip(told, map(float, np.mean(held, axis=0)), strict=True))


def slice_taus(patients: int, cohorts: int) -> float:
    """Return the coverage of the mean τ of slices, of five entrants that two metrics share."""
    chance = np.random.default_rng(patients)

    def drawn(people: int) -> tuple[Panel, Panel]:
        common = chance.normal(size=(3 * people, 5))
        values = (common + chance.normal(size=common.shape) for _ in range(2))
        one, other = (Panel(each, names(people, 3), entrants(5)) for each in values)
        return one, other

    truth = slice_agreement(*drawn(20_000)).mean or 0.0
    found = [slice_agreement(*drawn(patients)) for _ in range(cohorts)]
    return _held(tuple(each.interval for each in found), truth)


def classifier(few: int, many: int, cohorts: int, distance: float) -> tuple[float, float]:
    """Return the coverage of a classifier's balanced accuracy and AUC, two slices a patient."""
    chance = np.random.default_rng(few + many)
    patients = np.array(names(few + many, 2))
    labels = np.repeat(np.arange(few + many) < few, 2)
    truths = (balanced_accuracy, norm.cdf(distance / 2)), (auc, norm.cdf(distance / np.sqrt(2)))
    held = np.zeros(2)
    for _ in range(cohorts):
        own, noise = chance.normal(size=(2, few + many, 2)) * np.sqrt(0.5)
        score = (labels - 0.5) * distance + np.repeat(own[:, 0], 2) + noise.ravel()
        for place, (measure, truth) in enumerate(truths):
            low, high = patient_interval(
                measure, labels, expit(2 * score), patients, draws=FEWER_DRAWS
            )
            held[place] += low <= truth <= high
    share, area = held / cohorts
    return float(share), float(area)


def _by_patients(cohorts: int) -> Iterator[Row]:
    for scores in (*SCORES, *LIMITS):
        for slices in (1, 3):
            cells = [means(scores, patients, slices, cohorts) for patients in PATIENTS]
            yield f"mean: {scores.name}; {slices} slices a patient", cells
    for scores in SCORES:
        cells = [paired(scores, patients, 3, cohorts) for patients in PATIENTS]
        yield f"difference: {scores.name}", cells
    yield "mean τ of slices", [slice_taus(patients, cohorts) for patients in PATIENTS]
    yield "Dice at a chosen share", [chosen_share(patients, cohorts) for patients in PATIENTS]
    heights, areas = zip(*(roc(patients, cohorts) for patients in PATIENTS), strict=True)
    yield "averaged ROC: heights", list(heights)
    yield "averaged ROC: area", list(areas)


def _hits(cohorts: int) -> Iterator[Row]:
    for slices in (1, 3):
        for rate in RATES:
            cells = [hits(rate, patients, slices, cohorts) for patients in PATIENTS]
            yield f"hit rate {rate}; {slices} slices a patient", cells


def _by_class(cohorts: int) -> Iterator[Row]:
    for given_up in (1.0, 0.5, 0.1):
        found = [fidelity(few, many, cohorts, given_up) for few, many in CLASSES]
        for what in found[0]:
            yield (
                f"cohort fidelity, {what}; the model wavers on {given_up:.0%}",
                [each[what] for each in found],
            )
    for distance in (1.0, 2.5):
        found = [classifier(few, many, cohorts // 5, distance) for few, many in CLASSES]
        for what, place in (("balanced accuracy", 0), ("AUC", 1)):
            yield f"classifier, {what}; classes {distance} apart", [each[place] for each in found]


def _rankings(cohorts: int) -> Iterator[Row]:
    for apart in (0.05, 0.4):
        for turned in (0.0, 0.5, 1.0):
            found = [ranking(patients, cohorts // 5, apart, turned) for patients in PATIENTS]
            for what in found[0]:
                yield (
                    f"{what}; {apart} apart, {turned:.0%} turned",
                    [each[what] for each in found],
                )


TABLES: dict[str, tuple[str, tuple[str, ...], Callable[[int], Iterator[Row]]]] = {
    "means": ("patients", tuple(map(str, PATIENTS)), _by_patients),
    "hits": ("patients", tuple(map(str, PATIENTS)), _hits),
    "classes": ("patients of each class", tuple(f"{a} + {b}" for a, b in CLASSES), _by_class),
    "ranks": ("patients", tuple(map(str, PATIENTS)), _rankings),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cohorts", type=int, default=1000)
    arguments.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES))
    chosen = arguments.parse_args()
    for name in chosen.only:
        corner, columns, rows = TABLES[name]
        print(f"\n| {corner} | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
        for row, shares in rows(chosen.cohorts):
            cells = (f"{share:.1%}{'' if share >= LEAST else ' **low**'}" for share in shares)
            print(f"| {row} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
