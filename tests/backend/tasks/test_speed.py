"""The measured pace: found once, shared, and without a say in what maps show."""

import time
from contextlib import closing
from threading import Event

import numpy as np
import pytest
import torch

from ctviz.backend import Backend, Question
from ctviz.backend.tasks import speed
from ctviz.backend.tasks.speed import Measured, measure
from ctviz.core import Cancelled, Progress
from ctviz.estimators import ESTIMATORS, Pace, explain
from tests.backend.small_model import MODEL

SMOOTH, GRADIENT = ESTIMATORS["smoothgrad"](), ESTIMATORS["gradient"]()
PACES = [Pace(1, 1), Pace(3, 7), Pace(99, 99, channels_last=False)]


@pytest.fixture
def network(backend):
    return backend.classifier(MODEL).network


@pytest.fixture
def x():
    return torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(1))


def estimated(backend, *estimators):
    """Return the estimate, waiting for the measurement."""
    deadline = time.monotonic() + 60
    while (estimate := backend.estimate(MODEL, estimators)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return estimate


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("name", ["smoothgrad", "guided-ig", "occlusion", "grad-cam"])
def test_the_pace_does_not_change_a_map(network, x, name, pace):
    exact, x = network.double(), x.double()
    (usual,) = explain(exact, x, 1, [ESTIMATORS[name]()])
    (paced,) = explain(exact, x, 1, [ESTIMATORS[name]()], pace=pace)
    np.testing.assert_allclose(paced, usual, atol=1e-6 * np.abs(usual).max())


def test_what_was_measured_is_a_usable_pace(network, x):
    before = [parameter.clone() for parameter in network.parameters()]
    measured = measure(network, x, budget=0.2)
    assert measured.pace.forward_batch >= 1
    assert measured.pace.gradient_batch >= 1
    assert measured.forward_seconds > 0
    assert measured.gradient_seconds > 0
    for now, then in zip(network.parameters(), before, strict=True):
        assert torch.equal(now, then)


def test_without_any_time_something_is_measured_nevertheless(network, x):
    assert measure(network, x, budget=0).gradient_seconds > 0


def test_measuring_can_be_given_up(network, x):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        measure(network, x, progress=progress)


def test_an_estimate_is_there_once_the_model_was_measured(backend):
    assert backend.estimate(MODEL, [SMOOTH]) is None
    several, one = estimated(backend, SMOOTH), estimated(backend, GRADIENT)
    assert several.passes.gradient == SMOOTH.samples
    assert several.seconds > one.seconds > 0


def test_measuring_sends_nothing_through_the_model_itself(backend, watch):
    estimated(backend, SMOOTH)
    assert watch.images == 0


def test_another_process_finds_what_was_measured(backend, settings):
    first = estimated(backend, SMOOTH)
    other = Backend(settings)
    assert other.estimate(MODEL, [SMOOTH]) == first
    other.close()


def test_a_damaged_measurement_is_made_again(backend, settings):
    estimated(backend, SMOOTH)
    for kept in settings.cache.glob("*/*"):
        kept.write_bytes(b"damaged" * 20)
    with closing(Backend(settings)) as other:
        assert estimated(other, SMOOTH).seconds > 0
    kept = [path.read_bytes() for path in settings.cache.glob("*/*")]
    assert any(not content.startswith(b"damaged") for content in kept)


def test_closing_gives_a_measurement_up(settings, monkeypatch):
    begun, given_up = Event(), Event()

    def endless(*_, progress, **__):
        begun.set()
        while not progress.cancelled:
            time.sleep(0.01)
        given_up.set()
        progress.check()

    monkeypatch.setattr(speed, "measure", endless)
    backend = Backend(settings)
    assert backend.estimate(MODEL, [SMOOTH]) is None
    assert begun.wait(60)
    backend.close()
    assert given_up.is_set()


def test_a_map_made_at_the_measured_pace_is_the_same(backend, settings, image):
    (job,) = backend.explain(Question(image, MODEL, 1), [SMOOTH])
    usual = job.result(60).values
    estimated(backend, SMOOTH)
    for kept in settings.cache.glob("*/*"):
        if kept.stem == job.key:
            kept.unlink()
    other = Backend(settings)
    (again,) = other.explain(Question(image, MODEL, 1), [SMOOTH])
    np.testing.assert_allclose(again.result(60).values, usual, atol=1e-3 * np.abs(usual).max())
    other.close()


@pytest.mark.parametrize("milliseconds", [1, 2, 4, 8, 16, 32])
def test_whenever_time_runs_out_there_is_a_pace_of_both_kinds(network, x, milliseconds):
    measured = measure(network, x, budget=milliseconds / 1000)
    assert min(measured.forward_seconds, measured.gradient_seconds) > 0


@pytest.fixture
def measurements(monkeypatch):
    """Count measurements in place of making them: each tells another time."""
    made = []

    def counted(*_, **__):
        made.append(len(made) + 1)
        return Measured(Pace(1, 1), float(made[-1]), float(made[-1]))

    monkeypatch.setattr(speed, "measure", counted)
    return made


def told(backend, seconds):
    """Wait until the backend tells a time."""
    deadline = time.monotonic() + 60
    while (found := backend._pacing.known(MODEL)) is None or found.forward_seconds != seconds:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_a_busy_machine_told_serves_until_a_quiet_moment(backend, measurements, monkeypatch):
    monkeypatch.setattr(speed, "is_busy", lambda: True)
    told(backend, 1.0)
    told(backend, 1.0)
    assert measurements == [1]
    monkeypatch.setattr(speed, "is_busy", lambda: False)
    assert backend._pacing.known(MODEL).forward_seconds == 1.0
    told(backend, 2.0)
    monkeypatch.setattr(speed, "is_busy", lambda: True)
    told(backend, 2.0)
    assert measurements == [1, 2]
