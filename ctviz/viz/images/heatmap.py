"""Heatmaps: importance as coloured, partly transparent pixels over a slice."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from ctviz.core import FloatMap, Mask, Sign, signed_view
from ctviz.viz.images.colours import ColourMap, default_colours
from ctviz.viz.images.window import Grey

Rgb: TypeAlias = NDArray[np.uint8]
"""(H, W, 3)."""
Rgba: TypeAlias = NDArray[np.uint8]
"""(H, W, 4); alpha is the share of the scale that the pixel reaches."""

OUTLINE = (80, 255, 200)
"""Colour of a drawing's outline: neither in a scan nor in a default heatmap."""


def robust_limit(values: FloatMap) -> float:
    """Return the importance that reaches the end of the colour scale.

    The 99.5th percentile of the magnitudes, so that a single hot pixel does not darken the rest;
    the maximum where fewer pixels have any importance; never 0.
    """
    magnitudes = np.abs(values)
    limit = float(np.percentile(magnitudes, 99.5)) or float(magnitudes.max())
    return limit or 1.0


def heatmap(
    values: FloatMap,
    sign: Sign,
    *,
    limit: float | None = None,
    colours: ColourMap | None = None,
) -> Rgba:
    """Return a map (H, W) as colours (H, W, 4), centred at zero if ``signed``.

    Alpha is the magnitude's share of ``limit`` (by default the map's own `robust_limit`), so that
    anatomy stays visible where nothing is claimed. Several maps share a scale by one ``limit``.
    """
    shares = np.clip(signed_view(values, sign) / (limit or robust_limit(values)), -1.0, 1.0)
    place = (shares + 1) / 2 if sign == "signed" else shares
    table = (colours or default_colours(sign)).table
    picture = np.empty((*values.shape, 4), np.uint8)
    picture[..., :3] = table[np.rint(255 * place).astype(np.intp)]
    picture[..., 3] = np.rint(255 * np.abs(shares))
    return picture


def overlay(grey: Grey, hot: Rgba, *, opacity: float = 0.8, threshold: float = 0.0) -> Rgb:
    """Return a slice (H, W) under a heatmap (H, W, 4).

    Parameters
    ----------
    opacity
        Of the most important pixels, 0 to 1; the others have less, by the root of their share.
    threshold
        Share of the scale under which pixels are not coloured.
    """
    share = hot[..., 3:] / 255.0
    weight = np.where(share >= threshold, opacity * np.sqrt(share), 0.0)
    return np.rint((1 - weight) * grey[..., None] + weight * hot[..., :3]).astype(np.uint8)


def outline(
    picture: Rgb, mask: Mask, *, colour: tuple[int, int, int] = OUTLINE, pixels: int = 1
) -> Rgb:
    """Return the picture (H, W, 3) with the inner edge of a mask (H, W) drawn on it."""
    drawn = picture.copy()
    drawn[mask & ~binary_erosion(mask, iterations=pixels)] = colour
    return drawn
