"""What every estimator of the registry promises."""

import numpy as np
import pytest
import torch

from ctviz.core import (
    Cancelled,
    InvalidInput,
    Progress,
    UnsupportedNetwork,
    parameters,
)
from ctviz.estimators import ESTIMATORS, explain, passes

every_estimator = pytest.mark.parametrize("cls", ESTIMATORS.values(), ids=ESTIMATORS.keys())
every_honest_estimator = pytest.mark.parametrize(
    "cls", [pytest.param(cls, id=name) for name, cls in ESTIMATORS.items() if not cls.control]
)
every_estimator_by_chance = pytest.mark.parametrize(
    "cls",
    [pytest.param(cls, id=name) for name, cls in ESTIMATORS.items() if "seed" in cls().settings()],
)


def state(network):
    return [
        (
            name,
            layer.training,
            len(layer._forward_hooks) + len(layer._forward_pre_hooks) + len(layer._backward_hooks),
            [(p.requires_grad, p.grad, p._version) for p in layer.parameters(recurse=False)],
            [b.clone().tolist() for b in layer.buffers(recurse=False)],
        )
        for name, layer in network.named_modules()
    ]


@pytest.fixture
def half_trained(mixed):
    mixed.train()
    mixed.norm.eval()
    mixed.first.weight.requires_grad_(False)
    return mixed


@pytest.fixture
def image(scan):
    return scan[..., 16:48, 26:58].double()


@every_estimator
def test_states_its_facts(cls):
    assert cls.title
    assert cls.cite
    assert cls.family
    assert cls.summary.endswith(".")
    assert all(parameter.help for parameter in parameters(cls))
    assert cls.from_settings(cls().settings()) == cls()


@every_estimator
def test_gives_one_finite_float32_number_per_pixel(cls, mixed, scan):
    values = cls()(mixed, scan[..., :48].double(), target=1)
    assert values.shape == (64, 48)
    assert values.dtype == np.float32
    assert np.isfinite(values).all()


@every_estimator
def test_equal_questions_have_equal_answers(cls, mixed, image):
    np.testing.assert_array_equal(cls()(mixed, image, 1), cls()(mixed, image, 1))


@every_estimator_by_chance
def test_another_seed_gives_another_map(cls, mixed, image):
    assert not np.array_equal(cls(seed=0)(mixed, image, 1), cls(seed=1)(mixed, image, 1))


@every_estimator
def test_leaves_network_image_and_chance_as_they_were(cls, half_trained, image):
    before, chance, pixels = state(half_trained), torch.get_rng_state(), image.clone()
    cls()(half_trained, image, target=2)
    assert state(half_trained) == before
    assert torch.equal(torch.get_rng_state(), chance)
    assert torch.equal(image, pixels)
    assert not image.requires_grad


@every_estimator
def test_a_network_in_training_is_explained_as_in_evaluation(cls, half_trained, image):
    in_training = cls()(half_trained, image, target=2)
    np.testing.assert_array_equal(in_training, cls()(half_trained.eval(), image, target=2))


@every_estimator
def test_cancelling_leaves_nothing_behind(cls, half_trained, image):
    before, progress = state(half_trained), Progress(lambda _: progress.cancel())
    with pytest.raises(Cancelled):
        explain(half_trained, image, 1, [cls()], progress=progress)
    assert state(half_trained) == before


@every_estimator
def test_progress_ends_where_the_passes_said(cls, mixed, image):
    shares = []
    progress = Progress(shares.append)
    explain(mixed, image, 1, [cls()], progress=progress)
    assert shares == sorted(shares)
    assert progress._done == passes([cls()]).total


@every_estimator
def test_works_inside_no_grad_and_inference_mode(cls, mixed, image):
    expected = cls()(mixed, image, 1)
    with torch.no_grad():
        np.testing.assert_array_equal(cls()(mixed, image, 1), expected)
    with torch.inference_mode():
        np.testing.assert_array_equal(cls()(mixed, image.clone(), 1), expected)


@every_estimator
@pytest.mark.parametrize("target", [-1, 3])
def test_refuses_a_class_that_does_not_exist(cls, mixed, image, target):
    with pytest.raises(InvalidInput, match="classes 0 to 2"):
        cls()(mixed, image, target)


@every_estimator
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda x: x[0], id="three axes"),
        pytest.param(lambda x: torch.cat([x, x]), id="two images"),
        pytest.param(lambda x: x[..., :0], id="no pixels"),
        pytest.param(lambda x: x.to(torch.int64), id="whole numbers"),
        pytest.param(lambda x: x.masked_fill(x > 0.85, float("nan")), id="NaN"),
        pytest.param(lambda x: x.masked_fill(x > 0.85, float("inf")), id="infinity"),
        pytest.param(lambda x: x.repeat(1, 3, 1, 1), id="three channels"),
        pytest.param(lambda x: x.float(), id="another precision than the network's"),
    ],
)
def test_refuses_what_is_not_one_image_for_this_network(cls, half_trained, image, spoil):
    before = state(half_trained)
    with pytest.raises(InvalidInput):
        cls()(half_trained, spoil(image), 1)
    assert state(half_trained) == before


@every_honest_estimator
def test_finds_the_only_region_the_network_uses(cls, looks_at_lesion, scan, lesion):
    strength = np.abs(cls()(looks_at_lesion, scan, target=1))
    inside, outside = strength[lesion.numpy()].mean(), strength[~lesion.numpy()].mean()
    assert inside > 3 * outside


@every_honest_estimator
def test_what_speaks_for_one_class_does_not_speak_for_its_opposite(
    cls, looks_at_lesion, scan, lesion
):
    against = cls()(looks_at_lesion, scan, target=0)
    assert cls()(looks_at_lesion, scan, target=1)[lesion.numpy()].mean() > 0
    without_sign = against.min() >= 0
    assert without_sign or against[lesion.numpy()].mean() < 0


@every_estimator
def test_a_float32_network_agrees_with_its_float64_twin(cls, mixed, image):
    fine = cls()(mixed, image, 1)
    coarse = cls()(mixed.float(), image.float(), 1)
    assert np.linalg.norm(coarse - fine) <= 1e-2 * np.linalg.norm(fine)


@every_honest_estimator
def test_nan_inside_the_network_is_refused(cls, image):
    class Broken(torch.nn.Module):
        def forward(self, x):
            return torch.stack([x.sum((1, 2, 3)), x.sum((1, 2, 3)) * float("nan")], 1)

    with pytest.raises(UnsupportedNetwork):
        cls()(Broken(), image, 1)
