"""A module in memory becomes a model on the shelf that answers as the module does."""

import numpy as np
import pytest
import torch
from torch import nn

import ctviz
from ctviz.core import Slice, UnusableModel
from tests.models.onnx.foreign_networks import SIZE, foreign_network

CARD = ctviz.CardAnswers(id="ours", classes=("no", "yes"), window=(40.0, 400.0))
EXAMPLE = torch.rand(2, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(0))


class Branching(nn.Module):
    """Answers by what it sees, which no graph tells."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())

    def forward(self, x):
        return self.layer(x) if x.mean() > 0.5 else -self.layer(x)


def test_it_answers_as_the_module_which_is_left_as_it_was(tmp_path):
    module = foreign_network("mobilenet").train().requires_grad_()
    before = {name: each.clone() for name, each in module.state_dict().items()}
    ctviz.save_model(module, CARD, tmp_path / "models", EXAMPLE)
    assert module.training
    assert all(each.requires_grad for each in module.parameters())
    assert all(torch.equal(before[n], each) for n, each in module.state_dict().items())
    model = ctviz.load_model(tmp_path / "models" / "ours")
    image = Slice(np.full((SIZE, SIZE), 60, np.float32), (1.0, 1.0))
    with torch.no_grad():
        expected = torch.sigmoid(module.eval()(model.encode(image)))[0, 0]
    assert model.predict(image).probabilities[1] == pytest.approx(float(expected), abs=1e-6)


def test_a_module_that_no_graph_tells_is_refused_and_nothing_is_kept(tmp_path):
    torch.manual_seed(0)
    with pytest.raises(UnusableModel, match="otherwise than the module"):
        ctviz.save_model(
            Branching(), CARD, tmp_path / "models", torch.stack([0 * EXAMPLE[0], EXAMPLE[0] + 1])
        )
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("example", [torch.zeros(1, 64, 64), torch.zeros(1, 1, 8, 8).int()])
def test_an_example_that_is_no_image_is_refused(example, tmp_path):
    with pytest.raises(UnusableModel, match="The example must be"):
        ctviz.save_model(foreign_network("vgg"), CARD, tmp_path, example)


def test_a_module_that_cannot_answer_is_said(tmp_path):
    with pytest.raises(UnusableModel, match="cannot be asked"):
        ctviz.save_model(foreign_network("vgg"), CARD, tmp_path, torch.zeros(1, 3, 64, 64))
