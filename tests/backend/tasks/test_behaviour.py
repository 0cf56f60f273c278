from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from ctviz.backend import Backend, Question
from ctviz.backend.tasks.explain import explain
from ctviz.core import Cancelled, CtvizError, InvalidInput
from ctviz.estimators import ESTIMATORS, NotFinite
from ctviz.metrics import METRICS
from ctviz.metrics.resemblance import visible
from ctviz.models import load_model
from ctviz.models.twins import load_twins
from tests.backend.small_model import MODEL, write_model, write_twins

GRADIENT = ESTIMATORS["gradient"]()
SMOOTH = ESTIMATORS["smoothgrad"](samples=3)
STILL = ESTIMATORS["smoothgrad"](samples=3, noise=0.0)
EDGES = ESTIMATORS["edges"]()


@pytest.fixture
def question(image) -> Question:
    return Question(image, MODEL, 1)


def evaluate(backend, question, name, estimator, sign="signed", **settings):
    (job,) = backend.explain(question, [estimator])
    metric = METRICS[name](**settings)
    return backend.evaluate(question, job.result(60), metric, sign=sign, estimator=estimator)


def test_a_map_that_ignores_the_model_is_the_same_on_the_randomised_model(backend, question):
    evaluation = evaluate(backend, question, "randomisation", EDGES).result(60)
    assert evaluation.score.value == pytest.approx(1)
    for name in ("correlation", "similarity"):
        np.testing.assert_allclose(evaluation.curves[name].y, 1, atol=1e-6)


def test_a_gradient_is_another_on_the_randomised_model(backend, question):
    evaluation = evaluate(backend, question, "randomisation", GRADIENT).result(60)
    assert evaluation.score.value < 0.9


def test_without_noise_no_seed_makes_a_difference(backend, question):
    assert evaluate(backend, question, "seed-stability", STILL).result(60).score.value == (
        pytest.approx(1)
    )
    moving = evaluate(backend, question, "seed-stability", SMOOTH).result(60).score.value
    assert moving < 0.999


def test_an_estimator_without_a_seed_is_said_to_be_deterministic(backend, question):
    score = evaluate(backend, question, "seed-stability", GRADIENT).result(60).score
    assert "deterministic" in score.why


def test_an_unchanged_slice_has_an_unchanged_map(backend, question):
    score = evaluate(backend, question, "max-sensitivity", SMOOTH, radius=0.0).result(60).score
    assert score.value == pytest.approx(0, abs=1e-4)


def test_the_image_of_edges_is_sensitive_to_noise(backend, question):
    assert evaluate(backend, question, "max-sensitivity", EDGES).result(60).score.value > 0


def test_seconds_are_the_maps_own(backend, question):
    (job,) = backend.explain(question, [GRADIENT])
    importance = job.result(60)
    evaluation = backend.evaluate(question, importance, METRICS["seconds"](), sign="signed")
    assert evaluation.result(0).score.value == importance.seconds


@pytest.fixture
def shelf_with_twins(tmp_path, settings):
    """A shelf of the test's own, for its model is given twins."""
    write_model(tmp_path / "models")
    write_twins(tmp_path / "models", [3, 4])
    return replace(settings, models=tmp_path / "models")


@pytest.fixture
def with_twins(shelf_with_twins):
    backend = Backend(shelf_with_twins)
    yield backend
    backend.close()


def test_a_model_without_twins_has_no_reproducibility(backend, question):
    score = evaluate(backend, question, "reproducibility", GRADIENT).result(60).score
    assert "--twins" in score.why


def test_reproducibility_compares_with_the_maps_of_the_twins(with_twins, question):
    found = evaluate(with_twins, question, "reproducibility", GRADIENT).result(60).score.value
    folder = with_twins.settings.models / MODEL
    own, *others = (
        explain(each, question.image, question.target, [GRADIENT])["gradient"].native
        for each in (load_model(folder), *load_twins(folder))
    )
    shown = visible(with_twins.classifier(MODEL).encode(question.image).numpy())
    expected = [spearmanr(own[shown], other[shown]).statistic for other in others]
    assert found == pytest.approx(np.mean(expected), abs=1e-4)
    assert evaluate(with_twins, question, "reproducibility", EDGES).result(60).score.value == (
        pytest.approx(1)
    )


def test_twins_that_are_trained_anew_do_not_recall_old_scores(with_twins, question):
    first = evaluate(with_twins, question, "reproducibility", GRADIENT)
    stable = evaluate(with_twins, question, "seed-stability", SMOOTH)
    before = first.result(60).score.value
    write_twins(Path(with_twins.settings.models), [5, 6])
    again = evaluate(with_twins, question, "reproducibility", GRADIENT)
    assert again.key != first.key
    assert again.result(60).score.value != before
    assert evaluate(with_twins, question, "seed-stability", SMOOTH).key == stable.key


