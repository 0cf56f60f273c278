from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import InvalidInput, Slice
from ctviz.models import ARCHITECTURES, Classifier, build_network, new_classifier


class FixedScores(nn.Module):
    def __init__(self, *scores):
        super().__init__()
        self.scores = nn.Parameter(torch.tensor(scores))

    def forward(self, x):
        return self.scores.expand(len(x), -1)


def test_the_window_becomes_zero_to_one(classifier):
    for hounsfield, value in ((-150, 0.0), (50, 0.5), (250, 1.0), (-1000, 0.0), (2000, 1.0)):
        image = Slice(np.full((48, 64), hounsfield, np.float32))
        torch.testing.assert_close(classifier.encode(image), torch.full((1, 1, 48, 64), value))


def test_beside_the_scan_is_air(classifier):
    encoded = classifier.encode(Slice(np.full((48, 48), 500.0)))
    assert (encoded[..., :8] == 0).all()
    assert (encoded[..., 8:56] == 1).all()
    assert (encoded[..., 56:] == 0).all()


def test_grey_values_without_calibration_are_stretched(classifier):
    ramp = np.linspace(3, 8, 48 * 64).reshape(48, 64)
    encoded = classifier.encode(Slice(ramp, calibrated=False))
    assert encoded.min() == 0
    assert encoded.max() == 1
    assert encoded.median() == pytest.approx(0.5, abs=0.01)
    brighter = classifier.encode(Slice(100 * ramp + 7, calibrated=False))
    torch.testing.assert_close(brighter, encoded, atol=1e-4, rtol=0)
    assert (classifier.encode(Slice(np.full((9, 9), 5.0), calibrated=False)) == 0).all()


def test_says_what_was_assumed_of_a_slice(classifier):
    assert classifier.caveats(Slice(np.zeros((4, 4)), (1, 1))) == ()
    said = classifier.caveats(Slice(np.zeros((4, 4)), calibrated=False))
    assert ["Hounsfield" in said[0], "square" in said[1]] == [True, True]


def test_a_map_of_another_grid_is_refused(classifier, scan):
    with pytest.raises(InvalidInput, match="tiny"):
        classifier.decode(np.zeros((64, 48), np.float32), scan)


def test_a_hot_spot_on_the_network_grid_lies_on_the_tissue_it_came_from(classifier):
    pixels = np.full((100, 60), -1000.0)
    pixels[70:80, 10:20] = 200
    image = Slice(pixels, (0.5, 1.0))
    hot = classifier.encode(image)[0, 0].numpy()
    back = classifier.decode(hot, image)
    row, column = np.unravel_index(back.argmax(), back.shape)
    assert 70 <= row < 80
    assert 10 <= column < 20
    assert back[:60].max() < 0.05


@pytest.mark.parametrize("neuron", [-3.0, 0.0, 0.7])
def test_one_neuron_decides_by_its_sigmoid(card, neuron):
    scored = Classifier(card, FixedScores(-neuron, neuron))
    shares = scored.probabilities(torch.zeros(2, 1, 48, 64))
    expected = 1 / (1 + np.exp(-neuron))
    np.testing.assert_allclose(shares, [[1 - expected, expected]] * 2, rtol=1e-6)


def test_several_neurons_decide_by_their_softmax(card):
    three = replace(card, neurons=3, classes=("a", "b", "c"))
    shares = Classifier(three, FixedScores(0.0, 1.0, 2.0)).probabilities(torch.zeros(1, 1, 48, 64))
    np.testing.assert_allclose(shares[0], np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum(), rtol=1e-6)


def test_many_slices_get_the_answers_of_single_ones(classifier, scan):
    other = Slice(-scan.hounsfield, scan.spacing_mm)
    images = [scan, other, scan]
    together = list(classifier.predict_many(images, batch=2))
    for image, prediction in zip(images, together, strict=True):
        alone = classifier.predict(image)
        np.testing.assert_allclose(prediction.probabilities, alone.probabilities, atol=1e-5)
        assert prediction.classes == classifier.classes
        assert prediction.probabilities.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_scores_two_classes_against_each_other(name):
    network = build_network(name, {}, channels=1, neurons=1).eval()
    # Of tokens there must be as many as were learnt; what convolves takes any size.
    size = next(each for each in ((64, 64), (224, 224)) if not ARCHITECTURES[name]().why_not(each))
    with torch.inference_mode():
        scores = network(torch.rand(1, 1, *size))
    torch.testing.assert_close(scores[:, 0], -scores[:, 1])
    assert not any(getattr(layer, "inplace", False) for layer in network.modules())


def test_equal_seeds_give_equal_networks_and_leave_the_global_generator_alone(card):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    one, same, other = (new_classifier(card, seed=seed).network for seed in (1, 1, 2))
    assert torch.equal(torch.rand(1), expected)
    weights = [network.body.conv1.weight for network in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
