"""DICOM's terms that ctviz acts on; https://dicom.nema.org/medical/dicom/current/output/html."""

from typing import Final

DICOMDIR: Final = "1.2.840.10008.1.3.10"
LOSSLESS_JPEG: Final = frozenset({"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
DEEP_JPEG: Final = frozenset({"1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53"})
"""Lossy JPEG that may have more than 8 bits."""

DEFLATED: Final = "1.2.840.10008.1.2.1.99"

CT_IMAGES: Final = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.1",  # Enhanced CT Image Storage
        "1.2.840.10008.5.1.4.1.1.2.2",  # Legacy Converted Enhanced CT Image Storage
    }
)

OURS: Final = "2.25.236218447402943823718604226311917634731"
"""The ImplementationClassUID of the series that ctviz writes."""

GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2", ""})

HOUNSFIELD: Final = frozenset({"HU", "US", "HU_MOD", ""})
"""Units of a rescale that mean Hounsfield's in CT; scanners also write "unspecified"."""

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
