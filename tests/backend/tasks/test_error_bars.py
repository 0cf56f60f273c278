"""Error bars of a map: the arrays that come out are those that were computed by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctviz.backend import Backend, Question, explain
from ctviz.core import Cancelled
from ctviz.estimators import ESTIMATORS
from ctviz.metrics.resemblance import visible
from ctviz.models import load_model
from ctviz.models.randomising import randomised
from ctviz.models.twins import load_twins
from ctviz.uncertainty import COPIES, against_chance, spread_of
from tests.backend.small_model import MODEL, watched, write_model, write_twins

GRADIENT = ESTIMATORS["gradient"]()
SMOOTH = ESTIMATORS["smoothgrad"](samples=2, seed=5)
EDGES = ESTIMATORS["edges"]()


@pytest.fixture
def question(image) -> Question:
    return Question(image, MODEL, 1)


@pytest.fixture
def with_twins(settings, tmp_path):
    write_model(tmp_path / "models")
    write_twins(tmp_path / "models", [3, 4])
    backend = Backend(replace(settings, models=tmp_path / "models"))
    yield backend
    backend.close()


def native(model, question, estimator):
    return explain(model, question.image, question.target, [estimator])[estimator.name].native


def test_chance_is_what_the_randomised_network_shows(backend, question):
    bars = backend.error_bars(question, GRADIENT).result(120)
    model = backend.classifier(MODEL)
    x, first = model.encode(question.image), int(question.image.digest[:8], 16) % 2**31
    copies = [
        native(
            replace(model, network=randomised(model.network, 1.0, first + k, x)), question, GRADIENT
        )
        for k in range(COPIES)
    ]
    found = against_chance(native(model, question, GRADIENT), copies, visible(x.numpy()))
    assert bars.chance.share == found.share
    levels = model.decode_levels(found.stronger.astype(np.float32), question.image)
    np.testing.assert_array_equal(bars.chance.stronger, levels > 0)
    assert bars.chance.stronger.shape == question.image.shape


def test_the_spread_is_that_of_the_model_and_its_twins(with_twins, question):
    bars = with_twins.error_bars(question, GRADIENT).result(120)
    folder = with_twins.settings.models / MODEL
    models = [load_model(folder), *load_twins(folder)]
    shown = visible(models[0].encode(question.image).numpy())
    expected = spread_of([native(each, question, GRADIENT) for each in models], shown)
    assert bars.over_twins.maps == 3
    assert bars.over_seeds is None
    for mine, theirs in ((bars.spread.mean, expected.mean), (bars.spread.error, expected.error)):
        decoded = models[0].decode(theirs, question.image)
        np.testing.assert_allclose(mine, decoded, rtol=1e-3, atol=1e-4 * abs(decoded).max())
    assert bars.interval == "95 % interval over 3 networks trained alike"


def test_the_spread_over_seeds_is_that_of_five(backend, question):
    bars = backend.error_bars(question, SMOOTH).result(120)
    model = backend.classifier(MODEL)
    maps = [native(model, question, replace(SMOOTH, seed=5 + k)) for k in range(5)]
    expected = spread_of(maps, visible(model.encode(question.image).numpy()))
    decoded = model.decode(expected.error, question.image)
    np.testing.assert_allclose(
        bars.over_seeds.error, decoded, rtol=1e-3, atol=1e-4 * abs(decoded).max()
    )
    assert bars.over_twins is None
    assert bars.interval == "95 % interval over 5 seeds"


def test_a_control_is_never_stronger_than_chance_and_twins_agree_on_it(with_twins, question):
    bars = with_twins.error_bars(question, EDGES).result(120)
    assert bars.why == "Nothing is stronger than on 19 untrained copies of the network."
    np.testing.assert_allclose(bars.over_twins.error, 0, atol=1e-6)


def test_an_untrained_network_seldom_shows_anything(backend, image):
    """The shelf's model was never trained: all but one in twenty of its maps are chance."""
    said = []
    for shift in range(12):
        pixels = np.roll(image.hounsfield, 3 * shift, axis=1)
        question = Question(replace(image, hounsfield=pixels), MODEL, 1)
        said.append(backend.error_bars(question, GRADIENT).result(120).chance.share > 0)
    # Of 12 at a chance of 1 in 20, more than 3 come up once in five hundred times.
    assert sum(said) <= 3


@pytest.mark.parametrize(("share", "words"), [(0.31, "31 %"), (0.002, "Less than 1 %")])
def test_how_much_is_stronger_is_said_in_a_sentence(backend, question, share, words):
    bars = backend.error_bars(question, EDGES).result(120)
    told = replace(bars, chance=replace(bars.chance, share=share)).why
    assert told == (
        f"{words} of the map is stronger than on 19 untrained copies of the network (false "
        "discovery rate 5 %)."
    )


def test_error_bars_are_kept_on_disk(with_twins, question):
    first = with_twins.error_bars(question, SMOOTH).result(120)
    another = Backend(with_twins.settings)
    job = another.error_bars(question, SMOOTH)
    assert job.state == "ready"
    again = job.result()
    assert (again.why, again.interval) == (first.why, first.interval)
    np.testing.assert_array_equal(again.chance.stronger, first.chance.stronger)
    for mine, theirs in (
        (again.over_twins, first.over_twins),
        (again.over_seeds, first.over_seeds),
    ):
        np.testing.assert_array_equal(mine.low, theirs.low)
        assert mine.maps == theirs.maps
    np.testing.assert_array_equal(
        another.map_values(job.key, "half-width"), first.spread.half_width
    )
    np.testing.assert_array_equal(
        another.map_values(job.key, "stronger"), first.chance.stronger.astype(np.float32)
    )
    assert another.map_values(job.key) is None
    another.close()


def test_retrained_twins_have_other_error_bars(with_twins, question):
    first = with_twins.error_bars(question, GRADIENT)
    first.result(120)
    write_twins(with_twins.settings.models, [5])
    again = with_twins.error_bars(question, GRADIENT)
    assert again.key != first.key
    assert again.result(120).over_twins.maps == 2


def test_the_network_stays_as_it_is(backend, question):
    network = backend.classifier(MODEL).network
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    backend.error_bars(question, GRADIENT).result(120)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_cancelling_stops_it(backend, question, image):
    watch = watched(backend.classifier(MODEL), image)
    watch.gate.clear()
    job = backend.error_bars(question, ESTIMATORS["smoothgrad"](samples=64))
    assert watch.reached.wait(60)
    job.cancel()
    watch.gate.set()
    backend.predict(question.image, MODEL).result(60)
    assert watch.images < 64
    with pytest.raises(Cancelled):
        job.result()
