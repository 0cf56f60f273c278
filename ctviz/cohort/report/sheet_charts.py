"""The sheets of maps in a report: what the numbers are about."""

from collections.abc import Sequence
from dataclasses import dataclass

from ctviz.cohort.contact_sheet import SheetPicture
from ctviz.viz import png
from ctviz.viz.charts import Multiples, Picture


@dataclass(frozen=True)
class _Layout:
    title: str
    note: str
    across: int


LAYOUTS = {
    "typical": _Layout(
        "Maps of the best entrants, where they agree best, as usual and worst",
        "A row for each estimator under its better sign, the best first, below them the best "
        "control. The line is the reader's region.",
        3,
    ),
    "disputed": _Layout(
        "Slices on which the rankings differ most",
        "Of each slice the map that is first by fidelity, beside the one that is first by "
        "agreement with the reader, whose region is the line.",
        2,
    ),
}
"""By the names of the sheets."""


def sheet_charts(pictures: Sequence[SheetPicture]) -> dict[str, Multiples]:
    """Return the sheets that there are pictures for, by name."""
    panels = {
        name: tuple(_panel(each) for each in pictures if each.sheet == name) for name in LAYOUTS
    }
    return {
        name: Multiples(layout.title, layout.note, panels[name], layout.across)
        for name, layout in LAYOUTS.items()
        if panels[name]
    }


def _panel(picture: SheetPicture) -> Picture:
    return Picture(picture.title, picture.note, png(picture.rgb))
