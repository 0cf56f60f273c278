"""Who stands where by one metric, and how sure that is."""

from collections.abc import Iterator

from ctviz.cohort.analysis.findings import AccuracyCurves, Findings, MetricRanking
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.numbers import listed
from ctviz.cohort.statistics import Entrant, Friedman, Interval, Standing
from ctviz.core import SIGNS
from ctviz.viz.charts import (
    Axis,
    Chart,
    CriticalDifference,
    Dots,
    HeatTable,
    Mark,
    Placed,
    Row,
)

INTERVALS = (
    "Bars are 95 % intervals over patients, longer on the side to which single patients lie far "
    "from the others."
)


def rank_charts(findings: Findings, names: Names) -> Iterator[tuple[str, Chart]]:
    """Yield the charts of every metric that is no variant of another one."""
    if findings.accuracy:
        yield "cohort-fidelity", _cohort_fidelity(names, findings.accuracy[0])
    for metric in findings.metrics:
        ranking = findings.ranking(metric.key, widest(findings))
        if metric.variant or not any(each.rank for each in ranking.standings):
            continue
        yield f"ranking {metric.key}", ranking_chart(names, ranking)
        if ranking.friedman.critical_difference is not None:
            yield f"difference {metric.key}", _difference(names, ranking)
        yield f"frequencies {metric.key}", _frequencies(names, ranking)
        if any(pair.adjusted is not None for pair in ranking.pairs):
            yield f"pairs {metric.key}", _pairs(names, ranking)


def unbeaten(names: Names, ranking: MetricRanking) -> dict[Entrant, str]:
    """Return, for estimators that do not beat every control that has a score, which ones."""
    scored = {each.entrant for each in ranking.standings if each.mean is not None}
    found = {
        each.entrant: [names.estimator(control) for control in each.unbeaten if control in scored]
        for each in ranking.standings
        if not each.entrant.control and each.mean is not None
    }
    return {entrant: f"not better than {listed(own)}" for entrant, own in found.items() if own}


def best_first(ranking: MetricRanking) -> list[Standing]:
    """Return the standings by rank, those without one last."""
    return sorted(ranking.standings, key=lambda each: (each.rank is None, each.rank or 0.0))


def ranking_chart(names: Names, ranking: MetricRanking) -> Chart:
    """Return the entrants by one metric, an estimator a row."""
    flags = unbeaten(names, ranking)
    marks = {
        each.entrant: _mark(
            names, each.entrant, each.mean, each.interval, flags.get(each.entrant, "")
        )
        for each in ranking.standings
    }
    order = [standing.entrant for standing in best_first(ranking)]
    rows = tuple(_row(names, name, marks, flags) for name in _estimators(order))
    title = names.metric(ranking.metric)
    return Dots(
        f"Estimators by {title}",
        " ".join(filter(None, ("Best on top.", INTERVALS, names.listed_once()))),
        names.axis(ranking.metric),
        rows,
    )


def _cohort_fidelity(names: Names, curves: AccuracyCurves) -> Chart:
    marks = {
        standing.entrant: _mark(names, standing.entrant, standing.fidelity, standing.interval)
        for standing in curves.standings
    }
    ranked = sorted(curves.standings, key=lambda each: (each.rank is None, each.rank or 0.0))
    rows = tuple(
        _row(names, name, marks, {}) for name in _estimators([each.entrant for each in ranked])
    )
    return Dots(
        "Fidelity of the cohort, as in the paper's Table 1",
        f"Area between the curves of accuracy; zero is guessing. {curves.too_few or INTERVALS}",
        Axis("Area between LiF and MiF accuracy", better="higher"),
        rows,
        guide=0.0,
    )


def _estimators(order: list[Entrant]) -> list[str]:
    return list(dict.fromkeys(entrant.estimator for entrant in order))


def _row(
    names: Names, estimator: str, marks: dict[Entrant, Mark], flags: dict[Entrant, str]
) -> Row:
    own = [e for e in marks if e.estimator == estimator and not names.repeats(e)]
    own.sort(key=lambda entrant: SIGNS.index(entrant.sign), reverse=True)
    control = own[0].control
    flagged = [entrant.sign for entrant in own if flags.get(entrant)]
    flag = "control" if control else ""
    if flagged:
        flag = "not better than a control"
        flag = flag if len(flagged) == len(own) else f"{flagged[0]}: {flag}"
    return Row(names.titles[estimator], tuple(marks[entrant] for entrant in own), flag, control)


def _mark(
    names: Names, entrant: Entrant, value: float | None, interval: Interval | None, why: str = ""
) -> Mark:
    return Mark(
        name=entrant.sign,
        value=value,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        look=names.look(entrant),
        why=why if value is not None else "No score is defined.",
    )


def _difference(names: Names, ranking: MetricRanking) -> Chart:
    test: Friedman = ranking.friedman
    ranks = dict(zip(test.entrants, test.average_ranks, strict=True))
    placed = tuple(
        Placed(names.entrant(entrant), rank, names.look(entrant))
        for entrant, rank in ranks.items()
        if not names.repeats(entrant)
    )
    cliques = tuple(
        (min(ranks[each] for each in clique), max(ranks[each] for each in clique))
        for clique in test.cliques
    )
    return CriticalDifference(
        f"Critical difference by {names.metric(ranking.metric)}",
        f"Mean rank over {test.patients} patients, 1 is best; a bar joins those that the Nemenyi "
        "test cannot tell apart at 5 %.",
        placed,
        test.critical_difference or 0.0,
        cliques,
    )


def _frequencies(names: Names, ranking: MetricRanking) -> Chart:
    order = _order(names, ranking)
    ranked = [ranking.standings[place].entrant for place in order]
    return HeatTable(
        f"How stable the ranks by {names.metric(ranking.metric)} are",
        "Percent of the draws of patients in which an entrant has a rank, 1 is best.",
        "Rank",
        "",
        tuple(names.entrant(entrant) for entrant in ranked),
        tuple(str(place + 1) for place in range(len(ranking.standings))),
        tuple(tuple(map(float, ranking.frequencies[place])) for place in order),
    )


def _pairs(names: Names, ranking: MetricRanking) -> Chart:
    order = [ranking.standings[place].entrant for place in _order(names, ranking)]
    adjusted = {frozenset((p.first, p.second)): p.adjusted for p in ranking.pairs}
    values = tuple(
        tuple(
            adjusted.get(frozenset((one, other))) if column < row else None
            for column, other in enumerate(order)
        )
        for row, one in enumerate(order)
    )
    titles = tuple(names.entrant(entrant) for entrant in order)
    return HeatTable(
        f"Pairs of entrants by {names.metric(ranking.metric)}",
        "p-values of paired signed-rank tests over patients, corrected by Holm for all pairs; "
        "shaded below 0.05, 0.01 and 0.001.",
        "",
        "",
        titles[1:],
        titles[:-1],
        tuple(row[:-1] for row in values[1:]),
        "p",
    )


def _order(names: Names, ranking: MetricRanking) -> list[int]:
    """Return the places of the standings, best first and each estimator without a sign once."""
    standings = ranking.standings
    return sorted(
        (place for place, each in enumerate(standings) if not names.repeats(each.entrant)),
        key=lambda place: (
            ranking.standings[place].rank is None,
            ranking.standings[place].rank or 0.0,
        ),
    )
