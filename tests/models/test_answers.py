"""What answers on slices of known class say of a model."""

import numpy as np
import pytest

from ctviz.models.answers import KnownAnswers

CLASSES = ("no", "yes")


def known(truths, shares):
    return KnownAnswers(
        CLASSES, np.array(truths), np.stack([1 - np.array(shares), np.array(shares)], 1)
    )


def test_right_answers_are_counted_and_leave_nothing_to_warn_of():
    good = known([0, 0, 1, 1], [0.1, 0.6, 0.55, 0.9])
    assert good.right == 3
    assert good.auc_of(1) == good.auc_of(0) == 3 / 4
    assert good.warnings() == ()


def test_classes_in_the_wrong_order_are_named():
    swapped = known([0, 0, 1, 1], [0.9, 0.8, 0.1, 0.3])
    assert swapped.flipped == CLASSES
    assert "wrong order" in swapped.warnings()[0]


def test_one_flipped_class_of_three_is_told_from_the_others():
    shares = np.array([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.1, 0.1, 0.8]])
    answers = KnownAnswers(("a", "b", "c"), np.array([0, 0, 2, 1]), shares)
    assert answers.flipped == ("b",)


def test_answers_that_hardly_differ_are_called_constant_and_not_flipped():
    same = known([0, 1, 1], [0.91, 0.90, 0.92])
    assert same.constant
    assert same.flipped == ()
    assert "window or the normalisation" in same.warnings()[0]
    assert not known([1], [0.4]).constant


def test_a_class_without_others_has_no_auc():
    assert known([1, 1], [0.2, 0.9]).auc_of(1) is None


def test_calibration_of_two_classes_is_that_of_the_second():
    answers = known([0, 1, 1, 1], [0.15, 0.85, 0.85, 0.85])
    assert answers.calibration_error == pytest.approx(0.15)
    assert [(b.slices, b.said, b.found) for b in answers.reliability] == [
        (1, pytest.approx(0.15), 0.0),
        (3, pytest.approx(0.85), 1.0),
    ]


def test_calibration_of_three_classes_is_that_of_what_is_answered():
    shares = np.array([[0.9, 0.05, 0.05], [0.9, 0.05, 0.05]])
    answers = KnownAnswers(("a", "b", "c"), np.array([0, 1]), shares)
    assert answers.calibration_error == pytest.approx(0.4)
