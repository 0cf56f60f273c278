"""The picture of a phantom as small pictures: the truth and the maps, then the maps by parts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import figure
from ctviz.cohort.truth.picture import TruthPicture
from ctviz.core import Sign, signed_view
from ctviz.truth import WITHOUT_EFFECT
from ctviz.truth.part_map import NOBODY
from ctviz.viz import HeatmapLook, frame_around, heatmap, opening_window, overlay, png, window_image
from ctviz.viz import to_pixel_aspect as scaled
from ctviz.viz.charts import Multiples, Picture
from ctviz.viz.images.colours import default_colours
from ctviz.viz.images.heatmap import Rgba

PIXELS = 384
"""The longer side of each picture."""

PAINT = 0.85
"""Opacity of the part with the largest number, so that its anatomy stays visible."""

MARGIN = 4
"""Pixels around the parts; there is nothing but air beyond."""

PLACES = ("Closest to the truth", "Farthest from it")


def picture_chart(picture: TruthPicture, explained: str, names: Names) -> Multiples:
    """Return a phantom with the effects of its parts beside what the maps say of them.

    Parameters
    ----------
    explained
        The class for which positive effects and importance speak.
    """
    against, speaks = _hues()
    unsigned = any(shown.entrant.sign == "absolute" for shown in picture.maps)
    return Multiples(
        f"What the model uses of {picture.phantom.name}, and what the maps say",
        "Above, the true effect of each part painted on its pixels, beside the maps as they are; "
        "below, the sum of each map over the same pixels: a map that tells the truth looks like "
        f"the effects then. {speaks.capitalize()} speaks for '{explained}', {against} against. "
        f"Parts with less than {WITHOUT_EFFECT:.0%} of the largest number are not painted."
        + (" Absolute values have no sign: brighter is more important." if unsigned else ""),
        (*_as_they_are(picture, names), *_by_parts(picture)),
        1 + len(picture.maps),
    )


def _as_they_are(picture: TruthPicture, names: Names) -> Iterator[Picture]:
    largest = figure(np.abs(picture.effects).max(initial=0.0), 1)
    said = f"Full colour: an effect of {largest} on the log-odds"
    yield Picture("True effect of each part", said, _painted(picture, picture.effects, "signed"))
    for shown, place in zip(picture.maps, PLACES, strict=False):
        sign = shown.entrant.sign
        hot = heatmap(signed_view(shown.values, sign), HeatmapLook.of(sign))
        yield Picture(place, names.entrant(shown.entrant), _png(picture, hot))


def _by_parts(picture: TruthPicture) -> Iterator[Picture]:
    yield Picture("The slice", picture.phantom.name.capitalize(), _png(picture))
    for shown in picture.maps:
        score = picture.agreement(shown)
        said = f"τ = {figure(score.value)} with the effects; higher is better"
        painted = _painted(picture, picture.importance(shown), shown.entrant.sign)
        yield Picture("What the map says of each part", score.why or said, painted)


def _painted(picture: TruthPicture, numbers: NDArray[np.float64], sign: Sign) -> bytes:
    largest = float(np.abs(numbers).max(initial=0.0))
    look = HeatmapLook(sign, default_colours(sign), PAINT, WITHOUT_EFFECT)
    return _png(picture, heatmap(picture.phantom.parts.painted(numbers), look, largest or 1.0))


def _png(picture: TruthPicture, hot: Rgba | None = None) -> bytes:
    image = picture.phantom.image
    window = opening_window(image)
    grey = window_image(image.hounsfield, window.width, window.level)
    coloured = np.repeat(grey[..., None], 3, axis=2) if hot is None else overlay(grey, hot)
    frame = frame_around(picture.phantom.parts.owners != NOBODY, MARGIN)
    return png(scaled(coloured[frame], image.spacing_mm, PIXELS))


def _hues() -> tuple[str, str]:
    """Return the hues of the signed colour map: what speaks against, and what speaks for."""
    against, _, speaks = default_colours("signed").title.lower().partition(" – ")
    return against, speaks
