"""A document as one HTML file that needs nothing else: no script, no network, no other file."""

import re
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from ctviz.core.look import Look
from ctviz.core.theme import THEME
from ctviz.viz.charts import chart_file
from ctviz.viz.documents.blocks import (
    Document,
    Figure,
    Heading,
    Paragraph,
    Points,
    SettingsList,
    Table,
)
from ctviz.viz.documents.page_style import PAGE_STYLE

FOR_TABLE_OF_CONTENTS = 3  # parts


def to_html(document: Document) -> str:
    """Return the document as a page: equal documents give equal pages."""
    body = "\n".join(_SETTING[type(block)](block, n) for n, block in document.numbered())
    title = escape(document.title)
    subtitle = f'<p class="subtitle">{escape(document.line)}</p>' if document.line else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{PAGE_STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{subtitle}
{_contents(document)}
{body}
</body>
</html>
"""


def save_html(document: Document, path: Path) -> None:
    """Write the document as an HTML file."""
    path.write_text(to_html(document), encoding="utf-8")


def inline_svg(svg: str, prefix: str) -> str:
    """Return an SVG file as an element of a page, its ids its own by a prefix."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    return re.sub(r"url\(#", f"url(#{prefix}-", svg)


def _contents(document: Document) -> str:
    headings = [(n, b) for n, b in document.numbered() if isinstance(b, Heading) and b.level == 1]
    if len(headings) < FOR_TABLE_OF_CONTENTS:
        return ""
    links = (f'<a href="#part-{n}">{escape(heading.text)}</a>' for n, heading in headings)
    return f"<nav>{''.join(links)}</nav>"


def _heading(block: Heading, number: int) -> str:
    level = block.level + 1
    return f'<h{level} id="part-{number}">{escape(block.text)}</h{level}>'


def _paragraph(block: Paragraph, _: int) -> str:
    kind = ' class="lead"' if block.lead else ""
    return f"<p{kind}>{escape(block.text)}</p>"


def _points(block: Points, _: int) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"


def _table(block: Table, number: int) -> str:
    kinds = [' class="number"' if numeric else "" for numeric in block.numeric]
    named = zip(kinds, block.columns, strict=True)
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in named)
    rows = "\n".join(_row(block, place, kinds) for place in range(len(block.rows)))
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ""
    return (
        f'<div class="scroll"><table><caption>Table {number}. {escape(block.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table></div>{note}"
    )


def _row(table: Table, place: int, kinds: list[str]) -> str:
    cells = []
    for column, (kind, cell) in enumerate(zip(kinds, table.rows[place], strict=True)):
        text = _mark(table.looks.get(cell)) + escape(cell)
        strong = (place, column) in table.strong
        cells.append(f"<td{kind}>{f'<strong>{text}</strong>' if strong else text}</td>")
    faint = ' class="faint"' if place in table.faint else ""
    return f"<tr{faint}>{''.join(cells)}</tr>"


def _mark(look: Look | None) -> str:
    if look is None:
        return ""
    return f'<span aria-hidden="true" style="color:{look.light}">{THEME.glyph(look)}</span> '


def _figure(block: Figure, number: int) -> str:
    svg = inline_svg(chart_file(block.chart, "svg").decode(), f"figure-{number}")
    label = escape(block.chart.title)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return (
        f'<figure id="figure-{number}">{svg}'
        f"<figcaption>Figure {number}. {escape(block.words)}</figcaption></figure>"
    )


def _settings(block: SettingsList, _: int) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in block.entries
    )
    return (
        f'<table class="settings"><caption>{escape(block.caption)}</caption>'
        f"<tbody>{rows}</tbody></table>"
    )


_SETTING: Mapping[type[Any], Callable[[Any, int], str]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Points: _points,
    Table: _table,
    Figure: _figure,
    SettingsList: _settings,
}