def test_behaviour_is_kept_on_disk_with_its_curves(backend, settings, question):
    first = evaluate(backend, question, "randomisation", GRADIENT, stages=2).result(60)
    another = Backend(settings)
    job = evaluate(another, question, "randomisation", GRADIENT, stages=2)
    assert job.state == "ready"
    assert job.result().score == first.score
    for name, curve in first.curves.items():
        np.testing.assert_array_equal(job.result().curves[name].y, curve.y)
    another.close()


@pytest.mark.parametrize(
    "change",
    [
        {"estimator": ESTIMATORS["smoothgrad"](samples=3, seed=1)},
        {"sign": "absolute"},
        {"draws": 2},
    ],
    ids=str,
)
def test_another_question_is_another_address(backend, question, change):
    asked = {"name": "seed-stability", "estimator": SMOOTH, "draws": 1}
    first = evaluate(backend, question, **asked)
    second = evaluate(backend, question, **asked | change)
    assert first.key != second.key
    first.result(60), second.result(60)


@pytest.mark.parametrize("estimator", [None, EDGES], ids=["none", "another's"])
def test_behaviour_needs_the_estimator_that_made_the_map(backend, question, estimator):
    (job,) = backend.explain(question, [GRADIENT])
    with pytest.raises(InvalidInput, match="'gradient' that made the map"):
        backend.evaluate(
            question,
            job.result(60),
            METRICS["max-sensitivity"](),
            sign="signed",
            estimator=estimator,
        )


def test_randomising_leaves_the_model_as_it_is(backend, question):
    before = backend.predict(question.image, MODEL).result(60).probabilities
    evaluate(backend, question, "randomisation", GRADIENT).result(60)
    x = backend.classifier(MODEL).encode(question.image)
    np.testing.assert_allclose(backend.classifier(MODEL).probabilities(x)[0], before, atol=1e-6)


def test_a_map_that_is_not_finite_on_the_randomised_model_has_kept_nothing(
    backend, question, monkeypatch
):
    (job,) = backend.explain(question, [GRADIENT])
    importance = job.result(60)

    def not_finite(*_, **__):
        raise NotFinite("The gradient is not finite on this network and image.")

    monkeypatch.setattr("ctviz.backend.tasks.behaviour.explain_on_grid", not_finite)
    asked = {"sign": "signed", "estimator": GRADIENT}
    gone = backend.evaluate(question, importance, METRICS["randomisation"](), **asked)
    assert gone.result(60).score.value == 0
    none = backend.evaluate(question, importance, METRICS["max-sensitivity"](), **asked)
    assert "not finite" in none.result(60).score.why


def test_cancelling_stops_the_estimator(backend, question, watch):
    slow = ESTIMATORS["smoothgrad"](samples=256)
    (job,) = backend.explain(question, [GRADIENT])
    importance = replace(job.result(60), estimator=slow.name)
    seen = watch.images
    watch.reached.clear()
    watch.gate.clear()
    metric = METRICS["max-sensitivity"](samples=100)
    job = backend.evaluate(question, importance, metric, sign="signed", estimator=slow)
    assert watch.reached.wait(60)
    job.cancel()
    watch.gate.set()
    backend.predict(question.image, MODEL).result(60)
    assert watch.images - seen < 256
    with pytest.raises(Cancelled):
        job.result()


def test_a_model_that_is_not_there_is_named(backend, question):
    (job,) = backend.explain(question, [GRADIENT])
    with pytest.raises(CtvizError, match=MODEL):
        backend.evaluate(
            replace(question, model_id="small-tset"),
            job.result(60),
            METRICS["randomisation"](),
            sign="signed",
            estimator=GRADIENT,
        )


@pytest.mark.parametrize("what", ["input", "output", "representation"])
def test_a_map_that_ignores_the_slice_is_stable_in_every_relation(backend, question, what):
    name = f"relative-{what}-stability"
    centre = evaluate(backend, question, name, ESTIMATORS["centre"]()).result(60)
    assert centre.score.value == 0
    assert evaluate(backend, question, name, GRADIENT).result(60).score.value > 0


def test_a_forgetful_model_makes_no_control_more_complex(backend, question):
    assert evaluate(backend, question, "emprt", EDGES).result(60).score.value == 0
    smooth = evaluate(backend, question, "smprt", EDGES, samples=2).result(60)
    assert smooth.score.value == pytest.approx(1)


def test_the_other_class_of_one_neuron_is_not_asked_for(backend, question):
    score = evaluate(backend, question, "random-logit", GRADIENT).result(60).score
    card = backend.models()[MODEL]
    assert ("one output neuron" in score.why) == (card.neurons == 1)
