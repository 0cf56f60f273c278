"""The report of a finished study: a page, a PDF, and its figures as files."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ctviz.cohort.analysis.findings import Findings, Ranked, load_findings
from ctviz.cohort.contact_sheet import load_sheet
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import CohortStudy, metric_name, read_plan
from ctviz.cohort.report.answer import answer, headline_metrics
from ctviz.cohort.report.charts import charts
from ctviz.cohort.report.methods import methods
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.other_models import findings_beside, other_models_table
from ctviz.cohort.report.plain_answer import plain_answer
from ctviz.cohort.report.provenance import cohort_card, model_card, reproduction
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.integrity import seen_words
from ctviz.cohort.report.referee.pack import referee_pack
from ctviz.cohort.report.sheet_charts import sheet_charts
from ctviz.cohort.report.strange_fills import strange_fills_of, strange_fills_table
from ctviz.cohort.report.tables import (
    agreement_table,
    curve_table,
    disputed_table,
    failure_table,
    overview_table,
    paper_table,
    sensitivity_table,
    sign_table,
    standing_table,
    undefined_table,
    verdict_table,
)
from ctviz.core import InvalidInput, Progress
from ctviz.metrics.trust import trust_words
from ctviz.models import ModelCard
from ctviz.viz.charts import Chart, save_chart
from ctviz.viz.documents import (
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Table,
    save_html,
    save_pdf,
)


def write_report(
    folder: Path, card: ModelCard | None = None, progress: Progress | None = None
) -> Path:
    """Write the report of a finished study and return the folder that holds it.

    It has ``report.html``, which needs no other file, ``report.pdf``, and the figures as PNG of 300
    dots an inch and as SVG. Equal findings give equal files.

    Parameters
    ----------
    folder
        Of the study.
    card
        The model's data sheet; without it the report names the model and its checksums only.
    """
    progress = progress or Progress()
    findings = load_findings(folder)
    drawn = {**charts(findings), **sheet_charts(load_sheet(folder))}
    document = report(folder, findings, card)
    kept = StudyFolder(folder)
    place = kept.report("html").parent
    place.mkdir(parents=True, exist_ok=True)
    save_html(document, kept.report("html"))
    progress.check()
    save_pdf(document, kept.report("pdf"))
    shown = [block.chart for block in document.blocks if isinstance(block, Figure)]
    for name, chart in drawn.items():
        if chart in shown:
            progress.check()
            save_chart(chart, place / "figures", file_name(name))
    return place


def file_name(chart: str) -> str:
    """Return a chart's name as that of a file.

    >>> file_name("ranking dice@share=cross-validated")
    'ranking-dice-share-cross-validated'
    """
    return "".join(letter if letter.isalnum() else "-" for letter in chart)


def report(folder: Path, findings: Findings, card: ModelCard | None = None) -> Document:
    """Return what a study's report says."""
    study, names = read_plan(StudyFolder(folder).plan), Names.of(findings)
    drawn = {**charts(findings), **sheet_charts(load_sheet(folder))}
    facts = StudyFacts.of(folder, findings, card)
    blocks = (
        Paragraph(
            " ".join(filter(None, (seen_words(facts.leakage), *plain_answer(findings, names)))),
            lead=True,
        ),
        *_figures(drawn, *(f"ranking {key}" for key in headline_metrics(findings)[:1])),
        Paragraph(answer(findings, names)),
        *_paper(findings, findings_beside(folder, study), names, drawn),
        *_maps(drawn),
        *_reader(findings, names, drawn),
        *_discrepancy(findings, names, drawn),
        *_rankings(findings, names, drawn),
        *_sensitivity(findings, names, drawn),
        *_known(strange_fills_table(strange_fills_of(folder))),
        *_gaps(findings, names, _read(StudyFolder(folder).failures)),
        *methods(study, findings, names),
        *cohort_card(findings),
        *(model_card(card) if card else ()),
        *reproduction(study, _read(StudyFolder(folder).environment), names),
        *referee_pack(facts),
    )
    return Document(
        f"Which importance estimator to trust: {study.name}",
        _subtitle(study, findings),
        blocks,
        StudyFolder(folder).found,
    )


