"""What tells a server who asks: read when it is needed, from where others cannot read it."""

import os
import stat
from pathlib import Path

from ctviz.core import InvalidParameter
from ctviz.core.settings import secret_of_environment
from ctviz.io.pacs.servers import PacsServer

LARGEST_BYTES = 2**16


def password_of(server: PacsServer) -> str:
    """Return a server's password, empty if it wants none."""
    return _secret(server, server.password_env, server.password_file)


def token_of(server: PacsServer) -> str:
    """Return a server's bearer token, empty if it wants none."""
    return _secret(server, server.token_env, server.token_file)


def _secret(server: PacsServer, variable: str, file: str) -> str:
    if variable:
        found = secret_of_environment(variable)
        where = f"the environment variable {variable[:60]}"
    elif file:
        found, where = _in_file(server, Path(file)), "its file"
    else:
        return ""
    if not found or not found.isprintable():
        raise InvalidParameter(
            f"The secret of '{server.name}' is not in {where}; put it there, in one line."
        )
    return found


def _in_file(server: PacsServer, path: Path) -> str:
    """Return what a file holds that only its owner may read; any other is refused."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o177:
                raise InvalidParameter(
                    f"Others may read the secret of '{server.name}'; let only its owner do so "
                    "(chmod 600)."
                )
            return file.read(LARGEST_BYTES).decode("utf-8").strip()
    except (OSError, ValueError):
        raise InvalidParameter(
            f"The file with the secret of '{server.name}' cannot be read; check its name."
        ) from None
