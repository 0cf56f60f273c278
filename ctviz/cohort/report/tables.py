"""The tables of a report."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ctviz.cohort.analysis.findings import AccuracyCurves, Disputed, Findings, MetricRanking
from ctviz.cohort.report.fill_words import over_fills
from ctviz.cohort.report.names import COHORT_FIDELITY, Names, widest
from ctviz.cohort.report.numbers import count, figure, p_value, span, with_span
from ctviz.cohort.report.rank_charts import best_first, unbeaten
from ctviz.cohort.report.sensitivity_charts import choice
from ctviz.cohort.statistics import FEWEST, Entrant, FidelityStanding, Move, Standing
from ctviz.core import SIGNS, Sign
from ctviz.viz.documents import NOTHING, Table

PAPER: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "smoothgrad-squared": (6.2, 6.2),
        "smoothgrad": (3.4, 6.1),
        "integrated-gradients-bw": (0.0, 5.7),
        "expected-gradients": (3.6, 5.6),
        "gradient": (0.1, 4.9),
        "deconvolution": (2.6, 4.4),
        "integrated-gradients": (0.0, 4.2),
        "random": (0.0, 0.0),
    }
)
"""Table 1 of Brocki et al. 2022: fidelity × 10 of original and of absolute values."""


COMPARABLE = (
    "Higher is better. The paper's numbers are of another cohort and another model: compare the "
    "orders, not the heights."
)

OVER_FILLS = (
    "Over fills: from the least to the greatest mean if removed pixels were filled otherwise, the "
    "fills compared in equal steps."
)

MOST_DISPUTED = 8
"""Slices listed of each pair of metrics."""


def paper_table(curves: AccuracyCurves, names: Names) -> Table:
    """Return the paper's Table 1 for this cohort, beside the paper's own numbers."""
    own = {(s.entrant.estimator, s.entrant.sign): s for s in curves.standings}
    ranked = sorted(curves.standings, key=_area, reverse=True)
    order = list(dict.fromkeys(standing.entrant.estimator for standing in ranked))
    rows = tuple(
        (
            names.titles[name],
            *(_times_ten(own.get((name, sign))) for sign in SIGNS),
            *(figure(value, 1) for value in PAPER.get(name, (None, None))),
        )
        for name in order
    )
    controls = {s.entrant.estimator for s in curves.standings if s.entrant.control}
    return Table(
        f"Fidelity × 10 of the cohort with 95 % intervals, {names.metric(curves.metric).lower()}; "
        f"{count(curves.slices, 'slice')} of {count(curves.patients, 'patient')}",
        ("Estimator", "Original", "Absolute", "Original, paper", "Absolute, paper"),
        rows,
        faint=frozenset(place for place, name in enumerate(order) if name in controls),
        strong=_best_cells(order, own, controls),
        note=" ".join((COMPARABLE, *fidelity_caveats(curves))),
    )


def fidelity_caveats(curves: AccuracyCurves) -> tuple[str, ...]:
    """Return what keeps the cohort's fidelity from being believed, a sentence each."""
    turned = (
        f"On {count(curves.turned, 'slice')} another class than the right one was explained: the "
        "fill erased a wrong answer, so that better maps count less; explain the truth."
    )
    return tuple(filter(None, (curves.too_few, turned if curves.turned else "")))


def verdict_table(findings: Findings, names: Names) -> Table:
    """Return what became of the paper's findings."""
    return Table(
        "The paper's findings on this cohort",
        ("Claim", "Holds", "Figure (95 % interval)", "Why"),
        tuple(
            (
                names.sentence(each.claim),
                each.holds,
                with_span(each.estimate, each.interval),
                names.sentence(each.why),
            )
            for each in findings.verdicts
        ),
        note="The figure is, of absolute against signed or the other way round, the share of "
        "estimators for which that holds; of a leader, its share of first places over draws of "
        "the patients; of two rankings, Kendall's τ. An interval of such a share may lie to one "
        "side of it, or end at it: it reaches from the estimators for which that is clear to those "
        "for which the opposite is not.",
    )


