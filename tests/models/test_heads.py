"""What a network's outputs mean: probabilities, cards and what is refused, for every head."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.core import Contrast, Prediction, UnusableModel
from ctviz.core.results import log_odds
from ctviz.models import (
    Calibration,
    Classifier,
    ModelCard,
    load_model,
    new_classifier,
    read_card,
    save_model,
)
from ctviz.models.architectures import SingleNeuron
from ctviz.models.heads import HEADS, usual_head, why_not

IMAGES = torch.tensor([0.0, 1.0])[:, None, None, None].expand(2, 1, 8, 8)
SCORES = torch.tensor([[-1.5, 0.25, 3.0], [0.0, 2.0, -4.0]])
FINDINGS = ("nodule", "effusion", "mass")


class Answers(nn.Module):
    """Answers a dark image with the first row of scores and a bright one with the second."""

    def __init__(self, scores):
        super().__init__()
        self.scores = nn.Parameter(scores)

    def forward(self, x):
        return torch.lerp(*self.scores, x.mean((1, 2, 3))[:, None])


def card(head, **entries):
    neurons = {"logit": 1}.get(head, 3)
    classes = ("without", "with") if neurons == 1 else FINDINGS
    several = head == "sigmoid"
    return ModelCard(
        "tiny", "Tiny", "Which?", classes, "resnet18", {"width": 8}, neurons, several, **entries
    )


def network(head):
    return SingleNeuron(Answers(SCORES[:, :1])) if head == "logit" else Answers(SCORES)


PLAIN = {
    "softmax": lambda z, t: (z / t).exp() / (z / t).exp().sum(1, keepdim=True),
    "sigmoid": lambda z, t: 1 / (1 + (-z / t).exp()),
    "logit": lambda z, t: torch.cat((1 / (1 + (z / t).exp()), 1 / (1 + (-z / t).exp())), 1),
}


@pytest.mark.parametrize("temperature", [1.0, 2.5])
@pytest.mark.parametrize("head", HEADS)
def test_probabilities_are_those_of_the_formula_written_out(head, temperature):
    of = card(head, calibration=Calibration(temperature))
    assert of.head == head
    found = Classifier(of, network(head)).probabilities(IMAGES)
    scores = SCORES[:, :1] if head == "logit" else SCORES
    np.testing.assert_allclose(found, PLAIN[head](scores.double(), temperature), rtol=1e-6)


def test_the_scores_of_both_classes_of_one_logit_sum_to_nothing():
    scores = network("logit")(IMAGES)
    torch.testing.assert_close(scores[:, 1], SCORES[:, 0])
    torch.testing.assert_close(scores.sum(1), torch.zeros(2))


@pytest.mark.parametrize("head", HEADS)
def test_the_log_odds_of_a_class_are_those_of_its_own_probability(head):
    shares = PLAIN[head](SCORES[:1, :1] if head == "logit" else SCORES[:1], 1)[0].numpy()
    prediction = Prediction("tiny", card(head).classes, shares, head == "sigmoid")
    for target, share in enumerate(shares):
        assert log_odds(prediction, target) == pytest.approx(np.log(share / (1 - share)), rel=1e-4)


def test_findings_are_those_over_the_threshold_and_the_likeliest_is_explained():
    several = Prediction("tiny", FINDINGS, np.array([0.5, 0.49, 0.9]), multi_label=True)
    assert (several.found, several.target) == ((0, 2), 2)
    assert several.label == "nodule; mass"
    assert several.told == (("mass", 0.9), ("nodule", 0.5))
    assert several.is_right("mass; nodule")
    assert not several.is_right("mass")
    none = Prediction("tiny", FINDINGS, np.array([0.1, 0.3, 0.2]), multi_label=True)
    assert (none.found, none.target, none.label) == ((), 1, "none")
    assert none.is_right("None")


def test_a_card_of_several_findings_comes_back_and_older_programs_do_not_read_it(tmp_path):
    whole = replace(card("sigmoid"), size=(32, 32))
    save_model(tmp_path / "tiny", new_classifier(whole))
    text = (tmp_path / "tiny" / "card.toml").read_text("utf-8")
    assert text.startswith("format = 4\n")
    assert 'head = "sigmoid"' in text
    again = load_model(tmp_path / "tiny")
    assert again.card.multi_label
    x = torch.rand(2, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = again.network(x).sigmoid()
    np.testing.assert_allclose(again.probabilities(x), expected, atol=1e-6)


def test_an_old_card_says_nothing_of_heads_and_means_one_class_of_several(tmp_path):
    whole = replace(card("softmax"), size=(32, 32))
    save_model(tmp_path / "tiny", new_classifier(whole))
    file = tmp_path / "tiny" / "card.toml"
    text = file.read_text("utf-8")
    assert "head" not in text
    assert read_card(file.parent).head == "softmax"
    file.write_text(text.replace("neurons = 3", 'neurons = 3\nhead = "softmax"'), "utf-8")
    assert read_card(file.parent).head == "softmax"
    for wrong, words in (("logit", "has 3 outputs"), ("argmax", "softmax")):
        file.write_text(text.replace("neurons = 3", f'neurons = 3\nhead = "{wrong}"'), "utf-8")
        with pytest.raises(UnusableModel, match=f"entry 'head' .*{words}"):
            read_card(file.parent)


def test_a_head_that_a_network_cannot_have_is_refused_in_a_sentence():
    assert usual_head(1, "Sigmoid") == "logit"
    assert why_not("sigmoid", 3, "Sigmoid") == ""
    assert why_not("softmax", 3) == ""
    assert "one output" in why_not("sigmoid", 1)
    assert "2 outputs" in why_not("logit", 2)
    assert "ends with a softmax" in why_not("sigmoid", 3, "Softmax")
    assert "ends with a sigmoid" in why_not("softmax", 3, "Sigmoid")
    with pytest.raises(UnusableModel, match="one output"):
        replace(card("logit"), multi_label=True)
    for names in (("a;b", "c", "d"), ("none", "c", "d")):
        with pytest.raises(UnusableModel, match="stand for several findings"):
            replace(card("sigmoid"), classes=names)


def test_the_share_of_a_contrast_is_the_logistic_of_the_difference_of_scores():
    for head in ("softmax", "sigmoid"):
        of = Classifier(card(head, calibration=Calibration(2.0)), network(head))
        expected = 1 / (1 + np.exp(-(SCORES[:, 2] - SCORES[:, 0]).double().numpy() / 2.0))
        np.testing.assert_allclose(of.share(IMAGES, Contrast(2, 0)), expected, rtol=1e-5)
        np.testing.assert_array_equal(of.share(IMAGES, 1), of.probabilities(IMAGES)[:, 1])


def test_the_share_of_a_contrast_of_certain_classes_is_no_division_by_zero():
    sure = Answers(torch.tensor([[2000.0, -2000.0, 2000.0]] * 2))
    for head, share in (("softmax", 0.5), ("sigmoid", 0.5)):
        of = Classifier(card(head), sure)
        np.testing.assert_allclose(of.share(IMAGES, Contrast(2, 0)), share)
        np.testing.assert_allclose(of.share(IMAGES, Contrast(2, 1)), 1.0)
