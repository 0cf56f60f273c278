"""A map over its slice with what it is, and what it is not for, burned in."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ctviz.backend import Question
from ctviz.core import ImportanceMap, Prediction
from ctviz.estimators import Estimator
from ctviz.models import ModelCard
from ctviz.viz import (
    HeatmapLook,
    heatmap,
    opening_window,
    overlay,
    to_pixel_aspect,
    window_image,
)

PIXELS = 768
LETTER_PIXELS = 20
MARGIN_PIXELS = 8
WARNING = "RESEARCH USE ONLY – not for diagnosis"


def burned_in(
    question: Question,
    importance: ImportanceMap,
    estimator: Estimator,
    prediction: Prediction,
    card: ModelCard,
) -> NDArray[np.uint8]:
    """Return the picture (h, w, 3) of a signed map; its words stand above and below the slice."""
    image = question.image
    window = opening_window(image)
    grey = window_image(image.hounsfield, window.width, window.level)
    picture = overlay(grey, heatmap(importance.values, HeatmapLook.of("signed")))
    shown = to_pixel_aspect(picture, image.spacing_mm, PIXELS)
    explained = question.words(prediction.classes)
    probability = prediction.probabilities[question.target]
    return np.concatenate(
        [
            _band(WARNING, shown.shape[1]),
            shown,
            _band(f"{estimator.title} for {explained} ({probability:.2f})", shown.shape[1]),
            _band(f"{card.title}. {WARNING}", shown.shape[1]),
        ]
    )


def _band(words: str, width: int) -> NDArray[np.uint8]:
    """Return a black band with words in it, in smaller letters if they would not fit."""
    band = Image.new("RGB", (width, LETTER_PIXELS + 2 * MARGIN_PIXELS))
    draw = ImageDraw.Draw(band)
    size = LETTER_PIXELS
    while size > MARGIN_PIXELS and draw.textlength(words, _letters(size)) > width - MARGIN_PIXELS:
        size -= 1
    draw.text((MARGIN_PIXELS, MARGIN_PIXELS), words, "white", _letters(size), anchor="lt")
    return np.asarray(band)


@cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    """Return DejaVu, which comes with matplotlib and has letters of many languages."""
    import matplotlib as mpl

    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(str(path), size)
