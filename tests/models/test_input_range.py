"""What goes into a network is said as it is."""

from dataclasses import replace

import numpy as np
import pytest
from torch import nn

from ctviz.core import Slice
from ctviz.models import Classifier, ModelCard
from ctviz.models.input_range import input_range

CARD = ModelCard(
    id="tiny",
    title="Tiny",
    task="",
    classes=("no", "yes"),
    architecture="resnet18",
    size=(2, 2),
    window=(50.0, 100.0),
    scale=((0.5,), (0.25,)),
)


def ranges(card, *pixels, calibrated=True):
    image = Slice(np.array(pixels, np.float32), (1.0, 1.0), calibrated=calibrated)
    return input_range(Classifier(card, nn.Identity()), [image])


def test_range_and_lost_body_are_told():
    found = ranges(CARD, [-1000.0, 0.0], [25.0, 150.0])
    assert (found.low, found.high) == (-2.0, 2.0)
    assert found.mean == pytest.approx((-2 - 2 - 1 + 2) / 4)
    assert (found.black, found.white) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert "67%" in found.warnings()[0]


def test_a_window_that_shows_the_body_is_not_warned_of():
    assert ranges(replace(CARD, window=(0.0, 1000.0)), [-1000, 0], [25, 150]).warnings() == ()


def test_a_slice_of_air_loses_nothing():
    assert ranges(CARD, [-1000.0, -1000.0], [-1000.0, -1000.0]).warnings() == ()


def test_normalisation_for_each_channel_is_applied():
    scale = (0.0, 0.5, 1.0), (1.0, 1.0, 1.0)
    found = ranges(replace(CARD, channels=3, scale=scale), [0.0, 0.0], [100.0, 100.0])
    assert (found.low, found.high) == (-1.0, 1.0)
