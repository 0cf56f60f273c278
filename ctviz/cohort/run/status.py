"""Where a study stands: told by who runs it, read by anybody from its folder."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from filelock import FileLock, Timeout

from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import from_plain
from ctviz.core import InvalidInput, Progress

State: TypeAlias = Literal["planned", "running", "interrupted", "cancelled", "failed", "done"]

TELL_SECONDS = 0.5
PATIENCE_SECONDS = 1.0
"""Whoever looks at a lock holds it for a moment."""


@dataclass(frozen=True)
class Stage:
    """How far a study is.

    Parameters
    ----------
    state
        ``interrupted`` if whoever ran it is gone; starting it again goes on.
    done, total
        Slices; ``known`` of the done ones had been computed before, ``failed`` have no scores.
    seconds
        Since this run began.
    left_seconds
        How long it will probably take yet; None while that is not known.
    message
        What is going on, or what went wrong, in one sentence.
    dashboard
        Address of a page of the cluster that computes; empty if none does.
    """

    state: State = "planned"
    done: int = 0
    total: int = 0
    known: int = 0
    failed: int = 0
    share: float = 0.0
    seconds: float = 0.0
    left_seconds: float | None = None
    message: str = ""
    dashboard: str = ""


def stage_of(folder: Path) -> Stage:
    """Return where the study of a folder stands."""
    try:
        document = read_json(StudyFolder(folder).progress)
        # What was told before there were clusters says nothing of one.
        known = {"dashboard": "", **document} if isinstance(document, dict) else document
        told = from_plain(Stage, known)
    except InvalidInput:
        told = Stage()
    if _is_locked(folder):
        return told if told.state == "running" else Stage("running", message="Starting.")
    return replace(told, state="interrupted") if told.state == "running" else told


def ask_to_stop(folder: Path) -> None:
    """Ask whoever runs the study to stop; what is computed stays."""
    StudyFolder(folder).stop.touch()


class Stoppable(Progress):
    """A progress that ends too when somebody asks for it by a file in the study's folder."""

    def __init__(self, folder: Path, parent: Progress | None = None) -> None:
        super().__init__()
        self._stop, self._parent = StudyFolder(folder).stop, parent
        self._stop.unlink(missing_ok=True)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        if self._stop.exists() or (self._parent is not None and self._parent.cancelled):
            self.cancel()
        return super().cancelled

    def check(self) -> None:
        """Raise `Cancelled` if somebody asked to stop."""
        _ = self.cancelled
        super().check()


@contextmanager
def study_lock(folder: Path) -> Iterator[None]:
    """Hold a study's folder, which is let go when the process ends in whatever way.

    Raises
    ------
    InvalidInput
        If somebody else runs the study.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(StudyFolder(folder).lock)
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        raise InvalidInput(
            "This study is running already; watch it, or stop it before you start it anew."
        ) from None
    try:
        yield
    finally:
        lock.release()


class Teller:
    """Tells where a study is, in its folder, but not too often."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._told = folder, 0.0

    def tell(self, now: Stage, *, at_once: bool = False) -> None:
        """Write the stage."""
        if at_once or time.monotonic() - self._told > TELL_SECONDS:
            self._told = time.monotonic()
            write_json(StudyFolder(self._folder).progress, asdict(now))


def _is_locked(folder: Path) -> bool:
    if not StudyFolder(folder).lock.exists():
        return False
    try:
        with FileLock(StudyFolder(folder).lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        # Whoever cannot take the lock does not run the study either.
        return False
