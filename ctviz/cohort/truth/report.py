"""The report of a study of phantoms: who agrees with the truth, and whose word on it is good."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report.names import Names, widest_of
from ctviz.cohort.report.numbers import count, figure, listed, with_span
from ctviz.cohort.report.rank_charts import best_first, unbeaten
from ctviz.cohort.report.writing import file_name
from ctviz.cohort.statistics import Standing
from ctviz.cohort.truth.charts import PARTS, PICTURE, decisive, truth_charts, truth_names
from ctviz.cohort.truth.findings import MetricTruth, TruthFindings, load_truth_findings
from ctviz.cohort.truth.picture import load_picture
from ctviz.truth import WITHOUT_EFFECT
from ctviz.truth.agreement_with_truth import NO_SIGN
from ctviz.viz.charts import Chart, save_chart
from ctviz.viz.documents import (
    NOTHING,
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Table,
    save_html,
    save_pdf,
)


def write_truth_report(folder: Path) -> Path:
    """Write the report of a finished study of phantoms and return the folder that holds it.

    It has ``report.html``, ``report.pdf`` and the figures. Equal findings give equal files.
    """
    findings, kept = load_truth_findings(folder), StudyFolder(folder)
    drawn = truth_charts(findings, load_picture(folder))
    document = truth_report(findings, drawn, kept.found)
    place = kept.report("html").parent
    place.mkdir(parents=True, exist_ok=True)
    save_html(document, kept.report("html"))
    save_pdf(document, kept.report("pdf"))
    shown = [block.chart for block in document.blocks if isinstance(block, Figure)]
    for name, chart in drawn.items():
        if chart in shown:
            save_chart(chart, place / "figures", file_name(name))
    return place


def truth_report(
    findings: TruthFindings, drawn: Mapping[str, Chart], found: datetime | None
) -> Document:
    """Return what the report says, with the charts of `truth_charts` and the findings' date."""
    subject, names = findings.subject, truth_names(findings)
    return Document(
        f"Which importance estimator tells the truth: {subject.model}",
        f"{count(subject.phantoms, 'phantom')}, plan {subject.digest[:8]}".capitalize(),
        (
            Paragraph(truth_answer(findings, names), lead=True),
            Heading("Estimators against the truth"),
            *_figures(drawn, f"ranking {findings.metrics[0].key}"),
            agreement_with_truth_table(findings, names),
            *_typical(drawn),
            Heading("Metrics against the truth"),
            trust_table(findings, names),
            Heading("What the parts do"),
            *_figures(drawn, PARTS),
            effect_table(findings),
            *_gaps(findings, names),
            Heading("Methods"),
            *map(Paragraph, _methods(findings)),
        ),
        found,
    )


def truth_answer(findings: TruthFindings, names: Names) -> str:
    """Return what came out, in a few sentences."""
    return " ".join((*estimators_answer(findings, names), *metrics_answer(findings, names)))


def estimators_answer(findings: TruthFindings, names: Names) -> Iterator[str]:
    """Yield who is closest to the truth, how surely, and whether it beats the controls."""
    ranking = decisive(findings)
    placed = [each for each in best_first(ranking) if each.mean is not None]
    if not placed:
        yield "No entrant could be held against the truth on any phantom."
    for best in [each for each in placed if not each.entrant.control][:1]:
        flag = unbeaten(names, ranking).get(best.entrant)
        yield (
            f"Closest to the truth: {_words(best, names)}. It leads in {best.first:.0%} of the "
            f"draws of phantoms and is {flag or 'better than every control'}."
        )
    for control in [each for each in placed if each.entrant.control][:1]:
        yield f"The best control: {_words(control, names)}."


def metrics_answer(findings: TruthFindings, names: Names) -> Iterator[str]:
    """Yield which metrics rank the estimators as the truth does, and which do not."""
    trust = sorted(_trusts(findings), key=lambda each: -(each.ranks.tau or 0))
    good = [each for each in trust if each.ranks.interval and each.ranks.interval.low > 0]
    bad = [each for each in trust if each not in good and each.ranks.tau is not None]
    if good:
        yield f"Rank the estimators as the truth does, at least in part: {_of(good, names)}."
    if bad:
        yield f"Not shown to rank the estimators as the truth does: {_of(bad, names)}."
    if not good and not bad:
        yield "No metric could be held against the truth."


def agreement_with_truth_table(findings: TruthFindings, names: Names) -> Table:
    """Return every entrant by every measure of the truth."""
    signs = widest_of(findings.entrants)
    rankings = [findings.ranking(each.key, signs) for each in findings.metrics]
    flags = unbeaten(names, rankings[0])
    ordered = best_first(rankings[0])
    others = [{each.entrant: each for each in ranking.standings} for ranking in rankings]
    return Table(
        "Agreement with the true effects of the parts, with 95 % intervals",
        ("Entrant", *(f"{each.title} {_ARROWS[each.better]}" for each in findings.metrics), "Note"),
        tuple(
            (
                names.entrant(each.entrant),
                *(with_span(by[each.entrant].mean, by[each.entrant].interval) for by in others),
                "control" if each.entrant.control else flags.get(each.entrant, ""),
            )
            for each in ordered
        ),
        faint=frozenset(n for n, each in enumerate(ordered) if each.entrant.control),
        note=" ".join(each.summary for each in findings.metrics),
    )


