"""CLIX-M, filled from a study: what clinicians ask of an explanation."""

from ctviz.cohort.report.numbers import count, listed, with_span
from ctviz.cohort.report.referee.checklist import Checklist, Item
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.metrics.base import Need

HEADLINES = ("auroc", "fidelity")
"""Metrics that are named where one is enough."""


def _purpose(facts: StudyFacts) -> str:
    task = f" The model's task: {facts.card.task}" if facts.card else ""
    return (
        "To find out which estimator shows what the model uses, and where a reader would look. "
        f"For research; no patient is treated by it.{task}"
    )


def _relevance(facts: StudyFacts) -> str:
    best = _best(facts, "region")
    if not best or facts.anatomy:
        return ""
    return f"In part: no clinician rated the maps. They were held against drawn regions: {best}."


def _correctness(facts: StudyFacts) -> str:
    best = [text for text in (_best(facts, "region"), _best(facts, "model")) if text]
    return f"The best that is no control: {'; '.join(best)}." if best else ""


def _confidence(facts: StudyFacts) -> str:
    patients = facts.findings.subject.patients
    return (
        f"Every figure has a 95 % interval over {count(patients, 'patient')}, or says why there "
        "is none. Maps have no intervals of their own. Whether they go with how sure the model is "
        "was not looked at."
    )


def _consistency(facts: StudyFacts) -> str:
    told = [
        f"{facts.names.metric(each.first)} and {facts.names.metric(each.second)} "
        f"{with_span(each.ranks.tau, each.ranks.interval)}"
        for each in facts.findings.agreements
        if each.ranks.tau is not None and each.signs == facts.findings.rankings[0].signs
    ]
    stable, alike = facts.best("seed-stability"), facts.best("reproducibility")
    parts = [
        *([f"Kendall's τ of the rankings by two metrics: {'; '.join(told)}."] if told else []),
        *([f"Over seeds: {stable}."] if stable else []),
        *([f"Over networks trained alike: {alike}."] if alike else []),
    ]
    return " ".join(parts)


def _robustness(facts: StudyFacts) -> str:
    best = facts.best("max-sensitivity")
    return f"To small changes of the scan: {best}." if best else ""


def _causal(facts: StudyFacts) -> str:
    best = _best(facts, "model")
    if not best:
        return ""
    return f"In part, by removing pixels and asking the model again: {best}."


def _fairness(facts: StudyFacts) -> str:
    kinds = list(dict.fromkeys(each.kind for each in facts.findings.subgroups))
    if not kinds:
        return ""
    named = {"class": "the true class", "answer": "right and wrong answers", "size": "the size"}
    return (
        f"In part: rankings within groups by {listed([named[kind] for kind in kinds])}. Age, sex "
        "and origin of the patients are not known to ctviz."
    )


def _troubleshooting(facts: StudyFacts) -> str:
    subject = facts.findings.subject
    if not subject.correct + subject.wrong:
        return ""
    by_answer = [each for each in facts.findings.subgroups if each.kind == "answer"]
    apart = " Rankings on them stand apart." if by_answer else ""
    return f"In part: the model was wrong on {count(subject.wrong, 'slice')}.{apart}"


def _interpretation(_: StudyFacts) -> str:
    return (
        "Positive importance speaks for the explained class, negative against it; absolute values "
        "tell that a pixel matters and not which way. Whether readers understand it so was not "
        "tested."
    )


def _limitations(_: StudyFacts) -> str:
    return "The part 'What these numbers cannot say'."


def _best(facts: StudyFacts, need: Need) -> str:
    """Return the best by one metric that compares with a reader, or with the model."""
    keys = sorted(facts.metrics(need), key=lambda key: key not in HEADLINES)
    return next((facts.best(key) for key in keys if facts.leader(key)), "")


CLIX_M = Checklist(
    "CLIX-M",
    "Brankovic et al. Clinician-informed XAI evaluation checklist with metrics (CLIX-M) for "
    "AI-powered clinical decision support systems. npj Digit. Med. 8, 2025, 364. "
    "doi:10.1038/s41746-025-01764-2.",
    "Of an item we know its name, its number and who rates it, from others who use the list, and "
    "not its full text. What clinicians rate is left to them.",
    (
        Item(1, "purpose", _purpose),
        Item(2, "domain relevance, rated by clinicians", _relevance),
        Item(3, "reasonableness (coherence), rated by clinicians"),
        Item(4, "actionability, rated by clinicians"),
        Item(5, "correctness", _correctness),
        Item(6, "confidence", _confidence),
        Item(7, "consistency", _consistency),
        Item(8, "robustness", _robustness),
        Item(9, "causal validity", _causal),
        Item(10, "narrative reasoning"),
        Item(11, "bias and fairness", _fairness),
        Item(12, "model troubleshooting", _troubleshooting),
        Item(13, "interpretation", _interpretation),
        Item(14, "limitations of the explanations", _limitations),
    ),
)
