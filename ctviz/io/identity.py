"""Pseudonyms, and what must never be shown: everything that tells who a patient is."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from pathlib import Path

SHORTEST_WORD = 3
"""Shorter pieces of a name are found in every other file name."""

SOURCE_DIGITS = 16
"""Of an image's code: enough that no two of a million images share one."""

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
abdomen agent and annotation annotations aorta archive arterial axial body bone brain broken cardiac
case cases chest contrast copy coronal corrected ct cta damaged data demo desktop dicomdir empty
export file files fold folder frame head heart hello im image images in index info input kidney
label labels left licence license list liver lung lungs map mask masks meta metadata native neck no
non notes odd of orig original out overview page pancreas part patient pelvis phantom phase picture
pictures plain plan portal post pre preview readme recon region report resampled result results
right sagittal sample scan scans seg segmentation series ses slice slices spine spleen stack std
study sub subject table test text the thorax thumb thumbs train training upload val valid venous
version vessel view viewer vol volume with without
"""

TYPES = frozenset(_TYPES.split())
"""Endings of file names that say what a file is and nothing else."""

HARMLESS = TYPES | frozenset(_WORDS.split())
"""Words that occur in the names of files and in nobody's."""

ENDINGS = re.compile(r"(\.nii)?\.gz$|\.nii$|\.png$|\.tiff?$|\.jpe?g$", re.IGNORECASE)


def pseudonym(identifier: str, key: bytes, kind: str = "P") -> str:
    """Return a patient's pseudonym, or another kind's: the same for the same identifier and key.

    Whoever knows the key can test a guessed identifier; with an empty key everybody can.
    """
    code = hmac.new(key, identifier.encode(), hashlib.sha256)
    return f"{kind}-{code.hexdigest()[:8]}"


def source_code(uid: str, frame: int | None, key: bytes) -> str:
    """Return what an image is recognised by when somebody's outlines refer to it.

    Parameters
    ----------
    uid
        Its SOPInstanceUID; an image without one has no code.
    frame
        Its number from 1 in a file of several, else None.
    """
    if not uid:
        return ""
    return hmac.new(key, f"{uid} {frame or 1}".encode(), hashlib.sha256).hexdigest()[:SOURCE_DIGITS]


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
    if _is_harmless(name, identity):
        return path.name
    kind = path.suffix.lower().removeprefix(".")
    return f"file {number} of {total}" + (f" (.{kind})" if kind in TYPES else "")


def harmless_title(path: Path, identity: Iterable[str]) -> str:
    """Return a file's name without its ending, empty unless every word of it is known.

    A title is kept and shown to everybody, and a file without a header tells nobody whose name
    it carries.

    >>> harmless_title(Path("lung_012.nii.gz"), ()), harmless_title(Path("miller_012.nii"), ())
    ('lung_012', '')
    """
    stem = ENDINGS.sub("", path.name)
    return stem if stem.isprintable() and _is_harmless(stem.lower(), identity) else ""


def _is_harmless(name: str, identity: Iterable[str]) -> bool:
    """Whether nothing in a name in small letters could be somebody's."""
    letters = re.split(r"[\W\d_]+", name)
    digits = "".join(re.findall(r"\d", name))
    known = name.isascii() and all(word in HARMLESS for word in letters if len(word) > 1)
    told = TELLING.search(name) or any(word in name for word in identity)
    return known and not told and len(digits) <= MOST_DIGITS and not YEAR.search(digits)
