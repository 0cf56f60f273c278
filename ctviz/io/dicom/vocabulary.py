"""DICOM's terms that ctviz acts on; https://dicom.nema.org/medical/dicom/current/output/html."""

from typing import Final

DICOMDIR: Final = "1.2.840.10008.1.3.10"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
NATIVE: Final = frozenset(
    {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED}
)
"""Encodings of plain numbers."""

RLE: Final = "1.2.840.10008.1.2.5"
CODESTREAMS: Final = frozenset(
    {
        *(f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 53, 55, 57, 70)),  # JPEG
        *(f"1.2.840.10008.1.2.4.{number}" for number in (80, 81)),  # JPEG-LS
        *(f"1.2.840.10008.1.2.4.{number}" for number in (90, 91)),  # JPEG 2000
        *(f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203)),  # the same, faster
    }
)
"""Encodings of compressed images that ctviz reads."""

NEW_ENCODINGS: Final = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
}
"""Encodings that are younger than the dictionary."""

CT_IMAGES: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT Image Storage
    }
)

OURS: Final = "2.25.236218447402943823718604226311917634731"
"""The ImplementationClassUID of the series that ctviz writes."""

OUR_TITLES: Final = r"(?i)((a|marked|phantom|disc|box|ramp) ?\b)+( ?\d{1,4})?"
"""What artificial scans are called; anybody can claim to have written a series with our UID."""

GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2", ""})

HOUNSFIELD: Final = frozenset({"HU", "HOUNSFIELD", "HOUNSFIELD UNITS", ""})
"""Names of Hounsfield's unit; in CT it is also meant where none stands."""

UNSPECIFIED: Final = frozenset({"US"})

SECONDARY_CAPTURES: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.7",
        *(f"1.2.840.10008.5.1.4.1.1.7.{number}" for number in range(1, 5)),
    }
)

_NOT_A_SCAN: Final = "The image is a map of {}: its numbers are not Hounsfield units."

MAPS: Final = {
    **dict.fromkeys(("IODINE", "PBV"), _NOT_A_SCAN.format("iodine")),
    **dict.fromkeys(
        ("EFF_ATOMIC_NUM", "EFFECTIVE_Z", "EFFECTIVEZ", "EFF_Z", "EFFZ", "Z_EFF", "ZEFF"),
        _NOT_A_SCAN.format("atomic numbers"),
    ),
    **dict.fromkeys(("ELECTRON_DENSITY", "RHO_Z"), _NOT_A_SCAN.format("electron density")),
    **dict.fromkeys(
        ("MAT_SPECIFIC", "MAT_FRACTIONAL", "MAT_MODIFIED", "MAT_VALUE_BASED", "MATERIAL"),
        _NOT_A_SCAN.format("a material"),
    ),
    **dict.fromkeys(
        ("PERFUSION", "PERMEABILITY", "CBF", "CBV", "MTT", "TTP", "TMAX"),
        _NOT_A_SCAN.format("perfusion"),
    ),
    **dict.fromkeys(
        ("SUBTRACTION", "SUBTRACTED", "FUSION", "FUSED"),
        "The image is combined from several scans: its numbers are not Hounsfield units.",
    ),
}
"""Words of an image's type that tell a map, of the standard and of makers; what to say of it."""

COMPUTED: Final = {
    **dict.fromkeys(
        ("VMI", "MONO", "MONOENERGETIC", "MONO_E", "MONOE", "MONOCHROMATIC"),
        "The image is a virtual monoenergetic one: its Hounsfield units are those of one photon "
        "energy, not of an ordinary scan.",
    ),
    **dict.fromkeys(
        ("MAT_REMOVED", "VNC", "VUE", "VIRTUAL_NON_CONTRAST", "VIRTUAL_UNENHANCED"),
        "A material was taken out of the image by computation: contrast agent that was given may "
        "not be seen.",
    ),
}
"""Words that tell an image in Hounsfield units that no scanner measured; what to say of it."""

MARKS: Final = (
    "AcquisitionNumber", "TemporalPositionIdentifier", "EchoNumbers", "ImageType",
    "ConvolutionKernel", "KVP", "NominalPercentageOfCardiacPhase", "SliceThickness",
)  # fmt: skip
"""Elements that tell images apart that were not taken together, the surest first."""

MOMENTS: Final = (
    "TriggerTime", "AcquisitionTime", "ContentTime", "AcquisitionDateTime", "SeriesTime",
    "ContrastBolusAgent", "ReconstructionDiameter", "FilterType",
)  # fmt: skip
"""Elements that differ within one scan too, and so count only where places come twice."""

FRAME_MARKS: Final = (
    ("FrameContentSequence", "FrameAcquisitionNumber"),
    ("FrameContentSequence", "TemporalPositionIndex"),
    ("FrameContentSequence", "StackID"),
    ("CTImageFrameTypeSequence", "FrameType"),
    ("CTReconstructionSequence", "ConvolutionKernel"),
    ("CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase"),
    ("CTXRayDetailsSequence", "KVP"),
)
"""The same for the frames of one file."""

NOT_IMAGES: Final = {
    "SEG": "a segmentation",
    "RTSTRUCT": "a set of radiotherapy contours",
    "RTDOSE": "a radiotherapy dose",
    "RTPLAN": "a radiotherapy plan",
    "RTRECORD": "a radiotherapy record",
    "SR": "a structured report",
    "PR": "a presentation state",
    "KO": "a selection of key images",
    "REG": "a registration",
    "DOC": "a document",
    "ECG": "an electrocardiogram",
    "HD": "a haemodynamic waveform",
}

OTHER_IMAGES: Final = {
    "MR": "MR",
    "PT": "PET",
    "NM": "scintigraphy",
    "US": "ultrasound",
    "CR": "a radiograph",
    "DX": "a radiograph",
    "MG": "a mammogram",
    "XA": "an angiogram",
    "RF": "fluoroscopy",
    "OT": "a secondary capture",
    "SC": "a secondary capture",
}

BODY_PARTS: Final = frozenset(
    {
        "ABDOMEN", "ABDOMENPELVIS", "BRAIN", "BREAST", "CHEST", "CHESTABDOMEN", "CSPINE",
        "EXTREMITY", "HEAD", "HEADNECK", "HEART", "HIP", "KIDNEY", "KNEE", "LEG", "LIVER", "LSPINE",
        "LUNG", "NECK", "PANCREAS", "PELVIS", "PROSTATE", "SHOULDER", "SKULL", "SPINE", "THORAX",
        "TSPINE", "WHOLEBODY",
    }
)  # fmt: skip
"""Body parts that a title may name; anything else in this element could be free text."""

SCOUTS: Final = ("LOCALIZER", "SCOUT", "SURVIEW", "TOPOGRAM")
"""What scanners call the overview that a series is planned on, in the image type."""

NO_AGENT: Final = frozenset({"NONE", "NO", "WITHOUT", "NO CONTRAST", "W/O", "WO", "NATIVE"})
OPEN_AGENT: Final = frozenset({"UNKNOWN", "N/A", "NA", "ORAL", "OTHER", "?", "-"})
