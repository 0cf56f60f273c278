import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.core import InvalidInput
from ctviz.core.chance import unseen
from ctviz.models.answers import auc
from ctviz.training.validation import balanced_accuracy, patient_folds, patient_interval

labelled = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30).filter(
    lambda pairs: len({label for label, _ in pairs}) == 2
)


@given(labelled)
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs):
    labels = np.array([label for label, _ in pairs])
    shares = np.array([share for _, share in pairs], float)
    positive, negative = shares[labels][:, None], shares[~labels][None, :]
    expected = ((positive > negative) + 0.5 * (positive == negative)).mean()
    assert auc(labels, shares) == pytest.approx(expected)


def test_balanced_accuracy_weighs_classes_equally():
    labels = np.array([True] * 90 + [False] * 10)
    assert balanced_accuracy(labels, np.ones(100)) == 0.5
    assert balanced_accuracy(labels, labels.astype(float)) == 1


@given(st.lists(st.integers(0, 11), min_size=1, max_size=60), st.integers(0, 9))
def test_no_patient_is_in_two_folds(owners, seed):
    patients = np.array([f"P{owner}" for owner in owners])
    labels = np.array([owner % 2 == 0 for owner in owners])
    fold_of = patient_folds(labels, patients, folds=4, seed=seed)
    assert set(fold_of) <= set(range(4))
    for patient in np.unique(patients):
        assert len(set(fold_of[patients == patient])) == 1


def test_folds_are_even_in_both_classes():
    patients = np.repeat([f"P{n}" for n in range(20)], 2)
    labels = np.repeat(np.arange(20) < 10, 2)
    fold_of = patient_folds(labels, patients, folds=5, seed=0)
    for fold in range(5):
        assert (fold_of == fold).sum() == 8
        assert labels[fold_of == fold].sum() == 4


def test_the_interval_holds_the_figure_and_counts_patients_not_slices():
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2 == 1
    shares = np.clip(labels * 0.3 + rng.random(40) * 0.7, 0, 1)
    single = np.arange(40).astype(str)
    figure = balanced_accuracy(labels, shares)
    low, high = patient_interval(balanced_accuracy, labels, shares, single)
    assert low < figure < high
    # The same slices ten times over, of the same patients, are no more evidence.
    tenfold = patient_interval(
        balanced_accuracy, np.tile(labels, 10), np.tile(shares, 10), np.tile(single, 10)
    )
    assert tenfold == pytest.approx((low, high))


def test_a_class_without_a_mistake_leaves_room_for_patients_whom_nobody_saw():
    labels = np.repeat([True, False], [6, 20])
    shares = np.where(labels, 0.9, 0.1)
    shares[6:10] = 0.8
    patients = np.array([f"P{n}" for n in range(26)])
    low, high = patient_interval(balanced_accuracy, labels, shares, patients)
    figure = balanced_accuracy(labels, shares)
    assert figure - low > unseen(6) / 2
    assert figure < high <= 1


def test_a_model_without_a_mistake_may_err_on_as_many_as_nobody_saw():
    labels = np.repeat([True, False], [6, 12])
    patients = np.array([f"P{n}" for n in range(18)])
    low, high = patient_interval(auc, labels, np.where(labels, 0.8, 0.2), patients)
    # Positives below all negatives, or negatives above all positives: each costs its share.
    assert low == pytest.approx(1 - np.hypot(unseen(6), unseen(12)), abs=5e-3)
    assert high == 1


def test_one_patient_of_a_class_says_nothing_and_none_is_refused():
    labels = np.array([True, False, False])
    patients = np.array(["a", "b", "c"])
    shares = np.array([0.9, 0.2, 0.3])
    assert patient_interval(auc, labels, shares, patients) == (0, 1)
    with pytest.raises(InvalidInput, match="both classes"):
        patient_interval(auc, labels[1:], shares[1:], patients[1:])
