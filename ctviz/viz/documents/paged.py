"""A document as a PDF: A4, serif text, tables whose heads repeat, charts in lines and letters."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    ListFlowable,
    PageTemplate,
)
from reportlab.platypus import Paragraph as SetText
from reportlab.platypus import Table as SetTable

from ctviz.core.theme import THEME
from ctviz.viz.documents.blocks import (
    Document,
    Figure,
    Heading,
    Paragraph,
    Points,
    SettingsList,
    Table,
)
from ctviz.viz.documents.drawing import ChartFlowable
from ctviz.viz.documents.typefaces import MONO, SANS, SERIF, cut, register

MARGIN = 20 * mm
WIDTH, HEIGHT = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
CHART_HEIGHT = HEIGHT - 40 * mm  # leaves room for headings and the caption
ROOM_FOR_HEAD = 45 * mm
CELL_GAP, USUAL, SMALLEST, NARROWEST = 7.0, 7.2, 5.2, 105.0
INK, FAINT, LINE, TINT, ACCENT = map(
    HexColor, (THEME.paper.text, THEME.paper.faint, "#dfe2e6", "#f3f6f9", "#14568c")
)


def to_pdf(document: Document) -> bytes:
    """Return the document as a PDF file's bytes: equal documents give equal bytes."""
    register()
    styles = _styles()
    file = BytesIO()
    story: list[Flowable] = [SetText(escape(document.title), styles["title"])]
    if document.subtitle:
        story.append(SetText(escape(document.subtitle), styles["subtitle"]))
    story.extend(_flow(document, styles))
    _Pages(file, document.title).build(story)
    return file.getvalue()


def save_pdf(document: Document, path: Path) -> None:
    """Write the document as a PDF file."""
    path.write_bytes(to_pdf(document))


