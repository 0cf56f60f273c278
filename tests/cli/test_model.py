"""`ctviz model check` tells whether a model is read as it was trained; `remove` puts it away."""

import pytest

from ctviz.backend import Backend, Demo
from ctviz.core import Settings
from tests.backend.small_model import MODEL


@pytest.fixture
def with_cases(environment):
    backend = Backend(Settings.from_environment())
    demo = Demo(environment / "demo", patients=2, slices=1, size=64)
    backend.import_demo(demo).result(60)
    backend.close()
    return environment


def test_a_checkup_is_a_table_with_every_estimator(ctviz, with_cases):
    checked = ctviz("model", "check", MODEL, "--format", "csv")
    assert checked.code == 0
    assert "AUC of 'with contrast'," in checked.out
    assert "\ngradient,works\n" in checked.out
    assert "expected calibration error" in checked.out


def test_a_checkup_without_known_cases_says_what_to_do(ctviz, environment):
    checked = ctviz("model", "check", MODEL, "--no-estimators")
    assert checked.code == 2
    assert "give cases a class first" in checked.err


@pytest.mark.parametrize("known", ["with contrast", "=yes", "with contrast=yes"])
def test_a_meaning_that_is_none_is_refused(ctviz, with_cases, known):
    checked = ctviz("model", "check", MODEL, "--no-estimators", "--known", known)
    assert checked.code == 2
    assert "--known takes" in checked.err or "no class 'yes'" in checked.err


def test_only_what_was_added_is_removed(ctviz, environment, shelf):
    assert ctviz("model", "remove", MODEL).code == 2
    assert (shelf / MODEL).is_dir()


def test_what_is_needed_to_add_is_asked_for(ctviz, environment):
    added = ctviz("model", "add", "net.onnx", "--id", "ours", "--classes", "no,yes")
    assert added.code == 2
    assert "--window is needed" in added.err
