"""The encoding of a file's pixels: read, or refused by its name, and never guessed at."""

from enum import Enum

from pydicom import Dataset
from pydicom.uid import UID

from ctviz.core import UnreadableScan
from ctviz.io.dicom import vocabulary


class Encoding(Enum):
    """The ways to pixels."""

    NATIVE = "plain numbers"
    UNNAMED = "plain numbers, if they fit exactly"
    RUN_LENGTHS = "RLE"
    CODESTREAM = "compressed images"


def encoding_of(dataset: Dataset, *, wrapped: bool) -> Encoding:
    """Return how a file's pixels are to be read.

    Parameters
    ----------
    wrapped
        Whether they come in fragments, as only compressed pixels do.
    """
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID") or "").strip())
    if syntax in vocabulary.NATIVE or not syntax:
        if wrapped:
            said = "says that they are not" if syntax else "does not name their encoding"
            raise UnreadableScan(
                f"Its pixels are compressed, but its header {said}; export it uncompressed."
            )
        return Encoding.NATIVE if syntax else Encoding.UNNAMED
    if syntax not in {*vocabulary.CODESTREAMS, vocabulary.RLE}:
        raise UnreadableScan(
            f"Its pixels, in {_name(syntax)}, cannot be decoded; export it uncompressed."
        )
    if not wrapped:
        raise UnreadableScan(
            f"Its header names {_name(syntax)}, but its pixels are not compressed that way; "
            "export it again."
        )
    return Encoding.RUN_LENGTHS if syntax == vocabulary.RLE else Encoding.CODESTREAM


def byte_order(dataset: Dataset) -> str:
    """Return numpy's sign for the order of a number's bytes."""
    _, little = dataset.original_encoding
    return "<" if little else ">"


def _name(syntax: UID) -> str:
    """Return what people call an encoding."""
    if syntax in vocabulary.NEW_ENCODINGS:
        return f"the encoding '{vocabulary.NEW_ENCODINGS[syntax]}'"
    if syntax.is_private:
        return "a private encoding of its maker"
    # pydicom knows the standard's names, of encodings and of other things.
    known = syntax.name != str(syntax) and syntax.type == "Transfer Syntax"
    return f"the encoding '{syntax.name}'" if known else "an unknown encoding"
