"""A contact sheet: one slice and its heatmaps with their scores, as a picture to print."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ctviz.core import Mask, Slice
from ctviz.core.theme import Window
from ctviz.viz.images.heatmap import Rgb, Rgba, outline, overlay
from ctviz.viz.images.pictures import to_pixel_aspect
from ctviz.viz.images.window import WINDOWS, Grey, window_image

GROUND, INK, FAINT = (17, 19, 24), (226, 229, 234), (150, 157, 167)
TILE_PX, GAP, HEAD_PX, FOOT_PX = 300, 14, 30, 25


@dataclass(frozen=True, eq=False)
class Tile:
    """One pane of a contact sheet.

    Parameters
    ----------
    title
        Over the picture.
    heatmap
        (H, W, 4) over the slice; None shows the slice alone.
    caption
        Under the picture, e.g. its scores.
    """

    title: str
    heatmap: Rgba | None = None
    caption: str = ""


def contact_sheet(
    image: Slice,
    tiles: Sequence[Tile],
    *,
    window: Window = WINDOWS["mediastinum"],
    region: Mask | None = None,
    columns: int = 4,
) -> Rgb:
    """Return the tiles of a slice (H, W) side by side, in its true aspect, as one picture.

    The region (H, W) is outlined in every tile.
    """
    grey = window_image(image.hounsfield, window.width, window.level)
    pictures = [_picture(grey, tile, region, image.spacing_mm) for tile in tiles]
    panes = [_framed(picture, tile) for picture, tile in zip(pictures, tiles, strict=True)]
    height, width = panes[0].shape[:2]
    columns = min(columns, len(panes))
    rows = -(-len(panes) // columns)
    sheet = np.empty((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), np.uint8)
    sheet[:] = GROUND
    for index, pane in enumerate(panes):
        row, column = divmod(index, columns)
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        sheet[top : top + height, left : left + width] = pane
    return sheet


def _picture(
    grey: Grey, tile: Tile, region: Mask | None, spacing_mm: tuple[float, float] | None
) -> Rgb:
    """Return the slice under its heatmap, with the region's outline one screen pixel wide."""
    clear = np.zeros((*grey.shape, 4), np.uint8)
    picture = overlay(grey, clear if tile.heatmap is None else tile.heatmap)
    picture = to_pixel_aspect(picture, spacing_mm, TILE_PX)
    if region is None:
        return picture
    enlarged = to_pixel_aspect(region.astype(np.uint8) * 255, spacing_mm, TILE_PX)
    return outline(picture, enlarged > 127)


def _framed(picture: Rgb, tile: Tile) -> Rgb:
    """Return the picture between its title and its caption."""
    height, width = picture.shape[:2]
    pane = Image.new("RGB", (width, HEAD_PX + height + FOOT_PX), GROUND)
    pane.paste(Image.fromarray(picture), (0, HEAD_PX))
    pen = ImageDraw.Draw(pane)
    pen.text((0, 4), tile.title, fill=INK, font=ImageFont.load_default(17))
    pen.text((0, HEAD_PX + height + 5), tile.caption, fill=FAINT, font=ImageFont.load_default(13))
    return np.asarray(pane)
