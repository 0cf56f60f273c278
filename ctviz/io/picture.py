"""PNG, TIFF and JPEG as slices of grey values, for want of anything better."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from ctviz.core import Case, Mask, UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.limits import check_size
from ctviz.io.numbers import finite
from ctviz.io.tiff import WHITE_IS_ZERO, numbers_of, pages_of, stores_plain_numbers
from ctviz.io.volume import Plane, Volume, compact, make_case

TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
JPEG_MAGIC = b"\xff\xd8\xff"

DAMAGED = "It is a damaged picture; export it again."

LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow keeps the high bytes of a PNG of 16 bits; read as the other order, the low ones."""

GREY_AND_OPACITY = "LA;16B"
"""How Pillow calls a PNG's pixels of four bytes, two for grey and two for opacity."""

GREY_LEVELS = {"L;2": 85, "L;4": 17}
"""What Pillow multiplies the stored numbers of a PNG of 2 or 4 bits with, but not its clear one."""

DEEP_MODES = frozenset({"I", "F", "I;16", "I;16B", "I;16L", "I;16N"})
"""Pillow's modes of more than 8 bits per pixel, which must not be converted."""

UNSIGNED, FLOATING = 1, 3
"""Of TIFF's SampleFormat, as far as Pillow reads it."""

ORIENTATION, UPRIGHT = 0x0112, 1
"""The tag, of EXIF and TIFF, of how a picture is to be turned, and its usual value."""

TRANSPOSED = frozenset(range(5, 9))
FLIPS = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}
"""The orientations that swap rows and columns, and which way each then runs along both."""

LUMINANCE = np.array([0.299, 0.587, 0.114])
"""How bright red, green and blue are, ITU-R BT.601."""

NOTES = (
    "A picture has no Hounsfield units: the numbers are grey values.",
    "A picture has no pixel spacing: nothing can be measured in millimetres.",
)
COLOURED = "The picture is coloured: what is shown is how bright each pixel is."
TRANSPARENT = "Transparent pixels of the picture hold no value: they are shown as 0."
NO_NUMBER = "Pixels that hold no finite number are shown as 0."
ORDERED = "The slices are in the order of the file names."

T = TypeVar("T", bound=np.generic)

Failure: TypeAlias = tuple[Path, UnreadableScan]


@dataclass(frozen=True, eq=False)
class PicturePage:
    """One page of a picture, in the bits in which it is stored.

    Parameters
    ----------
    values
        (H, W) grey values, or (H, W, 3) of red, green and blue where these differ.
    visible
        (H, W) where the picture is not fully transparent; None where all of it is opaque.
    """

    values: NDArray[np.generic]
    visible: Mask | None = None

    def grey(self) -> tuple[NDArray[np.generic], list[str]]:
        """Return the grey values (H, W), and what a reader must know of them."""
        grey, notes = self.values, []
        if grey.ndim > 2:
            grey, notes = _brightness(grey), [COLOURED]
        if self.visible is not None and not self.visible.all():
            grey, notes = np.where(self.visible, grey, 0).astype(grey.dtype), [*notes, TRANSPARENT]
        if grey.dtype.kind == "f" and not np.isfinite(grey).all():
            grey, notes = np.nan_to_num(grey, nan=0, posinf=0, neginf=0), [*notes, NO_NUMBER]
        return grey, notes


def load_pictures(paths: Sequence[Path]) -> Iterator[Case | Failure]:
    """Yield a case for all pictures of one folder and size, in the natural order of their names."""
    stacks: dict[tuple[object, ...], list[NDArray[np.generic]]] = defaultdict(list)
    said: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for path in natural_order(paths):
        try:
            for picture in read_pictures(path):
                grey, notes = picture.grey()
                numbers, lost = finite(grey)
                stacks[(path.parent, grey.shape)].append(numbers)
                said[(path.parent, grey.shape)] += [*notes, *lost]
        except UnreadableScan as error:
            yield path, error
    for key, images in stacks.items():
        several = len(images) > 1
        yield make_case(
            Volume(compact(np.stack(images)), [Plane(calibrated=False)] * len(images)),
            title="Pictures" if several else "Picture",
            notes=(*NOTES, *[ORDERED] * several, *said[key]),
        )


def read_pictures(path: Path) -> list[PicturePage]:
    """Return the pages of a picture, each in the bits in which it is stored."""
    with foreign_reader(DAMAGED), path.open("rb") as file:
        head = file.read(4)
    if head.startswith(JPEG_MAGIC):
        return [_jpeg(path)]
    with foreign_reader(DAMAGED):
        return _tiff(path) if head in TIFF_MAGIC else _png(path)


def natural_order(paths: Iterable[Path]) -> list[Path]:
    """Return the paths sorted as people count: 2 before 10."""
    return sorted(
        paths,
        key=lambda path: [
            (int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"(\d+)", str(path))
        ],
    )


def _jpeg(path: Path) -> PicturePage:
    """Return the picture of a JPEG; what a camera adds to it, such as a preview, is left out."""
    with (
        foreign_reader(
            "It is a damaged JPEG, or of a kind for DICOM only (more than 8 bits, lossless); "
            "export it as PNG."
        ),
        Image.open(path, formats=("JPEG",)) as image,
    ):
        check_size(1, image.height, image.width)
        return _of_pillow(image, _orientation(image))


