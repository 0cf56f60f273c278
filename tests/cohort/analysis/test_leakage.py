import hashlib
from dataclasses import replace

import pytest

from ctviz.cohort import run_study
from ctviz.cohort.analysis.leakage import Leakage, SeenSlice
from ctviz.cohort.run.result import Context
from ctviz.cohort.run.running import load_unit, unit_addresses
from ctviz.models import DataSource, read_card
from ctviz.models.training_digests import (
    TRAINING_DIGESTS,
    TrainingDigests,
    name_of_secret,
    write_training_digests,
)
from tests.backend.small_model import MODEL

SECRET = b"of this data folder"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def context(patient, index):
    return Context(
        patient, f"case of {patient}", index, "m", "", "yes", "yes", None, sha(f"{patient}{index}")
    )


CONTEXTS = [context(patient, index) for patient in ("P-1", "P-2", "P-3") for index in (4, 9)]


@pytest.fixture
def card(shelf):
    sources = (
        DataSource("scans", "training and cross-validation", 4, 2, "", ""),
        DataSource("phantoms", "training", 9, 3, "", ""),
        DataSource("others", "measurement", 9, 3, "", ""),
    )
    return replace(read_card(shelf / MODEL), data=sources)


def test_equal_pixels_are_found_and_their_patients_with_them(card):
    digests = TrainingDigests(frozenset({"scans"}), frozenset({sha("P-29"), sha("elsewhere")}))
    found = Leakage.of(CONTEXTS, digests, card, SECRET)
    assert found.seen == (SeenSlice("case of P-2", 9, "P-2"),)
    assert found.patients == ("P-2",)
    assert (found.studied, found.listed, found.unlisted) == (6, 2, ("phantoms",))
    assert not found.told_apart


def test_patients_are_compared_with_the_same_secret_only(card):
    digests = TrainingDigests(
        frozenset({"scans"}), frozenset({sha("elsewhere")}), frozenset({"P-3", "P-9"}),
        name_of_secret(SECRET),
    )  # fmt: skip
    found = Leakage.of(CONTEXTS, digests, card, SECRET)
    assert found.told_apart
    assert (found.seen, found.patients) == ((), ("P-3",))
    elsewhere = Leakage.of(CONTEXTS, digests, card, b"another")
    assert not elsewhere.told_apart
    assert elsewhere.patients == ()


def test_a_model_that_lists_nothing_is_not_cleared(card):
    found = Leakage.of(CONTEXTS, None, card, SECRET)
    assert found.listed is None
    assert found.unlisted == ("scans", "phantoms")


def test_what_was_noticed_survives_in_the_folder(card, tmp_path):
    digests = TrainingDigests(frozenset({"scans"}), frozenset({sha("P-29")}))
    found = Leakage.of(CONTEXTS, digests, card, SECRET)
    found.save(tmp_path)
    assert Leakage.load(tmp_path) == found
    assert Leakage.load(tmp_path / "elsewhere") is None


def test_a_run_looks_its_slices_up(backend, plan, finished, shelf):
    assert Leakage.load(finished).listed is None
    contexts = [load_unit(finished, address).context for address in unit_addresses(finished)]
    write_training_digests(shelf / MODEL, TrainingDigests(slices=frozenset({contexts[2].pixels})))
    try:
        run_study(backend, plan, finished, workers=0)
    finally:
        (shelf / MODEL / TRAINING_DIGESTS).unlink()
    found = Leakage.load(finished)
    assert (found.studied, found.listed) == (6, 1)
    assert found.seen == (
        SeenSlice(contexts[2].case, contexts[2].slice_index, contexts[2].patient),
    )
