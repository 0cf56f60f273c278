"""DICOM objects that are no images, read whole and trusted in nothing."""

from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset, dcmread

from ctviz.core import UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.dicom.elements import text, value
from ctviz.io.dicom.header import identity_words, refuse_deflation_bomb
from ctviz.io.identity import pseudonym, source_code
from ctviz.io.kinds import Kind, kind_of
from ctviz.io.outlines.onto import ScanClaim, known

DAMAGED = "It is damaged or cut short; copy or export it again."
LARGEST = 2**30
"""Bytes of an object; no export of outlines is larger."""


def sop_class(path: Path) -> str:
    """Return a DICOM file's kind of object, empty for any other file."""
    if kind_of(path) is not Kind.DICOM:
        return ""
    try:
        with foreign_reader(DAMAGED):
            header = dcmread(
                path, stop_before_pixels=True, force=True, specific_tags=["SOPClassUID"]
            )
            return text(header, "SOPClassUID")
    except UnreadableScan:
        return ""


def object_of(path: Path) -> Dataset:
    """Return a whole object."""
    refuse_deflation_bomb(path)
    if path.stat().st_size > LARGEST:
        raise UnreadableScan("It is larger than any file of outlines; export a part of it.")
    with foreign_reader(DAMAGED):
        return dcmread(path, force=True)


def claim_of(header: Dataset, key: bytes, spaces: set[str], uids: set[str]) -> ScanClaim:
    """Return what an object says of the scan that it belongs to.

    Parameters
    ----------
    key
        Of pseudonyms and codes.
    spaces
        UIDs of the frames of reference in which it lies.
    uids
        SOPInstanceUIDs that it refers to; codes of frames are compared by their first.
    """
    patient = text(header, "PatientID")
    return ScanClaim(
        patient=pseudonym(patient, key) if patient else "",
        spaces=known([pseudonym(uid, key, "F") for uid in spaces if uid]),
        sources=known([source_code(uid, None, key) for uid in uids]),
    )


def items(header: Dataset, *keywords: str) -> Iterator[Dataset]:
    """Yield every item at the end of a way through sequences, whatever is missing on it."""
    if not keywords:
        yield header
        return
    for item in value(header, keywords[0]) or ():
        if isinstance(item, Dataset):
            yield from items(item, *keywords[1:])


def identity_of(header: Dataset) -> set[str]:
    """Return the words of a header that must not stand in a label."""
    return identity_words(header)
