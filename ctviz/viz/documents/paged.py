"""A document as a PDF, set by Typst on the page that ``report.typ`` describes.

What the document says goes there as JSON, so that nothing in it is read as markup. The typefaces
are those that come with matplotlib: the same on every machine.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from ctviz.core.theme import THEME
from ctviz.viz.charts import chart_file
from ctviz.viz.documents.blocks import Block, Document, Figure, Table

PAGE = files("ctviz.viz.documents").joinpath("report.typ").read_bytes()
KEPT = 10
"""For so many pages Typst keeps what it computed, about 100 MB for a study's report."""


def to_pdf(document: Document) -> bytes:
    """Return the document as a PDF file's bytes: equal documents give equal bytes.

    Its text can be searched and read aloud: parts, tables and figures are tagged as such.
    """
    made = 0 if document.made is None else int(document.made.timestamp())
    pdf: bytes = typst.compile(PAGE, format="pdf", timestamp=made, **setting(document))
    _forget()
    return pdf


def save_pdf(document: Document, path: Path) -> None:
    """Write the document as a PDF file."""
    path.write_bytes(to_pdf(document))


def setting(document: Document) -> dict[str, Any]:
    """Return what the page is told: the document, and the only typefaces there are."""
    told = {
        "title": document.title,
        "subtitle": document.line,
        "day": None if document.made is None else document.made.timetuple()[:3],
        "ink": THEME.light.text,
        "faint": THEME.light.faint,
        "accent": THEME.light.link,
        "blocks": [_told(block, number) for number, block in document.numbered()],
    }
    return {
        "sys_inputs": {"document": json.dumps(told, default=sorted)},  # sets in an order
        "font_paths": [Path(mpl.get_data_path()) / "fonts" / "ttf"],
        "ignore_system_fonts": True,
    }


def _forget() -> None:
    """Set empty pages until Typst lets go of the last document, as a server runs for long."""
    for _ in range(KEPT + 1):
        typst.compile(b"", format="pdf", timestamp=0, ignore_system_fonts=True)


def _told(block: Block, number: int) -> Mapping[str, Any]:
    told = {"kind": type(block).__name__, "number": number}
    if isinstance(block, Figure):
        return {**told, "words": block.words, "svg": chart_file(block.chart, "svg").decode()}
    if isinstance(block, Table):
        told |= {"numeric": block.numeric, "looks": _marks(block)}
    return {**vars(block), **told}


def _marks(table: Table) -> Mapping[str, tuple[str, str]]:
    """Return the mark and its colour in front of those cells that have one, by their words."""
    return {words: (THEME.glyph(look), look.light) for words, look in table.looks.items()}
