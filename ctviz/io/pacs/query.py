"""What is asked of a server, and what it says it has."""

import re
from dataclasses import dataclass, field

from ctviz.core import InvalidInput

MOST_STUDIES = 200
"""So many studies are listed; whoever gets more asks for less."""

MOST_SERIES = 500
MOST_IMAGES = 20_000
OUTLINES = frozenset({"SEG", "RTSTRUCT"})
"""Modalities of what somebody marked on a scan."""

LONGEST = 64
LONGEST_SHOWN = 200

UID = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


@dataclass(frozen=True)
class PacsQuery:
    """Which studies are looked for; what is empty matches everything.

    Parameters
    ----------
    patient_id
        As it is, or with ``*`` for anything.
    patient_name
        How it begins, family name first, or with ``*`` for anything.
    first_date, last_date
        When the study was made, as ``2026-11-27``.
    modality
        Of any series in it, such as ``CT``.
    description
        A part of the study's description.
    """

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    first_date: str = ""
    last_date: str = ""
    modality: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        for text in (self.patient_id, self.patient_name, self.modality, self.description):
            if len(text) > LONGEST or not text.isprintable() or "\\" in text:
                raise InvalidInput(
                    f"What is searched for must have at most {LONGEST} letters and no backslash; "
                    "correct it."
                )
        for date in (self.first_date, self.last_date):
            if date and not DATE.fullmatch(date):
                raise InvalidInput("Dates are given as 2026-11-27; correct them.")

    @property
    def filters(self) -> dict[str, str]:
        """What is asked for, by DICOM's keywords, with wildcards where people leave them out."""
        first, last = (_compact(date) for date in (self.first_date, self.last_date))
        found = {
            "PatientID": self.patient_id,
            "PatientName": _beginning(self.patient_name),
            "StudyDate": first if first == last else f"{first}-{last}",
            "ModalitiesInStudy": self.modality.upper(),
            "StudyDescription": _part(self.description),
        }
        return {keyword: value for keyword, value in found.items() if value}


@dataclass(frozen=True)
class FoundStudy:
    """A study as a server tells of it; its patient is only shown, never kept.

    Parameters
    ----------
    date
        As ``2026-11-27``, empty if it is unknown.
    series
        How many there are, None if the server does not say.
    """

    uid: str = field(repr=False)
    patient_name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    date: str = field(default="", repr=False)
    description: str = ""
    modalities: str = ""
    series: int | None = None


@dataclass(frozen=True)
class FoundSeries:
    """A series as a server tells of it."""

    study: str = field(repr=False)
    uid: str = field(repr=False)
    number: int | None = None
    modality: str = ""
    description: str = ""
    images: int | None = None

    @property
    def holds_outlines(self) -> bool:
        """Whether it has what somebody marked on a scan, and no images of its own."""
        return self.modality.upper() in OUTLINES

    def __post_init__(self) -> None:
        for uid in (self.study, self.uid):
            if not is_uid(uid):
                raise InvalidInput(
                    "UIDs of studies and series are numbers with dots between them, of at most "
                    f"{LONGEST} letters; copy them from `ctviz pacs search`."
                )


def is_uid(text: str) -> bool:
    """Whether a text can be a UID, and nothing else in an address."""
    return len(text) <= LONGEST and UID.fullmatch(text) is not None


def matches(text: str, wanted: str) -> bool:
    """Whether a value is what was asked for, with ``*`` and ``?``, whatever the case of letters.

    >>> matches("MÜLLER^ANNA", "Müller*"), matches("MOLLER^ANNA", "Müller*")
    (True, False)
    """
    pattern = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in wanted.casefold())
    return re.fullmatch(pattern, text.casefold(), re.DOTALL) is not None


def shown(text: object) -> str:
    r"""Return what a server says as one line that every screen can show.

    >>> shown("MÜLLER^ANNA"), shown("a\x00b\n"), shown(None)
    ('MÜLLER^ANNA', 'ab', '')
    """
    line = "" if text is None else str(text)[: 4 * LONGEST_SHOWN]
    return "".join(letter for letter in line if letter.isprintable()).strip()[:LONGEST_SHOWN]


def shown_date(text: object) -> str:
    """Return a date of DICOM as people write it, empty if it is none.

    >>> shown_date("20261127"), shown_date("yesterday")
    ('2026-11-27', '')
    """
    found = DATE.fullmatch(shown(text))
    return "-".join(found.groups()) if found else ""


def shown_name(text: object) -> str:
    """Return a person's name as people write it.

    >>> shown_name("MÜLLER^ANNA^^DR"), shown_name("YAMADA^TAROU=山田^太郎")
    ('MÜLLER, ANNA DR', 'YAMADA, TAROU (山田 太郎)')
    """
    first, *others = shown(text).split("=")
    family, *given = [part.strip() for part in first.split("^")]
    named = ", ".join(filter(None, [family, " ".join(filter(None, given))]))
    also = " ".join(filter(None, next(filter(None, others), "").split("^")))
    return f"{named} ({also})" if named and also else named or also


def _compact(date: str) -> str:
    return date.replace("-", "")


def _beginning(name: str) -> str:
    return name if not name or "*" in name or "?" in name else f"{name}*"


def _part(words: str) -> str:
    return words if not words or "*" in words or "?" in words else f"*{words}*"
