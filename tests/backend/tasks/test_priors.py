"""Where other patients have a region, and scores that take it into account."""

import numpy as np
import pytest

from ctviz.backend import Question
from ctviz.core import Prior, Region
from ctviz.core.prior import MEAN_MASK, by_image_fraction
from ctviz.metrics import METRICS
from ctviz.store import CaseEntry
from tests.backend.small_model import MODEL

CORRECTED = ("auroc-corrected", "average-precision-corrected", "dice-gain")
SHAPE, SMALL = (48, 48), (24, 32)


def box(shape, top, left):
    """A square of a sixth of the image's rows and columns."""
    mask = np.zeros(shape, bool)
    rows, columns = shape[0] // 6, shape[1] // 6
    mask[top : top + rows, left : left + columns] = True
    return mask


@pytest.fixture
def drawn(backend):
    """Seven patients, the first with two cases of other grids; anna drew on all, ben on one."""
    store, masks = backend.store, {}
    for number in range(8):
        patient, shape = f"P-{max(number, 1):08x}", SMALL if number == 0 else SHAPE
        case = f"C-{number:08x}"
        store.add_case(CaseEntry(case, patient, f"Case {number}", 3, shape))
        for index in range(number % 3 + 1):
            mask = box(shape, 4 + number, 5 + 2 * index)
            store.append_region(Region(case, index, "anna", "heart", mask))
            masks.setdefault(patient, []).append((shape, mask))
    store.append_region(Region("C-00000005", 0, "anna", "liver", box(SHAPE, 30, 30)))
    store.append_region(Region("C-00000006", 0, "ben", "heart", box(SHAPE, 30, 30)))
    return masks


def mean_mask(masks, patient, shape=SHAPE):
    """The mean over the other patients of the mean over each one's slices."""
    means = [
        np.mean([by_image_fraction(mask.astype(float), shape) for _, mask in own], axis=0)
        for other, own in masks.items()
        if other != patient
    ]
    return np.mean(means, axis=0)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_the_mean_mask_is_over_the_other_patients_each_of_whom_counts_once(backend, drawn, number):
    case = f"C-{number:08x}"
    entry = backend.store.case(case)
    prior = backend.prior(case, "anna", "heart")
    assert prior.patients == 6
    expected = mean_mask(drawn, entry.patient, entry.shape)
    np.testing.assert_allclose(prior.mean, expected, atol=1e-6)


def test_reader_label_and_cohort_say_whose_regions_count(backend, drawn):
    assert backend.prior("C-00000001", "ben", "heart").patients == 1
    assert backend.prior("C-00000006", "ben", "heart").patients == 0
    assert backend.prior("C-00000001", "anna", "liver").patients == 1
    among = ["C-00000001", "C-00000002", "C-00000003"]
    assert backend.prior("C-00000001", "anna", "heart", among=among).patients == 2
    heart, every = (backend.prior("C-00000001", "anna", label) for label in ("heart", ""))
    added = (every.mean - heart.mean) * 6
    np.testing.assert_allclose(added[box(SHAPE, 30, 30)], 1 / 3, atol=1e-6)  # one slice of three
    np.testing.assert_allclose(added[~box(SHAPE, 30, 30)], 0, atol=1e-6)


def test_a_new_drawing_on_another_patient_is_seen_and_ones_own_is_not(backend, drawn):
    before = backend.prior("C-00000002", "anna", "heart")
    assert backend.prior("C-00000002", "anna", "heart") is before
    backend.store.append_region(Region("C-00000002", 1, "anna", "heart", box(SHAPE, 1, 1)))
    assert backend.prior("C-00000002", "anna", "heart") is before
    backend.store.append_region(Region("C-00000004", 0, "anna", "heart", box(SHAPE, 1, 1)))
    after = backend.prior("C-00000002", "anna", "heart")
    assert after.digest != before.digest
    assert after.mean[2, 2] == pytest.approx(1 / 2 / 6)


@pytest.fixture
def prior(backend, drawn):
    return backend.prior("C-00000001", "anna", "heart")


@pytest.fixture
def importance(backend, image, prior):
    return backend.mean_mask(Question(image, MODEL, 1), prior)


def test_the_control_is_the_mean_mask_on_both_grids(backend, image, prior, importance):
    assert importance.estimator == MEAN_MASK
    np.testing.assert_array_equal(importance.values, prior.mean)
    classifier = backend.classifier(MODEL)
    assert importance.native.shape == classifier.card.size
    decoded = classifier.decode(importance.native, image)
    assert np.abs(decoded - prior.mean).mean() < 0.02


@pytest.fixture
def given(vessel, prior):
    return {"mask": vessel, "prior": prior}


@pytest.mark.parametrize("name", CORRECTED)
def test_corrected_scores_are_those_of_the_metric(backend, image, importance, given, name):
    question, metric = Question(image, MODEL, 1), METRICS[name]()
    job = backend.evaluate(question, importance, metric, sign="signed", **given)
    evaluation = job.result(60)
    values = importance.values
    if metric.reads == "region map":
        values = backend.region_map(question, importance).result(60)
    assert evaluation.score == metric(values, *given.values())
    assert bool(evaluation.curves) == (metric.curve(values, *given.values()) is not None)


@pytest.mark.parametrize("name", CORRECTED)
def test_without_a_drawing_or_others_there_is_a_reason(backend, image, vessel, importance, name):
    def why(**given):
        asked = backend.evaluate(
            Question(image, MODEL, 1), importance, METRICS[name](), sign="signed", **given
        )
        return asked.result(60).score.why

    few = Prior(np.zeros(SHAPE), 2)
    assert why() == "Draw a region to see this score."
    assert why(mask=vessel).startswith("It is not known which patients")
    assert why(mask=vessel, prior=few).startswith("Only 2 other patients have")


def test_a_score_is_remembered_for_its_mean_mask_only(backend, image, vessel, prior, importance):
    metric = METRICS["auroc-corrected"]()

    def score(given):
        asked = backend.evaluate(
            Question(image, MODEL, 1), importance, metric, sign="signed", mask=vessel, prior=given
        )
        return asked.result(60).score.value

    turned = Prior(prior.mean.T, prior.patients)
    assert score(prior) == metric(importance.values, vessel, prior).value
    assert score(turned) == metric(importance.values, vessel, turned).value
    assert score(prior) != score(turned)
