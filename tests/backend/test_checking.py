"""A model is checked on the cases of known class, by the names that it has for them."""

import numpy as np
import pytest

from ctviz.backend import Demo
from ctviz.backend.checking import cases_for, check
from ctviz.core import InvalidInput
from ctviz.store import CaseEntry
from tests.backend.small_model import MODEL


def case(number, truth):
    return CaseEntry(f"C-{number}", "P", "", 1, (8, 8), source="dicom", truth=truth)


ENTRIES = [case(0, "With Contrast"), case(1, "contrast-free"), case(2, None)]


def test_classes_are_found_by_name_or_by_what_they_are_said_to_mean(backend):
    card = backend.models()[MODEL]
    assert [(each.id, index) for each, index in cases_for(card, ENTRIES, {})] == [("C-0", (1,))]
    meaning = {"contrast-free": "without contrast"}
    both = {each.id: index for each, index in cases_for(card, ENTRIES, meaning)}
    assert both == {"C-0": (1,), "C-1": (0,)}


def test_what_cannot_be_checked_is_said_with_what_is_known(backend):
    card = backend.models()[MODEL]
    with pytest.raises(InvalidInput, match="known are contrast-free"):
        cases_for(card, ENTRIES[1:], {})
    with pytest.raises(InvalidInput, match="give cases a class"):
        cases_for(card, ENTRIES[2:], {})
    with pytest.raises(InvalidInput, match="no class 'yes'"):
        cases_for(card, ENTRIES, {"contrast-free": "yes"})


def test_a_checkup_tells_what_the_model_answers(backend, tmp_path):
    demo = Demo(tmp_path / "demo", patients=2, slices=3, size=96)
    two_phantoms = backend.import_demo(demo).result(60).cases
    found = check(backend, backend.models()[MODEL])
    asked = [backend.predict(backend.case(c).slice(1), MODEL).result(60) for c in two_phantoms]
    truths = [backend.store.case(c).truth for c in two_phantoms]
    expected = {t: a.probabilities[1] for t, a in zip(truths, asked, strict=True)}
    shares = found.answers.probabilities[:, 1]
    known = [found.answers.classes[row.argmax()] for row in found.answers.labels]
    assert dict(zip(known, shares, strict=True)) == pytest.approx(expected, abs=1e-6)
    rows = dict(found.rows())
    assert rows["its answers differ by"].startswith(f"{np.ptp(shares):.3f}")
