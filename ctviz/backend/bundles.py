"""What somebody brings as a network: a file of it, or a MONAI bundle, as a folder or packed."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ctviz.core import UnusableModel, Value
from ctviz.io.archive import PLAIN_METHODS, ZipLimits, unpack_zip
from ctviz.models.intake import Bundle, Rehearsal, read_bundle, rehearsed
from ctviz.models.intake.apart import LARGEST_BYTES, refuse_large
from ctviz.models.intake.bundle import METADATA

PACKED = ".zip"
LIMITS = ZipLimits(entries=2_000, unpacked_bytes=4 * LARGEST_BYTES, methods=PLAIN_METHODS)
"""A bundle may hold its weights several times, and pictures of what it does."""


def opened_bundle(source: Path, room: Path) -> Bundle:
    """Return what is known of a network before it is tried; of a plain file only where it is.

    Parameters
    ----------
    source
        A network's file, a bundle's folder, or a zip archive of that.
    room
        An empty folder into which an archive is unpacked; nothing in it is ever run.

    Raises
    ------
    CtvizError
        In a sentence, if an archive is none, tries to do harm, or holds no bundle.
    """
    if source.is_dir():
        return read_bundle(source)
    if source.suffix.lower() != PACKED:
        return Bundle(source)
    refuse_large(source)
    unpacked = unpack_zip(source, room, limits=LIMITS)
    if unpacked.refused:
        raise UnusableModel(f"The file '{unpacked.refused[0][0].name}': {unpacked.refused[0][1]}")
    places = [room, *(path for path in sorted(room.iterdir()) if path.is_dir())]
    bundles = [place for place in places if (place / METADATA).is_file()]
    if len(bundles) != 1:
        what = f"{len(bundles)} MONAI bundles" if bundles else f"no MONAI bundle ({METADATA})"
        raise UnusableModel(f"The zip archive holds {what}; pack the folder of one.")
    found = read_bundle(bundles[0])
    return replace(found, left_aside=len(unpacked.files) - len(found.files))


def rehearsed_bundle(
    bundle: Bundle,
    size: tuple[int, int] | None = None,
    architecture: str = "",
    given: Mapping[str, Value] | None = None,
) -> Rehearsal:
    """Try a network, with what a bundle says of it where nobody says otherwise; see `rehearsed`."""
    return rehearsed(
        bundle.weights,
        size or bundle.size,
        architecture or bundle.architecture,
        {**(bundle.given or {}), **(given or {})},
    )


def rehearsed_upload(
    file: Path,
    room: Path,
    size: tuple[int, int] | None = None,
    architecture: str = "",
    given: Mapping[str, Value] | None = None,
) -> Rehearsal:
    """Try what was dropped, with what a bundle says of it; the rest is as in `rehearsed`.

    Parameters
    ----------
    room
        A folder for what an archive holds; what was in it is removed.
    """
    shutil.rmtree(room, ignore_errors=True)
    bundle = opened_bundle(file, room)
    found = rehearsed_bundle(bundle, size, architecture, given)
    return replace(found, bundle=bundle if bundle.weights != file else None)
