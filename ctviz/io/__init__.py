"""Scans in (DICOM, NIfTI, pictures, zip), masks in and out; here patients lose their names.

Nothing of a patient's identity (name, id, dates, institution, paths) leaves this package: cases
carry pseudonyms, sentences are made of our words only, and the logs and warnings of the reading
libraries are muted.
"""

from ctviz.io.apart import Apart, ApartLimits, drawn_on_apart, outlines_apart
from ctviz.io.archive import ZipLimits, unpack_zip
from ctviz.io.dicom.write import write_series
from ctviz.io.load import iter_cases, load_case, load_cases
from ctviz.io.loaded import Loaded, Refused
from ctviz.io.mask import load_mask, save_mask
from ctviz.io.native import open_case, save_case, settle_case
from ctviz.io.nifti_slice import nifti_of
from ctviz.io.off_limits import OffLimits
from ctviz.io.outlines import (
    DrawnOn,
    Outline,
    OutlineFile,
    OutlineSettings,
    Unplaced,
    form_of,
    is_no_scan,
    read_outlines,
)

__all__ = [
    "Apart",
    "ApartLimits",
    "DrawnOn",
    "Loaded",
    "OffLimits",
    "Outline",
    "OutlineFile",
    "OutlineSettings",
    "Refused",
    "Unplaced",
    "ZipLimits",
    "drawn_on_apart",
    "form_of",
    "is_no_scan",
    "iter_cases",
    "load_case",
    "load_cases",
    "load_mask",
    "nifti_of",
    "open_case",
    "outlines_apart",
    "read_outlines",
    "save_case",
    "save_mask",
    "settle_case",
    "unpack_zip",
    "write_series",
]
