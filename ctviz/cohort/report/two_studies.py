"""Two studies beside one another: each estimator's mean in both, with its intervals."""

from dataclasses import dataclass, replace

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.rank_charts import best_first
from ctviz.core import Sign
from ctviz.viz.charts import Dots, Mark, Row


@dataclass(frozen=True, eq=False)
class NamedFindings:
    """What a study found, and what it is called."""

    title: str
    findings: Findings

    @classmethod
    def of(cls, findings: Findings) -> "NamedFindings":
        """Return findings named by their study, model and cohort: two may differ in one only."""
        subject = findings.subject
        return cls(f"{subject.name} ({subject.model} on {subject.cohort})", findings)


def shared_metrics(one: Findings, other: Findings) -> tuple[str, ...]:
    """Return the keys of the metrics by which both studies ranked, in the first one's order."""
    theirs = {metric.key for metric in other.metrics}
    return tuple(m.key for m in one.metrics if m.key in theirs and not m.variant)


def shared_signs(one: Findings, other: Findings) -> tuple[Sign, ...]:
    """Return how the maps were read in both studies."""
    theirs = {entrant.sign for entrant in other.entrants}
    return tuple(dict.fromkeys(e.sign for e in one.entrants if e.sign in theirs))


def two_studies_chart(one: NamedFindings, other: NamedFindings, key: str, sign: Sign) -> Dots:
    """Return each estimator of both studies in a row: the first filled, the other one hollow.

    Rows are in the first study's order. Only estimators of both are shown.
    """
    names = Names.of(one.findings)
    marks = [_marks(each, key, sign, names, hollow=each is other) for each in (one, other)]
    order = best_first(one.findings.ranking(key, widest(one.findings)))
    rows = tuple(
        Row(
            names.estimator(each.entrant),
            tuple(own[each.entrant.estimator] for own in marks),
            "control" if each.entrant.control else "",
            each.entrant.control,
        )
        for each in order
        if each.entrant.sign == sign and all(each.entrant.estimator in own for own in marks)
    )
    return Dots(
        f"Estimators by {names.metric(key)} in two studies, {sign} values",
        f"Filled is {one.title}, hollow is {other.title}; best of the first on top. Bars are 95 % "
        "intervals over the patients of each study. The studies are not paired: bars that overlap "
        "may still differ, so read the order, and let each study's own tests decide within it.",
        names.axis(key),
        rows,
    )


def _marks(
    study: NamedFindings, key: str, sign: Sign, names: Names, *, hollow: bool
) -> dict[str, Mark]:
    """Return the marks of a study's estimators under a sign, if the first study has them too."""
    standings = study.findings.ranking(key, widest(study.findings)).standings
    return {
        each.entrant.estimator: Mark(
            study.title,
            each.mean,
            each.interval.low if each.interval else None,
            each.interval.high if each.interval else None,
            replace(names.plain_look(each.entrant), hollow=hollow),
            "" if each.mean is not None else "No score is defined.",
        )
        for each in standings
        if each.entrant.sign == sign and each.entrant.estimator in names.titles
    }