def _png(path: Path) -> list[PicturePage]:
    """Return the pictures of a PNG, several where it is animated."""
    with Image.open(path, formats=("PNG",)) as image:
        frames = getattr(image, "n_frames", 1)
        check_size(frames, image.height, image.width)
        layout = str(image.tile[0].args) if image.tile else ""
        turn = _orientation(image)
        if layout not in {*LOW_BYTES, GREY_AND_OPACITY}:
            levels = GREY_LEVELS.get(layout, 1)
            return [_of_pillow(page, turn, levels) for page in ImageSequence.Iterator(image)]
        if frames > 1:
            raise UnreadableScan("It is an animation of 16 bits; export its images one by one.")
        clear = image.info.get("transparency")
    stored = _upright(_deep_png(path, layout), turn)
    if clear is not None:
        return [_of_channels(stored, (stored != clear).any(axis=-1))]
    if layout == "RGB;16B":
        return [_of_channels(stored)]
    return [_of_channels(stored[..., :-1], stored[..., -1] > 0)]


def _deep_png(path: Path, layout: str) -> NDArray[np.uint16]:
    """Return the channels (H, W, C) of a PNG of 16 bits that Pillow would cut to eight."""
    if layout == GREY_AND_OPACITY:
        four = _as_if(path, "RGBA").astype(np.uint16)
        return _joined(four[..., 0::2], four[..., 1::2])
    high, low = (_as_if(path, order).astype(np.uint16) for order in (layout, LOW_BYTES[layout]))
    return _joined(high, low)


def _joined(high: NDArray[np.uint16], low: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return numbers of 16 bits by their high and low bytes."""
    return (high * 256 + low).astype(np.uint16)


def _as_if(path: Path, layout: str) -> NDArray[np.uint8]:
    """Return a PNG's pixels as if their bytes were laid out in another way."""
    with Image.open(path, formats=("PNG",)) as image:
        image.tile = [tile._replace(args=layout) for tile in image.tile]
        return np.asarray(image)


def _tiff(path: Path) -> list[PicturePage]:
    """Return the pages of a TIFF, its slices."""
    pictures: list[PicturePage] = []
    with tifffile.TiffFile(path) as file:
        for page in pages_of(file):
            if not stores_plain_numbers(page):
                pictures.append(_tiff_of_pillow(path, page))
                continue
            turn = page.tags[ORIENTATION].value if ORIENTATION in page.tags else UPRIGHT
            for stored, opacity in numbers_of(page):
                image = _upright(stored, turn)
                visible = image[..., -1] != 0 if opacity else None
                pictures.append(_of_channels(image[..., :-1] if opacity else image, visible))
    if not pictures:
        raise UnreadableScan("It holds no image; export it again.")
    return pictures


def _tiff_of_pillow(path: Path, page: tifffile.TiffPage) -> PicturePage:
    """Return a page that is stored as colours, as JPEG or in fewer than 8 bits."""
    with Image.open(path, formats=("TIFF",)) as image:
        image.seek(page.index)
        deep = page.bitspersample > 8 and image.mode not in DEEP_MODES
        turned = page.photometric == WHITE_IS_ZERO and image.mode in DEEP_MODES
        if deep or turned or page.sampleformat not in {UNSIGNED, FLOATING}:
            raise UnreadableScan(
                "It is stored in a way that would lose some of its bits; export it without "
                "compression, as grey values with 0 as black."
            )
        # Pillow turns a TIFF as its tag says.
        return _of_pillow(image, UPRIGHT)


def _of_pillow(page: Image.Image, turn: int, grey_levels: int = 1) -> PicturePage:
    """Return a page that Pillow has read, turned as its tag says.

    ``grey_levels`` is what Pillow multiplied stored numbers of less than 8 bits with.
    """
    clear = page.info.get("transparency")
    if page.mode in {"1", "L", *DEEP_MODES}:
        grey = _upright(np.asarray(page.convert("L") if page.mode == "1" else page), turn)
        return PicturePage(grey, None if clear is None else grey != clear * grey_levels)
    if clear is None and not page.mode.endswith(("A", "a")):
        return _of_channels(_upright(np.asarray(page.convert("RGB")), turn))
    stored = _upright(np.asarray(page.convert("RGBA")), turn)
    return _of_channels(stored[..., :-1], stored[..., -1] > 0)


def _of_channels(stored: NDArray[np.generic], visible: Mask | None = None) -> PicturePage:
    """Return the picture of channels (H, W, C): grey where they are all the same."""
    grey = stored[..., 0]
    alike = all(
        np.array_equal(grey, stored[..., channel], equal_nan=stored.dtype.kind == "f")
        for channel in range(1, stored.shape[-1])
    )
    return PicturePage(grey if alike else stored, visible)


def _brightness(colours: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return how bright colours (H, W, 3) are, in their own bits."""
    bright = colours @ LUMINANCE
    return (bright if colours.dtype.kind == "f" else np.rint(bright)).astype(colours.dtype)  # type: ignore[no-any-return]


def _orientation(image: Image.Image) -> int:
    """Return how a picture is to be turned; as it is where that cannot be read."""
    try:
        with foreign_reader(DAMAGED):
            return int(image.getexif().get(ORIENTATION, UPRIGHT))
    except UnreadableScan:
        return UPRIGHT


def _upright(stored: NDArray[T], turn: int) -> NDArray[T]:
    """Return an image (H, W, …) turned and mirrored as EXIF's orientation says."""
    if turn in TRANSPOSED:
        stored = np.swapaxes(stored, 0, 1)
    down, along = FLIPS.get(turn, (1, 1))
    return stored[::down, ::along]
