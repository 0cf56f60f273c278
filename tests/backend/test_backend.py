import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import numpy as np
import pytest
import torch

from ctviz.backend import Backend, Question, Scoring, explain
from ctviz.backend.tasks import explain as explaining
from ctviz.backend.tasks.predict import Predictor
from ctviz.core import (
    SIGNS,
    Cancelled,
    Case,
    CtvizError,
    InvalidInput,
    InvalidParameter,
    Slice,
    UnknownName,
    UnusableModel,
)
from ctviz.estimators import ESTIMATORS, passes
from ctviz.metrics import METRICS
from ctviz.regions import segment, xrai
from tests.backend.small_model import MODEL, watched, write_model

GRADIENT = ESTIMATORS["gradient"]()
SMOOTH = ESTIMATORS["smoothgrad"](samples=3)
SQUARED = ESTIMATORS["smoothgrad-squared"](samples=3)
RANDOM = ESTIMATORS["random"]()


@pytest.fixture
def question(image) -> Question:
    return Question(image, MODEL, 1)


def results(jobs):
    return [job.result(60) for job in jobs]


def test_a_prediction_is_the_classifiers(backend, image):
    prediction = backend.predict(image, MODEL).result(60)
    expected = backend.classifier(MODEL).predict(image)
    np.testing.assert_allclose(prediction.probabilities, expected.probabilities, atol=1e-6)
    assert prediction.classes == expected.classes


def test_a_prediction_is_known_to_the_next_process(backend, settings, image):
    first = backend.predict(image, MODEL).result(60)
    another = Backend(settings)
    job = another.predict(image, MODEL)
    assert job.state == "ready"
    np.testing.assert_array_equal(job.result().probabilities, first.probabilities)
    another.close()


def test_maps_come_in_the_order_of_the_estimators_on_the_scans_grid(backend, image):
    maps = results(backend.explain(Question(image, MODEL, 1), [SQUARED, RANDOM, GRADIENT]))
    assert [m.estimator for m in maps] == ["smoothgrad-squared", "random", "gradient"]
    assert all(m.values.shape == image.shape for m in maps)
    assert all(m.native.shape == (32, 32) for m in maps)


