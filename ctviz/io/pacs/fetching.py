"""Brings a whole series into a folder, going on where it was cut the last time."""

from ctviz.core import Progress
from ctviz.core.text import count_of
from ctviz.io.pacs.door import PacsDoor
from ctviz.io.pacs.parts import SeriesParts
from ctviz.io.pacs.query import FoundSeries
from ctviz.io.pacs.stamp import refuse_another, refuse_several_patients
from ctviz.io.pacs.trouble import PacsTrouble


def fetch(
    door: PacsDoor, series: FoundSeries, parts: SeriesParts, most_bytes: int, progress: Progress
) -> None:
    """Bring what is missing of a series; all of it is there afterwards.

    Parameters
    ----------
    most_bytes
        Of all its files.
    progress
        Has a step for each image.

    Raises
    ------
    PacsTrouble
        If it broke off; what has come stays for the next time, unless it is not what was asked for.
    """
    name = door.server.called
    images = door.images(series)
    if not images:
        raise PacsTrouble(f"'{name}' has no images of this series; choose another one.")
    progress.start(len(images))
    missing = [image for image in images if not parts.have(image)]
    progress.advance(len(images) - len(missing))
    room = most_bytes - sum(path.stat().st_size for path in parts.files)

    def take(image: str, file: bytes) -> None:
        nonlocal room
        refuse_another(file, series, image, name)
        room -= len(file)
        if room < 0:
            parts.drop()
            raise PacsTrouble(
                f"The series has more than {most_bytes / 10**6:.0f} MB, which is what one reader "
                "may bring (CTVIZ_UPLOAD_MB)."
            )
        parts.put(image, file)
        progress.advance()

    try:
        door.fetch(series, missing, take)
    except PacsTrouble as trouble:
        here = sum(map(parts.have, images))
        raise PacsTrouble(
            f"{trouble} {here} of {count_of(len(images), 'image')} came and will not be fetched "
            "again; nothing was added yet.",
            passing=trouble.passing,
        ) from None
    _refuse_incomplete(images, parts, name)


def fetch_one(door: PacsDoor, series: FoundSeries) -> bytes:
    """Return the file of the image in the middle of a series."""
    images = door.images(series)
    if not images:
        raise PacsTrouble(f"'{door.server.called}' has no images of this series.")
    image, files = images[len(images) // 2], []

    def take(uid: str, file: bytes) -> None:
        refuse_another(file, series, uid, door.server.called)
        files.append(file)

    door.fetch(series, [image], take)
    if not files:
        raise PacsTrouble(f"'{door.server.called}' did not send the image; try again.")
    return files[0]


def _refuse_incomplete(images: list[str], parts: SeriesParts, name: str) -> None:
    missing = len(images) - sum(map(parts.have, images))
    if missing:
        raise PacsTrouble(
            f"'{name}' did not send {missing} of {count_of(len(images), 'image')} of the series; "
            "fetch it again. Nothing was added yet."
        )
    try:
        refuse_several_patients(parts.files, name)
    except PacsTrouble:
        parts.drop()
        raise
