"""What a case's results are when they leave: gathered, drawn, packed, and verified afterwards."""

from ctviz.export.checks import NumberCheck
from ctviz.export.gathering import WantedResults, gathered
from ctviz.export.packing import ALL_FORMS, ANONYMOUS, LINKED, dicom_objects, packed, said_of
from ctviz.export.verifying import verify

__all__ = [
    "ALL_FORMS",
    "ANONYMOUS",
    "LINKED",
    "NumberCheck",
    "WantedResults",
    "dicom_objects",
    "gathered",
    "packed",
    "said_of",
    "verify",
]
