"""The results of a study, section by section; only the section that is shown is drawn."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ctviz.cohort import Run
from ctviz.ui.study.downloads import show_downloads
from ctviz.ui.study.read_findings import FindingsReading, read_findings
from ctviz.ui.study.results.answers import show_answers
from ctviz.ui.study.results.beside import show_beside
from ctviz.ui.study.results.discrepancy import show_discrepancy
from ctviz.ui.study.results.gaps import show_gaps
from ctviz.ui.study.results.maps import show_maps
from ctviz.ui.study.results.paper import show_paper
from ctviz.ui.study.results.rankings import show_rankings
from ctviz.ui.study.results.referee import show_referee
from ctviz.ui.study.results.sensitivity import show_choices
from ctviz.ui.study.sections import chosen_section

SECTIONS: Mapping[str, Callable[[Run, FindingsReading], None]] = MappingProxyType(
    {
        "Answer": lambda _, reading: show_answers(reading),
        "Maps": lambda _, reading: show_maps(reading),
        "Table 1 and figures": lambda _, reading: show_paper(reading),
        "Disagreement": lambda _, reading: show_discrepancy(reading),
        "Rankings": lambda _, reading: show_rankings(reading),
        "Beside another study": lambda _, reading: show_beside(reading),
        "What changes them": lambda _, reading: show_choices(reading),
        "What is missing": lambda _, reading: show_gaps(reading),
        "For a referee": lambda _, reading: show_referee(reading),
        "Downloads": show_downloads,
    }
)
"""In the order in which a researcher asks."""


def show_results(run: Run) -> None:
    """Let the reader choose a section of a study's findings, and show it."""
    reading = read_findings(run)
    SECTIONS[chosen_section(SECTIONS, "study-section")](run, reading)
