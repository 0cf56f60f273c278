"""A change of attention is one when it leaves what training again does, over patients too."""

from dataclasses import replace

import numpy as np
import pytest

from ctviz.cohort.diff.attention import Attention
from ctviz.cohort.diff.verdict import compared

PATIENTS, ESTIMATORS = 10, 4


def attention(share=0.6, alike=0.8, right=1.0, *, seed=0, tilt=0.1):
    """Attention of which one slice of each patient is known, and estimators that rank by tilt."""
    chance = np.random.default_rng(seed)
    merits = share + tilt * np.linspace(-1, 1, ESTIMATORS)
    return Attention(
        np.array([f"P-{number}" for number in range(PATIENTS)]),
        np.full(PATIENTS, right),
        merits + chance.normal(0, 0.01, (PATIENTS, ESTIMATORS)),
        alike + chance.normal(0, 0.01, (PATIENTS, ESTIMATORS)),
        (),
    )


TWINS = [attention(0.6 + shift, 0.8, seed=k + 5) for k, shift in enumerate((-0.02, 0.0, 0.02))]


def test_a_network_trained_again_holds():
    found = compared(attention(), attention(0.61, seed=1), TWINS)
    assert found.holds
    assert found.moved == ()
    assert found.sentence.startswith("Nothing left what 3 networks trained alike do: share of the")


@pytest.mark.parametrize(
    ("new", "moved"),
    [
        (attention(0.3, seed=1), "share of the importance in the region"),
        (attention(0.9, seed=1), "share of the importance in the region"),
        (attention(alike=0.1, seed=1), "likeness of the maps"),
        (attention(tilt=-0.1, seed=1), "rank of the estimators (Kendall's τ)"),
    ],
)
def test_what_left_its_interval_is_named(new, moved):
    found = compared(attention(), new, TWINS)
    assert not found.holds
    assert [figure.what for figure in found.moved] == [moved]
    assert found.sentence == (
        f"Accuracy holds, but attention left what 3 networks trained alike do: {moved}."
    )


def test_a_network_that_is_less_often_right_is_said_to_be():
    found = compared(attention(), attention(right=0.5, seed=1), TWINS)
    assert not found.holds
    assert found.sentence.startswith("Accuracy fell from 1.00 to 0.50")


def test_without_twins_a_stated_tolerance_takes_their_place():
    near, far = (compared(attention(), attention(0.6 + d, 0.9, seed=1), []) for d in (0.05, 0.3))
    assert (near.holds, far.holds) == (True, False)
    assert near.attention[0].allowed.low == pytest.approx(-0.1)
    assert "too few twins" in near.sentence


def test_a_change_in_few_patients_is_no_change_of_the_cohort():
    new = attention(seed=1)
    shares = new.shares.copy()
    shares[0] -= 0.55  # one patient of ten
    found = compared(attention(), replace(new, shares=shares), TWINS)
    assert found.holds


def test_what_is_not_known_decides_nothing():
    old = attention()
    blank = replace(old, shares=np.full_like(old.shares, np.nan), right=np.full(PATIENTS, np.nan))
    found = compared(blank, blank, [])
    assert [figure.holds for figure in found.attention] == [None, True, None]
    assert found.holds
    assert found.accuracy.holds is None


def test_the_allowed_interval_is_that_of_one_more_network():
    found = compared(attention(), attention(seed=1), [attention(0.6 + s) for s in (-0.2, 0, 0.2)])
    # Student's t of two degrees of freedom times s·√(1 + 1/3).
    reach = 4.302653 * 0.2 * np.sqrt(4 / 3)
    assert found.attention[0].allowed.low == pytest.approx(-reach, abs=1e-4)
    assert found.attention[0].allowed.high == pytest.approx(reach, abs=1e-4)
