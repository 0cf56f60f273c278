"""Effects are differences of log-odds, which are the output of a single neuron."""

import numpy as np
import pytest

from ctviz.core import Prediction
from ctviz.truth import Effects, log_odds


def answer(z):
    """What a network with one output neuron says."""
    return Prediction("m", ("no", "yes"), 1 / (1 + np.exp([z, -z])))


@pytest.mark.parametrize("z", [-300.0, -30.0, -0.1, 0.0, 2.5, 30.0, 300.0])
def test_log_odds_are_the_output_of_a_single_neuron(z):
    assert log_odds(answer(z), 1) == pytest.approx(z, rel=1e-9)
    assert log_odds(answer(z), 0) == pytest.approx(-z, rel=1e-9)


def test_a_certain_answer_has_finite_log_odds():
    certain = Prediction("m", ("no", "yes"), np.array([0.0, 1.0]))
    assert 700 < log_odds(certain, 1) < 800
    assert log_odds(certain, 0) == -log_odds(certain, 1)


def test_of_several_classes_one_stands_against_all_others():
    shares = np.array([0.5, 0.3, 0.2])
    prediction = Prediction("m", ("a", "b", "c"), shares)
    assert log_odds(prediction, 1) == pytest.approx(np.log(0.3 / 0.7))


def test_a_part_that_speaks_for_the_class_has_a_positive_effect():
    effects = Effects.of(("heart", "bone"), 1, answer(2.0), [answer(0.5), answer(2.25)])
    np.testing.assert_allclose(effects.scores, [1.5, -0.25])
    sigmoid = 1 / (1 + np.exp([-2.0, -0.5, -2.25]))
    np.testing.assert_allclose(effects.probabilities, sigmoid[0] - sigmoid[1:])
    assert effects.score == pytest.approx(2.0)
    assert effects.parts == ("heart", "bone")
