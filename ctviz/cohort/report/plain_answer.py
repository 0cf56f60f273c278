"""The answer in three plain sentences: by the model, by the reader, and on the paper's findings.

The figures behind them are in `ctviz.cohort.report.answer`.
"""

from collections.abc import Sequence

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.plan import metric_name
from ctviz.cohort.report.answer import PAPER, called, headline_metrics, leader, rivals
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.numbers import listed
from ctviz.cohort.report.rank_charts import unbeaten
from ctviz.cohort.statistics import FEWEST
from ctviz.metrics.trust import trusted

NEEDED, DRAWN = "what the model needs", "where the reader drew"


def plain_answer(findings: Findings, names: Names) -> tuple[str, ...]:
    """Return whom to trust by each criterion, and what became of the paper's findings."""
    agreement = {metric.key: metric.agreement for metric in findings.metrics}
    keys = headline_metrics(findings)
    sentences = [
        _by(findings, names, question, [key for key in keys if agreement[key] is drawn])
        for question, drawn in ((NEEDED, False), (DRAWN, True))
    ]
    if not findings.subject.annotated:
        sentences[1] = "Nobody drew a region, so nothing is said of agreement with a reader."
    return tuple(filter(None, (*sentences, _paper(findings))))


def _by(findings: Findings, names: Names, question: str, keys: Sequence[str]) -> str:
    """Return whom to trust by the first metric that passed itself; empty without any metric."""
    if not keys:
        return ""
    key = next((key for key in keys if trusted(metric_name(key))), None)
    if key is None:
        metrics = listed([names.metric(key) for key in keys])
        return (
            f"Which estimator shows {question} is not said: {metrics} did not pass when judged "
            "as metrics themselves."
        )
    ranking = findings.ranking(key, widest(findings))
    first = leader(ranking)
    if first is None:
        return f"Which estimator shows {question} is not known: no {names.metric(key)} is defined."
    best = called(ranking, first, names)
    if control := unbeaten(names, ranking).get(first.entrant):
        return (
            f"No estimator can be trusted to show {question}: by {names.metric(key)} even the "
            f"best, {best}, is {control}."
        )
    ahead = _ahead(*rivals(ranking, first))
    return f"To see {question}, trust {best}: it is first by {names.metric(key)}{ahead}."


def _ahead(level: int, others: int) -> str:
    """Return of how many others the first one is clearly ahead, as the end of a sentence."""
    if not others:
        return ""
    if level == others:
        return f", though not clearly ahead of any of the {others} others"
    return f", and clearly ahead of {others - level} of {others} others"


def _paper(findings: Findings) -> str:
    """Return by how many criteria each of the paper's findings holds."""
    if findings.subject.patients < FEWEST:
        return f"With fewer than {FEWEST} patients nothing can be decided."
    told = []
    for kind, finding in PAPER.items():
        own = [verdict.holds for verdict in findings.verdicts if verdict.about.kind == kind]
        if own:
            holds = own.count("yes") or "none"
            told.append(f"'{finding}' holds by {holds} of {len(own)} criteria")
    return f"Of the paper's findings, {listed(told)}." if told else ""
