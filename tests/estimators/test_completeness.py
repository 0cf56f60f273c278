"""A map made along paths sums to the change of the class score, or says how far it is off."""

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import Progress, UnsupportedNetwork
from ctviz.estimators import ESTIMATORS, explain, passes
from ctviz.estimators.engine.ends import FromUniform

PATH_METHODS = {
    "blur-ig",
    "deeplift",
    "deeplift-shap",
    "expected-gradients",
    "gradient-shap",
    "guided-ig",
    "integrated-gradients",
    "integrated-gradients-bw",
    "smooth-integrated-gradients",
}
BY_CHANCE = ("expected-gradients", "gradient-shap")
every_path_method = pytest.mark.parametrize("name", sorted(PATH_METHODS))


class Smooth(nn.Sequential):
    """A network whose score bends gently, and sees where a pixel is."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 4, 3, stride=2, padding=1),
            nn.Softplus(),
            nn.Flatten(),
            nn.Linear(4 * 16 * 16, 20),
            nn.Softplus(),
            nn.Linear(20, 3),
        )
        with torch.no_grad():
            self[0].weight *= 5
            self[3].weight *= 3


@pytest.fixture
def smooth():
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return Smooth().double().eval()


@pytest.fixture
def image(scan):
    return scan[..., 16:48, 26:58].double()


@pytest.fixture
def references(image):
    return torch.cat([0.5 * image.flip(-1), image.flip(-2) ** 2])


def gap_of(network, image, estimator, references=None):
    """The one gap that is told, and the map it belongs to."""
    told = {}
    (values,) = explain(
        network, image, 1, [estimator], references=references, measured=told.setdefault
    )
    assert set(told) == {0}
    return told[0], values


def score(network, images):
    with torch.no_grad():
        return network(images)[:, 1]


def test_path_methods_have_ends_and_no_other_estimator_has():
    assert {name for name, cls in ESTIMATORS.items() if cls().ends() is not None} == PATH_METHODS


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - PATH_METHODS))
def test_whoever_follows_no_path_has_no_gap(name, mixed, image):
    assert gap_of(mixed, image, ESTIMATORS[name]())[0] is None


@every_path_method
def test_a_gap_is_the_sums_distance_from_the_change(name, mixed, image, references):
    """With the ends written out by hand."""
    settings = {"steps": 3} if "steps" in ESTIMATORS[name]().settings() else {}
    estimator = ESTIMATORS[name](**settings)
    gap, values = gap_of(mixed, image, estimator, references)
    starts = {
        "blur-ig": lambda: blurred(image, estimator.blur),
        "expected-gradients": lambda: drawn(references, estimator),
        "deeplift-shap": lambda: drawn(references, estimator),
        "gradient-shap": lambda: drawn(references, estimator),
        "integrated-gradients-bw": lambda: torch.cat([0 * image, 0 * image + 1]),
    }.get(name, lambda: 0 * image)()
    stops = noisy(image, estimator) if "noise" in estimator.settings() else image
    change = float(score(mixed, stops).mean() - score(mixed, starts).mean())
    expected = (values.sum(dtype=float) - change) / abs(change)
    assert gap == pytest.approx(expected, rel=1e-6, abs=1e-9)


def blurred(image, blur):
    """Every pixel shares its value with all others, as a Gaussian over a mirrored image weighs."""
    side = image.shape[-1]
    places, copies = torch.arange(side), torch.arange(-8 * side, 9 * side)
    weights = torch.exp(-0.5 * ((places[:, None] - copies) / (blur * side)).double().square())
    turned = copies % (2 * side)
    source = torch.where(turned < side, turned, 2 * side - 1 - turned)
    spread = torch.zeros(side, side).double().index_add(1, source, weights)
    spread = spread / spread.sum(1, keepdim=True)
    return (spread @ image[0, 0] @ spread.T)[None, None]


def drawn(references, estimator):
    generator = torch.Generator().manual_seed(estimator.seed)
    choices = [torch.rand(2, generator=generator).tolist()[0] for _ in range(estimator.samples)]
    return torch.stack([references[int(choice * len(references))] for choice in choices])


def noisy(image, estimator):
    generator = torch.Generator().manual_seed(estimator.seed)
    sigma = estimator.noise * (image.max() - image.min())
    copies = [
        image + sigma * torch.randn(image.shape, generator=generator).double()
        for _ in range(estimator.samples)
    ]
    return torch.cat(copies)


@every_path_method
def test_of_a_linear_network_there_is_no_gap(name, linear, scan):
    linear, scan = linear.double(), scan.double()
    gap, _ = gap_of(linear, scan, ESTIMATORS[name](), references=scan.flip(-1) ** 2)
    assert abs(gap) < 1e-5


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        pytest.param(name, 0.1 if name == "guided-ig" else 0.01, id=name)
        # DeepLIFT has no steps, and knows ReLU only; two others draw their points.
        for name in sorted(PATH_METHODS - {"deeplift", "deeplift-shap", *BY_CHANCE})
    ],
)
def test_on_a_smooth_network_usual_steps_leave_a_small_gap(name, tolerance, smooth, image):
    assert abs(gap_of(smooth, image, ESTIMATORS[name]())[0]) < tolerance


@pytest.mark.parametrize("name", BY_CHANCE)
def test_drawn_points_close_their_gap_as_chance_does(name, smooth, image, references):
    estimator = ESTIMATORS[name](samples=400)
    assert abs(gap_of(smooth, image, estimator, references)[0]) < 0.05


@pytest.mark.parametrize("name", ["deeplift", "deeplift-shap"])
def test_deeplift_has_no_gap_beyond_rounding(name, mixed, image, references):
    assert abs(gap_of(mixed, image, ESTIMATORS[name](), references)[0]) < 1e-5


@pytest.mark.parametrize("name", ["integrated-gradients", "blur-ig"])
def test_the_midpoint_rule_quarters_the_gap_with_twice_the_steps(name, smooth, image):
    few, many = (gap_of(smooth, image, ESTIMATORS[name](steps=steps))[0] for steps in (8, 16))
    assert abs(many) < 0.35 * abs(few)


def test_the_sign_tells_too_much_from_too_little(scan, weights):
    """One step of Σ w x⁴ reads the slope 4 w (x / 2)³: half of the change, whatever its sign."""
    network = Power(weights.double())
    x = scan.double()
    change = float(score(network, x))
    gap, _ = gap_of(network, x, ESTIMATORS["integrated-gradients"](steps=1))
    assert gap == pytest.approx(-0.5 if change > 0 else 0.5, rel=1e-5)


class Power(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(weights)

    def forward(self, x):
        total = (self.weights * x**4).flatten(1).sum(1)
        return torch.stack([-total, total], 1)


@every_path_method
def test_where_the_score_does_not_change_no_gap_is_told(name, image):
    class Even(nn.Module):
        def forward(self, x):
            same = 1e-5 * x.flatten(1).mean(1) + 3
            return torch.stack([-same, same], 1)

    assert gap_of(Even().double(), image, ESTIMATORS[name]())[0] is None


def test_an_end_that_the_network_cannot_judge_leaves_the_gap_open(image):
    class Standardising(nn.Module):
        def forward(self, x):
            spread = x.flatten(1).std(1)
            z = x.flatten(1).square().mean(1) / spread
            return torch.stack([-z, z], 1)

    gap, values = gap_of(Standardising(), image, ESTIMATORS["integrated-gradients"]())
    assert gap is None
    assert np.isfinite(values).all()


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_measuring_costs_what_the_passes_say_and_changes_no_map(name, mixed, image, references):
    progress, estimator = Progress(lambda _: None), ESTIMATORS[name]()
    (values,) = explain(
        *(mixed, image, 1, [estimator]),
        references=references,
        progress=progress,
        measured=lambda *_: None,
    )
    assert progress._done == passes([estimator], measured=True).total
    (plain,) = explain(mixed, image, 1, [estimator], references=references)
    np.testing.assert_array_equal(values, plain)


def test_only_maps_that_were_asked_for_are_measured(mixed, image):
    names = ("integrated-gradients-bw", "gradient", "integrated-gradients-bw")
    estimators, told = [ESTIMATORS[name]() for name in names], {}
    explain(mixed, image, 1, estimators, measured=told.__setitem__)
    assert set(told) == {0, 1, 2}
    assert told[0] == told[2]
    assert told[1] is None
    extra = passes(estimators, measured=True).total - passes(estimators).total
    assert extra == FromUniform((0.0, 1.0)).count


def test_a_refused_map_has_no_gap(smooth, image):
    told, refused = {}, {}
    estimators = [ESTIMATORS["deeplift"]()]
    explain(*(smooth, image, 1, estimators), failed=refused.setdefault, measured=told.setdefault)
    assert told == {}
    assert isinstance(refused[0], UnsupportedNetwork)
