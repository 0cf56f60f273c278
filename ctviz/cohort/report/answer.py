"""The answer in one paragraph: which estimator to trust, by which criterion, how surely."""

from collections.abc import Iterator, Mapping, Sequence
from math import isclose
from types import MappingProxyType

from ctviz.cohort.analysis.findings import Findings, MetricRanking
from ctviz.cohort.analysis.leakage import Leakage
from ctviz.cohort.headlines import CORRECTED
from ctviz.cohort.plan import metric_name
from ctviz.cohort.report.discrepancy_charts import headlines
from ctviz.cohort.report.fill_words import mentioned
from ctviz.cohort.report.names import Names, widest
from ctviz.cohort.report.numbers import count, listed, with_span
from ctviz.cohort.report.rank_charts import best_first, unbeaten
from ctviz.cohort.report.referee.integrity import seen_words
from ctviz.cohort.statistics import FEWEST, Standing, Verdict
from ctviz.cohort.statistics.claim import ClaimKind
from ctviz.metrics.trust import trust_words, trusted

HOLDS = {"yes": "holds", "no": "does not hold", "undecided": "is undecided"}
PAPER: Mapping[ClaimKind, str] = MappingProxyType(
    {
        "sign throughout": "absolute values are better",
        "leader": "Squared SmoothGrad leads",
        "disagreement": "the rankings disagree",
    }
)
"""The paper's findings in short."""


BEYOND = ", beyond where regions usually are"


def answer(findings: Findings, names: Names, leakage: Leakage | None = None) -> str:
    """Return which estimator to trust on the cohort, and what became of the paper's findings.

    Slices that the model was trained on are said first.
    """
    subject = findings.subject
    opening = (
        f"Studied were {count(subject.slices, 'slice')} of {count(subject.patients, 'patient')} "
        f"({subject.cohort}) with the model {subject.model}."
    )
    parts = [opening, seen_words(leakage), *_criteria(findings, names)]
    if not findings.subject.annotated:
        parts.append("Nobody drew a region, so nothing is said about agreement with a reader.")
    elif why := _why_uncorrected(findings):
        parts.append(f"Agreement is not corrected by where regions usually are. {why}")
    if subject.patients < FEWEST:
        parts.append(f"With fewer than {FEWEST} patients nothing can be decided.")
    elif findings.accuracy and findings.accuracy[0].too_few:
        parts.append(f"On fidelity of the cohort: {findings.accuracy[0].too_few}")
    return " ".join(filter(None, [*parts, paper_findings(findings, names)]))


def paper_findings(findings: Findings, names: Names) -> str:
    """Return in one sentence what became of each of the paper's findings."""
    told = []
    for kind, finding in PAPER.items():
        own = [verdict for verdict in findings.verdicts if verdict.about.kind == kind]
        if own:
            told.append(f"that {finding} {_outcome(own, names)}")
    return f"What became of the paper's findings: {'; '.join(told)}." if told else ""


def headline_metrics(findings: Findings) -> tuple[str, ...]:
    """Return the metrics by which the question is answered: fidelity first, then the readers'."""
    pairs = headlines(findings)
    if pairs:
        return (pairs[0].first, *(pair.second for pair in pairs))
    scored = (m.key for m in findings.metrics if _scored(findings.ranking(m.key, widest(findings))))
    return tuple(scored)[:1]


def leader(ranking: MetricRanking) -> Standing | None:
    """Return the best entrant that is no control."""
    return next(
        (s for s in best_first(ranking) if not s.entrant.control and s.mean is not None), None
    )


def _criteria(findings: Findings, names: Names) -> Iterator[str]:
    """Yield for each criterion whom to trust by it, nobody by a metric that did not pass itself."""
    agreement = {metric.key: metric.agreement for metric in findings.metrics}
    for key in headline_metrics(findings):
        ranking = findings.ranking(key, widest(findings))
        first = leader(ranking)
        if first is None:
            continue
        if not trusted(metric_name(key)):
            yield f"By {names.metric(key)} no winner is named. {trust_words(metric_name(key))}"
            continue
        question = "where the reader drew" if agreement[key] else "what the model needs"
        question += BEYOND if key == CORRECTED else ""
        best = called(ranking, first, names)
        score = f"{names.metric(key)} {with_span(first.mean, first.interval)}"
        score += mentioned(findings, key, first)
        control = unbeaten(names, ranking).get(first.entrant)
        if control:
            yield f"For {question}, trust none: the best, {best} ({score}), is {control}."
        else:
            yield f"For {question}, trust {best}: {score}, {_sureness(ranking, first)}."


def _why_uncorrected(findings: Findings) -> str:
    """Return why corrected agreement was asked for and there is none; else empty."""
    if CORRECTED in headline_metrics(findings):
        return ""
    whys = (each.why for each in findings.undefined if each.metric == CORRECTED)
    return next(whys, "")


def called(ranking: MetricRanking, first: Standing, names: Names) -> str:
    """Return the entrant's name; without a sign where both score the same."""
    own = [s.mean for s in ranking.standings if s.entrant.estimator == first.entrant.estimator]
    if len(own) > 1 and all(mean is not None and isclose(mean, own[0] or 0.0) for mean in own):
        return f"{names.estimator(first.entrant)}, whatever the sign"
    return names.entrant(first.entrant)


def rivals(ranking: MetricRanking, first: Standing) -> tuple[int, int]:
    """Return how many entrants paired tests leave level with the first one, and of how many.

    Controls and the same estimator under another sign are no rivals.
    """
    pairs = [p for p in ranking.pairs if first.entrant in (p.first, p.second)]
    own = [p for p in pairs if not (p.first.control or p.second.control)]
    own = [p for p in own if p.first.estimator != p.second.estimator]
    return sum(p.better != first.entrant for p in own), len(own)


def _sureness(ranking: MetricRanking, first: Standing) -> str:
    same = [s for s in ranking.standings if s.entrant.estimator == first.entrant.estimator]
    share = min(1.0, sum(standing.first for standing in same))
    words = f"its estimator first in {share:.0%} of the draws of patients"
    level, others = rivals(ranking, first)
    if level:
        words += f", though corrected paired tests leave {level} of {others} others level"
    return words


def _outcome(own: Sequence[Verdict], names: Names) -> str:
    parts = []
    for holds, words in HOLDS.items():
        metrics = [
            " against ".join(map(names.sentence, verdict.about.metrics))
            for verdict in own
            if verdict.holds == holds
        ]
        if metrics:
            parts.append(f"{words} by {listed(metrics)}")
    return listed(parts)


def _scored(ranking: MetricRanking) -> bool:
    return any(standing.mean is not None for standing in ranking.standings)
