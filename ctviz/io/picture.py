"""PNG, TIFF and JPEG as slices of grey values, for want of anything better."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence, UnidentifiedImageError

from ctviz.core import Case, UnreadableScan
from ctviz.io.limits import check_size
from ctviz.io.silence import quiet
from ctviz.io.volume import Plane, Volume, compact, make_case

FORMATS = ("PNG", "TIFF", "JPEG")

DAMAGED = (
    ArithmeticError, EOFError, Image.DecompressionBombError, LookupError, OSError, SyntaxError,
    TypeError, UnidentifiedImageError, ValueError,
)  # fmt: skip
"""What Pillow raises on damaged files; a broken PNG is a `SyntaxError` to it."""

DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
"""Pillow's modes of more than 8 bits per pixel, which must not be converted."""

NOTES = (
    "A picture has no Hounsfield units: the numbers are grey values.",
    "A picture has no pixel spacing: nothing can be measured in millimetres.",
)

Failure: TypeAlias = tuple[Path, UnreadableScan]


def load_pictures(paths: Sequence[Path]) -> Iterator[Case | Failure]:
    """Yield a case for all pictures of one folder and size, in the natural order of their names."""
    stacks: dict[tuple[object, ...], list[NDArray[np.generic]]] = defaultdict(list)
    for path in natural_order(paths):
        try:
            for image in read_picture(path):
                stacks[(path.parent, image.shape)].append(image)
        except UnreadableScan as error:
            yield path, error
    for images in stacks.values():
        order = ["The slices are in the order of the file names."] * (len(images) > 1)
        yield make_case(
            Volume(compact(np.stack(images)), [Plane(calibrated=False)] * len(images)),
            title="Picture" if len(images) == 1 else "Pictures",
            notes=(*NOTES, *order),
        )


def read_picture(path: Path) -> list[NDArray[np.generic]]:
    """Return the grey values of each page of a picture, (H, W); 16 bits stay 16 bits."""
    try:
        with quiet(), Image.open(path, formats=FORMATS) as image:
            check_size(getattr(image, "n_frames", 1), image.height, image.width)
            return [_grey(page) for page in ImageSequence.Iterator(image)]
    except DAMAGED:
        raise UnreadableScan("It is a damaged picture; export it again.") from None


def natural_order(paths: Iterable[Path]) -> list[Path]:
    """Return the paths sorted as people count: 2 before 10."""
    return sorted(
        paths,
        key=lambda path: [
            (int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"(\d+)", str(path))
        ],
    )


def _grey(page: Image.Image) -> NDArray[np.generic]:
    """Return a page's grey values."""
    if page.mode in DEEP_MODES:
        values = np.asarray(page)
        return np.nan_to_num(values) if values.dtype.kind == "f" else values
    if page.mode not in {"1", "L"}:
        page = page.convert("RGB")
    return np.asarray(page.convert("L"))
