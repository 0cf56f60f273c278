import numpy as np
import pytest
import torch
from torch import nn

from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.superpixels import superpixels

Lime = ESTIMATORS["lime"]


@pytest.mark.parametrize("fill", [0.0, 0.3])
@pytest.mark.parametrize("width", [0.2, 5.0])
def test_of_a_linear_network_it_is_the_sum_of_terms_in_the_superpixel(
    linear, scan, weights, fill, width
):
    values = Lime(fill=fill, width=width, ridge=0.0)(linear, scan, 1)
    pieces = superpixels(scan, 36)
    terms = (weights * (scan - fill))[0, 0].detach().double().numpy()
    sums = np.bincount(pieces.ravel(), terms.ravel())
    np.testing.assert_allclose(values, sums[pieces], rtol=1e-3, atol=1e-3)


def fitted(lime, network, image):
    """The superpixels' weights by gradient descent on the published objective."""
    pieces = superpixels(image, lime.superpixels)
    count = pieces.max() + 1
    visible = np.concatenate(
        [np.ones((1, count)), np.zeros((1, count)), lime.coalitions(lime.samples - 2, count)]
    )
    with torch.no_grad():
        shown = [torch.from_numpy(row[pieces])[None, None] * image for row in visible]
        scores = torch.tensor([network(trial)[0, 1].item() for trial in shown]).double()
    z, ones = torch.from_numpy(visible), torch.ones(count).double()
    distance = 1 - z @ ones / (z.norm(dim=1) * ones.norm()).clamp(min=1e-12)
    nearness = torch.exp(-distance.square() / lime.width**2)
    solution = torch.zeros(count + 1, dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS(
        [solution],
        max_iter=500,
        tolerance_grad=1e-12,
        tolerance_change=1e-16,
        line_search_fn="strong_wolfe",
    )

    def loss():
        descent.zero_grad()
        errors = scores - solution[0] - z @ solution[1:]
        value = (nearness * errors.square()).sum() + lime.ridge * solution[1:].square().sum()
        value.backward()
        return value

    descent.step(loss)
    return solution[1:].detach().numpy()[pieces]


@pytest.mark.parametrize(("width", "ridge"), [(0.35, 1.0), (0.6, 0.0), (2.0, 30.0)])
def test_minimises_the_published_objective(mixed, scan, width, ridge):
    lime = Lime(superpixels=9, samples=60, width=width, ridge=ridge)
    image = scan.double()
    expected = fitted(lime, mixed, image)
    values = lime(mixed, image, 1)
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_a_stronger_ridge_makes_smaller_weights(mixed, scan):
    sizes = [np.abs(Lime(ridge=r)(mixed, scan.double(), 1)).sum() for r in (0.0, 10.0, 1000.0)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_a_narrow_kernel_looks_only_where_little_is_hidden():
    """A score that jumps once more than the darkest quarter is visible is flat near the image."""

    class Jump(nn.Module):
        def forward(self, x):
            z = (x.mean((1, 2, 3)) > 0.2).double()
            return torch.stack([-z, z], 1)

    bright = torch.kron(torch.tensor([[0.5, 0.6], [0.7, 0.8]]), torch.ones(8, 8))[None, None]
    wide, narrow = (
        Lime(superpixels=4, width=width, ridge=0.0)(Jump(), bright.double(), 1)
        for width in (10.0, 0.05)
    )
    assert np.abs(narrow).max() < 1e-3 * np.abs(wide).max()
