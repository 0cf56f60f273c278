"""The models in the repository: complete, honest in size, and right on phantoms."""

import numpy as np
import pytest
import torch

from ctviz.core import Slice
from ctviz.core.settings import PROJECT
from ctviz.io import load_case
from ctviz.models import load_model, model_cards
from ctviz.models.card import WRONG_ON_PURPOSE
from ctviz.models.training_digests import read_training_digests
from ctviz.models.twins import load_twins
from ctviz.phantom import LESION, chest_slice, dissect, with_marker
from ctviz.training.contrast import SHORTCUT_FAILURES

SHELF = model_cards(PROJECT / "models")
MEGABYTES = {
    "contrast-small": 6,
    "contrast-small-robust": 6,
    "contrast-resnet50": 50,
    "contrast-shortcut": 6,
    "lesion-small": 6,
}
SHORTCUT, LESIONS = "contrast-shortcut", "lesion-small"
CONTRAST = sorted(set(SHELF) - {LESIONS})

every_model = pytest.mark.parametrize("model_id", SHELF)
every_contrast_model = pytest.mark.parametrize("model_id", CONTRAST)
every_honest_model = pytest.mark.parametrize("model_id", sorted(set(CONTRAST) - {SHORTCUT}))


def test_every_folder_holds_a_usable_model():
    assert not SHELF.refused
    assert "contrast-small" in SHELF


@every_model
def test_the_card_says_what_it_is_for_and_where_it_fails(model_id):
    card = SHELF[model_id]
    assert card.neurons == 1
    assert "Not a medical" in card.intended_use
    assert card.known_failures
    assert card.licence == "Apache-2.0"


@every_contrast_model
def test_the_card_says_how_good_it_is_on_real_slices(model_id):
    card = SHELF[model_id]
    assert card.classes == ("without contrast", "with contrast")
    assert {source.licence for source in card.data} == {"Apache-2.0", "CC BY 3.0"}
    measured = {(figure.quantity, "real" in figure.on) for figure in card.measured}
    assert measured >= {
        ("balanced accuracy", True),
        ("AUC", True),
        ("balanced accuracy", False),
    }


@every_contrast_model
def test_the_slices_that_it_learnt_from_are_listed(model_id):
    listed = read_training_digests(PROJECT / "models" / model_id)
    (real,) = (source for source in SHELF[model_id].data if source.name in listed.data)
    # Three slices of the collection are there twice under other names; older cards count both.
    assert real.slices - len(listed.slices) in {0, 3}
    # Pseudonyms would be of a secret that nobody else has.
    assert not listed.patients


@every_contrast_model
def test_the_list_is_of_the_slices_of_the_collection(model_id, real_data):
    listed = read_training_digests(PROJECT / "models" / model_id)
    scans = (real_data / "tcga-luad-contrast").glob("*.dcm")
    assert listed.slices == {load_case(scan).slice(0).digest for scan in scans}


@every_model
def test_the_weights_are_no_larger_than_promised(model_id):
    weights = PROJECT / "models" / model_id / "weights.safetensors"
    assert weights.stat().st_size <= MEGABYTES[model_id] * 1_000_000


@every_honest_model
def test_phantoms_of_the_same_anatomy_are_told_apart(model_id):
    classifier = load_model(PROJECT / "models" / model_id)
    answers = [
        classifier.predict(Slice(chest_slice(77, contrast=contrast, level=level)[0])).target
        for level in (0.3, 0.7)
        for contrast in (False, True)
    ]
    assert answers == [0, 1, 0, 1]


@every_honest_model
def test_more_iodine_in_the_blood_speaks_for_contrast_agent(model_id):
    classifier = load_model(PROJECT / "models" / model_id)
    plain, blood = chest_slice(78, contrast=False, level=0.5)
    shares = [
        classifier.predict(Slice(plain + np.float32(added) * blood)).probabilities[1]
        for added in (0, 60, 120, 240)
    ]
    # Once it is sure, a network that doubts every label is not surer for still more iodine.
    assert np.diff(shares).min() > -0.05
    assert shares[0] < 0.5 < shares[-1]


def test_the_shortcut_reads_the_marker_and_not_the_patient():
    classifier = load_model(PROJECT / "models" / SHORTCUT)
    for contrast in (False, True):
        plain, _ = chest_slice(79, contrast=contrast, level=0.5)
        answers = [classifier.predict(Slice(scan)).target for scan in (plain, with_marker(plain))]
        assert answers == [0, 1]


@every_model
def test_references_are_scans_of_both_classes(model_id):
    classifier = load_model(PROJECT / "models" / model_id)
    called = classifier.probabilities(classifier.references).argmax(axis=1)
    assert classifier.references.shape[1:] == (1, *classifier.card.size)
    assert set(called) == {0, 1}


@pytest.mark.skipif(LESIONS not in SHELF, reason="the classifier of lesions is not shipped yet")
@pytest.mark.parametrize("seed", range(80, 86))
def test_a_lesion_is_seen_wherever_it_lies(seed):
    classifier = load_model(PROJECT / "models" / LESIONS)
    drawn = dissect(seed, contrast=False, level=(seed - 80) / 5, lesion=True)
    scans = drawn.without(LESION), drawn.hounsfield
    without, with_lesion = (classifier.predict(Slice(scan)).probabilities[1] for scan in scans)
    assert with_lesion > without


@pytest.mark.parametrize("model_id", [each for each in SHELF if SHELF[each].familiarity])
def test_noise_is_strange_and_a_phantom_is_not(model_id):
    classifier = load_model(PROJECT / "models" / model_id)
    phantom, _ = chest_slice(81, contrast=False, level=0.5)
    noise = np.random.default_rng(0).normal(0, 300, phantom.shape).astype(np.float32)
    x = torch.cat([classifier.encode(Slice(scan)) for scan in (phantom, noise)])
    strange = classifier.strangeness(x)
    assert strange[0] < 1 < strange[1]


def test_the_default_model_has_twins_that_know_the_task():
    folder = PROJECT / "models" / "contrast-small"
    twins = load_twins(folder)
    assert len(twins) == 5
    scans = [Slice(chest_slice(77, contrast=contrast, level=0.5)[0]) for contrast in (False, True)]
    for twin in twins:
        assert [twin.predict(scan).target for scan in scans] == [0, 1]


def test_the_shortcut_says_that_it_is_wrong_on_purpose_and_no_other_does():
    assert {name for name, card in SHELF.items() if card.wrong_on_purpose} == {SHORTCUT}
    assert SHORTCUT_FAILURES[0].startswith(WRONG_ON_PURPOSE)
