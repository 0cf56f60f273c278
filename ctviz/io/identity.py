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
    """Return the file's name without folder, or its number where the name could tell a patient."""
    name = path.name.lower()
    if TELLING.search(name) or any(word in name for word in identity):
        return f"file {number} of {total}"
    return path.name
