"""What a document says, block by block, without a word on how it is set."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from ctviz.core.look import Look
from ctviz.viz.charts import Chart

NOTHING = "–"
"""Stands in a cell that has no value."""


@dataclass(frozen=True)
class Heading:
    """The title of a part (level 1) or of a section in it (level 2)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Plain text.

    Parameters
    ----------
    lead
        Whether it is the answer that the reader came for, set apart.
    """

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption above.

    Parameters
    ----------
    rows
        As many cells as there are columns.
    faint
        Rows set in grey, by number: controls.
    strong
        Cells set bold, by row and column: the best of a column.
    looks
        Of what the rows tell of, by the words that stand in their cells: the mark goes in front.
    note
        What to know when reading it, below.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    faint: frozenset[int] = frozenset()
    strong: frozenset[tuple[int, int]] = frozenset()
    looks: Mapping[str, Look] = field(default_factory=dict)
    note: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers, and so stand to the right."""
        return tuple(
            bool(self.rows) and all(_number(row[place]) for row in self.rows)
            for place in range(len(self.columns))
        )


@dataclass(frozen=True)
class Figure:
    """A chart with its caption below: its own note, and what the caption adds."""

    chart: Chart
    caption: str = ""

    @property
    def words(self) -> str:
        """The whole caption."""
        said = [f"{self.chart.title}." if self.chart.title else "", self.chart.note, self.caption]
        return " ".join(part for part in said if part)


@dataclass(frozen=True)
class SettingsList:
    """Names and values that must be repeated exactly: parameters, versions, hashes."""

    caption: str
    entries: tuple[tuple[str, str], ...]


Block: TypeAlias = Heading | Paragraph | Points | Table | Figure | SettingsList


@dataclass(frozen=True)
class Document:
    """A report: a title, a line below it, and its blocks.

    Parameters
    ----------
    made
        When what it says was found; without it the document has no date.
    """

    title: str
    subtitle: str = ""
    blocks: tuple[Block, ...] = ()
    made: datetime | None = None

    @property
    def line(self) -> str:
        """The line below the title, with the day on which what it says was found."""
        day = "" if self.made is None else f"{self.made:%d %B %Y}".lstrip("0")
        return ", ".join(filter(None, (self.subtitle, day)))

    def numbered(self) -> Iterator[tuple[int, Block]]:
        """Yield every block with its number among those of its kind, from 1."""
        count: Counter[type[Block]] = Counter()
        for block in self.blocks:
            count[type(block)] += 1
            yield count[type(block)], block


def _number(cell: str) -> bool:
    start = cell.strip().lstrip("<>≤≥−-+(")
    return cell in ("", NOTHING) or start[:1].isdigit() or start[:1] == "."