def test_a_map_is_the_same_as_from_the_plain_call(backend, image):
    (importance,) = results(backend.explain(Question(image, MODEL, 1), [SMOOTH]))
    plain = explain(backend.classifier(MODEL), image, 1, [SMOOTH])["smoothgrad"]
    np.testing.assert_allclose(importance.native, plain.native, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(importance.values, plain.values, rtol=1e-3, atol=1e-6)


def test_the_plain_call_explains_the_predicted_class(backend, image):
    model = backend.classifier(MODEL)
    chosen = explain(model, image, estimators=("gradient",))["gradient"]
    target = model.predict(image).target
    expected = explain(model, image, target, ("gradient",))["gradient"]
    np.testing.assert_allclose(chosen.values, expected.values, rtol=1e-4, atol=1e-7)


def test_what_was_computed_is_there_at_once(backend, settings, image):
    first = results(backend.explain(Question(image, MODEL, 1), [GRADIENT, SMOOTH]))
    for door in (backend, Backend(settings)):
        jobs = door.explain(Question(image, MODEL, 1), [GRADIENT, SMOOTH])
        assert [job.state for job in jobs] == ["ready", "ready"]
        for job, importance in zip(jobs, first, strict=True):
            np.testing.assert_array_equal(job.result().values, importance.values)
            np.testing.assert_array_equal(job.result().native, importance.native)
            assert job.result().seconds == importance.seconds
    door.close()


PATH = ESTIMATORS["integrated-gradients"](steps=4)


def test_a_completeness_gap_is_kept_with_its_map(backend, settings, image):
    path, gradient = results(backend.explain(Question(image, MODEL, 1), [PATH, GRADIENT]))
    assert path.completeness_gap is not None
    assert gradient.completeness_gap is None
    another = Backend(settings)
    again = results(another.explain(Question(image, MODEL, 1), [PATH, GRADIENT]))
    assert [m.completeness_gap for m in again] == [path.completeness_gap, None]
    another.close()


def test_a_completeness_gap_is_of_the_map_on_the_networks_grid(backend, image):
    model = backend.classifier(MODEL)
    importance = explain(model, image, 1, [PATH])[PATH.name]
    x = model.encode(image)
    with torch.no_grad():
        scores = model.network(torch.cat([x, torch.zeros_like(x)]))[:, 1].double()
    change = float(scores[0] - scores[1])
    expected = (importance.native.sum(dtype=float) - change) / abs(change)
    assert importance.completeness_gap == pytest.approx(expected, abs=1e-3)


def test_a_map_that_was_kept_without_its_gap_still_opens(settings, image, monkeypatch):
    packed = explaining._pack

    def as_before(importance):
        return {key: of for key, of in packed(importance).items() if key != "completeness gap"}

    monkeypatch.setattr(explaining, "_pack", as_before)
    first, second = Backend(settings), Backend(settings)
    (made,) = results(first.explain(Question(image, MODEL, 1), [PATH]))
    (job,) = second.explain(Question(image, MODEL, 1), [PATH])
    assert job.state == "ready"
    np.testing.assert_array_equal(job.result().values, made.values)
    assert job.result().completeness_gap is None
    first.close()
    second.close()


def test_estimators_share_their_passes(backend, image, watch):
    results(backend.explain(Question(image, MODEL, 1), [SMOOTH, SQUARED]))
    assert watch.images == passes([SMOOTH, SQUARED]).total == passes([SMOOTH]).total


def test_only_missing_maps_are_computed(backend, image, watch):
    results(backend.explain(Question(image, MODEL, 1), [SMOOTH]))
    before = watch.images
    results(backend.explain(Question(image, MODEL, 1), [SMOOTH, GRADIENT]))
    assert watch.images - before == passes([GRADIENT]).total


def test_many_threads_that_want_one_map_let_the_network_run_once(backend, image, watch):
    together = Barrier(12)

    def ask(_: int) -> bytes:
        together.wait(30)
        (job,) = backend.explain(Question(image, MODEL, 1), [SMOOTH])
        return job.result(60).values.tobytes()

    with ThreadPoolExecutor(12) as threads:
        answers = set(threads.map(ask, range(12)))
    assert len(answers) == 1
    assert watch.images == passes([SMOOTH]).total


@pytest.mark.parametrize(
    "change",
    [
        {"target": 0},
        {"estimator": ESTIMATORS["smoothgrad"](samples=4)},
        {"image": "other pixels"},
        {"image": "other spacing"},
    ],
    ids=str,
)
def test_another_question_is_another_address(backend, image, change):
    images = {
        "other pixels": Slice(image.hounsfield + 1, image.spacing_mm),
        "other spacing": Slice(image.hounsfield, (0.8, 1.6)),
    }
    other = images.get(change.get("image"), image)
    (first,) = backend.explain(Question(image, MODEL, 1), [SMOOTH])
    asked = Question(other, MODEL, change.get("target", 1))
    (second,) = backend.explain(asked, [change.get("estimator", SMOOTH)])
    assert first.key != second.key
    results([first, second])


def test_a_model_that_was_trained_anew_is_loaded_and_asked_anew(settings, tmp_path, image):
    folder = tmp_path / "models"
    write_model(folder, seed=0)
    backend = Backend(replace(settings, models=folder))
    before = backend.predict(image, MODEL).result(60)
    write_model(folder, seed=1)
    after = backend.predict(image, MODEL).result(60)
    assert not np.array_equal(before.probabilities, after.probabilities)
    backend.close()


def test_a_damaged_cache_file_is_computed_again(backend, settings, image, watch):
    (first,) = results(backend.explain(Question(image, MODEL, 1), [SMOOTH]))
    before = watch.images
    for path in settings.cache.rglob("*.ctviz"):
        path.write_bytes(path.read_bytes()[:-100])
    another = Backend(settings)
    other = watched(another.classifier(MODEL), image)
    (again,) = results(another.explain(Question(image, MODEL, 1), [SMOOTH]))
    np.testing.assert_allclose(again.values, first.values, rtol=1e-4, atol=1e-7)
    assert other.images == before
    another.close()


EXPLAIN = """
import sys
from pathlib import Path
import numpy as np
from ctviz.backend import Backend, Question
from ctviz.core import Settings, Slice
from ctviz.estimators import ESTIMATORS
folder, models, cache, pixels, model = sys.argv[1:]
backend = Backend(Settings(Path(folder), Path(models), Path(cache), "cpu"))
image = Slice(np.load(pixels), (0.8, 0.8))
(job,) = backend.explain(Question(image, model, 1), [ESTIMATORS["smoothgrad"](samples=3)])
job.result(60)
backend.close()
"""


def test_two_processes_share_the_cache(backend, settings, image, watch, tmp_path):
    np.save(tmp_path / "pixels.npy", image.hounsfield)
    places = (tmp_path / "elsewhere", settings.models, settings.cache, tmp_path / "pixels.npy")
    subprocess.run([sys.executable, "-c", EXPLAIN, *map(str, places), MODEL], check=True)
    (job,) = backend.explain(Question(image, MODEL, 1), [SMOOTH])
    assert job.state == "ready"
    assert watch.images == 0


def test_cancelling_all_maps_stops_the_network(backend, image, watch):
    watch.gate.clear()
    jobs = backend.explain(
        Question(image, MODEL, 1), [ESTIMATORS["smoothgrad"](samples=256), GRADIENT]
    )
    assert watch.reached.wait(60)
    for job in jobs:
        job.cancel()
    watch.gate.set()
    backend.predict(image, MODEL).result(60)
    assert watch.images < 100
    for job in jobs:
        with pytest.raises(Cancelled):
            job.result()


def test_cancelling_one_map_leaves_the_other(backend, image, watch):
    watch.gate.clear()
    smooth, gradient = backend.explain(Question(image, MODEL, 1), [SMOOTH, GRADIENT])
    assert watch.reached.wait(60)
    smooth.cancel()
    watch.gate.set()
    assert gradient.result(60).estimator == "gradient"


def test_a_reader_goes_before_the_background(backend, image, watch):
    watch.gate.clear()
    order = []
    backend.predict(image, MODEL)
    assert watch.reached.wait(60)
    jobs = [
        *backend.explain(Question(image, MODEL, 0), [GRADIENT], urgency="background"),
        *backend.explain(Question(image, MODEL, 1), [GRADIENT]),
    ]
    for name, job in zip(("background", "reader"), jobs, strict=True):
        job.add_done_callback(lambda _, name=name: order.append(name))
    watch.gate.set()
    results(jobs)
    assert order == ["reader", "background"]


def test_a_refused_estimator_fails_its_own_job_only(backend, image):
    impossible = ESTIMATORS["grad-cam"](layer="no such layer")
    refused, gradient = backend.explain(Question(image, MODEL, 1), [impossible, GRADIENT])
    assert gradient.result(60).estimator == "gradient"
    with pytest.raises(CtvizError):
        refused.result(60)
    assert refused.state == "failed"
    assert refused.message


def test_a_class_that_does_not_exist_is_refused(backend, image):
    with pytest.raises(InvalidInput, match="classes 0 to 1"):
        backend.explain(Question(image, MODEL, 2), [GRADIENT])


def test_an_unknown_model_is_named_with_the_nearest(backend, image):
    with pytest.raises(UnknownName, match=MODEL):
        backend.predict(image, "small-tset")


def test_a_model_with_other_weights_fails_the_job_with_its_sentence(settings, tmp_path, image):
    folder = tmp_path / "models"
    write_model(folder)
    weights = folder / MODEL / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    backend = Backend(replace(settings, models=folder))
    (job,) = backend.explain(Question(image, MODEL, 1), [GRADIENT])
    with pytest.raises(UnusableModel, match="checksums differ"):
        job.result(60)
    assert job.state == "failed"
    backend.close()


def test_a_folder_that_is_no_model_is_refused_by_name(settings, tmp_path):
    folder = tmp_path / "models"
    write_model(folder)
    (folder / "broken").mkdir()
    (folder / "broken" / "card.toml").write_text("not a card")
    backend = Backend(replace(settings, models=folder))
    assert list(backend.models()) == [MODEL]
    assert list(backend.models().refused) == ["broken"]
    backend.close()


@pytest.mark.parametrize("sign", SIGNS)
def test_every_agreement_metric_is_evaluated_against_a_drawing(backend, question, vessel, sign):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    for name in ("dice", "auroc", "average-precision"):
        metric = METRICS[name]()
        evaluation = backend.evaluate(question, importance, metric, sign=sign, mask=vessel).result(
            60
        )
        values = (
            backend.region_map(question, importance, sign).result(60)
            if metric.reads == "region map"
            else np.abs(importance.values)
            if sign == "absolute"
            else importance.values
        )
        assert evaluation.score == metric(values, vessel)


def test_a_region_map_has_the_levels_of_its_ranking_and_no_more(backend, question):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    ranked = backend.region_map(question, importance).result(60)
    image = backend.classifier(MODEL).encode(question.image)[0, 0].numpy()
    assert set(np.unique(ranked)) <= set(np.unique(xrai(importance.native, segment(image))))


@pytest.mark.parametrize("name", ["dice", "auroc", "average-precision"])
def test_a_score_asked_for_alone_is_the_same_but_has_no_curve(backend, question, vessel, name):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    alone, drawn = (
        backend.evaluate(
            question, importance, METRICS[name](), sign="signed", mask=vessel, curves=curves
        ).result(60)
        for curves in (False, True)
    )
    assert alone.score == drawn.score
    assert list(drawn.curves) == [name]
    assert not alone.curves


def test_without_a_drawing_agreement_is_undefined_and_says_what_to_do(backend, question, vessel):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    for mask in (None, np.zeros_like(vessel)):
        job = backend.evaluate(question, importance, METRICS["auroc"](), sign="signed", mask=mask)
        assert not job.result(0).score.defined
        assert "Draw" in job.result(0).score.why


def test_fidelity_is_the_metrics_and_is_kept(backend, settings, question):
    metric = METRICS["fidelity"](step=0.25)
    (importance,) = results(backend.explain(question, [GRADIENT]))
    first = backend.evaluate(question, importance, metric, sign="absolute").result(60)
    classifier = backend.classifier(MODEL)
    x = classifier.encode(question.image)
    curves = metric.curves(
        np.abs(importance.native),
        x.numpy(),
        lambda images: classifier.probabilities(x.new_tensor(images))[:, 1],
    )
    assert first.score.value == pytest.approx(curves.score.value, abs=1e-5)
    np.testing.assert_allclose(first.curves["mif"].y, curves.mif.y, atol=1e-5)
    another = Backend(settings)
    job = another.evaluate(question, importance, metric, sign="absolute")
    assert job.state == "ready"
    assert job.result().score == first.score
    for name in ("mif", "lif"):
        np.testing.assert_array_equal(job.result().curves[name].x, first.curves[name].x)
        np.testing.assert_array_equal(job.result().curves[name].y, first.curves[name].y)
        assert job.result().curves[name].area == first.curves[name].area
    another.close()


def test_an_undefined_score_comes_back_from_the_cache_with_its_reason(backend, settings, question):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    flat = replace(importance, native=np.ones((32, 32), np.float32))
    metric = METRICS["fidelity"](step=0.5)
    first = backend.evaluate(question, flat, metric, sign="signed").result(60)
    another = Backend(settings)
    again = another.evaluate(question, flat, metric, sign="signed").result(0)
    assert not first.score.defined
    assert again.score == first.score
    another.close()


def test_maps_scored_together_have_the_scores_of_one_by_one(backend, question):
    metric = METRICS["fidelity"](step=0.25)
    maps = results(backend.explain(question, [GRADIENT, SMOOTH]))
    alone = backend.fidelity(question, maps[:1], metric, sign="signed")[0].result(60)
    jobs = backend.fidelity(question, maps, metric, sign="signed")
    assert jobs[0].state == "ready"
    assert jobs[0].result().score == alone.score
    assert jobs[1].result(60).score.defined


@pytest.mark.parametrize("name", ["auroc", "fidelity", "randomisation", "entropy", "seconds"])
def test_metrics_of_all_kinds_score_several_maps_as_one_by_one(backend, question, vessel, name):
    makers, metric = [GRADIENT, SMOOTH], METRICS[name]()
    maps = results(backend.explain(question, makers))
    scoring = Scoring(question, maps, "signed", vessel, estimators=makers)
    together = results(backend.score(scoring, metric))
    for importance, maker, found in zip(maps, makers, together, strict=True):
        asked = {"sign": "signed", "mask": vessel, "estimator": maker}
        alone = backend.evaluate(question, importance, metric, **asked).result(60)
        assert alone.score == found.score


def test_a_map_that_is_nowhere_negative_is_compared_once_for_both_signs(backend, question, vessel):
    mixed, positive = results(backend.explain(question, [GRADIENT, SQUARED]))
    for importance, number in ((mixed, 2), (positive, 1)):
        metric = METRICS["auroc"]()
        jobs = [
            backend.evaluate(question, importance, metric, sign=sign, mask=vessel) for sign in SIGNS
        ]
        assert len({job.key for job in jobs}) == number


def test_maps_and_region_maps_are_found_by_their_key(backend, question):
    (job,) = backend.explain(question, [GRADIENT])
    region_map = backend.region_map(question, job.result(60))
    expected = region_map.result(60)
    np.testing.assert_array_equal(backend.map_values(region_map.key), expected)
    np.testing.assert_array_equal(backend.map_values(job.key), job.result().values)
    assert backend.map_values("00" * 32) is None


def test_a_map_from_elsewhere_cannot_be_ranked_on_the_networks_grid(backend, question):
    (importance,) = results(backend.explain(question, [GRADIENT]))
    with pytest.raises(InvalidInput, match="network's grid"):
        backend.region_map(question, replace(importance, native=None))


def test_a_device_that_is_not_there_is_refused(settings):
    with pytest.raises(InvalidParameter, match="CTVIZ_DEVICE"):
        Backend(replace(settings, device="mps"))


def test_closing_cancels_what_is_under_way(backend, image, watch):
    watch.gate.clear()
    (job,) = backend.explain(Question(image, MODEL, 1), [ESTIMATORS["smoothgrad"](samples=256)])
    assert watch.reached.wait(60)
    with ThreadPoolExecutor(1) as threads:
        closing = threads.submit(backend.close)
        with pytest.raises(Cancelled):
            job.result(60)
        watch.gate.set()
        closing.result(60)


def test_case_predictions_are_remembered_with_their_cases(backend, settings, image):
    case = Case("C-0000000a", [image, Slice(image.hounsfield - 5), image], patient="P-1")
    backend._cases.keep(case, "dicom")
    backend.predict_case(case.id, MODEL).result(60)
    expected = backend.predict(case.slices[1], MODEL).result(60)
    (found,) = backend.case_predictions(MODEL).values()
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-6)
    backend.close()
    again = Backend(settings)
    assert list(again.case_predictions(MODEL)) == [case.id]
    again.close()


