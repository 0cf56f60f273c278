"""Where things are kept and computed: the only place that reads the environment."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ctviz.core.errors import InvalidParameter

PROJECT = Path(__file__).resolve().parents[2]
DEVICES = ("auto", "cpu", "cuda", "mps")
MEGABYTE_DIGITS = 9


@dataclass(frozen=True)
class Settings:
    """The folders and the device of one ctviz process.

    Parameters
    ----------
    data
        Cases, the database and drawings (``CTVIZ_DATA``, by default ``data`` in the project).
    models
        One folder per model (``CTVIZ_MODELS``).
    cache
        Computed maps and scores, may be deleted at any time (``CTVIZ_CACHE``).
    device
        ``auto`` takes a GPU where there is one (``CTVIZ_DEVICE``).
    hosts
        Names under which browsers may reach the app besides this computer's own (``CTVIZ_HOSTS``,
        by commas; ``*.example.org`` stands for every name below).
    import_roots
        Folders of the server that a browser may name, with all below them (``CTVIZ_IMPORT_ROOTS``,
        separated like ``PATH``); without one, a browser can name no folder at all.
    upload_mb, uploads_mb
        What one reader, and what all of them together, may have on its way into the list of cases
        (``CTVIZ_UPLOAD_MB``, ``CTVIZ_UPLOADS_MB``; 10⁶ bytes).
    access
        Who may log in, and as what (``CTVIZ_ACCESS``, a TOML file); without it nobody is asked.
    pacs
        Servers to fetch images from and to send results to (``CTVIZ_PACS``, a TOML file).
    cluster
        Scheduler of the Dask cluster that computes studies (``CTVIZ_CLUSTER``, like
        ``tcp://host:8786``); without one this machine does.
    """

    data: Path = PROJECT / "data"
    models: Path = PROJECT / "models"
    cache: Path = PROJECT / "data" / "cache"
    device: str = "auto"
    hosts: tuple[str, ...] = ()
    import_roots: tuple[Path, ...] = ()
    upload_mb: int = 2_000
    uploads_mb: int = 8_000
    access: Path | None = None
    pacs: Path | None = None
    cluster: str = ""

    def __post_init__(self) -> None:
        if self.device.split(":")[0] not in DEVICES:
            raise InvalidParameter(
                f"CTVIZ_DEVICE must be one of {', '.join(DEVICES)}, not '{self.device}'."
            )

    @classmethod
    def from_environment(cls) -> Self:
        """Return the settings of this process's environment."""
        data = Path(os.environ.get("CTVIZ_DATA", PROJECT / "data"))
        return cls(
            data=data,
            models=Path(os.environ.get("CTVIZ_MODELS", PROJECT / "models")),
            cache=Path(os.environ.get("CTVIZ_CACHE", data / "cache")),
            device=os.environ.get("CTVIZ_DEVICE", "auto"),
            hosts=tuple(_words(os.environ.get("CTVIZ_HOSTS", ""), ",")),
            import_roots=_roots(os.environ.get("CTVIZ_IMPORT_ROOTS", "")),
            upload_mb=_megabytes("CTVIZ_UPLOAD_MB", cls.upload_mb),
            uploads_mb=_megabytes("CTVIZ_UPLOADS_MB", cls.uploads_mb),
            access=Path(access) if (access := os.environ.get("CTVIZ_ACCESS")) else None,
            pacs=Path(pacs) if (pacs := os.environ.get("CTVIZ_PACS")) else None,
            cluster=os.environ.get("CTVIZ_CLUSTER", "").strip(),
        )


def environment_with(changes: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with changes, for a process that it starts."""
    return os.environ | changes


def secret_of_environment(name: str) -> str:
    """Return a secret that whoever runs ctviz has put into a variable, empty if there is none."""
    return os.environ.get(name, "")


def _words(text: str, separator: str) -> Iterator[str]:
    return filter(None, (word.strip() for word in text.split(separator)))


def _roots(text: str) -> tuple[Path, ...]:
    """Return folders that are told by their whole paths: a relative one moves with the process."""
    roots = tuple(Path(word).expanduser() for word in _words(text, os.pathsep))
    for root in roots:
        if not root.is_absolute():
            raise InvalidParameter(
                f"CTVIZ_IMPORT_ROOTS must name folders by their whole paths, not '{root}'."
            )
    return roots


def _megabytes(name: str, default: int) -> int:
    text = os.environ.get(name, str(default)).strip()
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= MEGABYTE_DIGITS):
        raise InvalidParameter(f"{name} must be a whole number of megabytes, not '{text[:40]}'.")
    return int(text)
