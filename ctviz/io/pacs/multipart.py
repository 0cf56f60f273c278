"""The one file in an answer of several parts (RFC 2387), as WADO-RS sends it."""

from email.message import Message

PREFIX = 128
MAGIC = b"DICM"
LONGEST_HEAD = 2**12


def only_file(content_type: str, body: bytes) -> bytes | None:
    r"""Return the only DICOM file of an answer, None if there is none or more than one.

    >>> file = bytes(128) + b"DICM"
    >>> body = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + file + b"\r\n--x--"
    >>> only_file('multipart/related; type="application/dicom"; boundary=x', body) == file
    True
    >>> only_file("application/dicom", file) == file
    True
    """
    message = Message()
    message["Content-Type"] = content_type
    if message.get_content_type() == "application/dicom":
        return body if _is_dicom(body) else None
    boundary = message.get_boundary("")
    if not boundary.isascii() or message.get_content_type() != "multipart/related":
        return None
    return _only_part(body, b"--" + boundary.encode("ascii"))


def _only_part(body: bytes, mark: bytes) -> bytes | None:
    start = body.find(mark)
    head = body.find(b"\r\n\r\n", start, start + LONGEST_HEAD)
    end = body.find(b"\r\n" + mark, head + 4)
    if start < 0 or head < 0 or end < 0:
        return None
    if body[end + 2 + len(mark) :][:2] != b"--":
        return None
    file = body[head + 4 : end]
    return file if _is_dicom(file) else None


def _is_dicom(file: bytes) -> bool:
    return file[PREFIX : PREFIX + len(MAGIC)] == MAGIC
