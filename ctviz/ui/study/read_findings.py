"""A study's findings as its page reads them: once from the file, then kept while it is the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeAlias

import streamlit as st

from ctviz.cohort import Findings, Run, load_findings
from ctviz.cohort.analysis.findings import MetricRanking, Ranked
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.report import charts
from ctviz.cohort.report.names import Names, widest
from ctviz.core import InvalidInput
from ctviz.ui.session import widget
from ctviz.ui.widgets.inks import page_inks
from ctviz.ui.widgets.plain_text import plain
from ctviz.viz import PLOT_CONFIG
from ctviz.viz.charts import Chart, interactive

KEPT = 4
"""So many studies' findings stay in memory."""

FileState: TypeAlias = tuple[int, int]
"""When a file was written last, in nanoseconds, and its size in bytes."""


@dataclass(frozen=True, eq=False)
class FindingsReading:
    """What a finished study found, with its charts and the names of what it compares.

    Parameters
    ----------
    folder
        The study's.
    model
        Id of the model that was studied.
    """

    folder: Path
    model: str
    findings: Findings
    charts: Mapping[str, Chart]
    names: Names

    def ranking(self, metric: str) -> MetricRanking:
        """Return the ranking of all entrants by a metric."""
        return self.findings.ranking(metric, widest(self.findings))

    def metrics(self) -> Iterator[Ranked]:
        """Yield the metrics that have charts of their own."""
        return (m for m in self.findings.metrics if f"ranking {m.key}" in self.charts)


class Charted(Protocol):
    """What has charts by name: findings of any kind of study."""

    @property
    def charts(self) -> Mapping[str, Chart]:
        """The charts."""


def read_findings(run: Run) -> FindingsReading:
    """Return what a study found; nothing but its findings is read."""
    return _reading(run.folder, run.study.model, findings_state(run))


def findings_state(run: Run) -> FileState:
    """Return what changes when a study's findings are written anew, refusing one without any."""
    try:
        state = StudyFolder(run.folder).findings.stat()
    except OSError:
        raise InvalidInput("The study has no findings yet; run it to its end.") from None
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=KEPT)
def _reading(folder: Path, model: str, _: FileState) -> FindingsReading:
    findings = load_findings(folder)
    return FindingsReading(folder, model, findings, charts(findings), Names.of(findings))


def show_chart(reading: Charted, name: str) -> bool:
    """Show a chart with the sentence that tells how it is read; return whether the study has it."""
    chart = reading.charts.get(name)
    if chart is None:
        return False
    show_figure(chart, name)
    return True


def show_figure(chart: Chart, name: str) -> None:
    """Show a chart of any origin with the sentence that tells how it is read."""
    # Beneath the chart rather than in it, so that no sentence is cut off where it is narrow.
    figure = interactive(replace(chart, note=""), inks=page_inks())
    st.plotly_chart(figure, theme=None, config=dict(PLOT_CONFIG), key=widget("chart", name))
    st.caption(plain(chart.note))
