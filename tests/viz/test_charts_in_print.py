"""Printed charts are read with any colour vision, and without colours."""

from itertools import combinations

import numpy as np
import pytest

from ctviz.viz.charts.model.looks import CONTROL_INK, INKS
from tests.viz.test_colour_vision import VISION, channels, seen

every_vision = pytest.mark.parametrize("vision", VISION.values(), ids=VISION.keys())
ALL = (*INKS, CONTROL_INK)


@every_vision
def test_inks_are_told_apart(vision):
    lab = seen(np.array([channels(colour) for colour in ALL]), vision)
    assert min(np.linalg.norm(a - b) for a, b in combinations(lab, 2)) > 8


@every_vision
def test_inks_stand_out_from_paper(vision):
    lab = seen(np.array([channels(colour) for colour in ("#ffffff", *ALL)]), vision)
    assert (lab[0, 0] - lab[1:, 0]).min() > 30
