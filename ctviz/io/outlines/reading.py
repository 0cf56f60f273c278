"""Files of outlines, one after the other, each whole or refused."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ctviz.core import Case, InvalidInput, UnreadableScan
from ctviz.io.edge import one_sentence
from ctviz.io.identity import harmless_name
from ctviz.io.loaded import Refused
from ctviz.io.outlines.drawn_on import DrawnOn
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import Outline, OutlineFile, OutlineSettings, Unplaced
from ctviz.io.outlines.onto import Onto
from ctviz.io.outlines.sheets import OTHER_GRID, Sheet, placed

DAMAGED = "It is damaged; copy or export it again."
EMPTY = "It marks nothing: every mask in it is empty; export what was drawn."
MOST_OUTLINES = 200_000
"""Of one file; each takes a few hundred bytes."""

AS_IT_IS = OutlineSettings()

HOLDS_NONE = "It holds no outlines"
"""How the sentence on any other file begins."""


def form_of(path: Path) -> OutlineForm | None:
    """Return the form of a file, None if it is no file of outlines."""
    return next((form() for form in OUTLINE_FORMS.values() if form().recognises(path)), None)


def read_drawn_on(path: Path, key: bytes) -> DrawnOn:
    """Return what a file says of the scan that it was drawn on.

    Raises
    ------
    UnreadableScan
        If it cannot be read, or holds no outlines.
    """
    with one_sentence(DAMAGED):
        return _certain_form(path).drawn_on(path, key)


def read_outlines(
    files: Sequence[Path], case: Case, key: bytes, asked: OutlineSettings = AS_IT_IS
) -> Iterator[OutlineFile | Refused]:
    """Yield what each file holds for a case, or why it holds nothing.

    Parameters
    ----------
    key
        Of the data folder's pseudonyms and codes.
    """
    for number, path in enumerate(files, start=1):
        name = harmless_name(path, number, len(files), ())
        try:
            yield replace(read_outline_file(path, Onto(case, key), asked), name=name)
        except (UnreadableScan, InvalidInput) as error:
            yield Refused(name, str(error))


def read_outline_file(
    path: Path, onto: Onto, asked: OutlineSettings, check: Callable[[], object] = lambda: None
) -> OutlineFile:
    """Return what a file holds for a case, all of it or nothing; its name is left open.

    Parameters
    ----------
    check
        Called for every piece; may raise to end the reading.

    Raises
    ------
    UnreadableScan, InvalidInput
        If it cannot be read, or does not belong to the case, or marks nothing on its slices.
    """
    with one_sentence(DAMAGED):
        return _read(path, onto, asked, check)


def _read(
    path: Path, onto: Onto, asked: OutlineSettings, check: Callable[[], object]
) -> OutlineFile:
    form = _certain_form(path)
    matched, pieces = form.read(path, onto, asked)
    outlines: dict[tuple[str, str, int], Outline] = {}
    unplaced: Counter[Unplaced] = Counter()
    for piece in _placed(pieces, onto, asked):
        check()
        if isinstance(piece, Unplaced):
            unplaced[piece] += 1
            continue
        place = (piece.reader, piece.label, piece.slice_index)
        if place in outlines:
            joined = outlines[place].mask | piece.mask
            piece = Outline.of(piece.label, piece.reader, piece.slice_index, joined)
        outlines[place] = piece
        if len(outlines) + len(unplaced) > MOST_OUTLINES:
            raise UnreadableScan("It holds more outlines than ctviz reads; export a part of it.")
    said = tuple(replace(each, times=times) for each, times in unplaced.items())
    if not outlines:
        raise UnreadableScan(_why_nothing(said))
    return OutlineFile("", form.title, matched, tuple(outlines.values()), said)


def _certain_form(path: Path) -> OutlineForm:
    """Return the form of a file, refusing any that holds no outlines."""
    form = form_of(path)
    if form is None:
        titles = list(dict.fromkeys(f.title for f in OUTLINE_FORMS.values()))
        raise UnreadableScan(f"{HOLDS_NONE}; bring {', '.join(titles[:-1])} or {titles[-1]}.")
    return form


def _placed(
    pieces: Iterator[Piece], onto: Onto, asked: OutlineSettings
) -> Iterator[Outline | Unplaced]:
    """Yield pieces on the case's slices."""
    ready: list[Outline | Unplaced] = []

    def loose() -> Iterator[Sheet]:
        for piece in pieces:
            if isinstance(piece, Sheet):
                yield piece
            else:
                ready.append(piece)

    for found in placed(loose(), onto, asked):
        yield found
        yield from ready
        ready.clear()
    yield from ready


def _why_nothing(unplaced: Sequence[Unplaced]) -> str:
    """Return why a file that was read has nothing on the slices."""
    if not unplaced:
        return EMPTY
    whys = dict.fromkeys(one.why for one in unplaced)
    if list(whys) == [OTHER_GRID]:
        return (
            "Its pixels are not those of the slices (another affine, spacing or size); export it "
            "on the scan's grid, or ask for it to be resampled."
        )
    return f"Nothing of it lies on the slices of this case: {next(iter(whys))}."