def test_missing_case_predictions_come_by_themselves(backend, image):
    case = Case("C-0000000b", [image], patient="P-1")
    backend._cases.keep(case, "dicom")
    assert backend.case_predictions(MODEL) == {}
    backend.predict_case(case.id, MODEL).result(60)
    assert list(backend.case_predictions(MODEL)) == [case.id]


def test_answers_that_wait_are_not_asked_for_again(backend, image, monkeypatch):
    cases = [Case(f"C-0000000{number}", [image], patient="P-1") for number in range(3)]
    for case in cases:
        backend._cases.keep(case, "dicom")
    ids = [case.id for case in cases]
    asked, ask = [], Predictor._ask
    monkeypatch.setattr(
        Predictor, "_ask", lambda self, *wanted: asked.append(wanted) or ask(self, *wanted)
    )
    gate = Event()
    backend._device.submit(lambda: gate.wait(60))
    try:
        for _ in range(2):
            assert backend.case_predictions(MODEL) == {}
        assert (len(asked), backend.unclassified(MODEL, ids)) == (3, 3)
    finally:
        gate.set()
    for case in cases:
        backend.predict_case(case.id, MODEL).result(60)
    assert backend.unclassified(MODEL, ids) == 0


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_answered(backend, image, vessel, name):
    question = Question(image, MODEL, 1)
    (job,) = backend.explain(Question(image, MODEL, 1), [SMOOTH])
    metric = METRICS[name]()
    evaluation = backend.evaluate(
        question, job.result(60), metric, sign="absolute", mask=vessel, estimator=SMOOTH
    ).result(120)
    low, high = metric.bounds
    assert evaluation.score.value is None or low <= evaluation.score.value <= high


def test_what_is_made_on_the_spot_is_made_once_for_all_who_ask_meanwhile(backend):
    made, gate = [], Barrier(2)

    def compute():
        made.append(len(made))
        gate.wait(60)
        return made[-1]

    first, second = (backend.make("phantom 1", compute) for _ in range(2))
    gate.wait(60)
    assert (first.result(60), second.result(60)) == (0, 0)
    gate.reset()
    third = backend.make("phantom 1", compute)
    gate.wait(60)
    assert third.result(60) == 1


def test_what_cannot_be_made_says_why(backend):
    def refuse():
        raise InvalidInput("There is no such phantom.")

    with pytest.raises(InvalidInput, match="no such phantom"):
        backend.make("phantom 2", refuse).result(60)
