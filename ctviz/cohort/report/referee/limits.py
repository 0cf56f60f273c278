"""What a study's numbers cannot say, each sentence for a reason that is found in its data."""

from collections.abc import Iterator
from math import isfinite

from ctviz.cohort.plan import metric_name
from ctviz.cohort.report.answer import headline_metrics, leader
from ctviz.cohort.report.names import widest
from ctviz.cohort.report.numbers import count, figure, listed
from ctviz.cohort.report.rank_charts import unbeaten
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.integrity import leakage_words, seen_words
from ctviz.cohort.statistics import FEWEST, Standing
from ctviz.core.chance import unseen
from ctviz.metrics.trust import trusted

FEW = 30
"""Fewer patients than that, and intervals are so wide that their width is worth a sentence."""

FEW_FOR_UNBOUNDED = 20
"""From this number on intervals hold means of the most skewed scores (`benchmarks.coverage`)."""

UNBALANCED = 2.0
"""From this ratio on one class of slices outweighs the other in every mean."""


def limits(facts: StudyFacts) -> tuple[str, ...]:
    """Return what the study cannot say, the gravest first."""
    return tuple(
        sentence
        for reasons in (_who, _seen, _reference, _model, _winners, _scores, _fidelity, _plan)
        for sentence in reasons(facts)
    )


def _who(facts: StudyFacts) -> Iterator[str]:
    """Yield what so few patients, and such patients, leave open."""
    subject = facts.findings.subject
    patients = count(subject.patients, "patient")
    if facts.phantoms:
        yield "All slices are of phantoms: nothing is said of patients."
    if subject.patients < FEWEST:
        yield f"With {patients} nothing is decided; it takes {FEWEST}."
    elif subject.patients < FEW:
        yield f"With {patients} differences are told apart only roughly. {_widths(facts)}".strip()
        yield (
            f"Of what befalls up to {unseen(subject.patients):.0%} of patients {patients} may show "
            "nothing, and then no interval allows for it."
        )
    classes = {name: number for name, number in subject.classes.items() if name}
    if len(classes) == 1:
        (only,) = classes
        yield f"All slices of known class are '{only}': nothing is said of others."
    elif classes and max(classes.values()) > UNBALANCED * min(classes.values()):
        told = listed([f"{number} '{name}'" for name, number in classes.items()])
        yield f"The classes are not balanced ({told}): means are mostly of the larger one."
    if subject.failed:
        yield (
            f"In no figure: {count(subject.failed, 'slice')} that failed, which may differ from "
            "the others."
        )


def _widths(facts: StudyFacts) -> str:
    """Return how far the means of the headline metrics could well lie from the truth."""
    told = []
    for key in headline_metrics(facts.findings):
        spans = [
            (each.interval.high - each.interval.low) / 2
            for each in _standings(facts, key)
            if each.interval is not None
        ]
        if spans:
            told.append(f"{figure(max(spans))} ({facts.names.metric(key)})")
    return f"Intervals reach up to {listed(told)} to either side." if told else ""


def _seen(facts: StudyFacts) -> Iterator[str]:
    """Yield what it means that the model had met the cohort, or that nobody knows."""
    if seen := seen_words(facts.leakage):
        yield seen
    elif not leakage_words(facts.leakage):
        yield (
            "Whether the model was trained on slices of this cohort is not known: its folder does "
            "not list what it was trained on, or nobody looked."
        )


def _reference(facts: StudyFacts) -> Iterator[str]:
    """Yield what the regions, or the want of them, leave open."""
    subject = facts.findings.subject
    if facts.anatomy:
        yield (
            "The regions are anatomy that is known exactly: nothing is said of how readers draw, "
            "or of how far they differ."
        )
    elif subject.annotated:
        yield (
            f"One reader drew the regions{f' ({subject.reader})' if subject.reader else ''}. How "
            "expert the reader is, and how far others would draw elsewhere, is not known, so that "
            "no agreement can be held against that of readers with one another."
        )
    else:
        yield "Nobody drew a region: nothing is said of whether maps point where a reader looks."
    if subject.annotated and subject.annotated < subject.slices:
        yield (
            f"{count(subject.slices - subject.annotated, 'slice')} of {subject.slices} have no "
            "region: metrics that need one are of the others."
        )


def _model(facts: StudyFacts) -> Iterator[str]:
    """Yield what one model, with its mistakes, leaves open."""
    subject = facts.findings.subject
    yield f"One network was explained ({subject.model}): nothing is said of others."
    if facts.card is not None and facts.card.sees:
        yield (
            f"It sees {facts.card.sees}. Each map adds up what lies on all of them; a region is "
            "that of the slice in the middle: what is rightly used on a neighbour may lie outside."
        )
    known = subject.correct + subject.wrong
    if subject.wrong:
        yield (
            f"The model was wrong on {subject.wrong} of {count(known, 'slice')}: a map that shows "
            "what misled it may be right and still point away from the region."
        )
    if known < subject.slices:
        yield (
            f"The true class of {count(subject.slices - known, 'slice')} is not known: whether the "
            "model was right there is not said."
        )


