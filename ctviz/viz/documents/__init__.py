"""Documents described once, written as a page that needs nothing else and as a PDF."""

from ctviz.viz.documents.blocks import (
    NOTHING,
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Points,
    SettingsList,
    Table,
)
from ctviz.viz.documents.paged import save_pdf, to_pdf
from ctviz.viz.documents.web import save_html, to_html

__all__ = [
    "NOTHING",
    "Block",
    "Document",
    "Figure",
    "Heading",
    "Paragraph",
    "Points",
    "SettingsList",
    "Table",
    "save_html",
    "save_pdf",
    "to_html",
    "to_pdf",
]
