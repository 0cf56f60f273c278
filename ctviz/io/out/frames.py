"""References to single frames of a file that holds many.

While an object is made, each frame goes by a name of its own, as if it were a file; when it is
finished, the names are those of the file and the frame's number.
"""

from pydicom import Dataset

from ctviz.io.out.origin import CT_IMAGE, Origin, SourceImage
from ctviz.io.out.uids import uid_of

LISTS = ("ReferencedInstanceSequence", "ReferencedSeriesSequence")
"""Elements that list whole files, each once."""


def stand_in(image: SourceImage) -> SourceImage:
    """Return an image by the name that it has while an object is made."""
    if not image.frame:
        return image
    return SourceImage(CT_IMAGE, uid_of(image.sop_instance, image.frame))


def name_frames(made: Dataset, origin: Origin) -> None:
    """Replace the names of frames by those of their files, everywhere in an object."""
    names = {stand_in(image).sop_instance: image for image in origin.images if image.frame}
    if names:
        _rename(made, names, listed=False)


def _rename(item: Dataset, names: dict[str, SourceImage], *, listed: bool) -> None:
    for element in item:
        if element.VR != "SQ":
            continue
        lists = listed or element.keyword in LISTS
        for child in element.value:
            image = names.get(child.get("ReferencedSOPInstanceUID", ""))
            if image is not None:
                child.ReferencedSOPClassUID = image.sop_class
                child.ReferencedSOPInstanceUID = image.sop_instance
                if not lists:
                    child.ReferencedFrameNumber = image.frame
            _rename(child, names, listed=lists)
        if lists:
            once = {str(child): child for child in element.value}
            element.value = list(once.values())
