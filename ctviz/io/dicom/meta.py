"""The header that a file has of itself, read without anything that follows."""

from io import BytesIO

from pydicom import Dataset
from pydicom.filereader import read_dataset, read_preamble

META_GROUP = 2


def meta_of(file: BytesIO) -> Dataset:
    """Return the elements of group 2; raises what pydicom raises on what is no DICOM file."""
    file.seek(0)
    read_preamble(file, force=False)
    return read_dataset(file, False, True, stop_when=lambda tag, *_: tag.group != META_GROUP)
