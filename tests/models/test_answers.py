"""What answers on slices of known class say of a model."""

import numpy as np
import pytest

from ctviz.models.answers import KnownAnswers, labels_of

CLASSES = ("no", "yes")


def known(truths, shares):
    return KnownAnswers.of(
        CLASSES,
        [[truth] for truth in truths],
        np.stack([1 - np.array(shares), np.array(shares)], 1),
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
    answers = KnownAnswers.of(("a", "b", "c"), [[0], [0], [2], [1]], shares)
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
    answers = KnownAnswers.of(("a", "b", "c"), [[0], [1]], shares)
    assert answers.calibration_error == pytest.approx(0.4)


FINDINGS = ("nodule", "effusion")


def findings(known, shares):
    return KnownAnswers.of(FINDINGS, known, np.array(shares), multi_label=True)


def test_of_several_findings_a_slice_is_right_if_all_are_found_and_no_other():
    known = findings([[], [0], [0, 1], [1]], [[0.4, 0.1], [0.9, 0.6], [0.8, 0.7], [0.2, 0.9]])
    assert known.right == 3
    assert (known.right_of(0), known.right_of(1)) == (4, 3)
    assert known.auc_of(0) == 1.0
    assert known.auc_of(1) == 1.0
    assert known.warnings() == ()


def test_each_finding_has_a_calibration_of_its_own():
    known = findings([[], [0], [0], [0]], [[0.15, 0.2], [0.85, 0.2], [0.85, 0.2], [0.85, 0.2]])
    assert known.calibration_error_of(0) == pytest.approx(0.15)
    assert known.calibration_error_of(1) == pytest.approx(0.2)
    assert known.calibration_error == pytest.approx((0.15 + 3 * 0.15 + 4 * 0.2) / 8)


def test_a_finding_of_which_always_the_same_is_said_is_named():
    known = findings([[], [0], [0, 1]], [[0.1, 0.7], [0.9, 0.71], [0.8, 0.7]])
    assert not known.constant
    assert known.unmoved == ("effusion",)
    assert known.flipped == ()
    assert "nearly the same of 'effusion'" in known.warnings()[0]


def test_a_finding_that_is_said_where_it_is_not_is_called_flipped():
    known = findings([[], [0], [0, 1]], [[0.9, 0.1], [0.2, 0.1], [0.1, 0.9]])
    assert known.flipped == ("nodule",)


def test_what_a_slice_is_known_to_be_is_one_class_or_all_its_findings():
    assert labels_of("effusion", FINDINGS, {}) == (1,)
    assert labels_of("nodule; effusion", FINDINGS, {}) is None
    assert labels_of("nodule;EFFUSION", FINDINGS, {}, multi_label=True) == (0, 1)
    assert labels_of("effusion; fracture", FINDINGS, {}, multi_label=True) == (1,)
    assert labels_of("none", FINDINGS, {}, multi_label=True) == ()
    assert labels_of("fracture", FINDINGS, {}, multi_label=True) is None
    assert labels_of("fluid", FINDINGS, {"fluid": "effusion"}, multi_label=True) == (1,)
