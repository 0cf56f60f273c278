"""What a study of phantoms found, as charts: estimators, parts, and one phantom."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ctviz.cohort.analysis.findings import MetricRanking
from ctviz.cohort.report.names import Names, widest_of
from ctviz.cohort.report.rank_charts import ranking_chart
from ctviz.cohort.truth.findings import PartEffect, TruthFindings
from ctviz.cohort.truth.picture import TruthPicture
from ctviz.cohort.truth.picture_chart import picture_chart
from ctviz.viz.charts import Axis, Chart, Dots, Mark, Row

PARTS, PICTURE = "parts", "picture"


def truth_charts(findings: TruthFindings, picture: TruthPicture | None) -> Mapping[str, Chart]:
    """Return the charts by name: ``ranking …`` for each measure, ``parts`` and ``picture``."""
    return dict(_charts(findings, picture, truth_names(findings)))


def truth_names(findings: TruthFindings) -> Names:
    """Return the names of what was held against the truth, and of what measured it."""
    return Names.among(findings.entrants, (*findings.metrics, *findings.judged))


def decisive(findings: TruthFindings) -> MetricRanking:
    """Return the ranking of all entrants by the measure that decides."""
    return findings.ranking(findings.metrics[0].key, widest_of(findings.entrants))


def parts_chart(findings: TruthFindings) -> Chart:
    """Return what each part does to the answer, the largest effect on top."""
    return Dots(
        "What each part does to the answer",
        "Mean effect of a part on the phantoms where it is seen, the largest on top. Right of the "
        f"line a part speaks for '{findings.subject.explained}', left of it against. Bars are "
        "95 % intervals over phantoms.",
        Axis(f"Effect on the log-odds of '{findings.subject.explained}'"),
        tuple(map(_part, findings.parts)),
        guide=0.0,
    )


def _charts(
    findings: TruthFindings, picture: TruthPicture | None, names: Names
) -> Iterator[tuple[str, Chart]]:
    signs = widest_of(findings.entrants)
    for measure in findings.metrics:
        ranking = findings.ranking(measure.key, signs)
        if any(each.rank for each in ranking.standings):
            yield f"ranking {measure.key}", _ranking(ranking, names)
    yield PARTS, parts_chart(findings)
    if picture is not None:
        yield PICTURE, picture_chart(picture, findings.subject.explained, names)


def _ranking(ranking: MetricRanking, names: Names) -> Chart:
    chart = ranking_chart(names, ranking)
    return replace(chart, note="Best on top. Bars are 95 % intervals over phantoms.")


def _part(effect: PartEffect) -> Row:
    interval = effect.interval
    mark = Mark(
        "mean effect",
        effect.mean,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        why=f"Seen on {effect.phantoms} phantoms, matters on {effect.matters:.0%} of them.",
    )
    return Row(effect.part, (mark,))
