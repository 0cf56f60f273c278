"""Where things are kept and computed: the only place that reads the environment."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ctviz.core.errors import InvalidParameter

PROJECT = Path(__file__).resolve().parents[2]
DEVICES = ("auto", "cpu", "cuda", "mps")


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
    """

    data: Path = PROJECT / "data"
    models: Path = PROJECT / "models"
    cache: Path = PROJECT / "data" / "cache"
    device: str = "auto"

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
        )
