"""A linear network, on which the effect of each part is known in closed form."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ctviz.backend import explain
from ctviz.core import Slice
from ctviz.models import Classifier, ModelCard
from ctviz.truth import MEASURES, Effects, importance_of_parts, judge, parts_of

SIDE, BLOCK = 16, 4
CARD = ModelCard(
    id="linear",
    title="Linear",
    task="?",
    classes=("no", "yes"),
    architecture="resnet18",
    size=(SIDE, SIDE),
    window=(500.0, 1000.0),
)


class Linear(nn.Module):
    """One output neuron z, as class scores (-z, z)."""

    def __init__(self, weights: np.ndarray) -> None:
        super().__init__()
        self.flat, self.sum = nn.Flatten(), nn.Linear(SIDE * SIDE, 1, bias=False)
        self.sum.weight.data = torch.from_numpy(weights.reshape(1, -1))

    def forward(self, x: Tensor) -> Tensor:
        z = self.sum(self.flat(x))
        return torch.cat([-z, z], dim=1)


@pytest.fixture(scope="module")
def weights():
    drawn = np.random.default_rng(0).normal(0, 0.1, (SIDE, SIDE)).astype(np.float32)
    # Two blocks that hardly matter.
    drawn[:BLOCK, : 2 * BLOCK] *= 1e-2
    return drawn


@pytest.fixture(scope="module")
def model(weights):
    return Classifier(CARD, Linear(weights).eval())


@pytest.fixture(scope="module")
def image():
    """Blocks of tissue in the dark, with dark gaps between them."""
    rows, columns = np.mgrid[:SIDE, :SIDE] % BLOCK
    tissue = np.random.default_rng(1).integers(100, 1000, (SIDE, SIDE))
    return Slice(np.where((rows > 0) & (columns > 0), tissue, 0).astype(np.float32))


@pytest.fixture(scope="module")
def parts(image):
    """Without a block, there is darkness: 0 HU, which the network sees as 0."""
    without = {}
    for row in range(0, SIDE, BLOCK):
        for column in range(0, SIDE, BLOCK):
            gone = image.hounsfield.copy()
            gone[row : row + BLOCK, column : column + BLOCK] = 0
            without[f"block {row} {column}"] = gone
    return parts_of(image, without)


@pytest.fixture(scope="module")
def effects(model, image, parts):
    answers = [model.predict(part.without) for part in parts]
    return Effects.of([part.name for part in parts], 1, model.predict(image), answers)


def test_an_effect_is_the_sum_of_weight_times_change(effects, image, parts, weights):
    expected = [
        (weights * (image.hounsfield - part.without.hounsfield) / 1000).sum() for part in parts
    ]
    np.testing.assert_allclose(effects.scores, expected, atol=1e-5)
    assert len(parts) == 16


def test_input_times_gradient_is_the_truth(model, image, parts, effects):
    (importance,) = explain(model, image, 1, ["input-x-gradient"]).values()
    sums = importance_of_parts(importance.values, parts, "signed")
    np.testing.assert_allclose(sums, effects.scores, atol=1e-5)
    found = judge(parts, effects, [importance], ["signed"])
    rank, sign, wasted = found.values[0, 0]
    assert rank == pytest.approx(1)
    assert sign == 1
    idle = abs(effects.scores) < 0.05 * abs(effects.scores).max()
    expected = abs(effects.scores[idle]).sum() / abs(effects.scores).sum()
    assert idle.any()
    assert wasted == pytest.approx(expected, abs=1e-5)


def test_chance_and_the_other_class_are_not(model, image, parts, effects):
    maps = explain(model, image, 1, ["random", "centre"])
    others = explain(model, image, 0, ["input-x-gradient"])
    found = judge(parts, effects, [*maps.values(), *others.values()], ["signed", "absolute"])
    rank = list(MEASURES).index("rank-correlation")
    assert (found.values[:2, :, rank] < 0.7).all()
    # The map for the other class says the reverse of everything.
    assert found.values[2, 0, rank] == pytest.approx(-1)
