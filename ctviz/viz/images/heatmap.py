"""Heatmaps: importance as coloured, partly transparent pixels over a slice."""

from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from ctviz.core import FloatMap, Mask, Sign
from ctviz.core.theme import THEME, channels
from ctviz.viz.images.colours import ColourMap, default_colours
from ctviz.viz.images.window import Grey

Rgb: TypeAlias = NDArray[np.uint8]
"""(H, W, 3)."""
Rgba: TypeAlias = NDArray[np.uint8]
"""(H, W, 4)."""

OUTLINE = channels(THEME.labels[0])
"""Colour of a drawing's outline: that of the first label."""


def robust_limit(values: FloatMap) -> float:
    """Return the importance that reaches the end of the colour scale.

    The 99.5th percentile of the magnitudes, so that a single hot pixel does not darken the rest;
    the maximum where fewer pixels have any importance; never 0.
    """
    magnitudes = np.abs(values)
    limit = float(np.percentile(magnitudes, 99.5)) or float(magnitudes.max())
    return limit or 1.0


@dataclass(frozen=True, eq=False)
class HeatmapLook:
    """How importance becomes coloured, partly transparent pixels.

    Parameters
    ----------
    sign
        ``signed`` is centred at zero, ``absolute`` begins there.
    colours
        The colour map.
    opacity
        Of the most important pixels, 0 to 1.
    threshold
        Share of the scale under which pixels are not coloured.
    """

    sign: Sign
    colours: ColourMap
    opacity: float = THEME.heatmap.opacity
    threshold: float = THEME.heatmap.threshold

    @classmethod
    def of(cls, sign: Sign) -> Self:
        """Return what a view looks like to a reader who has chosen nothing."""
        return cls(sign, default_colours(sign))


def heat_ramp(look: HeatmapLook) -> NDArray[np.uint8]:
    """Return red, green, blue and alpha of shares from -1 to 1 in even steps, zero in the middle.

    As ``heatRamp`` in the browser's ``picture/colours.js``, to the last bit.

    Returns
    -------
    ramp
        (2 S + 1, 4) with the S steps of the theme.
    """
    steps = THEME.heatmap.steps
    shares = np.arange(-steps, steps + 1) / steps
    reach = np.abs(shares)
    shown = (reach > 0) & (reach >= look.threshold)
    alpha = np.where(shown, look.opacity * reach**THEME.heatmap.power, 0.0)
    places = 0.5 + shares / 2 if look.sign == "signed" else reach
    return np.column_stack([look.colours.at(places), np.floor(255 * alpha + 0.5).astype(np.uint8)])


def heatmap(
    values: FloatMap,
    look: HeatmapLook,
    limit: float | None = None,
    stronger: Mask | None = None,
) -> Rgba:
    """Return a map (H, W) as colours (H, W, 4).

    The opacity falls with the magnitude's share of ``limit`` (by default the map's own
    `robust_limit`), so that anatomy stays visible where nothing is claimed. Several maps share a
    scale by one ``limit``. Where it is known which pixels are ``stronger`` (H, W) than chance, all
    others fade.
    """
    steps = THEME.heatmap.steps
    shares = np.clip(values.astype(np.float64) / (limit or robust_limit(values)), -1.0, 1.0)
    places = np.floor(shares * steps + 0.5).astype(np.intp) + steps
    if stronger is None:
        return heat_ramp(look)[places]
    faded = heat_ramp(replace(look, opacity=look.opacity * THEME.heatmap.faded))
    return np.where(stronger[..., None], heat_ramp(look)[places], faded[places])


def overlay(grey: Grey, hot: Rgba) -> Rgb:
    """Return a slice (H, W) under a heatmap (H, W, 4)."""
    alpha = hot[..., 3:] / 255.0
    return np.floor((1 - alpha) * grey[..., None] + alpha * hot[..., :3] + 0.5).astype(np.uint8)


def outline(
    picture: Rgb, mask: Mask, *, colour: tuple[int, int, int] = OUTLINE, pixels: int = 1
) -> Rgb:
    """Return the picture (H, W, 3) with the inner edge of a mask (H, W) drawn on it."""
    drawn = picture.copy()
    drawn[mask & ~binary_erosion(mask, iterations=pixels)] = colour
    return drawn
