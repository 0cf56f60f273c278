"""UIDs of our own: the same for the same content, so that nothing is kept twice by a PACS."""

from uuid import NAMESPACE_URL, uuid5

from pydicom.uid import UID


def uid_of(*parts: object) -> UID:
    """Return the UID of a thing that is told by these parts: a UUID under 2.25 (ITU-T X.667)."""
    return UID(f"2.25.{uuid5(NAMESPACE_URL, '/'.join(map(str, ('ctviz results', *parts)))).int}")
