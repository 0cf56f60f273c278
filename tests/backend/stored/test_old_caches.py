"""What is kept on disk is found again by later versions: addresses and arrays, written by hand.

They are those of version 0.2.0 but for the number of results, raised in 0.3.0 when passes without
a gradient began to go by ONNX Runtime.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ctviz.backend import Backend, Question
from ctviz.backend.stored.cache import Cache
from ctviz.core import ImportanceMap
from ctviz.core.files import unsealed
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from tests.backend.small_model import MODEL

SIDE, NATIVE = 48, 32
GRADIENT, PATH = ESTIMATORS["gradient"](), ESTIMATORS["integrated-gradients"](steps=2)
IMPORTANCE = ImportanceMap(
    values=np.full((SIDE, SIDE), 2, np.float32),
    estimator="gradient",
    seconds=1.5,
    native=np.arange(NATIVE**2, dtype=np.float32).reshape(NATIVE, NATIVE),
)


def address(kind: str, *parts: object) -> str:
    text = json.dumps([kind, 3, *parts], sort_keys=True)
    return hashlib.sha256(f"{len(text)}:{text}".encode()).hexdigest()


@pytest.fixture
def question(image) -> Question:
    return Question(image, MODEL, 1)


@pytest.fixture
def network(backend: Backend) -> list[object]:
    card = backend.models()[MODEL]
    reading = [1, [32, 32], [50.0, 400.0], ["without contrast", "with contrast"]]
    return [dict(card.sha256), "resnet18", {"width": 8}, card.neurons, *reading]


@pytest.fixture
def pixels(image) -> list[object]:
    return [image.digest, True, [0.8, 0.8]]


@pytest.fixture
def old(settings) -> Cache:
    return Cache(settings.cache)


def digest(values: np.ndarray) -> str:
    kind = f"{values.dtype.str}{values.shape}".encode()
    return hashlib.sha256(kind + values.tobytes()).hexdigest()


def named(tunable) -> list[object]:
    return [tunable.name, getattr(tunable, "version", 1), tunable.settings()]


def files(folder: Path, key: str) -> dict[str, np.ndarray]:
    return unsealed((folder / key[:2] / f"{key}.ctviz").read_bytes())


def test_a_map_is_found_again(backend, old, question, network, pixels):
    key = address("map", network, pixels, 1, named(PATH))
    native = np.ones((NATIVE, NATIVE), np.float32)
    arrays = {
        "values": np.full((SIDE, SIDE), 3, np.float32),
        "estimator": np.asarray("integrated-gradients"),
        "seconds": np.asarray(0.25),
        "native": native,
        "completeness gap": np.asarray(0.125),
    }
    old.put(key, arrays)
    assert backend.knows_map(question, PATH)
    (job,) = backend.explain(question, [PATH])
    found = job.result(0)
    assert (job.key, found.estimator, found.seconds) == (key, "integrated-gradients", 0.25)
    assert found.completeness_gap == 0.125
    np.testing.assert_array_equal(found.values, arrays["values"])
    np.testing.assert_array_equal(found.native, native)


def test_a_prediction_is_found_again(backend, old, question, network, pixels):
    key = address("prediction", MODEL, network, pixels)
    arrays = {
        "model": np.asarray(MODEL),
        "classes": np.asarray(["without contrast", "with contrast"]),
        "probabilities": np.asarray([0.25, 0.75], np.float32),
    }
    old.put(key, arrays)
    found = backend.predict(question.image, MODEL).result(0)
    assert found.classes == ("without contrast", "with contrast")
    assert found.probabilities.tolist() == [0.25, 0.75]


EVALUATION = {
    "value": np.asarray([0.5]),
    "why": np.asarray(""),
    "curve mif": np.asarray([[0.0, 1.0], [1.0, 0.0]]),
    "area mif": np.asarray(0.5),
}
UNDEFINED = {"value": np.asarray([], np.float64), "why": np.asarray("There is none.")}


@pytest.mark.parametrize("kind", ["fidelity", "behaviour"])
@pytest.mark.parametrize("arrays", [EVALUATION, UNDEFINED], ids=["defined", "undefined"])
def test_a_score_is_found_again(backend, old, question, network, pixels, kind, arrays):  # noqa: PLR0913, PLR0917
    values = digest(IMPORTANCE.native)
    metric = METRICS["fidelity" if kind == "fidelity" else "randomisation"]()
    maker = [] if kind == "fidelity" else [named(GRADIENT), "signed"]
    key = address(kind, network, pixels, 1, named(metric), *maker, values)
    old.put(key, arrays)
    job = backend.evaluate(question, IMPORTANCE, metric, sign="signed", estimator=GRADIENT)
    found = job.result(0)
    assert job.key == key
    if arrays is UNDEFINED:
        assert (found.score.value, found.score.why) == (None, "There is none.")
    else:
        assert (found.score.value, found.curves["mif"].area) == (0.5, 0.5)
        assert found.curves["mif"].y.tolist() == [1.0, 0.0]


def test_a_region_map_is_found_again(backend, old, question, network, pixels):
    key = address("region-map", network, pixels, digest(IMPORTANCE.native))
    values = np.full((SIDE, SIDE), 0.5, np.float32)
    old.put(key, {"values": values, "native": IMPORTANCE.native})
    job = backend.region_map(question, IMPORTANCE)
    assert job.key == key
    np.testing.assert_array_equal(job.result(0), values)
    np.testing.assert_array_equal(backend.map_values(key), values)


def test_a_segmentation_is_found_again(backend, old, question):
    classifier = backend.classifier(MODEL)
    key = address("segmentation", digest(classifier.encode(question.image)[0, 0].numpy()))
    halves = np.arange(NATIVE**2)
    arrays = {
        "shape": np.asarray([NATIVE, NATIVE]),
        "pixels": halves.astype(np.int32),
        "starts": np.asarray([0, NATIVE**2 // 2, NATIVE**2], np.int32),
    }
    old.put(key, arrays)
    ranked = backend.region_map(question, IMPORTANCE).result(60)
    # Two halves of the slice, and thus two levels that decoding keeps apart.
    assert len(np.unique(ranked)) == 2


@pytest.mark.parametrize("left", [[0.125, 0.25], []], ids=["measured", "inapplicable"])
def test_a_sanity_check_is_found_again(backend, old, network, left):
    rule = [named(METRICS["randomisation"](stages=3)), 3, 0.5]
    key = address("sanity", network, named(GRADIENT), rule)
    old.put(key, {"left": np.asarray(left, np.float64), "why": np.asarray("No images.")})
    found = backend.known_sanity(MODEL, GRADIENT)
    assert found == backend.sanity(MODEL, GRADIENT).result(0)
    if left:
        assert (found.passed, found.correlation, found.similarity) == (True, *left)
    else:
        assert (found.passed, found.why) == (None, "No images.")


def test_a_model_s_speed_is_found_again(backend, old):
    capability = torch.backends.cpu.get_cpu_capability()
    machine = ["cpu", torch.get_num_threads(), capability, torch.__version__]
    card = backend.models()[MODEL]
    key = address("pace", machine, ["resnet18", {"width": 8}, card.neurons, 1, [32, 32]])
    arrays = {
        "batches": np.asarray([4, 2]),
        "channels last": np.asarray(True),
        "seconds": np.asarray([0.5, 2.0]),
    }
    old.put(key, arrays)
    assert backend.estimate(MODEL, [GRADIENT]).seconds == 0.5 + 2.0  # the class, then its gradient


def test_results_are_kept_as_they_ever_were(backend, settings, question, network, pixels):
    (job,) = backend.explain(question, [PATH])
    importance = job.result(60)
    kept = files(settings.cache, job.key)
    assert list(kept) == ["values", "estimator", "seconds", "native", "completeness gap"]
    np.testing.assert_array_equal(kept["native"], importance.native)

    metric = METRICS["fidelity"](step=0.5)
    job = backend.evaluate(question, importance, metric, sign="signed")
    score, kept = job.result(60).score.value, files(settings.cache, job.key)
    names = ["value", "why", "curve mif", "area mif", "curve lif", "area lif"]
    assert list(kept) == names
    assert kept["value"].tolist() == [score]

    job = backend.region_map(question, importance)
    values, kept = job.result(60), files(settings.cache, job.key)
    assert list(kept) == ["values"]
    np.testing.assert_array_equal(kept["values"], values)

    prediction = backend.predict(question.image, MODEL).result(60)
    kept = files(settings.cache, address("prediction", MODEL, network, pixels))
    assert list(kept) == ["model", "classes", "probabilities"]
    np.testing.assert_array_equal(kept["probabilities"], prediction.probabilities)
