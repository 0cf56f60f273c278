"""A MONAI bundle fills in the card; nothing of its configuration is evaluated."""

import json

import pytest
import torch

from ctviz.cli import main
from ctviz.core import UnusableModel
from ctviz.models import load_model
from ctviz.models.intake.bundle import LARGEST_BYTES, read_bundle
from tests.models.intake.bundles import INFERENCE, METADATA, RANGE, network


@pytest.fixture
def bundle(tmp_path):
    """Return what writes a bundle with some entries changed."""

    def written(metadata=METADATA, weights=True, **inference):
        folder = tmp_path / "bundle"
        for part in ("configs", "models"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "configs" / "metadata.json").write_text(json.dumps(metadata), "utf-8")
        whole = json.dumps({**INFERENCE, **inference})
        (folder / "configs" / "inference.json").write_text(whole, "utf-8")
        if weights:
            torch.save(network().state_dict(), folder / "models" / "model.pt")
        return folder

    return written


def transforms(*entries):
    return {"_target_": "Compose", "transforms": list(entries)}


def test_what_a_bundle_says_is_on_the_card_and_its_network_answers_the_same(
    bundle, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "shelf"))
    monkeypatch.chdir(tmp_path)
    assert main(["model", "add", str(bundle()), "--id", "ours"]) == 0
    assert "x before y" in capsys.readouterr().out
    model = load_model(tmp_path / "shelf" / "ours")
    card = model.card
    assert (card.architecture, dict(card.arguments)["stride"]) == ("resnet10", 1)
    assert (card.classes, card.head) == (("nodule", "effusion", "mass"), "sigmoid")
    assert (card.size, card.window, card.scale) == ((64, 48), (-600.0, 1500.0), ((0.5,), (0.5,)))
    assert (card.title, card.task) == ("Chest findings", "Which findings are there?")
    assert (card.licence, card.data[0].name) == ("A hospital", "Some archive")
    x = torch.rand(1, 1, 64, 48, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = network()((x - 0.5) / 0.5)
        torch.testing.assert_close(model.network(x), expected, rtol=0, atol=1e-5)
    assert not (tmp_path / "was-run").exists()


def test_options_say_what_a_bundle_leaves_open_or_say_it_otherwise(
    bundle, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "shelf"))
    folder = bundle(preprocessing=transforms({**RANGE, "a_min": "$-1000 - 350"}))
    add = ["model", "add", str(folder), "--id", "ours"]
    assert main(add) == 2
    assert "--window is needed" in capsys.readouterr().err
    assert main([*add, "--window=40,400", "--classes", "a,b,c", "--size", "32"]) == 0
    card = load_model(tmp_path / "shelf" / "ours").card
    assert (card.window, card.classes, card.size) == ((40.0, 400.0), ("a", "b", "c"), (32, 32))


def test_a_normalisation_follows_the_window_and_a_resize_stretches(bundle):
    less = {"_target_": "NormalizeIntensityd", "subtrahend": 0.2, "divisor": 0.4}
    resized = {"_target_": "Resized", "spatial_size": [96, 80]}
    said = read_bundle(bundle(preprocessing=transforms(RANGE, less, resized)))
    assert (said.size, said.fit) == ((96, 80), "stretched")
    (mean,), (spread,) = said.scale
    value = 0.3
    assert (value - mean) / spread == pytest.approx(((value * 2 - 1) - 0.2) / 0.4)


def test_a_range_that_is_not_clipped_is_no_window(bundle):
    said = read_bundle(bundle(preprocessing=transforms({**RANGE, "clip": False})))
    assert (said.window, said.scale) == (None, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network_def": {"_target_": "SegResNet"}}, "'SegResNet' is none of those"),
        ({"network_def": {"_target_": "DenseNet121", "spatial_dims": 3}}, "for volumes"),
        ({"preprocessing": transforms({"_target_": "ScaleIntensityd"})}, "by its own values"),
        ({"preprocessing": transforms({"_target_": "NormalizeIntensityd"})}, "by its own values"),
        ({"weights": False}, "no weights"),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_sentence(bundle, changes, words):
    with pytest.raises(UnusableModel, match=words):
        read_bundle(bundle(**changes))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (b"[1]", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 50_000, "no JSON"),
        (b" " * (LARGEST_BYTES + 1), "larger than"),
    ],
    ids=["cut", "a list", "no text", "deep", "large"],
)
def test_a_configuration_that_is_none_is_refused_in_a_sentence(bundle, content, words):
    folder = bundle()
    (folder / "configs" / "inference.json").write_bytes(content)
    with pytest.raises(UnusableModel, match=words):
        read_bundle(folder)


def test_odd_entries_leave_open_what_they_would_say(bundle):
    odd = {"name": 3, "task": "@task", "network_data_format": {"inputs": [], "outputs": {"p": 1}}}
    said = read_bundle(bundle(odd, network_def="$net()", postprocessing=7))
    assert (said.architecture, said.classes, said.size, said.title, said.task, said.head) == (
        *("", (), None, "", ""),
        None,
    )


def test_another_folder_is_no_bundle(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "shelf"))
    assert main(["model", "add", str(tmp_path), "--id", "ours"]) == 2
    assert "no MONAI bundle" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "heads"), [({"num_heads": 4}, 4), ({}, 12)])
def test_a_vision_transformer_says_its_heads_which_weights_do_not(bundle, said, heads):
    network = {"_target_": "monai.networks.nets.ViT", "spatial_dims": 2, **said}
    found = read_bundle(bundle(network_def=network))
    assert (found.architecture, found.given) == ("vit", {"heads": heads})
