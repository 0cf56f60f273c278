"""Arrays to pictures and figures: windows, heatmaps, overlays, curves; numpy, Pillow and plotly."""

from ctviz.viz.colours import COLOUR_MAPS, ColourMap
from ctviz.viz.curves import (
    curve_line,
    curve_overview,
    dice_curves,
    fidelity_curves,
    guide_line,
    roc_curves,
)
from ctviz.viz.dots import fill_dots, score_dots
from ctviz.viz.heatmap import heatmap, outline, overlay, robust_limit
from ctviz.viz.palette import Palette
from ctviz.viz.panels import PLOT_CONFIG, Panel, framed
from ctviz.viz.pictures import png, save_png, thumbnail, to_pixel_aspect
from ctviz.viz.sheet import Tile, contact_sheet
from ctviz.viz.window import WINDOWS, Window, grey_range, window_image

__all__ = [
    "COLOUR_MAPS",
    "PLOT_CONFIG",
    "WINDOWS",
    "ColourMap",
    "Palette",
    "Panel",
    "Tile",
    "Window",
    "contact_sheet",
    "curve_line",
    "curve_overview",
    "dice_curves",
    "fidelity_curves",
    "fill_dots",
    "framed",
    "grey_range",
    "guide_line",
    "heatmap",
    "outline",
    "overlay",
    "png",
    "robust_limit",
    "roc_curves",
    "save_png",
    "score_dots",
    "thumbnail",
    "to_pixel_aspect",
    "window_image",
]
