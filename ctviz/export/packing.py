"""Everything of a case that is to be taken along, as one zip."""

import io
import zipfile
from collections.abc import Sequence

from ctviz.io.out import Origin, Parcel, Results, pack
from ctviz.io.out.origin import has_place

ALL_FORMS = ("seg", "rtstruct", "nifti", "pm", "sr", "sc")
PLACELESS_FORMS = ("nifti", "sc")
"""What can be written of a case that does not say where its slices lie."""

ANONYMOUS = "The objects are anonymous: nobody kept whose case it is."
LINKED = "The objects carry the patient's own names and UIDs: keep them within the hospital."


def forms_for(results: Results) -> tuple[str, ...]:
    """Return the forms in which a case's results can be written."""
    return ALL_FORMS if has_place(results.case) else PLACELESS_FORMS


def said_of(parcel: Parcel) -> str:
    """Return the sentence on whose names the objects carry."""
    return ANONYMOUS if parcel.origin.anonymous else LINKED


def dicom_objects(results: Results, origin: Origin | None = None) -> list[bytes]:
    """Return the results as DICOM files, in all forms that are DICOM."""
    files = pack(Parcel(results, origin), forms_for(results))
    return [file.bytes for file in files if not isinstance(file.content, bytes)]


def packed(results: Results, origin: Origin | None = None, notes: Sequence[str] = ()) -> bytes:
    """Return a zip of the results in all forms, and a text that says what they are.

    Parameters
    ----------
    origin
        Whose images the slices are; anonymous by default.
    notes
        Sentences for the text.
    """
    parcel, content = Parcel(results, origin), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in pack(parcel, forms_for(results)):
            archive.writestr(file.name, file.bytes)
        words = "\n".join([f"Case {results.case.id}.", *notes, said_of(parcel)])
        archive.writestr("README.txt", words + "\n")
    return content.getvalue()