def _subtitle(study: CohortStudy, findings: Findings) -> str:
    subject = findings.subject
    return f"{subject.cohort}, model {subject.model}, plan {study.digest[:8]}".capitalize()


def _paper(
    findings: Findings, others: Mapping[str, Findings], names: Names, drawn: Mapping[str, Chart]
) -> Iterator[Block]:
    yield Heading("The paper's findings on this cohort")
    yield verdict_table(findings, names)
    yield from _known(other_models_table(findings, others, names))
    yield from _known(sign_table(findings, names))
    if findings.accuracy:
        yield Heading("Fidelity of the cohort")
        yield paper_table(findings.accuracy[0], names)
        yield from _figures(drawn, "cohort-fidelity", "accuracy")


def _maps(drawn: Mapping[str, Chart]) -> Iterator[Block]:
    sheets = _kind(drawn, "typical")
    if sheets:
        yield Heading("What the maps look like")
        yield from _figures(drawn, *sheets)


def _reader(findings: Findings, names: Names, drawn: Mapping[str, Chart]) -> Iterator[Block]:
    table = curve_table(findings, names)
    if table is not None:
        yield Heading("Agreement with the reader")
        yield from _figures(drawn, "roc", "dice")
        yield table


def _discrepancy(findings: Findings, names: Names, drawn: Mapping[str, Chart]) -> Iterator[Block]:
    if "discrepancy" not in drawn:
        return
    yield Heading("Where the rankings part")
    yield from _figures(drawn, "discrepancy", *_kind(drawn, "scatter"))
    yield from _known(agreement_table(findings, names), disputed_table(findings, names))
    yield from _figures(drawn, *_kind(drawn, "disputed"))


def _rankings(findings: Findings, names: Names, drawn: Mapping[str, Chart]) -> Iterator[Block]:
    yield Heading("Rankings")
    yield overview_table(findings, names)
    first = headline_metrics(findings)
    for key in first:
        yield Heading(f"By {names.metric(key)}", level=2)
        yield Paragraph(_metric_words(names.metrics[key]))
        # That of the first stands beside the answer.
        yield from _figures(drawn, *([f"ranking {key}"] if key != first[0] else []))
        yield standing_table(findings, names, key)
        yield from _figures(drawn, f"difference {key}", f"frequencies {key}", f"pairs {key}")
    others = [m for m in findings.metrics if not m.variant and m.key not in first]
    for metric in others:
        if f"ranking {metric.key}" in drawn:
            yield Heading(f"By {metric.title}", level=2)
            yield Paragraph(_metric_words(metric))
            yield from _figures(drawn, f"ranking {metric.key}")


def _metric_words(metric: Ranked) -> str:
    """Return what a metric's number says, and whether the metric passed as one."""
    return f"{metric.summary} {trust_words(metric_name(metric.key))}"


def _sensitivity(findings: Findings, names: Names, drawn: Mapping[str, Chart]) -> Iterator[Block]:
    groups = [
        name for name in _kind(drawn, "group") if name.endswith(headline_metrics(findings)[:2])
    ]
    if "sensitivity" in drawn or groups:
        yield Heading("How the ranking changes")
        yield from _figures(drawn, "sensitivity")
        yield from _known(sensitivity_table(findings, names))
        yield from _figures(drawn, "fills", *groups)


def _gaps(findings: Findings, names: Names, failures: list[dict[str, object]]) -> Iterator[Block]:
    yield Heading("What is missing")
    tables = [
        table for table in (undefined_table(findings, names), failure_table(failures)) if table
    ]
    yield from tables or (Paragraph("Every slice was scored, and every score is defined."),)


def _figures(drawn: Mapping[str, Chart], *wanted: str) -> Iterator[Block]:
    return (Figure(drawn[name]) for name in wanted if name in drawn)


def _kind(drawn: Mapping[str, Chart], kind: str) -> list[str]:
    return [name for name in drawn if name.startswith(f"{kind} ")]


def _known(*tables: Table | None) -> Iterable[Block]:
    return (table for table in tables if table is not None)


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InvalidInput(
            f"The study's {path.name} is missing or damaged; start the study again to go on."
        ) from None
