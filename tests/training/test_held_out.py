import numpy as np
import pytest
from scipy.special import expit

from ctviz.training.calibrating import calibrated, fit_calibration
from ctviz.training.held_out import HeldOut


@pytest.fixture
def held_out():
    """Sixty patients with two slices each, and answers that are too low and too timid."""
    draw = np.random.default_rng(1)
    labels = np.repeat(np.arange(60) % 2 == 0, 2)
    scores = draw.normal(np.where(labels, 2.0, -2.0), 1.5)
    patients = np.repeat([f"P{n}" for n in range(60)], 2)
    folds = np.repeat(np.arange(60) // 2 % 5, 2)[:, None]
    return HeldOut(labels, patients, expit(scores / 3 - 1)[:, None], folds)


def test_a_slice_is_calibrated_by_the_other_folds_alone(held_out):
    believable = held_out.believable()
    for fold in range(5):
        inside = held_out.folds[:, 0] == fold
        others = fit_calibration(held_out.labels[~inside], held_out.shares[~inside, 0])
        expected = calibrated(held_out.shares[inside, 0], others)
        assert believable[inside, 0] == pytest.approx(expected)


def test_what_was_shifted_and_timid_is_mended(held_out):
    figures = {(m.quantity, m.how): m.value for m in held_out.measured("slices", "How.")}
    mended = figures["balanced accuracy", "How. Calibrated by the slices of the other folds."]
    assert mended > figures["balanced accuracy", "How."]
    found = held_out.calibration()
    assert found.temperature < 0.6
    assert found.shift == pytest.approx(-1, abs=0.3)


def test_every_slice_is_in_the_reliability(held_out):
    assert sum(each.slices for each in held_out.reliability()) == 120


def test_one_class_alone_calibrates_nothing():
    labels = np.array([True, True])
    alone = HeldOut(labels, np.array(["A", "B"]), np.full((2, 1), 0.4), np.array([[0], [1]]))
    assert alone.calibration().as_the_network
    assert (alone.believable() == 0.4).all()
