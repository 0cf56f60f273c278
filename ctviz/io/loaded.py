"""What reading a folder ends in: cases, and files with the reason why they are none."""

from dataclasses import dataclass

from ctviz.core import Case


@dataclass(frozen=True)
class Refused:
    """A file that is not shown.

    Parameters
    ----------
    name
        The file's name without folder if it holds nothing but harmless words, else its number
        and type. Never for a log or an export all the same.
    why
        One sentence: what is wrong and what to do.
    """

    name: str
    why: str


@dataclass(frozen=True)
class Loaded:
    """Everything found in a file, folder or zip archive."""

    cases: tuple[Case, ...]
    refused: tuple[Refused, ...]
