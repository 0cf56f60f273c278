"""What must not be opened at all: ctviz's own files, databases, and what only looks like a file.

Opening and closing a SQLite database inside the process that uses it drops its POSIX locks, and
other processes then throw its log away. So all of this is told from names and inodes.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self, TypeAlias

from ctviz.core import Settings, UnreadableScan

Inode: TypeAlias = tuple[int, int]
"""Device and number, which links and mounts of the same thing have in common."""

SYSTEM = (Path("/proc"), Path("/sys"), Path("/dev"))

DATABASES = (".db", ".sqlite", ".sqlite3", ".db3")
SIDES = ("-wal", "-shm", "-journal")
"""What SQLite appends to a database's name for the files beside it."""

OWN = "It belongs to ctviz's own data; name the folder of your scans instead."
MACHINE = "It belongs to the operating system and is no scan; name the folder of your scans."
SPECIAL = "It is a pipe, a socket or a device, not a file; leave it out."
DATABASE = "It is a database, not a scan; leave it out."


@dataclass(frozen=True)
class OffLimits:
    """Folders whose files are not read, by whatever way one comes to them.

    Parameters
    ----------
    folders
        Without links in their paths.
    inodes
        The folders and everything in them.
    """

    folders: tuple[Path, ...] = ()
    inodes: frozenset[Inode] = frozenset()

    @classmethod
    def of(cls, *folders: Path) -> Self:
        """Return what is off limits because it is in one of these folders now."""
        real = tuple(folder.resolve() for folder in folders)
        return cls(real, frozenset(inode for folder in real for inode in _inodes(folder)))

    @classmethod
    def here(cls) -> Self:
        """Return ctviz's own folders as the environment names them."""
        settings = Settings.from_environment()
        return cls.of(settings.data, settings.cache)

    def why_not(self, path: Path, status: os.stat_result) -> str | None:
        """Return why something must not be opened, None if it may be.

        Parameters
        ----------
        path
            Without links.
        status
            Its own, as `os.stat` gives it.
        """
        if inode(status) in self.inodes or any(path.is_relative_to(own) for own in self.folders):
            return OWN
        if status.st_dev in _system_devices() or any(map(path.is_relative_to, SYSTEM)):
            return MACHINE
        if stat.S_ISDIR(status.st_mode):
            return None
        if not stat.S_ISREG(status.st_mode):
            return SPECIAL
        return DATABASE if is_database(path) else None


def refuse_database(path: Path) -> None:
    """Refuse a database without opening it; for every door that reads files of any kind."""
    real = path.resolve()
    data = Settings.from_environment().data
    own = [data / "ctviz.db", *(data / f"ctviz.db{side}" for side in SIDES)]
    with suppress(OSError):
        if any(real.samefile(other) for other in own if other.exists()):
            raise UnreadableScan(OWN)
    if is_database(real):
        raise UnreadableScan(DATABASE)


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database or stands beside one, by its name and neighbours."""
    name = path.name.lower()
    return name.endswith((*DATABASES, *SIDES)) or any(
        os.path.lexists(f"{path}{side}") for side in SIDES
    )


def inode(status: os.stat_result) -> Inode:
    """Return what two names of the same thing have in common."""
    return status.st_dev, status.st_ino


def _inodes(folder: Path) -> Iterator[Inode]:
    """Yield the inodes of a folder and of everything in it, links in it followed."""
    waiting, seen = [folder], set()
    while waiting:
        path = waiting.pop()
        with suppress(OSError):
            status = path.stat()
            if inode(status) in seen:
                continue
            seen.add(inode(status))
            yield inode(status)
            if not stat.S_ISDIR(status.st_mode):
                continue
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_symlink() or entry.is_dir():
                        waiting.append(Path(entry.path))
                    else:
                        yield status.st_dev, entry.inode()


@cache
def _system_devices() -> frozenset[int]:
    """Return the devices of the file systems that are windows into the machine."""
    devices = set()
    for path in SYSTEM[:2]:
        with suppress(OSError):
            devices.add(path.stat().st_dev)
    with suppress(OSError):
        # In a sandbox they may be plain folders of the one disk.
        devices.discard(Path("/").stat().st_dev)
    return frozenset(devices)
