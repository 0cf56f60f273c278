"""The door for scans: a file, a folder or a zip archive in, cases under pseudonyms out."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ctviz.core import Case, Progress, UnreadableScan
from ctviz.io.archive import unpack_zip
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.loaded import Loaded, Refused
from ctviz.io.off_limits import OffLimits
from ctviz.io.reading import FileReading
from ctviz.io.walk import UNREAD, Found, files_of


def load_case(path: Path | str, *, key: bytes = b"", off_limits: OffLimits | None = None) -> Case:
    """Return the only case of a file, folder or zip archive.

    Parameters
    ----------
    path
        DICOM, NIfTI, PNG, TIFF or JPEG, told by content and not by name.
    key
        Secret for the patients' pseudonyms.
    off_limits
        What must not be opened; by default ctviz's own folders.
    """
    loaded = load_cases(path, key=key, off_limits=off_limits)
    if len(loaded.cases) == 1:
        return loaded.cases[0]
    if loaded.cases:
        raise UnreadableScan(
            f"There are {len(loaded.cases)} cases; load them with load_cases, or name one series."
        )
    more = f" ({len(loaded.refused)} files were refused.)" if len(loaded.refused) > 1 else ""
    raise UnreadableScan(loaded.refused[0].why + more)


def load_cases(
    path: Path | str,
    *,
    key: bytes = b"",
    progress: Progress | None = None,
    off_limits: OffLimits | None = None,
) -> Loaded:
    """Return every case of a file, folder (with its folders) or zip archive.

    Axial slices run from head to foot, coronal ones from front to back, sagittal ones from the
    patient's right to the left.
    """
    found = list(iter_cases(path, key=key, progress=progress, off_limits=off_limits))
    return Loaded(
        tuple(case for case in found if isinstance(case, Case)),
        tuple(refused for refused in found if isinstance(refused, Refused)),
    )


def iter_cases(
    path: Path | str,
    *,
    key: bytes = b"",
    progress: Progress | None = None,
    off_limits: OffLimits | None = None,
) -> Iterator[Case | Refused]:
    """Yield the cases one by one, so that only one of them must be in memory.

    Progress has one step per file for its header and one for its pixels.
    """
    path = Path(path)
    progress = progress or Progress()
    found = files_of(path, off_limits or OffLimits.here(), progress.check)
    if not is_archive(found):
        yield from FileReading.of(found, key, progress).results()
        return
    with tempfile.TemporaryDirectory(prefix="ctviz-") as folder:
        try:
            inside = unpacked(path, Path(folder), progress)
        except UnreadableScan as error:
            yield Refused("the archive", str(error))
            return
        yield from FileReading.of(inside, key, progress).results()


def is_archive(found: Found) -> bool:
    """Whether a path is one zip archive."""
    try:
        return found.single and kind_of(found.files[0]) is Kind.ZIP
    except OSError:
        raise UnreadableScan(UNREAD) from None


def unpacked(archive: Path, folder: Path, progress: Progress) -> Found:
    """Unpack an archive into an empty folder and return what it held."""
    result = unpack_zip(archive, folder, progress=progress)
    found = files_of(folder, OffLimits())
    # A file of the archive that could not be unpacked is named beside the others.
    found.refused += result.refused
    return found
