"""Weights of MONAI's vision transformer answer the same here, whichever version wrote them."""

import numpy as np
import pytest
import torch
from monai.networks.nets import ViT

from ctviz.cli import main
from ctviz.core import InvalidParameter, UnusableModel
from ctviz.estimators import ESTIMATORS
from ctviz.models import load_model
from ctviz.models.architectures import ARCHITECTURES
from ctviz.models.intake import LeftOpen, rehearsed
from ctviz.models.intake.adopting import adopted
from ctviz.models.intake.unpacking import weights_of

SIZE = (32, 32)


def monais(channels=1, **changed):
    """Return MONAI's own network for images of 32 × 32, with weights as after training."""
    settings = {
        "img_size": SIZE,
        "patch_size": 8,
        "hidden_size": 24,
        "mlp_dim": 40,
        "num_layers": 3,
        "num_heads": 4,
        "num_classes": 3,
        "classification": True,
        "spatial_dims": 2,
        **changed,
    }
    torch.manual_seed(0)
    network = ViT(channels, **settings).eval().requires_grad_(False)
    for weights in network.parameters():
        weights.normal_(0, 0.2)
    return network


def assert_answers_the_same(found, network, channels=1):
    x = torch.rand(2, channels, *SIZE, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(found.network(x), network(x)[0], rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore:torch.meshgrid")  # MONAI's sines and cosines
@pytest.mark.parametrize(
    ("changed", "tanh"),
    [
        ({}, True),
        ({"post_activation": "none"}, False),
        ({"qkv_bias": True, "pos_embed_type": "sincos"}, True),
        ({"proj_type": "perceptron"}, True),
        ({"proj_type": "perceptron", "channels": 3, "num_classes": 1}, True),
    ],
    ids=["usual", "without a Tanh", "with biases", "dense patches", "dense patches in colour"],
)
def test_the_weights_tell_all_but_the_heads(changed, tanh):
    channels = changed.get("channels", 1)
    network = monais(**changed)
    found = adopted(weights_of({"state_dict": network.state_dict()}), "", {"heads": 4})
    assert (found.architecture, found.channels) == ("vit", channels)
    assert found.neurons == changed.get("num_classes", 3)
    assert dict(found.arguments) == {
        "width": 24,
        "depth": 3,
        "heads": 4,
        "hidden": 40,
        "patch": 8,
        "places": 16,
        "tanh": tanh,
    }
    assert not found.untold
    assert_answers_the_same(found, network, channels)


def test_other_versions_have_fewer_tensors_or_some_that_nothing_asks():
    network = monais()
    weights = {n: t for n, t in network.state_dict().items() if "norm_cross_attn" not in n}
    oldest = {**weights, "patch_embedding.cls_token": torch.ones(1, 1, 24)}
    between = {**network.state_dict(), "blocks.0.cross_attn.to_q.weight": torch.ones(24, 24)}
    for version in (oldest, between):
        found = adopted(weights_of(version), "vit", {"heads": 4})
        assert_answers_the_same(found, network)


def test_the_heads_are_asked_for_and_change_the_answer(tmp_path):
    network = monais()
    torch.save(network.state_dict(), tmp_path / "net.pth")
    with pytest.raises(LeftOpen, match="and its heads") as asked:
        rehearsed(tmp_path / "net.pth", SIZE)
    assert asked.value.hyperparameters == {"heads": 12}
    x = torch.rand(1, 1, *SIZE)
    with torch.no_grad():
        right = rehearsed(tmp_path / "net.pth", SIZE, "vit", {"heads": 4}).network(x)
        wrong = rehearsed(tmp_path / "net.pth", SIZE, "vit", {"heads": 2}).network(x)
    torch.testing.assert_close(right, network(x)[0], rtol=0, atol=1e-6)
    assert not torch.allclose(wrong, right, atol=1e-5)


@pytest.mark.parametrize(
    ("changed", "given", "words"),
    [
        ({}, {"heads": 5}, "24 numbers of a token cannot be divided among 5 heads"),
        ({}, {"heads": 400}, "'heads' must lie between 1 and 16"),
        ({"patch_size": (8, 4)}, {"heads": 4}, r"is \(24, 1, 8, 4\) where vit has"),
        ({"classification": False}, {}, "which has .* 'classification_head.weight'"),
        ({"spatial_dims": 3, "img_size": (8, 8, 8)}, {}, "not those of vit, which has"),
        ({"num_layers": 25}, {}, "'depth' must lie between 1 and 24"),
        ({"img_size": (800, 800)}, {}, "'places' must lie between 1 and 2304"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(changed, given, words):
    with pytest.raises(UnusableModel, match=words):
        adopted(weights_of(monais(**changed).state_dict()), "vit", given)


def test_images_of_another_size_are_refused_with_the_one_that_fits(tmp_path):
    torch.save(monais().state_dict(), tmp_path / "net.pth")
    with pytest.raises(UnusableModel, match=r"6 × 6 patches of 8 × 8 .* 16, as 32 × 32 have"):
        rehearsed(tmp_path / "net.pth", (48, 48), "vit", {"heads": 4})


def test_a_card_cannot_ask_for_more_memory_than_a_computer_has():
    with pytest.raises(InvalidParameter, match="'width' must lie between"):
        ARCHITECTURES["vit"].from_settings({"width": 10**6, "heads": 1})
    largest = {"width": 1024, "depth": 24, "heads": 16, "hidden": 4096, "patch": 64, "places": 2304}
    with torch.device("meta"):
        network = ARCHITECTURES["vit"].from_settings(largest).network(3, 1000)
    assert sum(each.numel() for each in network.parameters()) < 330e6


def test_it_is_added_at_the_prompt_and_its_attention_is_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "models"))
    network = monais()
    torch.save({"state_dict": network.state_dict()}, tmp_path / "net.pth")
    told = ["model", "add", str(tmp_path / "net.pth"), "--id", "ours", "--classes", "a,b,c"]
    told += ["--window=40,400", "--size", "32", "--architecture", "vit"]
    assert main(told) == 2
    assert "and its heads" in capsys.readouterr().err
    assert main([*told, "--set", "vit.heads=4"]) == 0
    assert "they fit vit" in capsys.readouterr().out
    model = load_model(tmp_path / "models" / "ours")
    x = torch.rand(1, 1, *SIZE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(model.network(x), network(x)[0], rtol=0, atol=1e-6)
    values = ESTIMATORS["attention-rollout"]()(model.network, x, 1)
    assert values.shape == SIZE
    assert np.ptp(values) > 0
