"""A model of any architecture answers each slice by itself, or refuses."""

import numpy as np
import pytest
import torch

from ctviz.core import CtvizError
from ctviz.models import Classifier, ModelCard
from tests.estimators.unruly_networks import EQUAL, REFUSED, Ruly, made

CARD = ModelCard(
    id="unruly",
    title="Unruly",
    task="None",
    classes=("a", "b", "c"),
    architecture="resnet18",
    neurons=3,
    size=(20, 24),
)


@pytest.fixture
def images():
    return torch.rand(3, 1, 20, 24, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("kind", EQUAL)
def test_each_image_is_answered_as_if_it_were_alone(kind, images):
    answers = Classifier(CARD, made(EQUAL[kind])).probabilities(images)
    plain = Classifier(CARD, made(Ruly))
    alone = [plain.probabilities(image[None])[0] for image in images]
    np.testing.assert_allclose(answers, alone, rtol=1e-5)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_answer_of_its_own_is_refused(kind, images):
    with pytest.raises(CtvizError):
        Classifier(CARD, made(REFUSED[kind])).probabilities(images)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_network_of_another_precision_is_asked_in_its_own(dtype, images):
    answers = Classifier(CARD, made(Ruly).to(dtype)).probabilities(images)
    plain = Classifier(CARD, made(Ruly)).probabilities(images)
    np.testing.assert_allclose(answers, plain, atol=0.01)


def test_a_network_in_training_is_asked_in_evaluation_and_left_in_training(images):
    network = made(Ruly).train()
    Classifier(CARD, network).probabilities(images)
    assert network.training
