"""Files that can only be outlines and no scans, told by their first bytes and by nothing else."""

import re
from pathlib import Path

from ctviz.io.kinds import PREFIX
from ctviz.io.outlines.lidc import HEAD_BYTES, MESSAGE
from ctviz.io.outlines.nrrd_labels import MAGIC
from ctviz.io.outlines.segmentation import LABEL_MAP, SEGMENTATION
from ctviz.io.outlines.structure_set import STRUCTURE_SET

_UIDS = "|".join(map(re.escape, (SEGMENTATION, LABEL_MAP, STRUCTURE_SET)))
OBJECT = re.compile(rf"({_UIDS})(?![0-9.])".encode())
"""The kind of object as the file meta information has it, and no longer UID that begins alike."""


def is_no_scan(path: Path) -> bool:
    """Whether a file is a DICOM SEG or RTSTRUCT, a LIDC message or a NRRD.

    A NIfTI and a picture may be either. No library looks at the file.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[PREFIX : PREFIX + 4] == b"DICM":
        return OBJECT.search(head) is not None
    return head.startswith(MAGIC) or MESSAGE in head
