"""A worker that does not know the case is sent the neighbours that a network sees, no others."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.backend.stored.keys import of_slice
from ctviz.cohort.cluster.order import slice_file, slice_of
from ctviz.core.files import unsealed
from ctviz.models.classifier import seen_with
from ctviz.models.neighbours import Neighbours
from tests.models.test_neighbours import CARD, EVEN


@pytest.mark.parametrize("index", [0, 4, 9])
@pytest.mark.parametrize(
    "neighbours", [Neighbours(2), Neighbours(10, "mm"), Neighbours(1, "slices", "below")]
)
def test_what_is_sent_is_seen_as_it_was(neighbours, index):
    card = replace(CARD, channels=5, neighbours=neighbours)
    image = EVEN.slice(index)
    held = unsealed(slice_file(image, card))
    assert held is not None
    sent = slice_of(held)
    for ours, theirs in zip(seen_with(image, card), seen_with(sent, card), strict=True):
        np.testing.assert_array_equal(ours.hounsfield, theirs.hounsfield)
        assert ours.position_mm == theirs.position_mm
    assert of_slice(image, card) == of_slice(sent, card)


def test_of_other_models_the_slice_alone_is_sent():
    card = replace(CARD, channels=1, neighbours=None)
    held = unsealed(slice_file(EVEN.slice(4), card))
    assert held is not None
    assert not any("neighbour" in name for name in held)
    assert slice_of(held).around is None
