"""Who decodes a compressed frame: the first of several decoders that reads it as it says it is.

A decoder gets the frame alone, never the DICOM header around it, so that no decoder can settle
between the two what only ctviz should (`ctviz.io.dicom.bits`).
"""

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

import jpeg_ls
import numpy as np
import openjpeg
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from ctviz.core import UnreadableScan
from ctviz.io.dicom.bits import Numbers
from ctviz.io.dicom.codestream import Codestream, Family
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.dicom.gdcm_decoder import decode_by_gdcm

BYTE_BITS = 8
RLE_HEADER: Final = 64

Decoder = Callable[[bytes, Codestream], NDArray[np.generic]]


def decode_frame(frame: bytes, head: Codestream) -> Numbers:
    """Return the samples (H, W) of a compressed frame, below zero only where it has a sign."""
    if head.components != 1:
        raise UnreadableScan(
            "Its header promises a grey image, its compressed pixels hold a colour picture; load "
            "the original CT series."
        )
    for decoder in decoders_of(head):
        try:
            samples = np.asarray(decoder(frame, head))
        except (*DAMAGED, UnidentifiedImageError):
            continue
        if samples.shape == head.shape and samples.dtype.kind in "iu":
            return samples.astype(np.int64)
    raise UnreadableScan(
        f"Its pixels, in the encoding {head.family.value}, cannot be decoded; export it "
        "uncompressed."
    )


def decode_rle(frame: bytes, shape: tuple[int, int], allocated: int) -> Numbers:
    """Return the words (H, W) of a frame in DICOM's run lengths: PS3.5, annex G."""
    planes = int.from_bytes(frame[:4], "little")
    if len(frame) < RLE_HEADER or planes * BYTE_BITS != allocated:
        raise UnreadableScan(
            "Its run lengths (RLE) do not hold as many bytes per number as its header says; "
            "export it uncompressed."
        )
    try:
        words = pixel_array(_wrapped(frame, shape, allocated, RLELossless), raw=True)
    except DAMAGED:
        raise UnreadableScan(
            "Its run lengths (RLE) are damaged or cut short; copy it again."
        ) from None
    return np.asarray(words).astype(np.int64)


def decoders_of(head: Codestream) -> tuple[Decoder, ...]:
    """Return who may decode a frame; GDCM, in its own process, wherever others give up."""
    if head.family is Family.JPEG_2000:
        return _by_openjpeg, _by_gdcm
    if head.family is Family.JPEG_LS:
        return _by_charls, _by_gdcm
    if head.family is Family.JPEG and head.bits == BYTE_BITS:
        return _by_pillow, _by_gdcm
    return (_by_gdcm,)


def _by_openjpeg(frame: bytes, head: Codestream) -> NDArray[np.generic]:
    """Decode JPEG 2000, plain or high-throughput."""
    if head.bits > 2 * BYTE_BITS:
        raise ValueError("Wider than a CT number.")
    decoded: NDArray[np.generic] = openjpeg.decode(frame)
    return decoded


def _by_charls(frame: bytes, head: Codestream) -> NDArray[np.generic]:
    """Decode JPEG-LS."""
    decoded: NDArray[np.generic] = jpeg_ls.decode(np.frombuffer(frame, np.uint8))
    return decoded.reshape(head.shape[0], head.shape[1])


def _by_pillow(frame: bytes, head: Codestream) -> NDArray[np.generic]:
    """Decode JPEG of 8 bits."""
    with Image.open(BytesIO(frame), formats=("JPEG",)) as image:
        if image.mode != "L" or image.size != head.shape[::-1]:
            raise ValueError("Not a grey image of this size.")
        return np.asarray(image)


def _by_gdcm(frame: bytes, head: Codestream) -> NDArray[np.generic]:
    """Decode anything that GDCM can, from a file whose header says what the frame says."""
    allocated = BYTE_BITS if head.bits <= BYTE_BITS else 2 * BYTE_BITS
    dataset = _wrapped(frame, head.shape, allocated, SYNTAXES[head.family])
    dataset.BitsStored, dataset.HighBit = head.bits, head.bits - 1
    dataset.PixelRepresentation = int(head.signed)
    with tempfile.TemporaryDirectory(prefix="ctviz-") as folder:
        path = Path(folder) / "frame.dcm"
        dcmwrite(path, dataset, enforce_file_format=True)
        decoded: NDArray[np.generic] = decode_by_gdcm(path)[0]
    return decoded


SYNTAXES = {
    Family.JPEG: JPEGExtended12Bit,
    Family.LOSSLESS_JPEG: JPEGLosslessSV1,
    Family.JPEG_LS: JPEGLSLossless,
    Family.JPEG_2000: JPEG2000Lossless,
}


def _wrapped(frame: bytes, shape: tuple[int, int], allocated: int, syntax: UID) -> Dataset:
    """Return the smallest DICOM image around a frame, of whole words without a sign."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID("2.25.1")
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.Rows, dataset.Columns = shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = allocated
    dataset.HighBit, dataset.PixelRepresentation = allocated - 1, 0
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset
