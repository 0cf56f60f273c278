"""The bin of studies: what is put there can be restored as long as a case can."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.status import study_lock
from ctviz.core import InvalidInput, Settings

_BIN, _SEPARATOR = "deleted studies", "."


@dataclass(frozen=True)
class BinnedStudy:
    """A study in the bin.

    Parameters
    ----------
    folder
        Where it is now.
    name
        Of the folder that it had.
    when
        Seconds since 1970 at which it was put there.
    """

    folder: Path
    name: str
    when: float


def put_study(settings: Settings, folder: Path) -> BinnedStudy:
    """Put a study of the data folder into the bin, with all that is in its folder.

    Raises
    ------
    InvalidInput
        If it is running, is no study of the data folder, or the folder cannot be moved.
    """
    name = folder.name
    if StudyFolder.named(settings, name).path != folder or not StudyFolder(folder).plan.is_file():
        raise InvalidInput("There is no such study; look at the list of studies again.")
    when = time.time()
    place = _bin(settings) / f"{int(when)}{_SEPARATOR}{name}"
    with study_lock(folder):
        _move(folder, place)
    return BinnedStudy(place, name, float(int(when)))


def restore_study(settings: Settings, binned: BinnedStudy) -> Path:
    """Take a study out of the bin and return its folder.

    Raises
    ------
    InvalidInput
        If it is not there any more, or another study has its name by now.
    """
    folder = StudyFolder.named(settings, binned.name).path
    if folder.exists():
        raise InvalidInput(
            f"There is another study called '{binned.name}' by now; delete that one first."
        )
    _move(binned.folder, folder)
    return folder


def binned_studies(settings: Settings) -> tuple[BinnedStudy, ...]:
    """Return what is in the bin, the latest first."""
    return tuple(sorted(_in_bin(settings), key=lambda each: -each.when))


def empty_bin(settings: Settings, now: float | None = None) -> tuple[str, ...]:
    """Delete for good what has been in the bin too long; return the names of those studies."""
    late = (time.time() if now is None else now) - IN_BIN.total_seconds()
    old = [each for each in _in_bin(settings) if each.when < late]
    for each in old:
        shutil.rmtree(each.folder, ignore_errors=True)
    return tuple(each.name for each in old)


def _bin(settings: Settings) -> Path:
    return settings.data / _BIN


def _in_bin(settings: Settings) -> Iterator[BinnedStudy]:
    for folder in _bin(settings).glob("*"):
        when, found, name = folder.name.partition(_SEPARATOR)
        if found and when.isascii() and when.isdecimal() and StudyFolder(folder).plan.is_file():
            yield BinnedStudy(folder, name, float(when))


def _move(folder: Path, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(place)
    except OSError as error:
        raise InvalidInput(
            f"The study's folder cannot be moved ({error.strerror}); close what uses it and try "
            "again."
        ) from None
