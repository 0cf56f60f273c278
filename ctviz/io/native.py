"""The anonymous form in which ctviz keeps a case: ``volume.npy`` and ``case.json`` in a folder."""

import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from ctviz.core import Case, InvalidInput, UnreadableScan
from ctviz.core.acquisition import UNKNOWN, Acquisition
from ctviz.core.structure import StrictConverter, structured
from ctviz.io.volume import Pixels, Plane, Volume, as_volume, pixel_code

VOLUME, CARD = "volume.npy", "case.json"
LARGEST_CARD = 2**24
VOLUME_NDIM = 3
_JSON = StrictConverter(complete=True, closed=True)


class _Damaged(Exception):
    """Something in the folder is not what `save_case` writes; never leaves this module."""


DAMAGED = (
    _Damaged, ArithmeticError, EOFError, InvalidInput, LookupError, MemoryError, OSError,
    RecursionError, TypeError, ValueError,
)  # fmt: skip


def save_case(case: Case, folder: Path) -> None:
    """Write a case, all of it or nothing; saving it again adds at most its images' codes.

    Parameters
    ----------
    folder
        Becomes the case's own folder; what another case left there is replaced.
    """
    if _holds(folder, case):
        return
    volume = as_volume(case.slices)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".case-", dir=folder.parent))
    try:
        _write(part / VOLUME, lambda file: np.save(file, volume.pixels, allow_pickle=False))
        document = _JSON.unstructure(_card(case, volume))
        card = json.dumps(document, indent=1, ensure_ascii=False).encode()
        _write(part / CARD, lambda file: file.write(card))
        _put_in_place(part, folder, case)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def open_case(folder: Path) -> Case:
    """Return a saved case; its pixels stay on disk until a slice is asked for."""
    try:
        return _read(folder)
    except DAMAGED:
        raise UnreadableScan(
            "The saved case is missing or damaged; import the scan again."
        ) from None


def settle_case(staged: Path, folder_of: Callable[[str], Path]) -> Case:
    """Move a case that somebody else saved to its own folder, believing nothing of it unchecked.

    Parameters
    ----------
    staged
        On the same disk as the case's own folder.
    folder_of
        Returns the folder of a case by its id.
    """
    case = _only_if_plain(staged)
    folder = folder_of(case.id)
    if not _holds(folder, case):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _put_in_place(staged, folder, case)
    return replace(case, slices=open_case(folder).slices)


def _only_if_plain(staged: Path) -> Case:
    """Return a case whose files are files of its own, called by its own pixels."""
    try:
        for name in (VOLUME, CARD):
            status = (staged / name).lstat()
            # A link to another file, even to the open database, must not be opened.
            _demand(stat.S_ISREG(status.st_mode) and status.st_nlink == 1)
        case = _read(staged)
        _demand(isinstance(case.slices, Volume) and case.id == f"C-{pixel_code(case.slices)}")
    except DAMAGED:
        raise UnreadableScan("What was read of the scan is damaged; import it again.") from None
    return case


def _holds(folder: Path, case: Case) -> bool:
    """Whether the folder already holds the case, and the codes of its images if it has any."""
    try:
        held = _read(folder)
    except DAMAGED:
        return False
    # Cases of older versions have none, and get them when their files come again.
    return held.id == case.id and bool(held.sources or not case.sources)


def _write(path: Path, content: Callable[[BinaryIO], object]) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        content(file)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(part: Path, folder: Path, case: Case) -> None:
    """Move the finished folder to its name, unless somebody else was faster."""
    try:
        part.rename(folder)
    except OSError:
        if _holds(folder, case):
            return
        if not folder.exists():
            raise
        old = Path(tempfile.mkdtemp(prefix=".case-", dir=folder.parent))
        try:
            folder.rename(old / "replaced")
            part.rename(folder)
        finally:
            shutil.rmtree(old, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class _Card:
    """Everything of a case but its pixels, as ``case.json`` has it."""

    format: Literal["ctviz case 1"] = "ctviz case 1"
    id: str
    patient: str
    title: str
    truth: str | None
    notes: tuple[str, ...]
    planes: tuple[Plane, ...]
    acquisition: Acquisition
    sources: tuple[str, ...]


def _card(case: Case, volume: Volume) -> _Card:
    return _Card(
        id=case.id,
        patient=case.patient,
        title=case.title,
        truth=case.truth,
        notes=case.notes,
        planes=volume.planes,
        acquisition=case.acquisition,
        sources=case.sources,
    )


def _read(folder: Path) -> Case:
    """Return the case in a folder, believing nothing that was not checked."""
    path = folder / CARD
    if path.stat().st_size > LARGEST_CARD:
        raise _Damaged
    # Cases of before 0.3.0 do not say how they were made, and later ones not from which images.
    missing = {"acquisition": _JSON.unstructure(UNKNOWN), "sources": []}
    document = {**missing, **json.loads(path.read_text("utf-8"))}
    card = structured(_JSON, _Card, document)
    _demand(re.fullmatch(r"C-[0-9a-f]{8}", card.id) is not None)
    return Case(
        id=card.id,
        slices=Volume(_pixels(folder), card.planes),
        patient=card.patient,
        title=card.title,
        truth=card.truth,
        notes=card.notes,
        acquisition=card.acquisition,
        sources=card.sources,
    )


def _pixels(folder: Path) -> Pixels:
    """Return the pixels, mapped from the disk."""
    pixels = np.load(folder / VOLUME, mmap_mode="r", allow_pickle=False)
    _demand(isinstance(pixels, np.ndarray) and pixels.dtype in (np.int16, np.float32))
    _demand(pixels.ndim == VOLUME_NDIM and pixels.size > 0)
    return pixels  # type: ignore[no-any-return]


def _demand(true: bool) -> None:
    """Call the folder damaged unless something holds."""
    if not true:
        raise _Damaged
