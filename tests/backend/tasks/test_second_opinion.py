import pytest

from ctviz.backend import Backend, Question
from ctviz.core import Cancelled
from ctviz.estimators import ESTIMATORS
from ctviz.estimators.second_opinion import SAME
from tests.backend.small_model import MODEL

GRADIENT, OCCLUSION = (ESTIMATORS[name]() for name in ("gradient", "occlusion"))


@pytest.fixture
def question(image):
    return Question(image, MODEL, 0)


def test_captum_is_asked_once_for_all_processes(backend, question, settings):
    found = backend.second_opinion(question, GRADIENT).result(60)
    assert found.difference < SAME
    assert found.agrees
    another = Backend(settings)
    job = another.second_opinion(question, GRADIENT)
    assert job.state == "ready"
    assert job.result(0) == found
    another.close()


def test_without_a_counterpart_nothing_is_computed(backend, question):
    job = backend.second_opinion(question, OCCLUSION)
    assert job.state == "ready"
    assert job.result(0).agrees is None
    assert "exactly this definition" in job.result(0).why


def test_a_refusal_is_kept_with_its_reason(backend, question, settings):
    nowhere = ESTIMATORS["grad-cam"](layer="no-such-layer")
    found = backend.second_opinion(question, nowhere).result(60)
    assert "no-such-layer" in found.why
    another = Backend(settings)
    assert another.second_opinion(question, nowhere).result(0) == found
    another.close()


def test_a_comparison_can_be_given_up(backend, question):
    backend.explain(question, [ESTIMATORS["smoothgrad"](samples=150)])
    job = backend.second_opinion(question, ESTIMATORS["integrated-gradients"]())
    job.cancel()
    with pytest.raises(Cancelled):
        job.result(60)
