"""A cohort from a folder of scans, called by a pseudonym: the folder's name may tell a patient.

What is kept of a study is passed on with its results. So its plan says ``folder-`` and a digest in
place of the path, and the data folder remembers which cases that is.
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ctviz.cohort.files import read_json, write_json
from ctviz.cohort.plan import NAMED_COHORTS, CohortStudy
from ctviz.core import InvalidInput, Settings
from ctviz.core.secret import kept_secret

COHORTS_KEPT = "cohorts"
"""Folder of the data folder: the cases of each pseudonym."""

PSEUDONYM = re.compile(r"folder-[0-9a-f]{12}")


def pseudonym_of(settings: Settings, folder: Path) -> str:
    """Return what a folder of scans is called; only who has the data folder can test a path."""
    key = kept_secret(settings.data / "pseudonym.key")
    path = str(folder.resolve()).encode("utf-8", "surrogateescape")
    return f"folder-{hmac.new(key, path, 'sha256').hexdigest()[:12]}"


def unnamed(settings: Settings, study: CohortStudy) -> CohortStudy:
    """Return the plan as it may be kept: with the pseudonym of a folder in place of its path."""
    if not is_folder(study.cohort):
        return study
    return replace(study, cohort=pseudonym_of(settings, Path(study.cohort)))


def remember(settings: Settings, folder: Path, cases: Sequence[str]) -> None:
    """Keep which cases came from a folder of scans."""
    place = settings.data / COHORTS_KEPT / f"{pseudonym_of(settings, folder)}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    write_json(place, list(cases))


def remembered(settings: Settings, pseudonym: str) -> tuple[str, ...]:
    """Return the cases that came from the folder of this pseudonym."""
    cases = read_json(settings.data / COHORTS_KEPT / f"{pseudonym}.json")
    if not isinstance(cases, list) or not all(isinstance(case, str) for case in cases):
        raise InvalidInput(
            "The scans of this study came from a folder whose path is not kept; name it again as "
            "the study's cohort."
        )
    return tuple(cases)


def is_folder(cohort: str) -> bool:
    """Whether a cohort is the path of something that is there, a file included."""
    if cohort in NAMED_COHORTS:
        return False
    try:
        return not PSEUDONYM.fullmatch(cohort) and Path(cohort).exists()
    except (OSError, ValueError):
        # No folder can be called so.
        return False
