"""Closed forms and axioms of the estimators that read gradients."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import nn

from ctviz.core import Progress, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, ClassScore, Pace, explain
from ctviz.estimators.engine.probes import GaussianNoise


def make(name, **settings):
    return ESTIMATORS[name](**settings)


def array(tensor):
    return tensor.detach()[0, 0].numpy()


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["gradient", "deconvolution", "guided-backprop", "smoothgrad"])
def test_of_a_linear_network_every_gradient_is_its_weights(name, linear, scan, weights):
    close(make(name)(linear, scan, target=1), array(weights))
    close(make(name)(linear, scan, target=0), -array(weights))


def test_squared_smoothgrad_of_a_linear_network_is_its_squared_weights(linear, scan, weights):
    close(make("smoothgrad-squared")(linear, scan, target=1), array(weights) ** 2)


def test_vargrad_of_a_linear_network_is_nothing(linear, scan):
    np.testing.assert_array_equal(make("vargrad")(linear, scan, target=1), 0)


def test_vargrad_is_the_mean_square_less_the_squared_mean(mixed, scan):
    names = ("smoothgrad", "smoothgrad-squared", "vargrad")
    mean, square, variance = explain(mixed, scan.double(), 1, [make(name) for name in names])
    np.testing.assert_allclose(variance, square - mean**2, atol=1e-6 * square.max())


def test_input_x_gradient_of_a_linear_network_is_its_terms(linear, scan, weights):
    close(make("input-x-gradient")(linear, scan, target=1), array(weights * scan))


@pytest.mark.parametrize("baseline", [0.0, 0.3, 1.0])
def test_integrated_gradients_of_a_linear_network_are_weight_times_difference(
    linear, scan, weights, baseline
):
    values = make("integrated-gradients", steps=3, baseline=baseline)(linear, scan, target=1)
    close(values, array(weights * (scan - baseline)))


def test_black_and_white_average_the_two_differences(linear, scan, weights):
    values = make("integrated-gradients-bw", steps=2)(linear, scan, target=1)
    close(values, array(weights * (scan - 0.5)))


def test_integrated_gradients_of_a_quadratic_network_are_its_terms(quadratic, scan, weights):
    values = make("integrated-gradients", steps=4)(quadratic, scan, target=1)
    close(values, array(weights * scan**2))


def test_expected_gradients_of_a_linear_network_with_one_reference(linear, scan, weights):
    reference = 0.5 * scan.flip(-1)
    (values,) = explain(linear, scan, 1, [make("expected-gradients")], references=reference)
    close(values, array(weights * (scan - reference)))


def test_expected_gradients_draw_from_all_references(linear, scan, weights):
    references = torch.stack([torch.zeros_like(scan[0]), torch.ones_like(scan[0])])
    estimator = make("expected-gradients", samples=400)
    (values,) = explain(linear, scan, 1, [estimator], references=references)
    share_of_white = (scan - torch.from_numpy(values) / weights)[0, 0].median()
    assert 0.4 < share_of_white < 0.6


@pytest.mark.parametrize("baseline", [0.0, 1.0])
def test_integrated_gradients_sum_to_the_change_of_the_score(mixed, scan, baseline):
    x = scan.double()
    with torch.no_grad():
        change = (mixed(x) - mixed(torch.full_like(x, baseline)))[0, 1].item()
    values = make("integrated-gradients", steps=128, baseline=baseline)(mixed, x, target=1)
    assert values.sum(dtype=float) == pytest.approx(change, rel=0.01)


def test_without_noise_smoothgrad_is_the_gradient(mixed, scan):
    plain = make("gradient")(mixed, scan.double(), target=1)
    np.testing.assert_allclose(
        make("smoothgrad", noise=0.0, samples=3)(mixed, scan.double(), target=1), plain, rtol=1e-6
    )


def test_smoothgrad_is_the_mean_over_independent_copies_of_the_stated_noise(
    quadratic, scan, weights
):
    # The gradient 2 w (x + ε) has the mean 2 w x and the mean square 4 w² (x² + σ²).
    sigma = 0.15 * (scan.max() - scan.min())
    smooth, squared = explain(
        quadratic,
        scan,
        1,
        [make("smoothgrad", samples=200), make("smoothgrad-squared", samples=200)],
    )
    error = (smooth / array(2 * weights) - array(scan)).std()
    assert error == pytest.approx(float(sigma) / 200**0.5, rel=0.1)
    spread = squared / array(2 * weights) ** 2 - (smooth / array(2 * weights)) ** 2
    assert spread.mean() == pytest.approx(float(sigma) ** 2, rel=0.05)


def test_smooth_integrated_gradients_without_noise_are_integrated_gradients(mixed, scan):
    smooth = make("smooth-integrated-gradients", noise=0.0, samples=2, steps=5)
    plain = make("integrated-gradients", steps=5)
    both = explain(mixed, scan.double(), 1, [smooth, plain])
    np.testing.assert_allclose(both[0], both[1], rtol=1e-6, atol=1e-12)


def test_smooth_integrated_gradients_are_the_mean_over_noisy_copies(mixed, scan):
    x = scan[..., 8:40, 24:56].double()
    values = make("smooth-integrated-gradients", samples=3, steps=4, seed=5)(mixed, x, target=1)
    copies = GaussianNoise(3, 0.15, seed=5).draw(
        ClassScore(mixed, x, 1, None, Progress(), Pace(1, 1))
    )
    plain = make("integrated-gradients", steps=4)
    expected = np.mean([plain(mixed, copy, 1) for copy, _ in copies], axis=0)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-7 * np.abs(expected).max())


def blurred(scan, sigma):
    return gaussian_filter(array(scan).astype(float), sigma, truncate=9)


def test_blur_ig_of_a_linear_network_is_weight_times_lost_contrast(linear, scan, weights):
    values = make("blur-ig", steps=3, blur=0.1)(linear, scan, target=1)
    close(values, array(weights) * (array(scan) - blurred(scan, 6.4)))


def test_blur_ig_of_a_quadratic_network_is_its_terms_lost(quadratic, scan, weights):
    values = make("blur-ig", steps=5, blur=0.1)(quadratic, scan, target=1)
    close(values, array(weights) * (array(scan) ** 2 - blurred(scan, 6.4) ** 2))


def test_blur_ig_sums_to_the_change_of_the_score(mixed, scan):
    x = scan.double()
    empty = torch.from_numpy(blurred(scan, 0.2 * 64))[None, None]
    with torch.no_grad():
        change = (mixed(x) - mixed(empty))[0, 1].item()
    values = make("blur-ig", steps=128)(mixed, x, target=1)
    assert values.sum(dtype=float) == pytest.approx(change, rel=0.01)


def test_an_even_image_has_no_contrast_to_bring_back(mixed, scan):
    values = make("blur-ig")(mixed, torch.full_like(scan, 0.4).double(), target=1)
    np.testing.assert_allclose(values, 0, atol=1e-12)


def test_channels_are_summed(scan):
    colours = torch.cat([scan, 2 * scan, 3 * scan], 1)
    network = nn.Sequential(nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    weights = network[0].weight[1, :, 0, 0].detach()
    values = make("gradient")(network, colours, target=1)
    close(values, np.full((64, 64), weights.sum() / 64**2))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, cls in ESTIMATORS.items()
        if "seed" not in cls().settings() and name != "xrai" and cls.family != "attention"
    ],
)
def test_a_flipped_image_has_a_flipped_map(name, scan):
    """A network that averages a symmetric filter's answers cannot tell left from right.

    XRAI can: Felzenszwalb's segmentation depends on the order of pixels.
    """
    network = nn.Sequential(
        nn.Conv2d(1, 5, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(5, 2),
    ).double()
    with torch.no_grad():
        network[0].weight += network[0].weight.flip(-1)
    values = make(name)(network, scan.double(), target=1)
    flipped = make(name)(network, scan.double().flip(-1), target=1)
    np.testing.assert_allclose(
        flipped[:, ::-1], values, rtol=1e-4, atol=1e-4 * np.abs(values).max()
    )


def test_a_score_without_gradient_is_refused(scan):
    class Detached(nn.Module):
        def forward(self, x):
            return x.detach().mean((2, 3)).repeat(1, 2)

    with pytest.raises(UnsupportedNetwork, match="gradient"):
        make("gradient")(Detached(), scan, target=1)


def test_gradient_shap_without_noise_is_expected_gradients(mixed, scan):
    pair = [make("gradient-shap", noise=0.0), make("expected-gradients")]
    references = scan.double().flip(-1) ** 2
    shap, expected = explain(mixed, scan.double(), 1, pair, references=references)
    np.testing.assert_array_equal(shap, expected)


def test_gradient_shap_of_a_linear_network_is_weight_times_the_mean_difference(linear, scan):
    """References alike, so that only the noise is left to chance, and it averages out."""
    (values,) = explain(
        *(linear.double(), scan.double(), 1, [make("gradient-shap", samples=400, noise=0.05)]),
        references=torch.full_like(scan.double(), 0.25),
    )
    expected = array(linear.weights * (scan - 0.25))
    assert np.corrcoef(values.ravel(), expected.ravel())[0, 1] > 0.999
