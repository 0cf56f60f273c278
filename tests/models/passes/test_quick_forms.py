"""A quicker form of a network gives the network's own scores, or is not taken."""

import copy
import logging

import numpy as np
import pytest
import torch
from torch import nn

from ctviz.backend.models import Models
from ctviz.core.settings import PROJECT, Settings
from ctviz.estimators import ESTIMATORS, explain
from ctviz.models import load_model
from ctviz.models.passes import EXACT, exported, quick_scores, worst_difference
from ctviz.networks import answers, class_scores, lay_out, offer_quick_form, undisturbed

SHAPE = (1, 24, 20)


class Restless(nn.Module):
    """A path that an image's numbers decide on, which no written graph has."""

    def forward(self, x):
        scores = x.mean((2, 3)).repeat(1, 2)
        return scores if float(x.sum()) < 0.2 * x.numel() else 2 * scores


def network(seed=0):
    torch.manual_seed(seed)
    body = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1)),
        *(nn.Flatten(), nn.Linear(8, 3)),
    )
    body.train()
    body(torch.rand(16, *SHAPE))
    return body.eval().requires_grad_(False)


@pytest.fixture
def quick():
    """Return a network with its quicker form, and how often that was used."""
    made, used = network(), []
    form = quick_scores(exported(made, SHAPE), 1)

    def counted(images):
        used.append(len(images))
        return form(images)

    offer_quick_form(made, counted, SHAPE)
    return made, used


def asked(net, batch):
    with undisturbed(net):
        return answers(net, batch, channels_last=False)


def own(net, batch):
    with undisturbed(net), torch.no_grad():
        return class_scores(net, batch.clone())


def test_a_quick_form_gives_the_scores_of_the_network(quick):
    net, used = quick
    for size in (1, 2, 7):
        batch = torch.rand(size, *SHAPE)
        torch.testing.assert_close(asked(net, batch), own(net, batch), atol=EXACT, rtol=0)
    assert used == [1, 2, 7]


def test_a_score_is_the_same_bits_in_any_batch_and_on_any_number_of_threads():
    graph, batch = exported(network(), SHAPE), np.random.default_rng(0).random((9, *SHAPE))
    batch = batch.astype(np.float32)
    first = quick_scores(graph, 1)(batch)
    for threads in (1, 2):
        scores = quick_scores(graph, threads)
        for size in (1, 2, 4, 9):
            parts = [scores(batch[at : at + size]) for at in range(0, 9, size)]
            np.testing.assert_array_equal(np.concatenate(parts), first)


def test_images_of_another_kind_are_passed_by_the_network_itself(quick):
    net, used = quick
    for batch in (torch.rand(2, 1, 30, 30), torch.rand(2, *SHAPE).double()):
        twin = net if batch.dtype == torch.float32 else copy.deepcopy(net).double()
        torch.testing.assert_close(asked(twin, batch), own(twin, batch))
    assert used == []


def test_a_network_with_other_weights_is_computed_as_it_is_now(quick):
    net, used = quick
    batch, before = torch.rand(2, *SHAPE), own(net, torch.rand(2, *SHAPE))
    with torch.no_grad():
        net[-1].weight.mul_(3)
    torch.testing.assert_close(asked(net, batch), own(net, batch))
    other = copy.deepcopy(net)
    torch.testing.assert_close(asked(other, batch), own(other, batch))
    assert used == []
    assert before.shape == (2, 3)


def test_a_layer_that_is_watched_is_passed(quick):
    net, used = quick
    seen = []
    hook = net[3].register_forward_hook(lambda _, __, out: seen.append(out.shape))
    asked(net, torch.rand(2, *SHAPE))
    assert (len(seen), used) == (1, [])
    hook.remove()
    asked(net, torch.rand(2, *SHAPE))
    assert (len(seen), used) == (1, [2])


def test_a_quick_form_stays_when_weights_are_laid_out_anew_and_no_longer(quick):
    net, used = quick
    for layout in (torch.channels_last, torch.contiguous_format):
        lay_out(net, layout)
        asked(net, torch.rand(1, *SHAPE))
    assert used == [1, 1]
    with torch.no_grad():
        net[0].weight.mul_(2)
    lay_out(net, torch.channels_last)
    asked(net, torch.rand(1, *SHAPE))
    assert used == [1, 1]


def test_passes_that_ask_for_a_gradient_go_through_the_network(quick):
    net, used = quick
    explain(net, torch.rand(1, *SHAPE), 1, [ESTIMATORS["gradient"]()])
    assert used == []
    explain(net, torch.rand(1, *SHAPE), 1, [ESTIMATORS["rise"](masks=10)])
    assert sum(used) == 10


@pytest.mark.parametrize("name", ["occlusion", "rise", "lime", "kernel-shap", "score-cam"])
def test_maps_are_those_of_the_network_itself(quick, name):
    net, used = quick
    x = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(1))
    estimator = ESTIMATORS[name]()
    (map_,) = explain(net, x, 2, [estimator])
    (itself,) = explain(copy.deepcopy(net), x, 2, [estimator])
    assert used
    np.testing.assert_allclose(map_, itself, atol=1e-4 * np.abs(itself).max())


def test_what_cannot_be_written_down_is_found_out():
    net = Restless().eval()
    scores = quick_scores(exported(net, SHAPE), 1)
    assert worst_difference(net, scores, SHAPE) > EXACT


@pytest.mark.parametrize("model", ["contrast-small", "contrast-resnet50", "lesion-small"])
def test_every_shipped_model_has_a_quick_form(model):
    classifier = load_model(PROJECT / "models" / model)
    shape = (classifier.card.channels, *classifier.card.size)
    scores = quick_scores(exported(classifier.network, shape), 1)
    assert worst_difference(classifier.network, scores, shape) <= EXACT


def test_a_form_is_found_once_and_a_damaged_one_again(tmp_path, monkeypatch, caplog):
    settings = Settings(data=tmp_path, cache=tmp_path / "cache", device="cpu")
    made = []

    def watched(net, shape):
        made.append(shape)
        return exported(net, shape)

    monkeypatch.setattr("ctviz.backend.quick_forms.exported", watched)
    first = Models(settings).classifier("contrast-small")
    x = torch.rand(2, 1, *first.card.size)
    expected = first.probabilities(x)
    second = Models(settings).classifier("contrast-small")
    assert len(made) == 1
    np.testing.assert_array_equal(second.probabilities(x), expected)
    (kept,) = (tmp_path / "cache").glob("*/*.form")
    kept.write_bytes(kept.read_bytes()[:-100])
    np.testing.assert_array_equal(
        Models(settings).classifier("contrast-small").probabilities(x), expected
    )
    assert len(made) == 2
    plain = load_model(PROJECT / "models" / "contrast-small").probabilities(x)
    np.testing.assert_allclose(expected, plain, atol=1e-5)

    def refused(*_):
        return lambda images: np.zeros((len(images), 1), np.float32)

    kept.unlink()
    monkeypatch.setattr("ctviz.backend.quick_forms.quick_scores", refused)
    with caplog.at_level(logging.INFO):
        own_passes = Models(settings).classifier("contrast-small")
    assert "'contrast-small' keeps its own passes: others differ by" in caplog.text
    np.testing.assert_array_equal(own_passes.probabilities(x), plain)