def sign_table(findings: Findings, names: Names) -> Table | None:
    """Return, estimator by metric, how much better absolute values score."""
    cells: dict[str, dict[str, str]] = {}
    for each in findings.sign_verdicts:
        if each.about.estimator in names.signless:
            continue
        (metric,) = each.about.metrics
        mark = {"yes": " ✓", "no": " ✗", "undecided": ""}[each.holds]
        text = f"{with_span(each.estimate, each.interval)}{mark}"
        cells.setdefault(each.about.estimator, {})[metric] = text
    if not cells:
        return None
    metrics = tuple(dict.fromkeys(metric for row in cells.values() for metric in row))
    return Table(
        "Absolute minus signed values, paired over patients, with 95 % intervals",
        ("Estimator", *(_title(names, metric) for metric in metrics)),
        tuple(
            (names.titles.get(name, name), *(row.get(metric, NOTHING) for metric in metrics))
            for name, row in cells.items()
        ),
        note="✓ absolute values are better beyond doubt, ✗ signed values are. Left out are "
        "estimators whose signed and absolute values score alike.",
    )


def overview_table(findings: Findings, names: Names) -> Table:
    """Return the mean of every entrant by every metric that is no variant."""
    rankings = [
        findings.ranking(metric.key, widest(findings))
        for metric in findings.metrics
        if not metric.variant
    ]
    order = [
        findings.entrants.index(standing.entrant)
        for standing in best_first(rankings[0])
        if not names.repeats(standing.entrant)
    ]
    rows = tuple(
        (
            names.entrant(findings.entrants[place]),
            *(figure(ranking.standings[place].mean, 3) for ranking in rankings),
        )
        for place in order
    )
    first = [_first_contestant(names, ranking) for ranking in rankings]
    return Table(
        "Means over patients by every metric",
        ("Entrant", *(f"{names.metric(r.metric)} {_arrow(names, r.metric)}" for r in rankings)),
        rows,
        faint=frozenset(n for n, place in enumerate(order) if findings.entrants[place].control),
        looks=names.marks(findings.entrants),
        strong=frozenset(
            (n, column + 1)
            for n, place in enumerate(order)
            for column, best in enumerate(first)
            if findings.entrants[place] == best
        ),
        note=" ".join(
            filter(
                None,
                (
                    "↑ higher is better, ↓ lower is better; bold is the best that is no control.",
                    names.listed_once(),
                ),
            )
        ),
    )


def standing_table(findings: Findings, names: Names, key: str) -> Table:
    """Return every entrant's place by one metric with all that qualifies it."""
    ranking = findings.ranking(key, widest(findings))
    flags = unbeaten(names, ranking)
    ordered = [each for each in best_first(ranking) if not names.repeats(each.entrant)]
    fills = [over_fills(findings, key, each, 3) for each in ordered]
    # Only where other fills were tried is there anything to say of them.
    tried = any(cell != NOTHING for cell in fills)
    return Table(
        f"Standings by {names.metric(key)}",
        (
            *("Rank", "Entrant", "Mean (95 %)", *(["Over fills"] if tried else [])),
            *("Rank (95 %)", "First", "Slices", "Undefined", "Note"),
        ),
        tuple(
            (
                f"{each.rank:g}" if each.rank is not None else NOTHING,
                names.entrant(each.entrant),
                with_span(each.mean, each.interval, 3),
                *([over] if tried else []),
                span(each.rank_interval, 1),
                f"{_share_first(names, ranking, each):.0%}" if each.patients >= FEWEST else NOTHING,
                str(each.defined),
                str(each.undefined) if each.undefined else "",
                "control" if each.entrant.control else flags.get(each.entrant, ""),
            )
            for each, over in zip(ordered, fills, strict=True)
        ),
        faint=frozenset(place for place, each in enumerate(ordered) if each.entrant.control),
        looks=names.marks(each.entrant for each in ordered),
        note=" ".join(
            filter(
                None, (friedman_words(ranking), OVER_FILLS if tried else "", names.listed_once())
            )
        ),
    )


