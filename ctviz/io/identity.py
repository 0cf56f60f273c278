"""Pseudonyms, and what must never be shown: everything that tells who a patient is."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from pathlib import Path

SHORTEST_WORD = 3
"""Shorter pieces of a name are found in every other file name."""

TELLING = re.compile(r"\^|(19|20)\d{2}[-_.]?\d{2}[-_.]?\d{2}|\d+(\.\d+){4,}")
"""A DICOM person name, a date or a UID inside a file name."""

YEAR = re.compile(r"(19|20)\d\d")
MOST_DIGITS = 4
"""More could be a date of birth or a patient's number."""

_TYPES = """
bmp bin bz csv dat dcm db dicom doc docx exe gif gz hdr htm html ima img ini iso jpeg jpg json log
md mhd mp nii npy npz nrrd pdf png pptx py raw rar rtf sql tar tgz tif tiff toml ts txt xls xlsx xml
yaml yml z zip
"""
_WORDS = """
and annotation annotations archive arterial axial body bone broken case cases chest copy coronal ct
damaged data desktop dicomdir empty export file files folder frame head hello im image images img
index info label labels licence license list liver lung map mask masks meta metadata native notes
odd of overview page picture pictures plain plan preview readme region report result results
sagittal scan scans seg segmentation series slice slices stack study table test text the thumb
thumbs upload version view viewer volume with without
"""

TYPES = frozenset(_TYPES.split())
"""Endings of file names that say what a file is and nothing else."""

HARMLESS = TYPES | frozenset(_WORDS.split())
"""Words that occur in the names of files and in nobody's."""


def pseudonym(identifier: str, key: bytes) -> str:
    """Return the patient's pseudonym: the same for the same identifier and key.

    Whoever knows the key can test a guessed identifier; with an empty key everybody can.
    """
    code = hmac.new(key, identifier.encode(), hashlib.sha256)
    return f"P-{code.hexdigest()[:8]}"


def words(*texts: str) -> set[str]:
    """Return the texts and their parts in lower case, as they might occur in a file name."""
    found = set()
    for text in map(str.lower, texts):
        found |= {text.strip(), *re.split(r"[\W_]+", text)}
    return {word for word in found if len(word) >= SHORTEST_WORD}


def harmless_name(path: Path, number: int, total: int, identity: Iterable[str]) -> str:
    """Return the file's name if it is made of harmless words, else its number and its type.

    No list of patients' words is complete: a NIfTI names none, and ``hsturz_ct.txt`` is somebody.
    So a name is shown only if nothing in it could be one.
    """
    name = path.name.lower()
    letters = re.split(r"[\W\d_]+", name)
    digits = "".join(re.findall(r"\d", name))
    known = name.isascii() and all(word in HARMLESS for word in letters if len(word) > 1)
    told = TELLING.search(name) or any(word in name for word in identity)
    if known and not told and len(digits) <= MOST_DIGITS and not YEAR.search(digits):
        return path.name
    kind = path.suffix.lower().removeprefix(".")
    return f"file {number} of {total}" + (f" (.{kind})" if kind in TYPES else "")
