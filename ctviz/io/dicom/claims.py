"""What a DICOM header claims about its numbers, believed only where nothing in it speaks against.

Units: PS3.3, section C.11.1.1.2. Kinds of CT images: PS3.3, section C.8.2.1.1.1.
"""

import re
from dataclasses import dataclass

from pydicom import Dataset

from ctviz.io.dicom import vocabulary
from ctviz.io.dicom.elements import macro, numbers, text
from ctviz.io.dicom.table import table_item

LARGEST_RESCALE = 1e6
"""No scanner writes a larger slope or intercept; a damaged header does."""


@dataclass(frozen=True)
class Rescale:
    """How stored numbers become Hounsfield units: ``slope`` times the number plus ``intercept``."""

    slope: float = 1.0
    intercept: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether whole numbers stay whole."""
        return self.slope.is_integer() and self.intercept.is_integer()


@dataclass(frozen=True)
class Units:
    """What the numbers of a file mean.

    Parameters
    ----------
    rescales
        One per frame.
    calibrated
        Whether they become Hounsfield units.
    notes
        What a reader must know of that.
    """

    rescales: tuple[Rescale, ...]
    calibrated: bool
    notes: tuple[str, ...] = ()


def units_of(header: Dataset, frames: int) -> Units:
    """Return what a file's numbers mean, with a note wherever that is not plain Hounsfield."""
    macros = macros_of(header, frames, "PixelValueTransformationSequence")
    pairs = [_rescale(holder) for holder in macros]
    rescales = tuple(pair or Rescale() for pair in pairs)
    if doubt := _other_kind(header) or _other_unit(header, macros, None in pairs):
        return Units(rescales, calibrated=False, notes=(doubt,))
    computed = _computed(header, vocabulary.COMPUTED)
    return Units(rescales, calibrated=True, notes=(computed,) if computed else ())


def macros_of(header: Dataset, frames: int, name: str) -> list[Dataset]:
    """Return what holds each frame's elements; one look for all where nothing tells them apart."""
    if not has_own_groups(header):
        return [macro(header, 0, name)] * frames
    return [macro(header, index, name) for index in range(frames)]


def has_own_groups(header: Dataset) -> bool:
    """Whether a header describes each frame for itself."""
    return "PerFrameFunctionalGroupsSequence" in header


def is_localizer(header: Dataset) -> bool:
    """Whether an image is the overview that a series is planned on."""
    kind = f"_{_kind_words(header)}_"
    if any(word in kind for word in vocabulary.SCOUTS):
        return True
    turning = text(macro(header, 0, "CTAcquisitionTypeSequence"), "AcquisitionType").upper()
    description = _words(text(header, "SeriesDescription"))
    named = any(f"_{word}_" in f"_{description}_" for word in vocabulary.SCOUTS)
    described = named and text(header, "Modality") == "CT" and "_AXIAL_" not in kind
    return described or turning == "CONSTANT_ANGLE"


def shows_what_was_measured(header: Dataset) -> bool:
    """Whether an image looks as the scanner saw the patient, contrast agent and all."""
    return not (_computed(header, vocabulary.MAPS) or _computed(header, vocabulary.COMPUTED))


def _rescale(holder: Dataset) -> Rescale | None:
    """Return a rescale, None if it is missing or impossible."""
    slope, intercept = numbers(holder, "RescaleSlope", 1), numbers(holder, "RescaleIntercept", 1)
    if not slope or not intercept or not slope[0]:
        return None
    if max(map(abs, slope + intercept)) >= LARGEST_RESCALE:
        return None
    return Rescale(slope[0], intercept[0])


def _other_kind(header: Dataset) -> str:
    """Return a sentence if the image is no plain CT image, else nothing."""
    modality, sop_class = text(header, "Modality"), text(header, "SOPClassUID")
    if modality in {"CT", ""} and sop_class in vocabulary.SECONDARY_CAPTURES:
        kind = "a secondary capture"
    elif modality != "CT" and (modality or sop_class not in vocabulary.CT_IMAGES):
        kind = vocabulary.OTHER_IMAGES.get(modality, "not known to be CT")
    else:
        stored_as_ct = not sop_class or sop_class in vocabulary.CT_IMAGES
        kind = "" if stored_as_ct else "not stored as a CT image"
    if not kind and _is_cone_beam(header):
        kind = "of a cone-beam scanner"
    if kind:
        return f"The image is {kind}: its grey values are not Hounsfield units."
    return _computed(header, vocabulary.MAPS)


def _is_cone_beam(header: Dataset) -> bool:
    """Whether the header names a cone-beam scan, whose greys only resemble Hounsfield units."""
    said = _words(
        *(text(header, word) for word in ("ImageType", "SeriesDescription", "ProtocolName")),
        text(header, "ManufacturerModelName"),
    )
    return any(f"_{word}_" in f"_{said}_" for word in ("CBCT", "CONE_BEAM", "CONEBEAM"))


def _other_unit(header: Dataset, macros: list[Dataset], incomplete: bool) -> str:
    """Return a sentence if the numbers have another unit or none, else nothing."""
    named = {text(holder, "RescaleType").upper() for holder in macros}
    if named - vocabulary.HOUNSFIELD - vocabulary.UNSPECIFIED:
        return "The numbers of this scan have another unit than Hounsfield's."
    item = table_item(header)
    table = None if item is None else text(item, "ModalityLUTType").upper() or "?"
    known = {None, *vocabulary.HOUNSFIELD, *vocabulary.UNSPECIFIED}
    if (incomplete and table is None) or table not in known:
        return (
            "The file does not say how its numbers become Hounsfield units; they are shown as "
            "they are."
        )
    # Scanners write "unspecified" beside true Hounsfield units; whoever computes images does not.
    derived = text(header, "ImageType").upper().startswith("DERIVED")
    if derived and (named | {table}) & vocabulary.UNSPECIFIED:
        return "The image was computed and leaves its unit open: it may not be Hounsfield's."
    return ""


def _computed(header: Dataset, kinds: dict[str, str]) -> str:
    """Return what a reader must know of an image that was computed from several, or nothing."""
    said = f"_{_kind_words(header)}_"
    return next((note for word, note in kinds.items() if f"_{word}_" in said), "")


def _kind_words(header: Dataset) -> str:
    """Return the words of an image's type."""
    frame = text(macro(header, 0, "CTImageFrameTypeSequence"), "FrameType")
    return _words(text(header, "ImageType"), frame)


def _words(*texts: str) -> str:
    """Return texts in capitals, with one low line between the words.

    >>> _words("Cone-beam", "a b")
    'CONE_BEAM_A_B'
    """
    return re.sub(r"[\W_]+", "_", " ".join(texts).upper()).strip("_")
