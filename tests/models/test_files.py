import hashlib
import itertools
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from ctviz.core import UnknownName, UnusableModel
from ctviz.models import load_model, model_cards, read_card, save_model
from ctviz.models.card import write_card

WEIGHTS, REFERENCES = "weights.safetensors", "references.safetensors"


@pytest.fixture
def folder(classifier, tmp_path):
    save_model(tmp_path / "tiny", classifier)
    return tmp_path / "tiny"


def put(folder, name, content):
    """Replace a file and the card's checksum, as an attacker or a mistaken author would."""
    (folder / name).write_bytes(content)
    card = read_card(folder)
    checksums = dict(card.sha256) | {name: hashlib.sha256(content).hexdigest()}
    write_card(folder, replace(card, sha256=checksums))


def weights(folder):
    return safetensors.torch.load_file(folder / WEIGHTS)


def test_a_saved_model_answers_as_before_up_to_rounding(classifier, folder, scan):
    loaded = load_model(folder)
    before, after = (each.predict(scan).probabilities for each in (classifier, loaded))
    np.testing.assert_allclose(after, before, atol=5e-3)
    torch.testing.assert_close(loaded.references, classifier.references, atol=0.5 / 255, rtol=0)


def test_loading_and_saving_again_changes_no_byte(folder, tmp_path):
    again = save_model(tmp_path / "again", load_model(folder))
    assert again == read_card(folder)
    for name in ("card.toml", WEIGHTS, REFERENCES):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_matrices_take_two_bytes_a_number(folder):
    assert {tensor.dtype for tensor in weights(folder).values() if tensor.ndim > 1} == {
        torch.float16
    }


def test_a_loaded_network_is_ready_to_be_explained(folder, scan):
    classifier = load_model(folder)
    assert not classifier.network.training
    x = classifier.encode(scan).requires_grad_()
    (gradient,) = torch.autograd.grad(classifier.network(x)[0, 1], x)
    assert gradient.abs().sum() > 0
    assert not any(weight.requires_grad for weight in classifier.network.parameters())


@pytest.mark.parametrize("name", [WEIGHTS, REFERENCES])
def test_one_changed_bit_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(UnusableModel, match="checksums differ"):
        load_model(folder)


@pytest.mark.parametrize("name", [WEIGHTS, REFERENCES])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(UnusableModel, match=name):
        load_model(folder)


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"\xff" * 100, b"PK\x03\x04 a pickle"])
def test_a_file_of_another_kind_is_refused(folder, content):
    put(folder, WEIGHTS, content)
    with pytest.raises(UnusableModel, match="safetensors"):
        load_model(folder)


def test_a_truncated_file_is_refused(folder):
    put(folder, WEIGHTS, (folder / WEIGHTS).read_bytes()[:-10])
    with pytest.raises(UnusableModel, match="safetensors"):
        load_model(folder)


def without_a_tensor(tensors):
    return {name: tensor for name, tensor in tensors.items() if name != "body.fc.bias"}


def with_a_tensor_more(tensors):
    return tensors | {"body.extra": torch.zeros(1)}


def of_another_shape(tensors):
    return tensors | {"body.fc.bias": torch.zeros(2)}


def of_another_type(tensors):
    return tensors | {"body.fc.bias": tensors["body.fc.bias"].double()}


def with_infinity(tensors):
    return tensors | {"body.fc.bias": torch.tensor([torch.inf])}


def with_nan(tensors):
    return tensors | {"body.fc.bias": torch.tensor([torch.nan])}


@pytest.mark.parametrize(
    "change",
    [
        without_a_tensor,
        with_a_tensor_more,
        of_another_shape,
        of_another_type,
        with_infinity,
        with_nan,
    ],
)
def test_weights_that_do_not_fit_the_architecture_are_refused(folder, change):
    put(folder, WEIGHTS, safetensors.torch.save(change(weights(folder))))
    with pytest.raises(UnusableModel, match=r"body\.(fc\.bias|extra)"):
        load_model(folder)


@pytest.mark.parametrize(
    "references",
    [
        torch.zeros(3, 1, 48, 64),
        torch.zeros(3, 1, 64, 48, dtype=torch.uint8),
        torch.zeros(0, 1, 48, 64, dtype=torch.uint8),
        torch.zeros(300, 1, 48, 64, dtype=torch.uint8),
    ],
)
def test_references_of_another_kind_are_refused(folder, references):
    put(folder, REFERENCES, safetensors.torch.save({"references": references}))
    with pytest.raises(UnusableModel, match="references"):
        load_model(folder)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"architecture": "resnet81"}, "resnet18"),
        ({"arguments": {"width": 100_000}}, "width"),
        ({"arguments": {"depth": 3}}, "depth"),
        ({"arguments": {}}, "body"),
    ],
)
def test_only_allowed_architectures_are_built(folder, wrong, match):
    write_card(folder, replace(read_card(folder), **wrong))
    with pytest.raises(UnusableModel, match=match):
        load_model(folder)


def test_broken_models_do_not_hide_the_others(folder):
    (folder.parent / "broken").mkdir()
    (folder.parent / "broken" / "card.toml").write_text("id = ")
    (folder.parent / "no-model").mkdir()
    shutil.copytree(folder, folder.parent / "renamed")
    shelf = model_cards(folder.parent)
    assert list(shelf) == ["tiny"]
    assert shelf["tiny"] == read_card(folder)
    assert set(shelf.refused) == {"broken", "renamed"}


def test_a_shelf_that_does_not_exist_is_empty(tmp_path):
    shelf = model_cards(tmp_path / "nowhere")
    assert len(shelf) == 0
    with pytest.raises(UnknownName, match="model"):
        shelf["contrast-small"]


def test_weights_of_unused_kinds_and_lying_headers_are_refused(folder):
    kinds = ["F4", "F6_E2M3", "F8_E4M3", "F8_E8M0", "I64", "C64", "X", ""]
    ends = [[0, 4], [4, 0], [0, 10**18], [-1, 3], [0, 10**30], "ab", None]
    for kind, end in itertools.product(kinds, ends):
        entry = {"dtype": kind, "shape": [1], "data_offsets": end}
        header = json.dumps({"a": entry}).encode()
        put(folder, WEIGHTS, len(header).to_bytes(8, "little") + header + b"\0" * 4)
        with pytest.raises(UnusableModel):
            load_model(folder)
