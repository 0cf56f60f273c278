"""``ctviz diff`` ends a pipeline when a new network looks elsewhere."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from ctviz.io import write_series
from ctviz.models import new_classifier, read_card, save_model
from tests.backend.small_model import MODEL

PATIENTS = 6


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Six patients with a slice each; nobody drew on them."""
    folder = tmp_path_factory.mktemp("cohort")
    for number in range(PATIENTS):
        noise = np.random.default_rng(number).normal(100, 120, (1, 40, 40))
        write_series(
            folder / str(number),
            noise,
            spacing_mm=(0.8, 0.8),
            slice_spacing_mm=5.0,
            contrast=number % 2 == 0,
            uid_entropy=f"diff {number}",
            title=f"Noise {number}",
        )
    return folder


@pytest.fixture
def others(environment, shelf, tmp_path):
    """Folders of another network, and of one that knows three classes."""
    card = read_card(shelf / MODEL)
    save_model(tmp_path / "other", new_classifier(replace(card, id="other"), seed=5))
    three = replace(card, id="three", classes=("a", "b", "c"), neurons=3)
    save_model(tmp_path / "three", new_classifier(three, seed=6))
    return tmp_path


def figures(run):
    return {row["figure"]: row for row in csv.DictReader(io.StringIO(run.out))}


def test_a_network_is_like_itself(ctviz, cohort):
    ran = ctviz("diff", MODEL, MODEL, "--cohort", cohort, "--format", "csv")
    assert ran.code == 0, ran.err
    alike = figures(ran)["likeness of the maps"]
    assert float(alike["new"]) == pytest.approx(1.0)
    assert alike["verdict"] == "holds"
    assert figures(ran)["share of the importance in the region"]["verdict"] == "not known"
    assert "6 patients. Nothing left the tolerance" in ran.err


def test_another_network_ends_with_one_and_says_what_moved(ctviz, cohort, others):
    ran = ctviz("diff", MODEL, others / "other", "--cohort", cohort, "--format", "csv")
    assert ran.code == 1, ran.err
    assert figures(ran)["likeness of the maps"]["verdict"] == "moved"
    assert "attention left the tolerance" in ran.err


def test_networks_of_other_classes_and_unknown_ones_are_refused(ctviz, cohort, others):
    refused = ctviz("diff", MODEL, others / "three", "--cohort", cohort)
    assert refused.code == 2
    assert "only networks of the same classes can be compared" in refused.err
    assert ctviz("diff", MODEL, "nobody", "--cohort", cohort).code == 2


def test_a_cohort_of_too_few_patients_decides_nothing(ctviz, series):
    refused = ctviz("diff", MODEL, MODEL, "--cohort", series)
    assert refused.code == 2
    assert "The cohort has 1 patient; 6 or more are needed" in refused.err
