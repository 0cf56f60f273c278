"""How far the metrics of a study are to be trusted themselves."""

from ctviz.cohort.plan import metric_name
from ctviz.cohort.report.numbers import figure
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.metrics.trust import made, trust_of
from ctviz.viz.documents import NOTHING, Table


def metric_trust_table(facts: StudyFacts) -> Table:
    """Return for each metric of the study how it was judged, and whether it passed."""
    names = dict.fromkeys(map(metric_name, facts.study.metrics))
    return Table(
        "How the metrics were judged themselves",
        ("Metric", "Passed", "Steady", "Ordered", "Noticed", "Told apart", "Truth (τ)", "Why not"),
        tuple(_row(facts, name) for name in names),
        note=(
            f"Measured on phantoms with {made().model} by {made().command}; docs/metric-trust.md "
            "says what the figures mean and why so much is enough. Settings differ from the "
            "study's. A winner is named only by metrics that passed. After Hedström et al., TMLR "
            "2023, arXiv:2302.07265."
        ),
    )


def _row(facts: StudyFacts, name: str) -> tuple[str, ...]:
    found = trust_of(name)
    title = facts.names.metric(name)
    if found is None:
        return (title, "not judged", *[NOTHING] * 6)
    figures = (found.steady, found.ordered, found.noticed, found.told_apart)
    return (
        title,
        "yes" if found.passes else "no",
        *map(figure, figures),
        NOTHING if found.truth is None else str(found.truth),
        "; ".join(found.faults) or NOTHING,
    )
