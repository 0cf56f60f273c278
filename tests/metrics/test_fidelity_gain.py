"""Fidelity beyond compactness: blobs that are as compact as the map, at random places."""

import numpy as np
import pytest

from ctviz.metrics.blobs import LEAST_SPREAD, BlobSpread, places
from ctviz.metrics.fidelity import Fidelity
from ctviz.metrics.fidelity_gain import FidelityGain

SIDE = 24


@pytest.fixture
def scan():
    """A bright disc, of which the model uses a corner, in the dark."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    body = (rows - 12) ** 2 + (columns - 12) ** 2 < 90
    noise = np.random.default_rng(1).random((SIDE, SIDE))
    return np.where(body, 0.4 + 0.4 * noise, 0.0).astype(np.float32)[None, None]


def sees(images):
    """A model that uses a small square."""
    return images[:, 0, 6:10, 8:12].astype(np.float64).mean(axis=(1, 2))


def a_blob(place, spread=2.0):
    return BlobSpread(spread, spread).blob(place, (SIDE, SIDE))


def test_a_gaussian_well_inside_has_its_own_spread():
    assert BlobSpread.of(BlobSpread(2.0, 3.0).blob((12, 12), (48, 48))).rows == pytest.approx(
        2.0, abs=1e-3
    )
    assert BlobSpread.of(BlobSpread(2.0, 3.0).blob((24, 24), (48, 48))).columns == pytest.approx(
        3.0
    )


def test_the_spread_is_the_weighted_standard_deviation():
    values = np.zeros((5, 7), np.float32)
    values[1, 2], values[3, 2], values[0, 6] = 1.0, 3.0, -9.0
    found = BlobSpread.of(values)
    # Three quarters of the weight lie two rows below one quarter.
    assert found.rows == pytest.approx(2 * np.sqrt(0.75 * 0.25))
    assert found.columns == LEAST_SPREAD


def test_of_a_map_against_the_class_what_speaks_least_against_it_counts():
    values = BlobSpread(2.0, 3.0).blob((24, 24), (48, 48))
    assert BlobSpread.of(values - 1).rows == pytest.approx(BlobSpread.of(values).rows, rel=1e-4)
    assert BlobSpread.of(np.zeros((4, 4), np.float32)) == BlobSpread(LEAST_SPREAD, LEAST_SPREAD)


def test_places_are_anywhere_in_the_mask_and_nowhere_else():
    where = np.zeros((4, 4), bool)
    where[1, 1:3] = where[3, 0] = True
    drawn = places(where, 3000, seed=0)
    assert set(drawn) == {(1, 1), (1, 2), (3, 0)}
    assert np.unique([r * 4 + c for r, c in drawn], return_counts=True)[1].min() > 900


def test_it_is_fidelity_less_that_of_the_blobs(scan):
    metric = FidelityGain(step=0.1, blobs=3, seed=5)
    values = a_blob((8, 10)) - 0.2
    spread = BlobSpread.of(values)
    drawn = places(scan[0, 0] > 0, 3, metric._seed(scan[0]))
    plain = Fidelity(step=0.1, seed=5)
    own = plain(values, scan, sees).value
    others = [plain(spread.blob(each, values.shape), scan, sees).value for each in drawn]
    assert metric(values, scan, sees).value == pytest.approx(own - np.mean(others), abs=1e-12)
    mine, plains = (each.curves(values, scan, sees).mif for each in (metric, plain))
    assert np.array_equal(mine.y, plains.y)


def test_the_place_that_the_model_uses_gains_and_another_loses(scan):
    metric = FidelityGain(step=0.1, blobs=16)
    right, wrong = (metric(a_blob(place), scan, sees).value for place in ((8, 10), (17, 14)))
    assert right > 0.1
    assert wrong < 0


def test_blobs_gain_nothing_on_average(scan):
    metric = FidelityGain(step=0.1, blobs=16)
    drawn = places(scan[0, 0] > 0, 60, seed=99)
    gains = [each.score.value for each in metric.curves_many(list(map(a_blob, drawn)), scan, sees)]
    # Of 60 draws the mean lies within three of its standard errors, those of the blobs included.
    error = np.std(gains) * np.sqrt(1 / 60 + 1 / 16)
    assert abs(np.mean(gains)) < 3 * error
