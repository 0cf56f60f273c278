"""The typefaces of PDF files, those that come with matplotlib: the same on every machine."""

from pathlib import Path

import matplotlib as mpl
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS, SERIF, MONO = "ctviz-sans", "ctviz-serif", "ctviz-mono"
_FILES = {
    SANS: ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    SERIF: ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
    MONO: ("DejaVuSansMono",) * 4,
}
_CUTS = ("", "-bold", "-italic", "-bold-italic")


def register() -> None:
    """Make the typefaces known to reportlab, once."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for family, files in _FILES.items():
        for place, (cut, file) in enumerate(zip(_CUTS, files, strict=True)):
            name = f"{family}{cut}"
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, folder / f"{file}.ttf"))
                addMapping(family, place % 2, place // 2, name)


def cut(family: str, *, bold: bool = False, italic: bool = False) -> str:
    """Return the name of a cut of a family."""
    return family + _CUTS[bold + 2 * italic]
