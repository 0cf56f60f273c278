"""Closed forms and slow versions of the estimators that cover parts of the image."""

import numpy as np
import pytest
import torch

from ctviz.core import InvalidParameter
from ctviz.estimators import ESTIMATORS, Pace, Passes, explain, passes

PERTURBATIONS = [name for name, cls in ESTIMATORS.items() if cls.family == "perturbation"]


def array(tensor):
    return tensor.detach()[0, 0].double().numpy()


def score(network, values, target=1):
    with torch.no_grad():
        return network(torch.as_tensor(values)[None, None])[0, target].item()


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_trials_do_not_depend_on_the_batch(name, mixed, scan):
    image, estimator = scan[..., 16:48, 26:58].double(), ESTIMATORS[name]()
    (large,) = explain(mixed, image, 1, [estimator])
    (small,) = explain(mixed, image, 1, [estimator], pace=Pace(7, 7))
    np.testing.assert_allclose(small, large, rtol=1e-5, atol=1e-7 * np.abs(large).max())


@pytest.mark.parametrize("fill", [0.0, 0.3])
def test_occlusion_of_a_linear_network_is_the_sum_of_terms_under_the_patch(
    linear, scan, weights, fill
):
    values = ESTIMATORS["occlusion"](positions=8, height=0.125, width=0.125, fill=fill)(
        linear, scan, target=1
    )
    terms = array(weights * (scan - fill))
    tiles = terms.reshape(8, 8, 8, 8).sum((1, 3))
    np.testing.assert_allclose(values, np.kron(tiles, np.ones((8, 8))), rtol=1e-4, atol=1e-4)


def test_overlapping_patches_are_averaged(linear, scan, weights):
    # Rows 0-31, 16-47 and 32-63; columns 0-63 three times.
    values = ESTIMATORS["occlusion"](positions=3, height=0.5, width=1.0)(linear, scan, target=1)
    rows = array(weights * scan).sum(1)
    first, second, third = rows[:32].sum(), rows[16:48].sum(), rows[32:].sum()
    expected = [first, (first + second) / 2, (second + third) / 2, third]
    np.testing.assert_allclose(
        values, np.repeat(expected, 16)[:, None] * np.ones(64), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("shape", [(5, 7), (40, 33)])
@pytest.mark.parametrize("positions", [1, 3, 16])
def test_patches_leave_no_pixel_out(mixed, shape, positions):
    image = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(0)).double()
    image = image[..., : shape[0], : shape[1]]
    thin = ESTIMATORS["occlusion"](positions=positions, height=0.005, width=0.005)
    assert np.isfinite(thin(dense(image), image, 1)).all()
    assert passes([thin]) == Passes(forward=2 + positions**2)


def dense(image):
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(image[0].numel(), 2)).double()


def test_covering_everything_costs_the_whole_score(mixed, scan):
    image = scan.double()
    values = ESTIMATORS["occlusion"](positions=1, height=1.0, width=1.0, fill=0.5)(mixed, image, 1)
    fall = score(mixed, image[0, 0]) - score(mixed, torch.full_like(image[0, 0], 0.5))
    np.testing.assert_allclose(values, fall, rtol=1e-6)


def test_rise_is_the_mean_where_visible_less_the_mean(mixed, scan):
    image = scan[..., 16:48, 26:58].double()
    rise = ESTIMATORS["rise"](masks=60, cells=4, seed=2)
    masks = np.stack([mask.numpy() for mask in rise.draw(32, 32)])
    scores = np.array([score(mixed, array(image) * mask) for mask in masks])
    expected = np.average(np.broadcast_to(scores[:, None, None], masks.shape), 0, masks)
    np.testing.assert_allclose(
        rise(mixed, image, 1), expected - scores.mean(), rtol=1e-4, atol=1e-9
    )


def test_rise_of_a_linear_network_with_independent_pixels_is_its_hidden_share(linear):
    # Of independent masks with mean p: E[f | visible] - E[f] = (1 - p) w x.
    weights = torch.tensor([[1.0, -2.0], [3.0, 0.5]]).double()
    linear.weights = torch.nn.Parameter(weights)
    image = torch.tensor([[[[0.5, 1.0], [0.25, 0.8]]]]).double()
    values = ESTIMATORS["rise"](masks=20000, cells=2, visible=0.3)(linear, image, 1)
    np.testing.assert_allclose(values, 0.7 * (weights * image)[0, 0].numpy(), atol=0.05)


def test_too_few_masks_are_refused(mixed, scan):
    with pytest.raises(InvalidParameter, match="draw more"):
        ESTIMATORS["rise"](masks=1)(mixed, scan.double(), 1)


def test_masks_of_rise_show_the_stated_share_everywhere():
    rise = ESTIMATORS["rise"](masks=3000, cells=5, visible=0.3)
    mean = torch.stack(list(rise.draw(33, 21))).mean(0)
    assert mean.shape == (33, 21)
    np.testing.assert_allclose(mean, 0.3, atol=0.05)
