"""A classifier of lesions, trained for a moment: the way from the plan to the folder."""

from dataclasses import replace

import pytest

from ctviz.core import Cancelled, Progress
from ctviz.models import load_model, model_cards
from ctviz.training.lesion import LesionPlan, _references, train_lesion

TINY = LesionPlan(
    id="tiny",
    arguments={"width": 8},
    size=64,
    phantoms=3,
    close_ups=1,
    batches=2,
    batch=4,
    fresh_phantoms=2,
)


def test_a_model_is_trained_measured_and_written(tmp_path):
    shares = []
    card = train_lesion(TINY, tmp_path / "tiny", Progress(shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert model_cards(tmp_path)["tiny"] == card
    assert card.training == TINY.settings()
    assert card.classes == ("without lesion", "with lesion")
    assert [(source.slices, source.patients) for source in card.data] == [(18, 3)]
    assert [(m.quantity, m.on) for m in card.measured] == [
        ("balanced accuracy", "12 slices of 2 phantoms"),
        ("AUC", "12 slices of 2 phantoms"),
        ("false alarms, familiar scans", "12 slices of 2 phantoms"),
        ("strange inputs recognised", "12 slices of 2 phantoms, black and white exchanged"),
        ("strange inputs recognised", "12 slices of 2 phantoms, their pixels shuffled"),
    ]
    assert card.familiarity.on == "12 slices of 2 fresh phantoms"
    references = load_model(tmp_path / "tiny").references
    assert references.shape == (16, 1, 64, 64)


def test_equal_plans_give_equal_models(tmp_path):
    weights = []
    for name in ("one", "other"):
        train_lesion(TINY, tmp_path / name)
        weights.append((tmp_path / name / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]
    train_lesion(replace(TINY, seed=1), tmp_path / "another")
    assert (tmp_path / "another" / "weights.safetensors").read_bytes() != weights[0]


def test_a_cancelled_training_leaves_nothing(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        train_lesion(TINY, tmp_path / "tiny", progress)
    assert not (tmp_path / "tiny").exists()


def test_references_are_with_and_without_a_lesion_in_turns():
    for slices in (32, 3000):
        chosen = _references(slices)
        assert len(set(chosen // 2)) == 16
        assert chosen.max() < slices
        # Samples come in pairs, the one with the lesion last.
        assert (chosen % 2).tolist() == [0, 1] * 8
