"""The findings of a study of phantoms as its page reads them: once, then kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ctviz.cohort import Run
from ctviz.cohort.report.names import Names
from ctviz.cohort.truth import TruthFindings, TruthStudy, load_truth_findings
from ctviz.cohort.truth.charts import truth_charts, truth_names
from ctviz.cohort.truth.picture import TruthPicture, load_picture
from ctviz.ui.study.read_findings import KEPT, FileState, findings_state
from ctviz.viz.charts import Chart


@dataclass(frozen=True, eq=False)
class TruthReading:
    """What a finished study of phantoms found, with its charts and names.

    Parameters
    ----------
    folder
        The study's.
    study
        Its plan.
    picture
        Of the typical phantom; None in a study from before there was one.
    """

    folder: Path
    study: TruthStudy
    findings: TruthFindings
    picture: TruthPicture | None
    charts: Mapping[str, Chart]
    names: Names


def read_truth(run: Run, study: TruthStudy) -> TruthReading:
    """Return what a study of phantoms found."""
    return _reading(run.folder, study.to_toml(), findings_state(run))


@lru_cache(maxsize=KEPT)
def _reading(folder: Path, plan: str, _: FileState) -> TruthReading:
    findings, picture = load_truth_findings(folder), load_picture(folder)
    return TruthReading(
        folder,
        TruthStudy.from_toml(plan),
        findings,
        picture,
        truth_charts(findings, picture),
        truth_names(findings),
    )
