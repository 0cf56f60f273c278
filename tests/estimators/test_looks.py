"""Every estimator has one look, whatever else is chosen or installed."""

import pytest

from ctviz.core.prior import MEAN_MASK
from ctviz.core.theme import THEME
from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.looks import look_of

OURS = [name for name, cls in ESTIMATORS.items() if cls.__module__.startswith("ctviz.")]


@pytest.fixture
def somebody_elses(monkeypatch):
    """Two estimators of another package, whose names come before all of ours."""

    def install(name, family, control=False):
        kind = type(name, (), {"family": family, "control": control, "__module__": "elsewhere"})
        monkeypatch.setitem(ESTIMATORS._members, name, kind)

    install("a-gradient", "gradients")
    install("a-star", "astrology")
    install("a-control", "astrology", control=True)


def test_no_two_estimators_look_alike_on_either_ground():
    looks = [look_of(name) for name in (*OURS, MEAN_MASK)]
    for scheme in ("dark", "light"):
        assert len({look.on(scheme) for look in looks}) == len(looks)


def test_controls_and_no_others_are_grey():
    for name in OURS:
        assert look_of(name).control == ESTIMATORS[name].control
    assert look_of(MEAN_MASK).control


def test_an_installed_estimator_recolours_none_of_ours(somebody_elses):
    with pytest.MonkeyPatch.context() as before:
        for name in ("a-gradient", "a-star", "a-control"):
            before.delitem(ESTIMATORS._members, name)
        known = {name: look_of(name) for name in (*OURS, MEAN_MASK)}
    assert {name: look_of(name) for name in known} == known


def test_an_installed_estimator_takes_the_next_look_of_its_family(somebody_elses):
    ours = [name for name in OURS if ESTIMATORS[name].family == "gradients"]
    assert look_of("a-gradient") == THEME.look("gradients", len(ours))
    assert look_of("a-star") == THEME.look("other", 0)
    assert look_of("a-control").control


def test_one_that_is_gone_keeps_a_look_by_its_name():
    gone = look_of("gone")
    assert gone == look_of("gone")
    assert gone in THEME.looks["other"]
    assert look_of("gone", control=True) in THEME.looks["control"]
