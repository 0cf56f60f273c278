"""Arrays to pictures and figures: windows, heatmaps, overlays, curves."""

from ctviz.core.theme import Window
from ctviz.viz.charts.fill_dots import fill_dots
from ctviz.viz.charts.metric_curves import CurvePicture, metric_curves
from ctviz.viz.charts.screen.style import PLOT_CONFIG
from ctviz.viz.images.body import body_frame
from ctviz.viz.images.colours import COLOUR_MAPS, ColourMap
from ctviz.viz.images.heatmap import HeatmapLook, heatmap, outline, overlay, robust_limit
from ctviz.viz.images.pictures import frame_around, png, thumbnail, to_pixel_aspect
from ctviz.viz.images.window import WINDOWS, grey_range, opening_window, window_image

__all__ = [
    "COLOUR_MAPS",
    "PLOT_CONFIG",
    "WINDOWS",
    "ColourMap",
    "CurvePicture",
    "HeatmapLook",
    "Window",
    "body_frame",
    "fill_dots",
    "frame_around",
    "grey_range",
    "heatmap",
    "metric_curves",
    "opening_window",
    "outline",
    "overlay",
    "png",
    "robust_limit",
    "thumbnail",
    "to_pixel_aspect",
    "window_image",
]
