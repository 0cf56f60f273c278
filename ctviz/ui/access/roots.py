"""Which files and folders of the server a browser may name.

Checked when they are named. Who may change links within these folders while they are read can
still let the server follow one: only trusted people should be able to write there.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from ctviz.core import InvalidInput, NotAllowed

NO_ROOTS = (
    "A browser cannot name folders of this server; whoever runs ctviz can allow some with "
    "CTVIZ_IMPORT_ROOTS."
)


def confined(name: str, roots: Sequence[Path]) -> Path:
    """Return the true path of a file or folder that a browser has named.

    A relative name is looked for below each root; ``~`` means nothing here. What lies outside and
    what does not exist are refused in the same words, so that nobody can try out names.

    Raises
    ------
    NotAllowed
        If nothing may be named at all, or a link leads outside.
    InvalidInput
        If there is no such thing within the roots.
    """
    if not roots:
        raise NotAllowed(NO_ROOTS)
    allowed = [true for root in roots if (true := _true_path(root)) is not None]
    for root in allowed:
        path = _true_path(root / name) if name.strip() else None
        if path is not None and _within(path, allowed):
            _refuse_links_that_leave(path, allowed)
            return path
    raise InvalidInput(
        "There is no such file or folder that may be brought in; name one in "
        f"{' or '.join(map(str, roots))}."
    )


def _true_path(path: Path) -> Path | None:
    """Return a path with all links followed; None if it leads nowhere."""
    try:
        return path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # missing, no possible name, links in a circle
        return None


def _within(path: Path, roots: Sequence[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _refuse_links_that_leave(folder: Path, roots: Sequence[Path]) -> None:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            target = _true_path(path) if path.is_symlink() else path
            if target is not None and not _within(target, roots):
                raise NotAllowed(
                    "The folder holds a link that leads out of what may be brought in; remove the "
                    "link, or copy what it leads to."
                )
