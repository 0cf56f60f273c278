"""Twins of a model: the same training on other patients, kept beside it."""

from dataclasses import replace

import pytest
import torch

from ctviz.core import UnusableModel
from ctviz.models import ModelCard, load_model, model_cards, new_classifier, save_model
from ctviz.models.twins import load_twins, save_twins

CARD = ModelCard(
    id="tiny",
    title="Tiny",
    task="Which?",
    classes=("a", "b"),
    architecture="resnet18",
    arguments={"width": 8},
    size=(32, 32),
    training={"seed": 3},
)


@pytest.fixture
def folder(tmp_path):
    save_model(tmp_path / "tiny", new_classifier(CARD))
    return tmp_path / "tiny"


def twins_of(card: ModelCard, count: int):
    return [new_classifier(card, seed=1 + number) for number in range(count)]


def test_a_model_alone_has_no_twins(folder):
    assert load_twins(folder) == ()


def test_twins_come_back_in_their_order_and_are_no_models_of_their_own(folder):
    twins = twins_of(CARD, 12)
    save_twins(folder, twins)
    loaded = load_twins(folder)
    assert [each.card.id for each in loaded] == [f"tiny-twin-{n}" for n in range(1, 13)]
    x = torch.rand(1, 1, 32, 32)
    for twin, written in zip(twins, loaded, strict=True):
        assert written.probabilities(x) == pytest.approx(twin.probabilities(x), abs=2e-3)
    assert list(model_cards(folder.parent)) == ["tiny"]


def test_new_twins_take_the_place_of_all_others(folder):
    save_twins(folder, twins_of(CARD, 3))
    save_twins(folder, twins_of(CARD, 2))
    assert len(load_twins(folder)) == 2


@pytest.mark.parametrize(
    "changes",
    [{"training": {"seed": 4}}, {"size": (48, 48)}, {"classes": ("b", "a")}],
    ids=["training", "size", "classes"],
)
def test_another_models_network_is_no_twin(folder, changes):
    save_twins(folder, twins_of(replace(CARD, **changes), 1))
    with pytest.raises(UnusableModel, match="no twin of the model 'tiny'"):
        load_twins(folder)


def test_a_damaged_twin_is_refused(folder):
    save_twins(folder, twins_of(CARD, 1))
    with (folder / "twins" / "1" / "weights.safetensors").open("ab") as file:
        file.write(b"!")
    with pytest.raises(UnusableModel, match="checksums differ"):
        load_twins(folder)


def test_the_model_itself_is_still_the_one_its_card_describes(folder):
    save_twins(folder, twins_of(CARD, 1))
    assert load_model(folder).card.id == "tiny"
