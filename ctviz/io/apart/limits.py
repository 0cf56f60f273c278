"""What one import may cost before it is ended."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ApartLimits:
    """Bounds of the process that reads one import.

    Parameters
    ----------
    memory_bytes
        What it may hold at a time.
    silent_seconds
        How long it may go without getting on.
    file_bytes
        The largest file that it may write.
    deaths
        So many files may end it before the rest of the import is given up.
    """

    memory_bytes: int = 3 * 2**30
    silent_seconds: float = 60.0
    file_bytes: int = 2**33
    deaths: int = 8


USUAL = ApartLimits()
