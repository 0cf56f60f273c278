"""Zip archives from strangers, unpacked without trusting a word of them."""

import shutil
import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from ctviz.core import Progress, UnreadableScan, saved_or_said
from ctviz.io.edge import DISK, one_sentence

CHUNK_BYTES = 2**20
ENCRYPTED = 1
"""The bit of a zip entry's flags that says it is locked."""

PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Those that need no memory to speak of, whatever an archive says."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})

END = struct.Struct("<4s4H2LH")
"""The last record of an archive: the number of entries is its 5th field, the comment's length
its last."""

END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
LONGEST_COMMENT = 2**16

ENTRY = struct.Struct("<4s6H3L5H2L")
"""An entry of the table of contents; its name, extra fields and comment follow."""

DAMAGED = "The zip archive is damaged; pack it again."
MEMBER = "It was damaged when it was packed into the zip archive; pack it again."
METHOD = "It is packed in a way that ctviz does not unpack; pack it again as an ordinary zip."

LONGEST_NAME = 200
"""Bytes of one part of a name; file systems take 255."""


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
    methods
        How files may be packed, as zip numbers it.
    """

    entries: int = 20_000
    unpacked_bytes: int = 2**32
    ratio: float = 100.0
    unsuspicious_bytes: int = 2**28
    methods: frozenset[int] = METHODS


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive.

    Parameters
    ----------
    files
        Where they are now.
    refused
        Names of files that could not be unpacked, with the reason.
    """

    files: tuple[Path, ...]
    refused: tuple[tuple[Path, str], ...]


def unpack_zip(
    source: Path | BinaryIO,
    folder: Path,
    *,
    limits: ZipLimits = ZipLimits(),
    progress: Progress | None = None,
) -> Unpacked:
    """Unpack an archive into a folder, all that is not damaged.

    Archives that try to write elsewhere (``..``, absolute paths, links), that are locked, or that
    grow beyond the limits are refused as a whole. Archives inside the archive stay packed. Names
    that no disk takes, or that two files share, make way for a number.
    """
    progress = progress or Progress()
    files: list[Path] = []
    refused: list[tuple[Path, str]] = []
    with one_sentence(DAMAGED):
        _check_count(source, limits)
        with zipfile.ZipFile(source) as archive:
            everything = archive.infolist()
            _check(everything, limits)
            entries = [entry for entry in everything if not _is_folder(entry)]
            _check_room(sum(entry.file_size for entry in entries), folder)
            progress.start(len(entries))
            for number, entry in enumerate(entries):
                target = _place(folder, entry, number)
                try:
                    _unpack(archive, entry, target, limits)
                    files.append(target)
                except _Lying:
                    raise
                except UnreadableScan as error:
                    target.unlink(missing_ok=True)
                    refused.append((target, str(error)))
                progress.advance()
    if refused and not files:
        raise UnreadableScan(refused[0][1])
    return Unpacked(tuple(files), tuple(refused))


class _Lying(UnreadableScan):
    """An entry is larger than it said, so that nothing of the archive can be believed."""


def _check_count(source: Path | BinaryIO, limits: ZipLimits) -> None:
    """Refuse a table of contents that is too long, before anything is made of its entries."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            _check_count(file, limits)
        return
    start, size = _table(source)
    source.seek(start)
    for _ in range(limits.entries + 1):
        head = source.read(ENTRY.size)
        if size < ENTRY.size or len(head) < ENTRY.size:
            return
        lengths = ENTRY.unpack(head)[10:13]
        source.seek(sum(lengths), 1)
        size -= ENTRY.size + sum(lengths)
    raise _too_many(limits)


def _too_many(limits: ZipLimits) -> UnreadableScan:
    return UnreadableScan(
        f"The zip archive holds more than {limits.entries:,} files and folders; split it."
    )


def _table(source: BinaryIO) -> tuple[int, int]:
    """Return where the table of contents starts, and how many bytes it has."""
    length = source.seek(0, 2)
    source.seek(max(0, length - LONGEST_COMMENT - END.size))
    tail = source.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < END.size:
        raise UnreadableScan(DAMAGED)
    end = length - len(tail) + at
    size = END.unpack_from(tail, at)[5]
    source.seek(max(0, end - LOCATOR.size))
    locator = source.read(LOCATOR.size)
    if len(locator) == LOCATOR.size and locator.startswith(b"PK\6\7"):
        source.seek(max(0, end - LOCATOR.size - END64.size))
        large = source.read(END64.size)
        if len(large) == END64.size and large.startswith(b"PK\6\6"):
            end -= LOCATOR.size + END64.size
            size = END64.unpack(large)[8]
    return max(0, end - size), min(size, end)


def _check(entries: Sequence[zipfile.ZipInfo], limits: ZipLimits) -> None:
    """Refuse the archive for what its table of contents says."""
    if len(entries) > limits.entries:
        raise _too_many(limits)
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
    drive = bool(path.parts) and ":" in path.parts[0]
    if path.is_absolute() or ".." in path.parts or drive or "\0" in name:
        raise UnreadableScan("The zip archive tries to write outside of its folder; pack it again.")


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder; not as zipfile tells it, which trips over empty names."""
    return entry.filename.endswith(("/", "\\"))


def _check_room(size: int, folder: Path) -> None:
    """Refuse an archive that does not fit on the disk."""
    with saved_or_said():
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if free < size:
        raise UnreadableScan("The disk is too full to unpack the zip archive; make room first.")


def _place(folder: Path, entry: zipfile.ZipInfo, number: int) -> Path:
    """Return where an entry goes: to its own name, or to its number where that is not possible."""
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    target = folder.joinpath(*parts)
    try:
        if parts and max(len(part.encode()) for part in parts) <= LONGEST_NAME:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Of two files of one name, or a file that is also a folder, both are kept.
            target.touch(exist_ok=False)
            return target
    except OSError as error:
        if error.errno in DISK:
            raise
    except ValueError:
        pass  # Letters that this disk does not know.
    target = folder / f"entry {number}" / "file"
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, limits: ZipLimits
) -> None:
    """Write one entry, never more of it than it announced."""
    if entry.compress_type not in limits.methods:
        raise UnreadableScan(METHOD)
    left = entry.file_size
    with one_sentence(MEMBER):
        packed = archive.open(entry)
    with packed, saved_or_said(), target.open("wb") as file:
        while chunk := _chunk(packed):
            left -= len(chunk)
            if left < 0:
                raise _Lying("The zip archive lies about its size; pack it again.")
            file.write(chunk)


def _chunk(packed: IO[bytes]) -> bytes:
    """Return the next bytes of an entry, none at its end."""
    with one_sentence(MEMBER):
        return packed.read(CHUNK_BYTES)