class _Pages(BaseDocTemplate):  # type: ignore[misc]
    """Numbered pages with the headings as the PDF's outline."""

    def __init__(self, file: BytesIO, title: str) -> None:
        sides = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN)
        super().__init__(file, pagesize=A4, title=title, author="ctviz", invariant=1, **sides)
        frame = Frame(
            MARGIN, MARGIN, WIDTH, HEIGHT,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )  # fmt: skip
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._foot))

    def _foot(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(SANS, 7)
        canvas.setFillColor(FAINT)
        canvas.drawString(MARGIN, MARGIN - 9 * mm, self.title)
        canvas.drawRightString(A4[0] - MARGIN, MARGIN - 9 * mm, str(canvas.getPageNumber()))
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        """Add a heading to the outline."""
        level = {"heading-1": 0, "heading-2": 1}.get(getattr(flowable, "style", INK_STYLE).name)
        if level is not None:
            place = f"part-{self.page}-{flowable.getPlainText()}"
            self.canv.bookmarkPage(place)
            self.canv.addOutlineEntry(flowable.getPlainText(), place, level, closed=level > 0)


INK_STYLE = ParagraphStyle("ink", textColor=INK)
_Styles = Mapping[str, ParagraphStyle]


def _styles() -> _Styles:
    text = ParagraphStyle(
        "text", INK_STYLE, fontName=SERIF, fontSize=10, leading=13.6, spaceBefore=3, spaceAfter=4
    )
    bold = {"fontName": cut(SANS, bold=True)}
    small = {"fontName": SANS, "fontSize": 7.2, "leading": 9.6, "textColor": FAINT}
    found = [
        text,
        ParagraphStyle("title", text, fontSize=17, leading=21, **bold),
        ParagraphStyle("subtitle", text, **small | {"fontSize": 9, "spaceAfter": 10}),
        ParagraphStyle("heading-1", text, fontSize=13, leading=16, spaceBefore=16, **bold),
        ParagraphStyle("heading-2", text, fontSize=10, leading=13, spaceBefore=10, **bold),
        ParagraphStyle(
            "lead", text, fontName=SANS, fontSize=9, leading=13, backColor=TINT, borderPadding=7,
            spaceBefore=10, spaceAfter=14, leftIndent=7, rightIndent=7,
        ),
        ParagraphStyle("caption", text, fontSize=8, leading=10.5, spaceBefore=9, **bold),
        ParagraphStyle("note", text, **small | {"spaceAfter": 8}),
        ParagraphStyle("mono", text, fontName=MONO, fontSize=6.6, leading=8.4),
    ]  # fmt: skip
    return {style.name: style for style in found}


def _flow(document: Document, styles: _Styles) -> Iterator[Flowable]:
    """Yield what is set, headings never alone at the foot of a page."""
    count: dict[type, int] = {}
    headings: list[Flowable] = []
    for block in document.blocks:
        count[type(block)] = count.get(type(block), 0) + 1
        set_block = [*_SETTING[type(block)](block, count[type(block)], styles)]
        if isinstance(block, Heading):
            headings += set_block
        elif isinstance(block, Figure):
            yield KeepTogether([*headings, *set_block])
            headings = []
        else:
            if headings or isinstance(block, Table | SettingsList):
                yield CondPageBreak(ROOM_FOR_HEAD)
            yield from (*headings, *set_block)
            headings = []
    yield from headings


def _heading(block: Heading, _: int, styles: _Styles) -> Iterator[Flowable]:
    yield SetText(escape(block.text), styles[f"heading-{min(2, block.level)}"])


def _paragraph(block: Paragraph, _: int, styles: _Styles) -> Iterator[Flowable]:
    yield SetText(escape(block.text), styles["lead" if block.lead else "text"])


def _points(block: Points, _: int, styles: _Styles) -> Iterator[Flowable]:
    items = [SetText(escape(item), styles["text"]) for item in block.items]
    if items:
        yield ListFlowable(
            items, bulletType="bullet", start="•", leftIndent=12, bulletFontName=SERIF
        )


def _figure(block: Figure, number: int, styles: _Styles) -> Iterator[Flowable]:
    yield ChartFlowable(block.chart, WIDTH, CHART_HEIGHT)
    yield SetText(f"Figure {number}. {escape(block.words)}", styles["note"])


def _settings(block: SettingsList, _: int, styles: _Styles) -> Iterator[Flowable]:
    yield SetText(escape(block.caption), styles["caption"])
    if block.entries:
        rows = [
            [SetText(escape(text), styles["mono"]) for text in entry] for entry in block.entries
        ]
        yield _set(rows, [0.34 * WIDTH, 0.66 * WIDTH], heads=0)


def _table(block: Table, number: int, styles: _Styles) -> Iterator[Flowable]:
    yield SetText(f"Table {number}. {escape(block.caption)}", styles["caption"])
    size, widths = _fitted(block)
    rows = [
        [_cell(name, size, right=right, bold=True) for name, right in _beside(block, block.columns)]
    ]
    for place, row in enumerate(block.rows):
        rows.append(
            [
                _cell(
                    text,
                    size,
                    right=right,
                    bold=(place, column) in block.strong,
                    faint=place in block.faint,
                )
                for column, (text, right) in enumerate(_beside(block, row))
            ]
        )
    yield _set(rows, widths, heads=1)
    yield SetText(escape(block.note), styles["note"])


def _beside(block: Table, row: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    return zip(row, block.numeric, strict=True)


def _cell(
    text: str, size: float, *, right: bool, bold: bool = False, faint: bool = False
) -> SetText:
    style = ParagraphStyle(
        "cell",
        fontName=cut(SANS, bold=bold, italic=faint),
        fontSize=size,
        leading=1.3 * size,
        textColor=FAINT if faint else INK,
        alignment=TA_RIGHT if right else 0,
    )
    return SetText(escape(text), style)


def _fitted(block: Table) -> tuple[float, list[float]]:
    """Return the type size and column widths at which the table fits the page.

    First the widest columns of text wrap, then the type shrinks.
    """
    widths = _wrapped(block, USUAL)
    if sum(widths) <= WIDTH + 0.5:
        return USUAL, widths
    size = max(SMALLEST, USUAL * WIDTH / sum(widths))
    widths = _wrapped(block, size)
    return size, [width * min(1.0, WIDTH / sum(widths)) for width in widths]


def _wrapped(block: Table, size: float) -> list[float]:
    """Return column widths, those of text narrowed towards the page's width."""
    widths = [_wide(block, column, size) for column in range(len(block.columns))]
    texts = [column for column, numeric in enumerate(block.numeric) if not numeric]
    while texts and sum(widths) > WIDTH:
        widest = max(texts, key=lambda column: widths[column])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] = max(NARROWEST, widths[widest] - (sum(widths) - WIDTH) / 2 - 1)
    return widths


def _wide(block: Table, column: int, size: float) -> float:
    heads = [block.columns[column]]
    if block.numeric[column]:
        heads = _halves(block.columns[column])
    cells = [*heads, *(row[column] for row in block.rows)]
    return float(CELL_GAP + 2 + max(stringWidth(c, cut(SANS, bold=True), size) for c in cells))


def _halves(name: str) -> list[str]:
    """Return a column's name on two lines of about the same length."""
    words = name.split(" ")
    splits = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words) + 1)]
    return [*min(splits, key=lambda lines: max(map(len, lines)))]


def _set(rows: list[list[SetText]], widths: list[float], *, heads: int) -> SetTable:
    lines: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), CELL_GAP),
        ("TOPPADDING", (0, 0), (-1, -1), 1.6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
        ("LINEBELOW", (0, heads), (-1, -2), 0.3, LINE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK),
    ]
    if heads:
        lines += [("LINEBELOW", (0, 0), (-1, 0), 0.5, INK), ("VALIGN", (0, 0), (-1, 0), "BOTTOM")]
    return SetTable(rows, colWidths=widths, style=lines, repeatRows=heads, hAlign="LEFT")


_SETTING: Mapping[type[Any], Callable[[Any, int, _Styles], Iterator[Flowable]]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Points: _points,
    Table: _table,
    Figure: _figure,
    SettingsList: _settings,
}
