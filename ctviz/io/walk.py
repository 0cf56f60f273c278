"""The files of a path, found without opening any of them."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ctviz.core import UnreadableScan
from ctviz.io.off_limits import Inode, OffLimits, inode
from ctviz.io.picture import natural_order

SKIPPED = frozenset({"dicomdir", "thumbs.db", "desktop.ini", "__macosx"})
"""Files and folders that systems add by themselves; nobody wants to hear of them."""

MOST_FILES = 200_000
"""More than any cohort; a folder of more is somebody's whole disk."""

UNREAD = "It must not be read; check its permissions."
NOWHERE = "It is a link that leads nowhere; copy the file that it meant."
CIRCLE = "It is a link that leads in a circle; leave it out."
OUTSIDE = "It is a link that leads out of the folder; copy its target, or name that by itself."

Refusal: TypeAlias = tuple[Path, str]


@dataclass
class Found:
    """What a path holds.

    Parameters
    ----------
    files
        May be opened; in natural order.
    refused
        May not, with the reason.
    single
        Whether the path is a file itself.
    """

    files: list[Path] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    single: bool = False


def files_of(
    path: Path, off_limits: OffLimits, check: Callable[[], object] = lambda: None
) -> Found:
    """Return the files of a folder and its folders, or the file itself.

    Links are followed as far as they stay inside of the folder.

    Parameters
    ----------
    check
        Called for every folder; may raise to end the search.

    Raises
    ------
    UnreadableScan
        If the path itself does not exist, must not be read or must not be opened.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
        status = real.stat()
    except (OSError, ValueError) as error:
        raise UnreadableScan(_why_no_path(error)) from None
    # The name that was given counts too: below /proc it means another thing to each process.
    given = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links
    why = off_limits.why_not(real, status) or off_limits.why_not(given, status)
    if why is not None:
        raise UnreadableScan(why)
    if not stat.S_ISDIR(status.st_mode):
        return Found([path], single=True)
    search = _FolderWalk(path, real, off_limits)
    for _ in search.folders():
        check()
    return search.found()


def _why_no_path(error: Exception) -> str:
    """Return why a path cannot be taken at all."""
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return CIRCLE
    return "The file or folder does not exist or must not be read; check its name."


@dataclass
class _FolderWalk:
    """One walk through a folder."""

    root: Path
    real: Path
    off_limits: OffLimits
    files: dict[Path, Inode] = field(default_factory=dict)
    links: dict[Path, Inode] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def folders(self) -> Iterator[Path]:
        """Yield every folder when its files are known."""
        waiting, seen = [self.root], set()
        while waiting:
            folder = waiting.pop()
            try:
                place = inode(folder.stat())
                if place in seen:
                    continue
                seen.add(place)
                with os.scandir(folder) as entries:
                    waiting += [Path(e.path) for e in entries if self._take(e)]
            except OSError:
                self.refused.append((folder, UNREAD))
            if len(self.files) + len(self.links) > MOST_FILES:
                raise UnreadableScan(
                    f"The folder holds more than {MOST_FILES:,} files; name a part of it."
                )
            yield folder

    def found(self) -> Found:
        """Return the result."""
        there = set(self.files.values())
        linked = [path for path, place in self.links.items() if place not in there]
        return Found(natural_order([*self.files, *linked]), self.refused)

    def _take(self, entry: "os.DirEntry[str]") -> bool:
        """Sort an entry in; return whether it is a folder to look into."""
        path = Path(entry.path)
        if entry.name.startswith(".") or entry.name.lower() in SKIPPED:
            return False
        try:
            if entry.is_symlink():
                self._follow(path)
                return False
            status = entry.stat(follow_symlinks=False)
        except OSError:
            self.refused.append((path, UNREAD))
            return False
        why = self.off_limits.why_not(self.real / path.relative_to(self.root), status)
        if why is not None:
            self.refused.append((path, why))
        elif stat.S_ISREG(status.st_mode):
            self.files[path] = inode(status)
        return why is None and stat.S_ISDIR(status.st_mode)

    def _follow(self, path: Path) -> None:
        """Sort a link in; a folder inside is found at its own place."""
        try:
            target = Path(os.path.realpath(path, strict=True))
            status = target.stat()
        except OSError as error:
            self.refused.append((path, CIRCLE if error.errno == errno.ELOOP else NOWHERE))
            return
        why = self.off_limits.why_not(target, status)
        if why is None and not target.is_relative_to(self.real):
            why = OUTSIDE
        if why is not None:
            self.refused.append((path, why))
        elif stat.S_ISREG(status.st_mode):
            self.links[path] = inode(status)
