import pytest

from ctviz.estimators import ESTIMATORS
from ctviz.ui.compare.completeness import gap_of, percent


def remark(name, gap):
    return gap_of(ESTIMATORS[name](), gap)


@pytest.mark.parametrize(
    ("gap", "text", "warns"),
    [
        (0.0, "sum off by < 1 %", False),
        (-0.004, "sum off by < 1 %", False),
        (0.031, "sum off by 3 %", False),
        (-0.05, "sum off by 5 %", False),
        (0.08, "sum off by 8 %", True),
        (2.83, "sum off by 283 %", True),
        (-45.0, "sum off by > 999 %", True),
    ],
)
def test_a_gap_is_a_few_words_that_warn_above_five_percent(gap, text, warns):
    said = remark("integrated-gradients", gap)
    assert (said.text, said.warns) == (text, warns)
    assert "Lower is better." in said.why


def test_where_there_is_no_gap_nothing_is_said():
    assert remark("gradient", None) is None


@pytest.mark.parametrize(
    ("gap", "direction"), [(0.07, "7 % of that change too much"), (-0.07, "little")]
)
def test_the_sentence_tells_the_direction(gap, direction):
    assert direction in remark("guided-ig", gap).why


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("guided-ig", "take more steps under Parameters."),
        ("smooth-integrated-gradients", "take more steps under Parameters."),
        ("expected-gradients", "take more samples under Parameters."),
        ("deeplift", "Lower is better."),
    ],
)
def test_the_cure_is_one_that_the_estimator_has(name, cure):
    assert remark(name, 0.2).why.endswith(cure)


def test_a_small_gap_asks_for_no_cure():
    assert "take more" not in remark("guided-ig", 0.03).why


@pytest.mark.parametrize("gap", [0.0049, 0.0051, 0.994, 9.994, 9.996])
def test_a_share_has_the_size_it_rounds_to(gap):
    text = percent(gap)
    number = float(text.strip("<> %"))
    assert text.startswith("<") == (gap < 0.005)
    assert text.startswith(">") == (gap > 9.995)
    assert abs(number - 100 * gap) <= 1
