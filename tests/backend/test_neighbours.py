"""Maps of a network that sees neighbouring slices, held against what it is known to look at."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from ctviz import explain
from ctviz.backend import Backend, Question, Scoring
from ctviz.backend.checking import quick
from ctviz.core import Case, Settings, Slice, UnsupportedNetwork
from ctviz.core.experiment import Edit
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.models import Classifier, ModelCard
from ctviz.models.intake import CardAnswers, save_model
from ctviz.models.neighbours import Neighbours
from tests.backend.small_model import write_model

SIZE = 32
ALONE = ModelCard(
    id="alone",
    title="Alone",
    task="",
    classes=("no", "yes"),
    architecture="onnx",
    size=(SIZE, SIZE),
)
AMONG = replace(ALONE, id="among", channels=3, neighbours=Neighbours())


def body() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten()),
        nn.Linear(128, 2),
    ).eval()


def looking_at(channel: int) -> nn.Sequential:
    """Return the same network for three channels, of which it looks at one alone."""
    network, first = body(), nn.Conv2d(3, 4, 3, padding=1)
    with torch.no_grad():
        first.weight.zero_()
        first.weight[:, channel] = network[0].weight[:, 0]
        first.bias.copy_(network[0].bias)
    network[0] = first
    return network.eval()


def images(count=5) -> list[Slice]:
    draw = np.random.default_rng(3)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    found = []
    for _ in range(count):
        centre = draw.uniform(10, 22, 2)
        disc = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < draw.uniform(20, 60)
        values = np.where(disc, 250.0, 40.0) + draw.normal(0, 15, disc.shape)
        found.append(Slice(values.astype(np.float32), (1.0, 1.0)))
    return found


@pytest.fixture
def case() -> Case:
    return Case("C-0", images())


# Chance and noise are drawn for each channel, so that twins of other channels draw others; the
# path of guided integrated gradients counts all numbers of the image, whether they matter or not.
DRAWN = {"random", "smoothgrad", "squaregrad", "vargrad", "expected-gradients", "guided-ig"}
EXACT = sorted(
    name
    for name, cls in ESTIMATORS.items()
    if name not in DRAWN and "noise" not in cls().settings()
)


@pytest.mark.parametrize("name", EXACT)
def test_a_network_that_ignores_neighbours_has_the_maps_of_its_middle_channel(name, case):
    alone = Classifier(ALONE, body())
    among = Classifier(AMONG, looking_at(1))
    image = case.slice(2)
    assert among.predict(image).probabilities == pytest.approx(alone.predict(image).probabilities)
    said = []
    for model in (alone, among):
        try:
            said.append(explain(model, image, 1, [quick(ESTIMATORS[name])])[name].values)
        except UnsupportedNetwork as error:  # what one is refused, the other must be, too
            said.append(str(error))
    if isinstance(said[0], str):
        assert said[0] == said[1]
        return
    scale = np.abs(said[0]).max()
    np.testing.assert_allclose(said[1], said[0], atol=1e-4 * scale)


@pytest.mark.parametrize("first", ["above", "below"])
def test_a_network_that_looks_at_one_neighbour_follows_that_one_alone(case, first):
    card = replace(AMONG, neighbours=Neighbours(1, "slices", first))
    model = Classifier(card, looking_at(0))
    alone = Classifier(ALONE, body())
    looked_at = 1 if first == "above" else 3
    of_it = explain(alone, case.slice(looked_at), 1, ["gradient"])["gradient"].values
    here = explain(model, case.slice(2), 1, ["gradient"])["gradient"].values
    np.testing.assert_allclose(here, of_it, atol=1e-6)
    for changed in range(5):
        slices = list(case.slices)
        slices[changed] = images(6)[5]
        other = explain(model, Case("C-1", slices).slice(2), 1, ["gradient"])["gradient"].values
        assert np.array_equal(other, here) == (changed != looked_at)


@pytest.fixture
def own(tmp_path):
    """Return a backend with a network on its shelf that looks at what lies above alone."""
    shelf = tmp_path / "models"
    shelf.mkdir()
    write_model(shelf)
    answers = CardAnswers(
        id="above", classes=("no", "yes"), window=(150.0, 600.0), neighbours=Neighbours()
    )
    save_model(looking_at(0), answers, shelf, torch.rand(2, 3, SIZE, SIZE))
    settings = Settings(tmp_path / "data", shelf, tmp_path / "cache", device="cpu")
    backend = Backend(settings)
    yield backend
    backend.close()


GRADIENT = ESTIMATORS["gradient"]()


def test_slices_that_differ_in_a_neighbour_alone_share_no_result(own, case):
    slices = list(case.slices)
    slices[1] = images(6)[5]
    pair = [Question(each.slice(2), "above", 1) for each in (case, Case("C-1", slices))]
    assert pair[0].image.digest == pair[1].image.digest
    assert pair[0].view != pair[1].view
    maps = [own.explain(question, [GRADIENT])[0].result(60) for question in pair]
    assert not np.array_equal(maps[0].values, maps[1].values)
    answers = [own.predict(question.image, "above").result(60) for question in pair]
    assert answers[0].probabilities[1] != answers[1].probabilities[1]
    scores = [
        own.score(Scoring(question, [one], "absolute"), METRICS["fidelity"]())[0].result(60)
        for question, one in zip(pair, maps, strict=True)
    ]
    assert scores[0].score.value != scores[1].score.value
    # What lies below is none of its business, but is seen: nothing is taken for what it is not.
    one_slice = [Question(each.slice(2), "small-test", 1) for each in (case, Case("C-1", slices))]
    jobs = [own.explain(question, [GRADIENT])[0] for question in one_slice]
    assert jobs[0].key == jobs[1].key


def test_an_edit_changes_the_middle_slice_alone(own, case):
    mask = np.zeros((SIZE, SIZE), bool)
    mask[8:16, 8:16] = True
    image = case.slice(2)
    job = own.edited(image, Edit("shift", mask, {}, 0.0))
    edited = job.result(60)
    assert edited.around is None
    edited = edited.in_place_of(image)
    model = own.classifier("above")
    before, after = model.encode(image)[0], model.encode(edited)[0]
    assert [bool((a != b).any()) for a, b in zip(before, after, strict=True)] == [
        False,
        True,
        False,
    ]
    said = [own.predict(each, "above").result(60).probabilities for each in (image, edited)]
    np.testing.assert_array_equal(*said)


def test_the_ends_of_a_scan_and_a_single_image_are_answered(own, case):
    alone = own.classifier("above")
    for image in (case.slice(0), case.slices[0]):
        x = alone.encode(image)[0]
        assert bool((x[0] == x[1]).all())
        assert own.explain(Question(image, "above", 1), [GRADIENT])[0].result(60).values.any()
        assert alone.caveats(image)
    assert alone.caveats(case.slice(2)) == ()


def test_what_lies_on_neighbours_is_told_of_maps_that_tell_slices_apart(own, case):
    question = Question(case.slice(2), "above", 1)
    asked = [ESTIMATORS[name]() for name in ("gradient", "grad-cam")]
    gradient, cam = (job.result(60) for job in own.explain(question, asked))
    assert gradient.on_neighbours == pytest.approx(1.0)
    assert cam.on_neighbours is None
    again = own.explain(question, asked)[0].result(60)
    assert again.on_neighbours == pytest.approx(1.0)
    middle = Classifier(AMONG, looking_at(1))
    assert explain(middle, case.slice(2), 1, ["gradient"])["gradient"].on_neighbours == 0.0
    alone = Classifier(ALONE, body())
    assert explain(alone, case.slice(2), 1, ["gradient"])["gradient"].on_neighbours is None
