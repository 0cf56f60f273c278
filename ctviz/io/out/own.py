"""Files that ctviz has written, and no others, on their way to a server."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign
from ctviz.io.dicom import vocabulary
from ctviz.io.dicom.elements import text
from ctviz.io.dicom.meta import meta_of
from ctviz.io.silence import quiet

LARGEST_BYTES = 2**29


def own_objects(paths: Sequence[Path]) -> list[bytes]:
    """Return the contents of DICOM files that ctviz wrote; one that it did not is refused."""
    return [_own_object(path) for path in paths]


def _own_object(path: Path) -> bytes:
    strange = InvalidInput(
        f"'{path.name}' is no DICOM object that ctviz has written; send only what `ctviz export` "
        "made."
    )
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise strange
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"'{path.name}' cannot be read ({error.strerror}).") from None
    with foreign(strange), quiet():
        meta = meta_of(BytesIO(content))
    if text(meta, "ImplementationClassUID") != vocabulary.OURS:
        raise strange
    return content
