"""Zip archives from strangers, unpacked without trusting a word of them."""

import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ctviz.core import UnreadableScan

CHUNK_BYTES = 2**20
ENCRYPTED = 1
"""The bit of a zip entry's flags that says it is locked."""

DAMAGED = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)


@dataclass(frozen=True)
class ZipLimits:
    """What an archive may hold.

    Parameters
    ----------
    entries
        Files and folders.
    unpacked_bytes
        All files together.
    ratio
        Unpacked size over packed size.
    unsuspicious_bytes
        Up to this unpacked size the ratio does not matter: empty slices pack very well.
    """

    entries: int = 20_000
    unpacked_bytes: int = 2**32
    ratio: float = 100.0
    unsuspicious_bytes: int = 2**28


def unpack_zip(
    source: Path | BinaryIO,
    folder: Path,
    *,
    limits: ZipLimits = ZipLimits(),
) -> None:
    """Unpack an archive into a folder, all of it or nothing.

    Archives that try to write elsewhere (``..``, absolute paths, links), that are locked, or that
    grow beyond the limits are refused as a whole. Archives inside the archive stay packed.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(archive.infolist(), limits)
            _check_room(sum(entry.file_size for entry in entries), folder)
            for entry in entries:
                _unpack(archive, entry, folder)
    except DAMAGED:
        raise UnreadableScan("The zip archive is damaged; pack it again.") from None


def _check(entries: list[zipfile.ZipInfo], limits: ZipLimits) -> None:
    """Refuse the archive for what its table of contents says."""
    if len(entries) > limits.entries:
        raise UnreadableScan(
            f"The zip archive holds {len(entries)} files, more than {limits.entries}; split it."
        )
    for entry in entries:
        _check_entry(entry)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    bomb = unpacked > limits.unsuspicious_bytes and unpacked > limits.ratio * max(1, packed)
    if bomb or unpacked > limits.unpacked_bytes:
        raise UnreadableScan(
            f"The zip archive unpacks to {unpacked / 2**20:.0f} MiB, more than ctviz accepts; "
            "split it or name the unpacked folder."
        )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that is locked, a link, or points outside of its folder."""
    if entry.flag_bits & ENCRYPTED:
        raise UnreadableScan("The zip archive is locked by a password; unpack it first.")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise UnreadableScan("The zip archive holds links or devices; pack plain files only.")
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name:
        raise UnreadableScan("The zip archive tries to write outside of its folder; pack it again.")


def _check_room(size: int, folder: Path) -> None:
    """Refuse an archive that does not fit on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size:
        raise UnreadableScan("The disk is too full to unpack the zip archive; make room first.")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Write one entry, never more of it than it announced."""
    target = folder.joinpath(*PurePosixPath(entry.filename.replace("\\", "/")).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as packed, target.open("wb") as file:
        while chunk := packed.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise UnreadableScan("The zip archive lies about its size; pack it again.")
            file.write(chunk)
