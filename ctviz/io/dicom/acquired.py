"""How a scanner says that it made an image; what is impossible, or could be a name, is left out."""

import re

from pydicom import Dataset

from ctviz.core.acquisition import KERNEL, KILOVOLTS, THICKEST_MM, Acquisition
from ctviz.io.dicom.elements import macro, numbers, text
from ctviz.io.identity import MOST_DIGITS, pseudonym, words


def acquired(header: Dataset, index: int, key: bytes, identity: set[str]) -> Acquisition:
    """Return how one frame was made.

    Parameters
    ----------
    key
        Of pseudonyms.
    identity
        Words of the header that could betray the patient.
    """
    measures = macro(header, index, "PixelMeasuresSequence")
    tube = macro(header, index, "CTXRayDetailsSequence")
    space = text(header, "FrameOfReferenceUID")
    return Acquisition(
        thickness_mm=_between(numbers(measures, "SliceThickness", 1), 1e-3, THICKEST_MM),
        kernel=_kernel(macro(header, index, "CTReconstructionSequence"), identity),
        kilovolts=_between(numbers(tube, "KVP", 1), *KILOVOLTS),
        space=pseudonym(space, key, "F") if space else "",
    )


def _between(found: tuple[float, ...] | None, low: float, high: float) -> float | None:
    """Return a number if a scanner could have meant it."""
    return found[0] if found and low <= found[0] <= high else None


def _kernel(holder: Dataset, identity: set[str]) -> str:
    """Return the name of a kernel, which any text may claim to be."""
    name = " ".join(text(holder, "ConvolutionKernel").split("\\"))
    known = KERNEL.fullmatch(name) and len(re.findall(r"\d", name)) <= MOST_DIGITS
    return name if known and not words(name) & identity else ""
