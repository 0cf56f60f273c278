"""The way back from a pseudonym to the patient, kept only where somebody chose so at import.

A link is a file of its own beside the cases, which only the owner of the data folder may read; it
is in no database, cache or log, and without it nobody can tell whose case it is.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread

from ctviz.core import InvalidInput
from ctviz.core.structure import StrictConverter, structured
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.elements import text
from ctviz.io.out.origin import CARRIED, Origin, SourceImage
from ctviz.io.silence import quiet
from ctviz.io.volume import Source

FORMAT = "ctviz link 1"
LARGEST = 2**24
LINK_SUFFIX = ".link"
"""Follows the name of a staged case, which is a folder, in the name of its link."""

UIDS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID",
    "FrameOfReferenceUID", "NumberOfFrames",
)  # fmt: skip
_JSON = StrictConverter(complete=True, closed=True)

DAMAGED_LINK = "The case's link to its patient is damaged; import the scan again to renew it."


class Links:
    """The links of a data folder, a file for each case.

    Parameters
    ----------
    folder
        Made at the first link.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, case_id: str) -> Origin | None:
        """Return whose case it is, None if no link was kept."""
        path = self._path(case_id)
        if not path.exists():
            return None
        try:
            if path.stat().st_size > LARGEST:
                raise InvalidInput(DAMAGED_LINK)
            document = json.loads(path.read_text("utf-8"))
            if document.pop("format", None) != FORMAT:
                raise InvalidInput(DAMAGED_LINK)
            return structured(_JSON, Origin, document)
        except (OSError, ValueError, TypeError, LookupError):
            raise InvalidInput(DAMAGED_LINK) from None

    def case_with(self, image: str) -> str | None:
        """Return the case that has a slice from the DICOM image with this SOP Instance UID."""
        for path in sorted(self._folder.glob("C-*.json")):
            origin = self.of(path.stem)
            if origin and any(each.sop_instance == image for each in origin.images):
                return path.stem
        return None

    def without(self, case_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of the cases of which nobody knows whose they are."""
        return tuple(case_id for case_id in case_ids if not self._path(case_id).exists())

    def take(self, staged: Path, case_id: str) -> None:
        """Move the link of a staged case to its place, if one was written beside it."""
        link = staged.with_name(staged.name + LINK_SUFFIX)
        if link.is_file() and not link.is_symlink():
            link.chmod(0o600)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(link, self._path(case_id))

    def drop(self, case_id: str) -> None:
        """Forget whose case it is, for good."""
        self._path(case_id).unlink(missing_ok=True)

    def _path(self, case_id: str) -> Path:
        return self._folder / f"{case_id}.json"


def write_link(path: Path, sources: Sequence[Source]) -> bool:
    """Write whose slices these are, read from their files; nothing if they are not of one series.

    Returns
    -------
    bool
        Whether there is a link now.
    """
    origin = _origin(sources)
    if origin is None:
        return False
    document = {"format": FORMAT, **_JSON.unstructure(origin)}
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".link-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
    Path(part).rename(path)
    return True


def _origin(sources: Sequence[Source]) -> Origin | None:
    """Return the origin of slices, None where their files leave it open."""
    headers = {path: _header(path) for path in dict.fromkeys(path for path, _ in sources)}
    found = list(headers.values())
    if not found or any(header is None for header in found):
        return None
    first = found[0]
    series: set[Any] = {tuple(text(h, k) for k in UIDS[2:5]) for h in found if h is not None}
    named = all(text(h, k) for h in found if h is not None for k in UIDS[:5])
    if first is None or len(series) != 1 or not named:
        return None
    return Origin(
        attributes={k: text(first, k) for k in CARRIED if text(first, k)},
        study=text(first, "StudyInstanceUID"),
        series=text(first, "SeriesInstanceUID"),
        frame_of_reference=text(first, "FrameOfReferenceUID"),
        images=tuple(_image(headers[path], frame) for path, frame in sources),
    )


def _image(header: Dataset | None, frame: int) -> SourceImage:
    if header is None:
        raise TypeError
    many = text(header, "NumberOfFrames") not in {"", "1"}
    uids = text(header, "SOPClassUID"), text(header, "SOPInstanceUID")
    return SourceImage(*uids, frame + 1 if many else 0)


def _header(path: Path) -> Dataset | None:
    try:
        with quiet():
            return dcmread(
                path,
                stop_before_pixels=True,
                force=True,
                specific_tags=[*UIDS, *CARRIED, "SpecificCharacterSet"],
            )
    except (*DAMAGED, OSError):
        return None
