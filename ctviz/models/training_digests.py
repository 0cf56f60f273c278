"""Which slices a model was trained on, by the digests of their pixels: to notice them in a study.

The pixels cannot be had from them. Who has the same pixels can tell that the model learnt from
them, which is what they are for. A file of its own beside the card, so that a model's checksums,
and all that is kept under them, stay what they are.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ctviz.core import UnusableModel
from ctviz.core.foreign import foreign, legible

TRAINING_DIGESTS = "training-digests.txt"
LARGEST_BYTES = 100_000_000
"""More than a million slices."""

_KINDS = {
    "data": re.compile(r".{1,200}"),
    "slice": re.compile(r"[0-9a-f]{64}"),
    "secret": re.compile(r"[0-9a-f]{64}"),
    "patient": re.compile(r"P-[0-9a-f]{8}"),
}
_FIRST = "# sha256 of the pixels that the model was trained on; see ctviz.models.training_digests\n"


@dataclass(frozen=True)
class TrainingDigests:
    """What a model was trained on.

    Parameters
    ----------
    data
        Names of the card's data whose slices are listed, all of them.
    slices
        Digests of their pixels (`ctviz.core.Slice.digest`); a slice that occurs twice is one.
    patients
        Their pseudonyms, as far as they are known.
    secret
        The sha256 of the secret behind the pseudonyms, which are told apart with the same secret
        only; empty where there are none.
    """

    data: frozenset[str] = frozenset()
    slices: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    secret: str = ""

    def lines(self) -> Iterable[str]:
        """Yield the file's lines: a kind and a value each."""
        told = (
            ("data", self.data),
            ("slice", self.slices),
            ("secret", {self.secret} - {""}),
            ("patient", self.patients),
        )
        return (f"{kind} {value}\n" for kind, values in told for value in sorted(values))


def name_of_secret(secret: bytes) -> str:
    """Return what tells one secret from another, and nothing of it; empty if there is none."""
    return hashlib.sha256(secret).hexdigest() if secret else ""


def write_training_digests(folder: Path, digests: TrainingDigests) -> None:
    """Write the file into a model's folder."""
    (folder / TRAINING_DIGESTS).write_text(_FIRST + "".join(digests.lines()), encoding="utf-8")


def read_training_digests(folder: Path) -> TrainingDigests | None:
    """Return what a model's folder lists, None if it lists nothing."""
    path = folder / TRAINING_DIGESTS
    if not path.is_file():
        return None
    damaged = UnusableModel(
        f"The file {TRAINING_DIGESTS} of model '{legible(folder.name)}' is damaged; copy the whole "
        "folder again from its source."
    )
    if path.stat().st_size > LARGEST_BYTES:
        raise damaged
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    with foreign(damaged):
        lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            kind, _, value = line.partition(" ")
            if kind not in _KINDS or not _KINDS[kind].fullmatch(value):
                raise damaged
            found[kind].add(value)
    if len(found["secret"]) > 1:
        raise damaged
    return TrainingDigests(
        frozenset(found["data"]),
        frozenset(found["slice"]),
        frozenset(found["patient"]),
        next(iter(found["secret"]), ""),
    )
