"""Where the model-centric ranking and the human-centric ones part."""

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from ctviz.cohort.analysis.findings import Findings, MetricAgreement
from ctviz.cohort.headlines import HEADLINES
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import with_span
from ctviz.cohort.statistics import Entrant, Interval, Standing
from ctviz.viz.charts import Axis, Chart, Dots, LabelledPoint, Mark, Row, Scatter, Slope, Slopes


def headlines(findings: Findings) -> tuple[MetricAgreement, ...]:
    """Return how fidelity and each headline metric rank all entrants.

    Without any of those it is whatever compares with a reader.
    """
    widest = {agreement.second: agreement for agreement in reversed(findings.agreements)}
    chosen = [widest[key] for key in HEADLINES if key in widest]
    return tuple(chosen) or tuple(widest.values())[:2]


def discrepancy_charts(findings: Findings, names: Names) -> Iterator[tuple[str, Chart]]:
    """Yield the slope chart, a scatter for each headline metric, and the disputed slices."""
    pairs = headlines(findings)
    if not pairs:
        return
    yield "discrepancy", _slopes(findings, names, pairs)
    for agreement in pairs:
        yield f"scatter {agreement.second}", _scatter(findings, names, agreement)
        if any(disputed.second == agreement.second for disputed in findings.disputed):
            yield f"disputed {agreement.second}", _disputed(findings, names, agreement)


def ranks_without_controls(standings: tuple[Standing, ...], better: str) -> dict[Entrant, float]:
    """Return the rank of each estimator among those that are no controls; ties share."""
    found = [(each.entrant, each.mean) for each in standings if not each.entrant.control]
    known = [(entrant, mean) for entrant, mean in found if mean is not None]
    sign = -1.0 if better == "higher" else 1.0
    ranks = rankdata([sign * mean for _, mean in known]) if known else np.zeros(0)
    return {entrant: float(rank) for (entrant, _), rank in zip(known, ranks, strict=True)}


def _slopes(findings: Findings, names: Names, pairs: tuple[MetricAgreement, ...]) -> Chart:
    keys = [pairs[0].first, *(agreement.second for agreement in pairs)]
    ranks = [
        ranks_without_controls(
            findings.ranking(key, pairs[0].signs).standings, names.metrics[key].better
        )
        for key in keys
    ]
    estimators = [e for e in findings.entrants if not (e.control or names.repeats(e))]
    said = "; ".join(
        f"τ with {names.metric(each.second)} {with_span(each.ranks.tau, each.ranks.interval)}"
        for each in pairs
    )
    return Slopes(
        "Ranks by what the model needs and by what a reader drew",
        f"1 is best, controls left out; lines that cross are pairs ranked in opposite order. "
        f"Kendall's {said}.",
        tuple(names.metric(key) for key in keys),
        tuple(
            Slope(
                names.entrant(entrant),
                tuple(rank.get(entrant) for rank in ranks),
                names.look(entrant),
            )
            for entrant in estimators
        ),
    )


def _scatter(findings: Findings, names: Names, agreement: MetricAgreement) -> Chart:
    first = findings.ranking(agreement.first, agreement.signs).standings
    second = {
        each.entrant: each for each in findings.ranking(agreement.second, agreement.signs).standings
    }
    points = tuple(
        LabelledPoint(
            names.entrant(each.entrant),
            each.mean,
            other.mean,
            _ends(each.interval),
            _ends(other.interval),
            names.look(each.entrant),
        )
        for each in first
        if each.mean is not None
        and not names.repeats(each.entrant)
        and (other := second[each.entrant]).mean is not None
    )  # fmt: skip
    tau = with_span(agreement.ranks.tau, agreement.ranks.interval)
    return Scatter(
        f"{names.metric(agreement.first)} against {names.metric(agreement.second)}",
        f"Means over patients with 95 % intervals; hollow is signed, filled absolute, grey a "
        f"control. Kendall's τ {tau}, controls left out.",
        names.axis(agreement.first),
        names.axis(agreement.second),
        points,
    )


def _disputed(findings: Findings, names: Names, agreement: MetricAgreement) -> Chart:
    rows = tuple(
        Row(
            f"{each.case}, slice {each.slice_index + 1}",
            (Mark("", each.tau),),
            "" if each.truth in ("", each.predicted) else f"answered {each.predicted}",
        )
        for each in findings.disputed
        if each.second == agreement.second
    )
    return Dots(
        f"Slices on which {names.metric(agreement.first)} and {names.metric(agreement.second)} "
        "disagree most",
        "Kendall's τ of the estimators on the slice; chosen for being extreme.",
        Axis("Kendall's τ on the slice", span=(-1.0, 1.0)),
        rows,
        guide=0.0,
    )


def _ends(interval: Interval | None) -> tuple[float, float] | None:
    return (interval.low, interval.high) if interval else None