def _share_first(names: Names, ranking: MetricRanking, standing: Standing) -> float:
    """Return the share of draws that an entrant leads, with its other sign where they are one."""
    if standing.entrant.estimator not in names.signless:
        return standing.first
    own = (s for s in ranking.standings if s.entrant.estimator == standing.entrant.estimator)
    return min(1.0, sum(each.first for each in own))


def friedman_words(ranking: MetricRanking) -> str:
    """Return the Friedman test of a ranking in a sentence."""
    test = ranking.friedman
    if test.statistic is None or test.critical_difference is None:
        return f"No Friedman test: {test.why}"
    return (
        f"Friedman χ² = {test.statistic:.1f} with {len(test.entrants) - 1} degrees of freedom over "
        f"{test.patients} patients, p = {p_value(test.p)}; Nemenyi's critical difference of mean "
        f"ranks is {test.critical_difference:.2f}."
    ).replace("p = <", "p < ")


def curve_table(findings: Findings, names: Names) -> Table | None:
    """Return the paper's two human-centric figures beside their exact counterparts."""
    roc, dice = findings.roc, findings.dice
    if roc is None and dice is None:
        return None
    own = [
        (n, entrant) for n, entrant in enumerate(findings.entrants) if not names.repeats(entrant)
    ]
    columns, parts = ["Entrant"], []
    if roc is not None:
        columns += ["ROC, mean height", "ROC, area"]
        parts += [
            list(map(with_span, roc.heights.tolist(), roc.height_intervals)),
            list(map(with_span, roc.areas.tolist(), roc.area_intervals)),
        ]
    if dice is not None:
        columns += ["Dice, held out", "Best share", "Dice there"]
        parts += [
            list(map(with_span, dice.held_out.tolist(), dice.intervals)),
            [NOTHING if np.isnan(share) else f"{share:.0%}" for share in dice.best_share],
            list(map(figure, dice.in_sample.tolist())),
        ]
    return Table(
        "Mean ROC and Dice with 95 % intervals",
        tuple(columns),
        tuple((names.entrant(entrant), *(part[place] for part in parts)) for place, entrant in own),
        faint=frozenset(n for n, (_, entrant) in enumerate(own) if entrant.control),
        looks=names.marks(entrant for _, entrant in own),
        note="The mean of the heights is the paper's AUC; it depends on where the thresholds fall. "
        "Held out, the share kept was chosen on other patients; Dice at the best share is measured "
        "on the slices on which that share was chosen, and so optimistic.",
    )


def agreement_table(findings: Findings, names: Names) -> Table | None:
    """Return how alike fidelity and each reader's metric rank the estimators."""
    if not findings.agreements:
        return None
    return Table(
        "How alike two metrics rank the estimators, controls left out",
        ("Metrics", "Values", "Kendall's τ (95 %)", "τ on single slices (95 %)", "Moves furthest"),
        tuple(
            (
                f"{names.metric(each.first)}, {names.metric(each.second)}",
                each.signs,
                with_span(each.ranks.tau, each.ranks.interval),
                with_span(each.slice_mean, each.slice_interval),
                _furthest(each.moves, names),
            )
            for each in findings.agreements
        ),
        note="1 is the same order, 0 no relation, −1 the reverse. Noise in either ranking pulls τ "
        "towards 0.",
    )


def disputed_table(findings: Findings, names: Names) -> Table | None:
    """Return the slices on which two metrics rank the estimators most differently."""
    if not findings.disputed:
        return None
    return Table(
        "Slices on which two metrics disagree most",
        ("Case", "Slice", "Metrics", "τ", "True class", "Predicted"),
        tuple(
            (
                each.case,
                str(each.slice_index + 1),
                f"{names.metric(each.first)}, {names.metric(each.second)}",
                figure(each.tau),
                each.truth or NOTHING,
                each.predicted,
            )
            for each in _most_disputed(findings)
        ),
        note="Chosen for being extreme: on other patients they would disagree less. Slices are "
        "counted from one.",
    )


