"""Sends one DICOM file by STOW-RS, and believes only an answer that says that it was kept."""

from io import BytesIO

from dicomweb_client import DICOMwebClient
from pydicom import dcmread

from ctviz.core.foreign import foreign
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.pacs.trouble import not_kept, senseless


def stow(server: PacsServer, client: DICOMwebClient, file: bytes) -> None:
    """Send one of our own files to a server.

    Raises
    ------
    PacsTrouble
        If it was not kept.
    """
    made = dcmread(BytesIO(file))
    with foreign(senseless(server.called)):
        answer = client.store_instances([made])
        kept = [
            str(item.get("ReferencedSOPInstanceUID", ""))
            for item in answer.get("ReferencedSOPSequence", [])
        ]
    if made.SOPInstanceUID not in kept:
        raise not_kept(server.called)
