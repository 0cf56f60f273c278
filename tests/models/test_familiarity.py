"""Whether an input is like what a model has learnt from."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import UnsupportedNetwork, UnusableModel
from ctviz.models import Familiarity, ModelCard, load_model, new_classifier, save_model
from ctviz.models.familiarity import distances, features_of

LIMITS = (0.25, 0.1, 0.2, 0.5)
CARD = ModelCard(
    id="tiny",
    title="Tiny",
    task="Which?",
    classes=("a", "b"),
    architecture="resnet18",
    arguments={"width": 8},
    size=(32, 32),
)


@pytest.fixture
def classifier():
    plain = new_classifier(CARD, seed=1)
    x = torch.rand(12, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    card = replace(CARD, familiarity=Familiarity(2, LIMITS, "a test's noise"))
    return replace(plain, card=card, known=tuple(features_of(plain.network, x))), x


def test_the_distance_is_that_of_directions_to_the_kth_nearest():
    known = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    given = torch.tensor([[5.0, 0.0], [1.0, 1.0]])
    first = distances([given], [known], 1)[:, 0]
    # From (1, 0) to itself; from 45° to either neighbour the chord of 45°.
    assert first.tolist() == pytest.approx([0.0, 2 * np.sin(np.pi / 8)], abs=1e-6)
    assert distances([given], [known], 2)[:, 0].tolist() == pytest.approx(
        [np.sqrt(2), 2 * np.sin(np.pi / 8)], abs=1e-6
    )
    # Of fewer than that many, the farthest counts.
    assert float(distances([given], [known], 9)[0]) == pytest.approx(2.0)


def test_features_are_what_the_last_linear_layer_reads():
    network = nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    x = torch.rand(5, 1, 2, 2)
    (found,) = features_of(network, x)
    assert torch.equal(found, network[:3](x))


def test_within_the_network_they_are_mean_magnitudes_of_channels():
    first, second = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 2, 1)
    network = nn.Sequential(first, nn.ReLU(), second, nn.Flatten(), nn.Linear(8, 2)).eval()
    x = torch.randn(5, 1, 4, 4)
    early, late, end = features_of(network, x)
    torch.testing.assert_close(early, first(x).abs().mean(dim=(2, 3)).detach())
    torch.testing.assert_close(late, network[:3](x).abs().mean(dim=(2, 3)).detach())
    assert end.shape == (5, 8)


def test_a_network_without_a_linear_end_is_refused():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    with pytest.raises(UnsupportedNetwork, match="does not end in a linear layer"):
        features_of(network, torch.rand(1, 1, 8, 8))


def test_strangeness_is_the_distance_per_limit(classifier):
    model, x = classifier
    worst = np.zeros(len(x))
    for features, limit in zip(features_of(model.network, x), LIMITS, strict=True):
        unit = (features / features.norm(dim=1, keepdim=True)).double()
        apart = np.sort((unit[:, None] - unit[None]).norm(dim=2).numpy(), axis=1)
        # The nearest is the input itself.
        worst = np.maximum(worst, apart[:, 1] / limit)
    assert model.strangeness(x) == pytest.approx(worst, abs=1e-4)


def test_a_model_that_does_not_say_has_no_strangeness():
    model = new_classifier(CARD)
    assert model.strangeness(torch.rand(1, 1, 32, 32)) is None


def test_features_come_back_as_they_were_written(classifier, tmp_path):
    model, x = classifier
    save_model(tmp_path, model)
    loaded = load_model(tmp_path)
    assert loaded.card.familiarity == model.card.familiarity
    assert loaded.strangeness(x) == pytest.approx(model.strangeness(x), abs=0.02)
    assert "format = 2" in (tmp_path / "card.toml").read_text()


def test_features_of_another_network_are_refused(classifier):
    model, x = classifier
    with pytest.raises(UnsupportedNetwork, match="not those of its network"):
        replace(model, known=(torch.rand(4, 7),) * 4).strangeness(x)


@pytest.mark.parametrize(
    "features",
    [
        torch.zeros(0, 64).half(),
        torch.zeros(3).half(),
        torch.zeros(3, 64),
        torch.full((3, 64), float("nan")).half(),
    ],
    ids=["none", "flat", "float32", "NaN"],
)
def test_features_that_make_no_sense_are_refused(classifier, features, tmp_path, monkeypatch):
    model, _ = classifier
    monkeypatch.setattr(torch.Tensor, "half", lambda tensor: tensor, raising=True)
    save_model(tmp_path, replace(model, known=(*model.known[:3], features)))
    with pytest.raises(UnusableModel, match="features of model 'tiny'"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    "changes", [{"neighbours": 0}, {"limits": (0.3, 0.0)}, {"limits": (2.5,)}, {"limits": ()}]
)
def test_a_familiarity_that_makes_no_sense_is_refused(changes):
    with pytest.raises(UnusableModel, match="familiarity must have"):
        replace(Familiarity(5, (0.3,), "x"), **changes)


def test_a_card_says_both_or_neither(classifier, tmp_path):
    model, _ = classifier
    save_model(tmp_path, model)
    text = (tmp_path / "card.toml").read_text()
    without = text[: text.index("[familiarity]")] + text[text.index("[sha256]") :]
    (tmp_path / "card.toml").write_text(without)
    with pytest.raises(UnusableModel, match="familiarity"):
        load_model(tmp_path)


@pytest.mark.parametrize("strangeness", [None, 0.0, 0.7, 1.0])
def test_nothing_is_said_of_a_familiar_slice(strangeness):
    assert not Familiarity(5, (0.5,), "63 real slices").warning(strangeness)


def test_a_strange_slice_is_said_to_be_so_with_its_figure_and_the_false_alarms():
    words = Familiarity(5, (0.5,), "63 real slices").warning(1.64)
    assert "1.6 × as far" in words
    assert "63 real slices" in words
    assert "5 % false alarms" in words
