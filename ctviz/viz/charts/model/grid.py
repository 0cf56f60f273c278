"""How the panels of a chart are set out."""

from dataclasses import dataclass
from typing import Self

from ctviz.viz.charts.model.kinds import Chart, Dots, Multiples, Panel


@dataclass(frozen=True)
class PanelGrid:
    """Panels in rows.

    Parameters
    ----------
    across
        How many stand in a row.
    """

    panels: tuple[Panel, ...]
    across: int

    @classmethod
    def of(cls, chart: Chart) -> Self:
        """Return the panels of a chart; most charts are one."""
        if not isinstance(chart, Multiples):
            return cls((chart,), 1)
        return cls(chart.panels, max(1, min(chart.across, len(chart.panels))))

    @property
    def rows(self) -> list[tuple[Panel, ...]]:
        """The panels of each row."""
        starts = range(0, len(self.panels), self.across)
        return [self.panels[start : start + self.across] for start in starts]

    def is_named(self, place: int) -> bool:
        """Whether the rows of a panel are named already, by the same names to its left."""
        if place % self.across == 0:
            return False
        panel, left = self.panels[place], self.panels[place - 1]
        if not (isinstance(panel, Dots) and isinstance(left, Dots)):
            return False
        return [row.name for row in panel.rows] == [row.name for row in left.rows]
