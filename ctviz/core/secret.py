"""Secrets that a data folder keeps, the same for every process on it."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

SECRET_BYTES = 32


def kept_secret(path: Path) -> bytes:
    """Return the secret of a file, drawn at the first call; only the file's owner may read it."""
    if not path.exists():
        # A finished file gets its name in one step, which fails if another process was faster.
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    return path.read_bytes()
