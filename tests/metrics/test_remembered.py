import numpy as np

from ctviz.metrics.remembered import Remembered


class Counts:
    """The sum of a map and a number; knows how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, values, number):
        self.asked += 1
        return float(values.sum()) + number


def test_equal_maps_with_equal_settings_are_computed_once():
    counts = Counts()
    remembered = Remembered(counts, maps=2)
    values = np.ones((2, 3), np.float32)
    assert remembered(values, 1) == remembered(values.copy(), 1) == 7
    assert counts.asked == 1
    assert remembered(values, 2) == 8
    assert remembered(2 * values, 1) == 13
    assert counts.asked == 3


def test_what_was_not_asked_for_longest_is_forgotten():
    counts = Counts()
    remembered = Remembered(counts, maps=2)
    one, two, three = (np.full((1, 1), number, np.float32) for number in (1, 2, 3))
    for values in (one, two, one, three, one):
        remembered(values, 0)
    assert counts.asked == 3
    remembered(two, 0)
    assert counts.asked == 4