def _winners(facts: StudyFacts) -> Iterator[str]:
    """Yield by which metrics the best is no better than a control."""
    for key in headline_metrics(facts.findings):
        ranking = facts.findings.ranking(key, widest(facts.findings))
        first = leader(ranking)
        control = unbeaten(facts.names, ranking).get(first.entrant) if first else ""
        if first and control:
            best = facts.names.entrant(first.entrant)
            yield (
                f"By {facts.names.metric(key)} even the best, {best}, "
                f"is {control}: high figures do not show there that a map says what the model "
                "learnt."
            )
    doubtful = [
        facts.names.metric(name)
        for name in dict.fromkeys(map(metric_name, facts.study.metrics))
        if not trusted(name)
    ]
    if doubtful:
        yield (
            f"No winner is named by {listed(doubtful)}: no such metric passed when it was judged "
            "itself."
        )
    metrics = sum(not metric.variant for metric in facts.findings.metrics)
    if metrics > 1:
        yield (
            f"{count(len(facts.findings.entrants), 'entrant')} were ranked by "
            f"{count(metrics, 'metric')}. Tests are corrected within a metric and not over all: "
            "who looks for a winner among many metrics finds one by chance."
        )


def _scores(facts: StudyFacts) -> Iterator[str]:
    """Yield where there are no scores, or no intervals."""
    missing = sum(each.scores for each in facts.findings.undefined)
    if missing:
        worst = max(facts.findings.undefined, key=lambda each: each.scores)
        title = facts.names.titles.get(worst.estimator, worst.estimator)
        yield (
            f"In no mean: {count(missing, 'score')} without a value, most of them of {title} by "
            f"{facts.names.metric(worst.metric)}. An estimator that often has none is judged on "
            "the slices where it has one."
        )
    without = [
        facts.names.metric(metric.key)
        for metric in facts.findings.metrics
        if any(s.mean is not None and s.interval is None for s in _standings(facts, metric.key))
    ]
    if without:
        yield f"By {listed(without)} some means have no interval: how sure they are is not said."
    unbounded = [
        facts.names.metric(metric.key)
        for metric in facts.findings.metrics
        if not all(end is not None and isfinite(end) for end in metric.bounds)
    ]
    if unbounded and FEWEST <= facts.findings.subject.patients < FEW_FOR_UNBOUNDED:
        yield (
            f"By {listed(unbounded)} scores have no limit. Should a few patients score far beyond "
            f"all others, intervals on fewer than {FEW_FOR_UNBOUNDED} patients hold the mean in "
            "90 % of such cohorts, not in 95 %."
        )
    if facts.findings.accuracy and facts.findings.accuracy[0].too_few:
        yield f"Of the cohort's fidelity: {facts.findings.accuracy[0].too_few}"


def _fidelity(facts: StudyFacts) -> Iterator[str]:
    """Yield what removing pixels leaves open."""
    keys = facts.metrics("model")
    if not keys:
        yield "No metric asked the model: nothing is said of what it uses."
        return
    yield (
        "Images with removed pixels are no scans: where the model's answer falls, it may be for "
        "the hole and not for what is missing."
    )
    fills = {str(facts.study.metrics[key].get("fill", "")) for key in keys} - {""}
    if len(fills) == 1:
        yield f"Removed pixels were filled in one way only ({fills.pop()}); others may rank others."
        return
    taus = [
        (each.ranks.tau, each.other)
        for each in facts.findings.sensitivity
        if each.kind == "fill" and each.ranks.tau is not None
    ]
    if taus:
        tau, fill = min(taus)
        yield (
            f"The fill of removed pixels is a choice: with {fill} in its place Kendall's τ with "
            f"the usual ranking is {figure(tau)}, where 1 is the same order."
        )


def _plan(facts: StudyFacts) -> Iterator[str]:
    """Yield what the time of the plan leaves open."""
    fixed = facts.registrations
    if not fixed:
        yield "Since when the plan is fixed is not known: others may have been tried before."
    elif len(fixed) > 1:
        yield "Plan or model were changed after they had been fixed: the first choice is not this."
    elif fixed[0].opened:
        yield "The plan was fixed only when slices had been scored already."
    elif not fixed[0].beforehand:
        yield "The plan was not registered beforehand: others may have been tried before."


def _standings(facts: StudyFacts, key: str) -> tuple[Standing, ...]:
    return facts.findings.ranking(key, widest(facts.findings)).standings
