"""Foreign words are shown letter by letter: wherever a page meets them, no Markdown is left."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ctviz.core import InvalidInput, Region
from ctviz.ui.widgets.plain_text import JOINER, plain, plainly

PICTURE = "![x](http://evil.example/b.png)"
HOSTILE = [
    PICTURE,
    "[click](http://evil.example)",
    "<img src='http://evil.example/c.png'>",
    "**b** _i_ ~~s~~ `c` $x^2$",
    ":red[x] :material/home: :smile:",
    "http://evil.example www.evil.example a@evil.example",
    "# head",
    "1. one",
    "- item",
    "> quote",
    "| a | b |",
    "--- -> <- =>",
    "&lt;img&gt; &amp;",
    "a\n\n# b\n\n![i](http://evil.example/z.png)",
    "a\\*b\\",
    "=1+1",
]
RAW = re.compile(
    r"""(?<!\\)[`*_\[\]<>~|$&!]     # a sign that is not escaped
      | (?<!\\):(?=\S)             # a colour, an icon, an address
      | :(?=[/a-z])                # what is looked for after the Markdown was read
      | \bwww\. | @(?=\w)          # what is linked by itself
      | ^\s*(?:\#|>|[-+*]\s|\d+[.)]\s|=+$|-+$)
      | [\r\n]""",
    re.VERBOSE,
)


def seen(markdown: str) -> str:
    """Return what a reader sees of a text that holds no Markdown."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown.replace(JOINER, ""))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_seen_is_what_was_written(text):
    assert not RAW.search(plain(text))
    assert seen(plain(text)) == " ".join(text.split())


@given(st.text(st.sampled_from("\\`*_{}[]()#+-.!|~><$&:@/\n w1=") | st.characters(codec="utf-8")))
def test_no_text_is_markdown(text):
    made = plain(text)
    assert not RAW.search(made)
    assert "".join(seen(made).split()) == "".join(
        re.sub(r"[\s\x00-\x1f\x7f]", "", text.replace(JOINER, "")).split()
    )


def test_several_texts_are_each_plain():
    assert plainly(["*a*", "b"]) == r"\*a\*, b"
    assert plain(InvalidInput("No file '*'.")) == r"No file '\*'."


ELEMENTS = (
    *("markdown", "caption", "info", "subheader", "warning", "error", "toast", "success"),
    *("button", "checkbox", "selectbox", "pills", "multiselect", "text_input", "expander"),
)


def markdown_of(app) -> list[str]:
    """Return everything on a page that streamlit takes for Markdown."""
    found = []
    for kind in ELEMENTS:
        for element in app.get(kind):
            found += [str(getattr(element, part, "") or "") for part in ("value", "label", "help")]
            proto = getattr(element, "proto", None)
            found += [str(getattr(proto, part, "") or "") for part in ("body", "label", "help")]
    for element in app.get("progress"):
        found.append(str(element.proto.text))
    for element in app.get("page_link"):
        found.append(str(element.proto.label))
    return [text for text in found if text]


def assert_plain(app, page: str) -> None:
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    shown = markdown_of(app)
    assert shown
    for text in shown:
        assert "](http" not in text
        assert "<img" not in text.replace("\\<", "")
        assert ":material/home:" not in text
        assert not re.search(r"(?<!\\)\*\*b(?<!\\)\*\*", text)
        assert "http://evil" not in text


@pytest.fixture
def hostile(backend, two_phantoms, tmp_path):
    """Foreign words wherever they can be."""
    first, second = backend.cases()
    backend.store.add_case(replace(first, title=" ".join(HOSTILE), notes=tuple(HOSTILE)))
    backend.store.add_case(replace(second, title=PICTURE, truth=PICTURE))
    for text in HOSTILE:
        region = backend.store.regions(first.id)[0]
        backend.store.append_region(Region(first.id, region.slice_index, text, text, region.mask))
    models = tmp_path / "models"
    (card,) = models.glob("*/card.toml")
    told = card.read_text(encoding="utf-8")
    for entry in ("title", "task", "licence", "intended_use"):
        told = re.sub(rf"(?m)^{entry} = .*$", f"{entry} = '''{PICTURE} **b**'''", told)
    card.write_text(told, encoding="utf-8")
    (models / "![x](http:evil)").mkdir()
    (models / "broken").mkdir()
    (models / "broken" / "card.toml").write_text(f"title = '{PICTURE}'\n'{PICTURE}' = 1\n")
    return first


def test_no_page_shows_foreign_words_as_markdown(app, hostile):
    assert_plain(app, "cases")
    assert_plain(app, "models")
    assert_plain(app, "study")
    app.query_params["case"] = hostile.id
    app.query_params["estimators"] = "random"
    assert_plain(app, "compare")


def _refusing_page():
    from ctviz.core import InvalidInput
    from ctviz.ui import errors_in_words

    with errors_in_words():
        raise InvalidInput("![x](http://evil.example/b.png)")


def test_an_error_is_shown_as_its_words():
    (error,) = AppTest.from_function(_refusing_page).run().error
    assert seen(error.value) == PICTURE
    assert not RAW.search(error.value)
