import numpy as np
import pytest
import torch
from scipy.special import expit

from ctviz.core import UnusableModel
from ctviz.models import Calibration, ReliabilityBin
from ctviz.models.answers import calibration_error, reliability
from ctviz.training.calibrating import (
    brier,
    calibrated,
    fit_calibration,
)


@pytest.fixture
def outcomes():
    """Draw slices whose true probabilities are known."""
    draw = np.random.default_rng(0)
    scores = draw.normal(0, 2, 60_000)
    return scores, draw.random(len(scores)) < expit(scores)


def test_what_a_network_overdoes_is_found_again(outcomes):
    scores, labels = outcomes
    found = fit_calibration(labels, expit(2.5 * scores + 1.5))
    assert found.temperature == pytest.approx(2.5, rel=0.03)
    assert found.shift == pytest.approx(1.5, abs=0.06)
    believed = calibrated(expit(2.5 * scores + 1.5), found)
    assert calibration_error(labels, believed) < 0.01
    assert calibration_error(labels, expit(2.5 * scores + 1.5)) > 0.1


def test_both_classes_count_equally(outcomes):
    scores, labels = outcomes
    fewer = ~labels | (np.arange(len(labels)) % 10 == 0)
    found = fit_calibration(labels[fewer], expit(scores[fewer]))
    assert found.temperature == pytest.approx(1, abs=0.06)
    assert found.shift == pytest.approx(0, abs=0.06)


def test_a_perfect_order_does_not_make_one_infinitely_sure():
    labels = np.arange(20) >= 10
    found = fit_calibration(labels, expit(np.linspace(-1, 1, 20)))
    assert found.temperature == pytest.approx(0.05)
    assert abs(found.shift) < 0.1


def test_said_and_found_in_each_tenth():
    labels = np.array([False, True, True, True])
    shares = np.array([0.11, 0.19, 0.95, 1.0])
    assert reliability(labels, shares) == (
        ReliabilityBin(0.1, 0.2, 2, pytest.approx(0.15), 0.5),
        ReliabilityBin(0.9, 1.0, 2, pytest.approx(0.975), 1.0),
    )
    assert calibration_error(labels, shares) == pytest.approx((2 * 0.35 + 2 * 0.025) / 4)
    assert brier(labels, shares) == pytest.approx((0.11**2 + 0.81**2 + 0.05**2) / 4)


def test_the_network_and_the_measure_mean_the_same_calibration():
    calibration = Calibration(2.0, 0.5)
    scores = torch.tensor([[3.0, -3.0], [-1.0, 1.0]], dtype=torch.float64)
    both = calibration.of_one_neuron(scores)
    assert torch.allclose(both.sum(dim=1), torch.ones(2, dtype=torch.float64))
    plain = scores[:, 1].sigmoid().numpy()
    assert both[:, 1].numpy() == pytest.approx(calibrated(plain, calibration))
    usual = Calibration()
    assert torch.equal(usual.of_one_neuron(scores), scores.sigmoid())
    assert torch.equal(usual.of_several(scores), scores.softmax(dim=1))


@pytest.mark.parametrize("numbers", [(0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, 1e9)])
def test_a_calibration_that_makes_no_sense_is_refused(numbers):
    with pytest.raises(UnusableModel, match="temperature"):
        Calibration(*numbers)