def trust_table(findings: TruthFindings, names: Names) -> Table:
    """Return how alike every metric and the truth rank the entrants."""
    wide = widest_of(findings.entrants)
    measures = [each for each in findings.metrics if each.key != "sign-agreement"]
    columns = [(measure, controls) for measure in measures for controls in (True, False)]

    whys = [
        f"{names.metric(each.metric)}: {each.ranks.why}"
        for each in _trusts(findings)
        if each.ranks.why
    ]

    def cells(key: str) -> Iterator[str]:
        for measure, controls in columns:
            ranks = findings.trust_in(key, measure.key, wide, controls=controls)
            yield with_span(ranks.tau, ranks.interval) if not ranks.why else NOTHING

    return Table(
        "Kendall's τ of each metric's ranking and the truth's, with 95 % intervals",
        (
            "Metric",
            *(f"{m.title}{'' if controls else ', without controls'}" for m, controls in columns),
        ),
        tuple((names.metric(each.key), *cells(each.key)) for each in findings.judged),
        note="Higher is better: 1 is the same order, 0 no relation, −1 the reverse; noise in "
        "either ranking pulls τ towards 0. Signed and absolute values apart are in findings.json."
        + "".join(f" {why}" for why in whys),
    )


def effect_table(findings: TruthFindings) -> Table:
    """Return what each part does to the answer."""
    return Table(
        f"Effect on the log-odds of '{findings.subject.explained}', with 95 % intervals",
        ("Part", "Seen on", "Effect", "Matters on", "Pixels"),
        tuple(
            (
                each.part,
                str(each.phantoms),
                with_span(each.mean, each.interval),
                f"{each.matters:.0%}",
                f"{each.pixels:.0f}",
            )
            for each in findings.parts
        ),
        note="Positive speaks for the class. A part matters on a phantom where it has "
        f"{WITHOUT_EFFECT:.0%} of the largest effect or more.",
    )


TYPICAL = (
    "It is the phantom on which the maps that are shown agree with the truth most nearly as they "
    "do in the mean."
)
_ARROWS = {"higher": "↑", "lower": "↓"}


def _figures(drawn: Mapping[str, Chart], name: str) -> Iterator[Block]:
    if name in drawn:
        yield Figure(drawn[name])


def _typical(drawn: Mapping[str, Chart]) -> Iterator[Block]:
    if PICTURE in drawn:
        yield Heading("A typical phantom")
        yield Figure(drawn[PICTURE], TYPICAL)


def _trusts(findings: TruthFindings) -> list[MetricTruth]:
    measure, signs = findings.metrics[0].key, widest_of(findings.entrants)
    return [
        each
        for each in findings.trust
        if (each.measure, each.signs, each.controls) == (measure, signs, True)
    ]


def _words(standing: Standing, names: Names) -> str:
    return f"{names.entrant(standing.entrant)}, τ = {with_span(standing.mean, standing.interval)}"


def _of(trusts: list[MetricTruth], names: Names) -> str:
    return listed([f"{names.metric(e.metric)} (τ = {figure(e.ranks.tau)})" for e in trusts])


def missing_table(findings: TruthFindings, names: Names) -> Table | None:
    """Return where there is no value, and why; None if nothing is missing."""
    # Nobody misses what absolute values cannot have.
    missing = [each for each in findings.undefined if each.why != NO_SIGN.why]
    if not missing:
        return None
    return Table(
        "Where there is no value, and why",
        ("Estimator", "Measure", "Reason", "Values"),
        tuple(
            (
                names.titles.get(e.estimator, e.estimator),
                names.metric(e.metric),
                e.why,
                str(e.scores),
            )
            for e in missing
        ),
    )


def _gaps(findings: TruthFindings, names: Names) -> Iterator[Block]:
    table = missing_table(findings, names)
    if table is not None:
        yield Heading("What is missing")
        yield table


def _methods(findings: TruthFindings) -> Iterator[str]:
    subject = findings.subject
    yield (
        f"The model {subject.model} answered on one slice of each of "
        f"{count(subject.phantoms, 'phantom')}, whose true class, '{subject.explained}', was "
        f"explained; it was right on {subject.correct}. Each slice was rendered again without one "
        "part after the other, with the same noise: blood and heart muscle without their contrast "
        "agent, other parts replaced by what lies beneath them. A part's effect is the class's "
        "log-odds for the slice minus those for the slice without it."
    )
    yield (
        "A part's importance is the sum of the map over the pixels that change when it is missing; "
        "a pixel that several would change belongs to the smallest of them. Signed maps are held "
        "against signed effects, absolute values against the sizes of effects."
    )
    yield (
        "Phantoms are the unit: intervals are 95 % intervals by Student's t, lengthened on the "
        "side to which values are skewed (Hall 1992), with the moments of "
        f"{findings.draws} bootstrap draws of phantoms (seed {findings.seed}), the same for all "
        "entrants and metrics; those of rankings hold all that pairs allow whose order is not "
        "clear. "
        "Metrics that compare with a reader were given heart and great vessels, or the lesion."
    )
