from dataclasses import replace

import pytest
import torch

from ctviz.backend import Backend, Sanity
from ctviz.backend.tasks.sanity import CHECK, STILL_ALIKE, check
from ctviz.core import Cancelled, Progress, UnknownName
from ctviz.estimators import ESTIMATORS
from ctviz.models import load_model, save_model
from tests.backend.small_model import MODEL, Watch, write_model

GRADIENT = ESTIMATORS["gradient"]()


def write_references(folder) -> None:
    """Give the small model five smooth images of its own."""
    coarse = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(4))
    images = torch.nn.functional.interpolate(coarse, size=(32, 32), mode="bilinear")
    save_model(folder / MODEL, replace(load_model(folder / MODEL), references=images))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_model(folder)
    write_references(folder)
    return folder


@pytest.mark.parametrize("name", ["random", "edges", "centre"])
def test_controls_have_nothing_to_check_and_are_known_at_once(backend, name):
    control = ESTIMATORS[name]()
    sanity = backend.sanity(MODEL, control).result(0)
    assert (sanity.passed, sanity.correlation, sanity.similarity) == (None, None, None)
    assert "control" in sanity.why
    assert backend.known_sanity(MODEL, control) == sanity


def test_what_is_left_is_measured_and_decides(backend):
    sanity = backend.sanity(MODEL, GRADIENT).result(60)
    assert 0 <= sanity.correlation <= 1
    assert 0 <= sanity.similarity <= 1
    assert sanity.passed == ((sanity.correlation + sanity.similarity) / 2 < STILL_ALIKE)
    assert sanity.why.endswith(".")


@pytest.mark.parametrize(("left", "passed"), [(0.0, True), (0.49, True), (0.5, False), (1, False)])
def test_half_of_the_likeness_is_too_much(left, passed):
    assert Sanity.measured(left, left).passed is passed
    assert ("must" in Sanity.measured(left, left).why) is passed


def test_what_was_found_is_known_to_the_next_process(backend, settings):
    found = backend.sanity(MODEL, GRADIENT).result(60)
    another = Backend(settings)
    assert another.known_sanity(MODEL, GRADIENT) == found
    assert another.sanity(MODEL, GRADIENT).state == "ready"
    another.close()


def test_asking_what_is_known_computes_nothing(backend):
    watch = Watch(backend.classifier(MODEL).network)
    assert backend.known_sanity(MODEL, GRADIENT) is None
    assert watch.images == 0


def test_other_settings_are_another_check(backend):
    backend.sanity(MODEL, ESTIMATORS["smoothgrad"](samples=2)).result(60)
    assert backend.known_sanity(MODEL, ESTIMATORS["smoothgrad"](samples=3)) is None


def test_a_refused_estimator_is_neither_passed_nor_failed(backend, monkeypatch):
    one_pixel = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(32 * 32, 2)).eval()
    classifier = replace(backend.classifier(MODEL), network=one_pixel)
    monkeypatch.setattr(backend._models, "classifier", lambda _: classifier)
    sanity = backend.sanity(MODEL, ESTIMATORS["grad-cam"]()).result(60)
    assert sanity.passed is None
    assert "refuses this model" in sanity.why


def test_a_model_without_references_says_so(settings, tmp_path):
    folder = tmp_path / "models"
    write_model(folder)
    backend = Backend(replace(settings, models=folder))
    sanity = backend.sanity(MODEL, GRADIENT).result(60)
    assert sanity.passed is None
    assert "reference images" in sanity.why
    assert backend.known_sanity(MODEL, GRADIENT) == sanity
    backend.close()


def test_an_unknown_model_is_named(backend):
    with pytest.raises(UnknownName, match=MODEL):
        backend.sanity("small-tset", GRADIENT)


def test_progress_rises_to_the_end(backend):
    shares = []
    check(backend.classifier(MODEL), GRADIENT, Progress(shares.append))
    assert shares == sorted(set(shares))
    assert shares[-1] == 1


def test_there_is_a_pause_after_every_map(backend):
    shares = []
    pauses = []
    progress = Progress(shares.append, lambda: pauses.append(0) or 0.0)
    check(backend.classifier(MODEL), GRADIENT, progress)
    assert len(pauses) >= len(shares) == 3 * (1 + CHECK.maps)


def test_a_check_can_be_given_up(backend):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        check(backend.classifier(MODEL), GRADIENT, progress)
