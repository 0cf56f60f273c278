"""Foreign words on a page: shown letter by letter, whatever they would mean as Markdown.

Titles, labels, names, cards and reasons come from files and from other people. What streamlit takes
as Markdown (nearly everything that it shows) must not let them set links or pictures: a picture is
fetched by every browser that shows the page.
"""

import re

JOINER = "\N{WORD JOINER}"
"""Takes no room and parts two letters; what streamlit looks for after the Markdown was read, such
as addresses to be linked, colours and icons, is not found across it."""

_SIGNS = re.compile(r"[\\`*_{}\[\]()#!|~<>$&]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")
_LIST_OR_RULE = re.compile(r"^(\d{0,9})([-+=.])")
_ARROW = re.compile(r"(?<=[-<>=])(?=[-<>=])")
_AFTER_COLON = re.compile(r":(?=\S)")
_WEB = re.compile(r"\b(www)(?=\.)", re.IGNORECASE)


def plain(text: object) -> str:
    r"""Return a text as Markdown that shows it letter by letter, on one line.

    >>> plain("![x](http://a.example/b.png) & **bold**")
    '\\!\\[x\\]\\(http\\:\u2060//a.example/b.png\\) \\& \\*\\*bold\\*\\*'
    >>> plain("heart and great vessels"), plain("C-0123abcd"), plain("12 %: more")
    ('heart and great vessels', 'C-0123abcd', '12 %: more')
    """
    line = _ARROW.sub(JOINER, _SPACE.sub(" ", str(text)).strip())
    line = _SIGNS.sub(r"\\\g<0>", line)
    line = _AFTER_COLON.sub(f"\\:{JOINER}", line)
    line = _WEB.sub(rf"\1{JOINER}", line)
    line = line.replace("@", f"@{JOINER}")
    return _LIST_OR_RULE.sub(r"\1\\\2", line)


def plainly(texts: object, separator: str = ", ") -> str:
    """Return several foreign texts in a row."""
    return separator.join(map(plain, texts))  # type: ignore[call-overload]
