"""The table ``effects.csv``: what each part of each phantom does to the answer."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from ctviz.cohort.files import replacing
from ctviz.cohort.folder import StudyFolder
from ctviz.core import InvalidInput
from ctviz.core.cells import as_csv, original
from ctviz.core.foreign import foreign
from ctviz.truth import Judgement

COLUMNS = ("phantom", "part", "pixels", "effect", "probability")


def write_effects(folder: Path, names: Sequence[str], judged: Sequence[Judgement]) -> None:
    """Write each part's pixels, and its effects on the log-odds and on the probability."""
    rows = [
        {
            "phantom": name,
            "part": part,
            "pixels": int(each.pixels[p]),
            "effect": float(each.effects.scores[p]),
            "probability": float(each.effects.probabilities[p]),
        }
        for name, each in zip(names, judged, strict=True)
        for p, part in enumerate(each.effects.parts)
    ]
    with replacing(StudyFolder(folder).effects_csv) as file:
        file.write(as_csv(COLUMNS, rows).encode())


def read_effects(folder: Path) -> Mapping[str, Mapping[str, float]]:
    """Return the effects on the log-odds by phantom and part, in the study's order."""
    found: dict[str, dict[str, float]] = {}
    damaged = InvalidInput("The study's table of effects is missing or damaged; start it again.")
    with foreign(damaged), StudyFolder(folder).effects_csv.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            own = found.setdefault(original(row["phantom"]), {})
            own[original(row["part"])] = float(row["effect"])
    return found
