"""What can be taken home: the report, the figures, the table of scores, the plan."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import streamlit as st

from ctviz.cohort import Run
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report import report
from ctviz.cohort.report.writing import file_name
from ctviz.cohort.truth import TruthStudy
from ctviz.ui.access.trail import recorded
from ctviz.ui.service import backend
from ctviz.ui.session import widget
from ctviz.ui.study.read_findings import Charted, FindingsReading
from ctviz.viz.charts import chart_file
from ctviz.viz.documents import Document, to_html, to_pdf

LARGEST_MEGABYTES = 100.0
"""A file to take home is in the server's memory as a whole, for each reader who takes it."""

_printing = Lock()
"""Files are asked for from threads of their own, and the style of print is the process's."""


@dataclass(frozen=True)
class Offer:
    """One file to take home, made when it is asked for."""

    label: str
    ending: str
    mime: str
    make: Callable[[], bytes]
    meaning: str


def show_downloads(run: Run, reading: FindingsReading) -> None:
    """Offer everything that a study of scans leaves behind."""
    show_offers(run, _offers(run, reading))


def show_offers(run: Run, offers: Iterable[Offer]) -> None:
    """Offer files, each with what it is."""
    st.caption("Each file is made when it is asked for; report and figures take a few seconds.")
    for offer in offers:
        button, meaning = st.columns([2, 8], vertical_alignment="center")
        button.download_button(
            offer.label,
            recorded(f"{run.folder.name}{offer.ending}", offer.make),
            f"{run.folder.name}{offer.ending}",
            offer.mime,
            key=widget("download", offer.ending),
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        meaning.markdown(offer.meaning)


def _offers(run: Run, reading: FindingsReading) -> Iterator[Offer]:
    def document() -> Document:
        return report(run.folder, reading.findings, backend().models().cards.get(reading.model))

    holds = "the answer, figures, methods, every parameter, versions and checksums"
    yield from report_offers(run, document, holds)
    yield figures_offer(reading)
    yield from score_offers(run)
    yield plan_offer(run)


def report_offers(run: Run, document: Callable[[], Document], holds: str) -> Iterator[Offer]:
    """Yield the report as a page and as a PDF, with what it holds in words."""
    yield Offer(
        "Report, HTML",
        ".html",
        "text/html",
        lambda: _report(run, document, "html"),
        f"One page that needs no other file: {holds}.",
    )
    yield Offer(
        "Report, PDF",
        ".pdf",
        "application/pdf",
        lambda: _report(run, document, "pdf"),
        "The same, to be printed.",
    )


def figures_offer(reading: Charted) -> Offer:
    """Return all figures in an archive."""
    return Offer(
        "Figures, zip",
        "-figures.zip",
        "application/zip",
        lambda: _figures(reading),
        "Every chart as PNG of 300 dots an inch and as SVG.",
    )


def score_offers(run: Run) -> Iterator[Offer]:
    """Yield the table of scores and the findings."""
    table = StudyFolder(run.folder).scores_csv
    megabytes = table.stat().st_size / 1e6 if table.is_file() else 0.0
    what = "One row for each slice, estimator, sign and metric"
    if megabytes <= LARGEST_MEGABYTES:
        told = f"{what}; an undefined score is empty and says why."
        yield Offer("Scores, CSV", ".csv", "text/csv", table.read_bytes, told)
        typed = "The same table, small and typed."
    else:
        typed = (
            f"{what}, small and typed. As CSV the table has {megabytes:,.0f} MB; it is the file "
            f"{table.name} in the study's folder."
        )
    yield Offer(
        "Scores, Parquet",
        ".parquet",
        "application/vnd.apache.parquet",
        StudyFolder(run.folder).scores_parquet.read_bytes,
        typed,
    )
    yield Offer(
        "Findings, JSON",
        ".json",
        "application/json",
        StudyFolder(run.folder).findings.read_bytes,
        "Every number on this page.",
    )


def plan_offer(run: Run) -> Offer:
    """Return the plan to take home."""
    command = "truth" if isinstance(run.study, TruthStudy) else "study"
    return Offer(
        "Plan, TOML",
        ".toml",
        "application/toml",
        lambda: run.study.to_toml().encode(),
        f"Every hyperparameter; `ctviz {command}` with this file runs the same study again.",
    )


def _report(run: Run, document: Callable[[], Document], kind: Literal["html", "pdf"]) -> bytes:
    """Return the report that the run has written, or write it now."""
    written = StudyFolder(run.folder).report(kind)
    if written.is_file() and _age(written) <= _age(StudyFolder(run.folder).findings):
        return written.read_bytes()
    said = document()
    with _printing:
        return to_pdf(said) if kind == "pdf" else to_html(said).encode()


def _age(path: Path) -> float:
    return -path.stat().st_mtime


def _figures(reading: Charted) -> bytes:
    file = io.BytesIO()
    with _printing, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as figures:
        for name, chart in reading.charts.items():
            for kind in ("png", "svg"):
                figures.writestr(f"{file_name(name)}.{kind}", chart_file(chart, kind))
    return file.getvalue()
