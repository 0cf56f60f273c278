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

ROWS = 4
"""Of pictures that fit a page of paper."""


def sheet_charts(pictures: Sequence[SheetPicture]) -> dict[str, Multiples]:
    """Return the sheets that there are pictures for, by name, none taller than a page."""
    found = {}
    for name, layout in LAYOUTS.items():
        panels = [_panel(each) for each in pictures if each.sheet == name]
        page = ROWS * layout.across
        for first in range(0, len(panels), page):
            title = layout.title if first == 0 else f"{layout.title}, continued"
            shown = tuple(panels[first : first + page])
            found[f"{name} {first // page + 1}"] = Multiples(
                title, layout.note, shown, layout.across
            )
    return found


def _panel(picture: SheetPicture) -> Picture:
    return Picture(picture.title, picture.note, png(picture.rgb))