def sensitivity_table(findings: Findings, names: Names) -> Table | None:
    """Return what each choice does to the ranking."""
    if not findings.sensitivity:
        return None
    return Table(
        "What a choice does to the ranking",
        ("Choice", "Kendall's τ (95 %)", "Moves furthest"),
        tuple(
            (
                choice(names, each),
                with_span(each.ranks.tau, each.ranks.interval) if not each.ranks.why else NOTHING,
                _furthest(each.moves, names),
            )
            for each in findings.sensitivity
        ),
    )


def undefined_table(findings: Findings, names: Names) -> Table | None:
    """Return how often scores are undefined, and why."""
    if not findings.undefined:
        return None
    return Table(
        "Scores that are undefined",
        ("Estimator", "Metric", "Scores", "Why"),
        tuple(
            (
                names.titles.get(each.estimator, each.estimator),
                names.metric(each.metric),
                str(each.scores),
                each.why,
            )
            for each in findings.undefined
        ),
        note="They are counted and left out of means, never taken as zero.",
    )


def _most_disputed(findings: Findings) -> list[Disputed]:
    """Return the first slices of each pair of metrics."""
    pairs = dict.fromkeys((each.first, each.second) for each in findings.disputed)
    own = ([d for d in findings.disputed if (d.first, d.second) == pair] for pair in pairs)
    return [each for found in own for each in found[:MOST_DISPUTED]]


def failure_table(failures: list[dict[str, object]]) -> Table | None:
    """Return the slices without scores."""
    if not failures:
        return None
    return Table(
        "Slices that failed",
        ("Case", "Slice", "Why"),
        tuple(
            (str(each["case"]), str(int(str(each["slice_index"])) + 1), str(each["why"]))
            for each in failures
        ),
    )


def _area(standing: FidelityStanding) -> float:
    return -np.inf if standing.fidelity is None else standing.fidelity


def _times_ten(standing: FidelityStanding | None) -> str:
    if standing is None or standing.times_ten is None:
        return NOTHING
    interval = standing.interval
    ends = (
        f" ({figure(10 * interval.low, 1)} to {figure(10 * interval.high, 1)})" if interval else ""
    )
    return f"{figure(standing.times_ten, 1)}{ends}"


def _best_cells(
    order: list[str], own: Mapping[tuple[str, Sign], FidelityStanding], controls: set[str]
) -> frozenset[tuple[int, int]]:
    cells = set()
    for column, sign in enumerate(SIGNS, start=1):
        known = [
            (_area(own[name, sign]), place)
            for place, name in enumerate(order)
            if name not in controls and (name, sign) in own
        ]
        if known:
            cells.add((max(known, key=lambda found: found[0])[1], column))
    return frozenset(cells)


def _title(names: Names, metric: str) -> str:
    return "Cohort fidelity" if metric == COHORT_FIDELITY else names.metric(metric)


def _arrow(names: Names, key: str) -> str:
    return "↓" if names.metrics[key].better == "lower" else "↑"


def _first_contestant(names: Names, ranking: MetricRanking) -> Entrant | None:
    ranked = (s for s in best_first(ranking) if s.mean is not None and not s.entrant.control)
    known = (s for s in ranked if not names.repeats(s.entrant))
    return next((standing.entrant for standing in known), None)


def _furthest(moves: tuple[Move, ...], names: Names) -> str:
    """Return the entrant whose rank changes most, with both ranks."""
    if not moves:
        return NOTHING
    move = max(moves, key=lambda each: abs(each.fall))
    if not move.fall:
        return "none"
    return f"{names.entrant(move.entrant)}: {move.first:g} to {move.second:g}"
