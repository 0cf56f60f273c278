"""The picture of a phantom as small pictures in two rows: what is seen, and what is compared."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import figure
from ctviz.cohort.truth.picture import TruthPicture
from ctviz.core import Sign, signed_view
from ctviz.truth import WITHOUT_EFFECT
from ctviz.viz import HeatmapLook, heatmap, opening_window, overlay, png, window_image
from ctviz.viz import to_pixel_aspect as scaled
from ctviz.viz.charts import Multiples, Picture
from ctviz.viz.images.colours import default_colours
from ctviz.viz.images.heatmap import Rgba

PIXELS = 384
"""The longer side of each picture."""

PAINT = 0.85
"""Opacity of the part with the largest number, so that its anatomy stays visible."""

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
        f"Above, the slice and each map as it is; below, the true effect of each part painted on "
        "its pixels, beside the sum of each map over the same pixels: a map that tells the truth "
        f"looks like the effects. {speaks.capitalize()} speaks for '{explained}', {against} "
        f"against. Parts with less than {WITHOUT_EFFECT:.0%} of the largest number are not painted."
        + (" Absolute values have no sign: brighter is more important." if unsigned else ""),
        (*_seen(picture, names), *_compared(picture)),
        1 + len(picture.maps),
    )


def _seen(picture: TruthPicture, names: Names) -> Iterator[Picture]:
    yield Picture("The slice", picture.phantom.name.capitalize(), _png(picture))
    for shown, place in zip(picture.maps, PLACES, strict=False):
        look = HeatmapLook.of(shown.entrant.sign)
        hot = heatmap(signed_view(shown.values, shown.entrant.sign), look)
        yield Picture(place, names.entrant(shown.entrant), _png(picture, hot))


def _compared(picture: TruthPicture) -> Iterator[Picture]:
    largest = np.abs(picture.effects).max(initial=0.0)
    said = f"Full colour: {figure(largest, 1)} of the log-odds"
    yield Picture("True effect of each part", said, _painted(picture, picture.effects, "signed"))
    for shown in picture.maps:
        score = picture.agreement(shown)
        said = f"τ = {figure(score.value)} with the effects; higher is better"
        numbers = picture.importance(shown)
        painted = _painted(picture, numbers, shown.entrant.sign)
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
    return png(scaled(coloured, image.spacing_mm, PIXELS))


def _hues() -> tuple[str, str]:
    """Return the hues of the signed colour map: what speaks against, and what speaks for."""
    against, _, speaks = default_colours("signed").title.lower().partition(" – ")
    return against, speaks
