"""What a file that a server has sent says of itself, to be held against what was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ctviz.core.foreign import foreign
from ctviz.io.dicom.elements import text
from ctviz.io.dicom.meta import meta_of
from ctviz.io.pacs.query import FoundSeries
from ctviz.io.pacs.trouble import PacsTrouble, senseless
from ctviz.io.silence import quiet

TAGS = ("PatientID", "PatientName", "PatientBirthDate", "SeriesInstanceUID", "SOPInstanceUID",
        "SpecificCharacterSet")  # fmt: skip


@dataclass(frozen=True, repr=False)
class Stamp:
    """Whose image a file is, and of which series."""

    patient: tuple[str, ...]
    series: str
    image: str


def stamp_of(content: bytes, server: str) -> Stamp | None:
    """Return what a file says of itself, None if it would first have to be unpacked as a whole."""
    with foreign(senseless(server)), quiet():
        file = BytesIO(content)
        if text(meta_of(file), "TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
            return None
        file.seek(0)
        header = dcmread(file, stop_before_pixels=True, specific_tags=list(TAGS))
    return Stamp(
        tuple(text(header, keyword) for keyword in TAGS[:3]),
        text(header, TAGS[3]),
        text(header, TAGS[4]),
    )


def refuse_another(file: bytes, series: FoundSeries, image: str, server: str) -> None:
    """Refuse a file that is not the image which was asked for."""
    stamp = stamp_of(file, server)
    if stamp is not None and (stamp.series, stamp.image) != (series.uid, image):
        raise PacsTrouble(
            f"'{server}' sent another image than the one asked for; nothing was added. Tell "
            "whoever runs it."
        )


def refuse_several_patients(files: Iterable[Path], server: str) -> None:
    """Refuse a series whose images are not all of one patient."""
    stamps = (stamp_of(file.read_bytes(), server) for file in files)
    if len({stamp.patient for stamp in stamps if stamp is not None}) > 1:
        raise PacsTrouble(
            f"The series mixes images of several patients; nothing was added. Tell whoever runs "
            f"'{server}'."
        )
