"""Files of outlines, each read apart: one that ends the process is refused, the rest goes on."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from ctviz.core import Case, InvalidInput, UnreadableScan
from ctviz.io.apart.limits import USUAL, ApartLimits
from ctviz.io.apart.process import Answer, Died, Process
from ctviz.io.apart.reader import GIVEN_UP, raise_failure, why_it_died
from ctviz.io.identity import harmless_name
from ctviz.io.loaded import Refused
from ctviz.io.outlines import DrawnOn, Outline, OutlineFile, OutlineSettings, Unplaced
from ctviz.io.outlines.found import LONGEST_LABEL
from ctviz.io.outlines.onto import ScanClaim

LONGEST_READER = 40
LONGEST_WORDS = 300
DAMAGED = "What was read of it is damaged; add it again."


def outlines_apart(  # noqa: PLR0913 - the parts of a question, each by its name
    files: Sequence[Path],
    case: Case,
    folder: Path,
    *,
    key: bytes,
    asked: OutlineSettings,
    check: Callable[[], object] = lambda: None,
    limits: ApartLimits = USUAL,
) -> Iterator[OutlineFile | Refused]:
    """Yield what each file holds for a case, or why it holds nothing.

    Parameters
    ----------
    folder
        Where the case is saved.
    key
        Of the data folder's pseudonyms and codes.
    check
        Called all the time; may raise to end the reading.
    """
    process, deaths = None, 0
    try:
        for number, path in enumerate(files, start=1):
            name = harmless_name(path, number, len(files), ())
            if deaths > limits.deaths:
                yield Refused(name, GIVEN_UP)
                continue
            process = process or Process(key, limits, check)
            try:
                yield _heard(
                    process.ask(
                        do="outline",
                        path=str(path.absolute()),
                        case=str(folder.absolute()),
                        asked=asdict(asked),
                    ),
                    name,
                    case,
                )
            except (InvalidInput, UnreadableScan) as error:
                yield Refused(name, str(error))
            except Died as death:
                process.close()
                process, deaths = None, deaths + 1
                yield Refused(name, why_it_died(death, limits))
    finally:
        if process is not None:
            process.close()


def drawn_on_apart(
    files: Sequence[Path],
    *,
    key: bytes,
    check: Callable[[], object] = lambda: None,
    limits: ApartLimits = USUAL,
) -> DrawnOn:
    """Return what files say of the scan that they were drawn on.

    Parameters
    ----------
    key
        Of the data folder's codes.
    check
        Called all the time; may raise to end the reading.

    Raises
    ------
    UnreadableScan
        If none of the files can be read.
    """
    found: list[DrawnOn] = []
    why = ""
    process = Process(key, limits, check)
    try:
        for path in files:
            try:
                found.append(_referred(process.ask(do="drawn on", path=str(path.absolute()))))
            except (InvalidInput, UnreadableScan) as error:
                why = why or str(error)
    except Died as death:
        # What was heard before is enough to look for the scan.
        why = why or why_it_died(death, limits)
    finally:
        process.close()
    if not found:
        raise UnreadableScan(why or DAMAGED)
    return reduce(or_, found)


def _referred(answers: Iterator[Answer]) -> DrawnOn:
    """Return what the process says of the scan that a file refers to."""
    found, failed = DrawnOn(), Answer()
    for answer in answers:
        if "failed" in answer or "disk" in answer:
            failed = answer
        elif "series" in answer:
            found |= DrawnOn(series=(tuple(_checked(answer["series"], str, str)),))
        else:
            patient, spaces, sources = map(answer.get, ("patient", "spaces", "sources"))
            named = patient if isinstance(patient, str) else ""
            found |= DrawnOn(ScanClaim(named, _texts(spaces), _texts(sources)))
    raise_failure(failed)
    return found


def _texts(said: object) -> frozenset[str]:
    """Return those entries of a list that are words."""
    entries = said if isinstance(said, list) else ()
    return frozenset(entry for entry in entries if isinstance(entry, str))


def _heard(answers: Iterator[Answer], name: str, case: Case) -> OutlineFile:
    """Return what the process says of a file, believing nothing that was not checked."""
    outlines: list[Outline] = []
    unplaced: list[Unplaced] = []
    failed: Answer = {}
    kind = matched = ""
    # All are heard, also after a failure, so that the next file's answers are its own.
    for answer in answers:
        if "failed" in answer or "disk" in answer:
            failed = answer
        elif "outline" in answer:
            outlines.append(_outline(answer["outline"], case))
        elif "unplaced" in answer:
            what, why, times = _checked(answer["unplaced"], str, str, int)
            unplaced.append(Unplaced(what[:LONGEST_WORDS], why[:LONGEST_WORDS], max(1, times)))
        elif "held" in answer:
            kind, matched = _checked(answer["held"], str, str)
    raise_failure(failed)
    if not outlines:
        raise UnreadableScan(DAMAGED)
    return OutlineFile(
        name, kind[:LONGEST_WORDS], matched[:LONGEST_WORDS], tuple(outlines), tuple(unplaced)
    )


def _outline(said: object, case: Case) -> Outline:
    label, reader, slice_index, code = _checked(said, str, str, int, str)
    short = 0 < len(label) <= LONGEST_LABEL and 0 < len(reader) <= LONGEST_READER
    if not (short and f"{label}{reader}".isprintable() and 0 <= slice_index < len(case.slices)):
        raise Died
    try:
        outline = Outline(label, reader, slice_index, case.slices[0].shape, b64decode(code))
        outline.mask  # noqa: B018 - a damaged one says so
    except (NotBase64, ValueError, InvalidInput):
        raise Died from None
    return outline


def _checked(said: object, *kinds: type) -> Any:  # noqa: ANN401 - as many as kinds
    """Return a list's entries if they are of these kinds."""
    if not isinstance(said, list) or [type(part) for part in said] != list(kinds):
        raise Died
    return said
