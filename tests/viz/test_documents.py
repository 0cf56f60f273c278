import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
import typst

from ctviz.viz.documents import (
    Document,
    Figure,
    Heading,
    Paragraph,
    Points,
    SettingsList,
    Table,
    save_html,
    save_pdf,
    to_html,
    to_pdf,
)
from ctviz.viz.documents.paged import PAGE, setting
from tests.viz.test_charts import CHARTS

NASTY = "<script>alert('1')</script> & \"τ ≤ 5\" −"
MARKUP = '#panic("obeyed") *b* _i_ $x$ @nowhere <label> = `raw` \\u{41} // [body] http://x.example'

DOCUMENT = Document(
    f"A report {NASTY}",
    NASTY,
    (
        Paragraph(NASTY, lead=True),
        Heading(f"One {NASTY}"),
        Heading("Two"),
        Heading("Three"),
        Heading("Below", level=2),
        Paragraph(NASTY),
        Points((NASTY, "b")),
        Table(NASTY, ("Name", NASTY), ((NASTY, "1.0"), ("b", "–")), frozenset({1}), note=NASTY),
        Figure(CHARTS["dots"], NASTY),
        Figure(CHARTS["dots"]),
        Figure(CHARTS["multiples"]),
        SettingsList(NASTY, ((NASTY, "ab" * 64),)),
    ),
)
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.ids, self.references, self.text = set(), [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in {"src", "href", "xlink:href", "srcset", "data", "action"}:
                self.references.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)


def page_count(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_a_page_is_well_formed_and_shows_every_chart():
    page = Page(to_html(DOCUMENT))
    assert page.open == []
    assert "svg" in page.tags


def test_a_page_needs_nothing_but_itself():
    html = to_html(DOCUMENT)
    page = Page(html)
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert all(reference.startswith("#") for reference in page.references)
    assert "http" not in html
    assert "@import" not in html
    assert set(re.findall(r"url\((.)", html)) <= {"#"}


def test_what_links_within_a_page_is_there_once():
    page = Page(to_html(DOCUMENT))
    assert len(page.ids) == len(set(page.ids))
    assert {reference[1:] for reference in page.references} <= set(page.ids)


def test_text_is_shown_and_never_obeyed():
    html = to_html(DOCUMENT)
    assert "<script" not in html
    assert NASTY in "".join(Page(html).text)


def asked(document, selector, field):
    """Return the texts that stand on the pages in elements of a kind."""
    found = typst.query(PAGE, selector, field=field, **setting(document))
    return [*texts(json.loads(found))]


def texts(found):
    if isinstance(found, list):
        for each in found:
            yield from texts(each)
    elif isinstance(found, dict):
        if found.get("func") == "text":
            yield found["text"]
        yield from texts([*found.values()])


def test_a_pdf_shows_text_and_never_obeys_it():
    blocks = (
        Heading(MARKUP),
        Paragraph(MARKUP),
        Points((MARKUP,)),
        Table(MARKUP, (MARKUP, "n"), ((MARKUP, "1"),), note=MARKUP),
        SettingsList(MARKUP, ((MARKUP, MARKUP),)),
        Figure(CHARTS["dots"], MARKUP),
    )
    document = Document(MARKUP, MARKUP, blocks)
    assert asked(document, "heading", "body") == [MARKUP]
    assert asked(document, "par", "body").count(MARKUP) >= 2
    assert asked(document, "list", "children") == [MARKUP]
    assert asked(document, "table", "children") == [MARKUP, "n", MARKUP, "1", MARKUP, MARKUP]


def test_a_pdf_can_be_read_aloud():
    pdf = typst.compile(
        PAGE, format="pdf", timestamp=0, pdf_standards=["ua-1"], **setting(DOCUMENT)
    )
    assert b"/StructTreeRoot" in pdf


def test_a_pdf_needs_no_typeface_of_this_machine():
    _, warnings = typst.compile_with_warnings(PAGE, format="pdf", **setting(DOCUMENT))
    assert not warnings


def test_equal_documents_give_equal_files():
    assert to_html(DOCUMENT) == to_html(DOCUMENT)
    assert to_pdf(DOCUMENT) == to_pdf(DOCUMENT)


def test_a_document_is_saved_as_both_files(tmp_path):
    save_html(DOCUMENT, tmp_path / "report.html")
    save_pdf(DOCUMENT, tmp_path / "report.pdf")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    pdf = (tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert page_count(pdf) >= 1


def test_a_long_table_runs_over_several_pages():
    rows = tuple((f"row {n}", "0.5") for n in range(150))
    document = Document("Long", blocks=(Table("Rows", ("Name", "Value"), rows),))
    assert page_count(to_pdf(document)) > page_count(to_pdf(Document("Short")))


def test_a_table_wider_than_the_page_still_fits():
    columns = tuple(f"A column with a long name {n}" for n in range(14))
    row = ("1.00 (0.90 to 1.00)",) * 14
    wide = Document("Wide", blocks=(Table("Wide", columns, (row,) * 3),))
    assert to_pdf(wide).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("column", "numeric"),
    [
        (("1.0", "–", "−2.5 (−3.0 to 0.1)"), True),
        (("<0.001", ".5", ""), True),
        (("yes", "1.0"), False),
        ((), False),
    ],
)
def test_columns_of_numbers_stand_to_the_right(column, numeric):
    table = Table("", ("x",), tuple((cell,) for cell in column))
    assert table.numeric == (numeric,)


def test_a_document_says_the_day_on_which_it_was_found():
    dated = replace(DOCUMENT, made=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert dated.line == f"{DOCUMENT.subtitle}, 4 March 2026"
    assert b"D:20260304" in to_pdf(dated)
    assert "4 March 2026" in to_html(dated)
    assert to_pdf(dated) == to_pdf(dated)
    assert b"CreationDate" not in to_pdf(DOCUMENT)
