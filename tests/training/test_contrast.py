import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ctviz.core import Cancelled, InvalidInput, Progress
from ctviz.io import load_case, write_series
from ctviz.models import load_model, model_cards, read_card
from ctviz.models.training_digests import name_of_secret, read_training_digests
from ctviz.models.twins import load_twins
from ctviz.training.contrast import (
    RealSlices,
    TrainingPlan,
    _phantoms,
    _real_samples,
    train_contrast,
)
from ctviz.training.familiar import features
from ctviz.training.listing import list_training_slices
from ctviz.training.validation import patient_folds

TINY = TrainingPlan(
    id="tiny",
    arguments={"width": 8},
    size=32,
    phantoms=4,
    elsewhere=0.0,
    phantom_steps=2,
    real_steps=2,
    batch=4,
    folds=2,
    fresh_phantoms=2,
)


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> RealSlices:
    """Two slices each of four patients, two of whom have bright blood."""
    folder = tmp_path_factory.mktemp("real")
    rows = ["file,patient_id,contrast"]
    for patient in range(4):
        contrast = patient % 2 == 1
        volume = np.full((2, 24, 24), -1000.0, np.float32)
        bright = 300 if contrast else 40
        volume[:, 6:18, 6:18] = bright + 4 * patient + np.arange(2)[:, None, None]
        write_series(
            folder / f"patient{patient}",
            volume,
            spacing_mm=(10.0, 10.0),
            slice_spacing_mm=5.0,
            contrast=contrast,
            uid_entropy=f"test {patient}",
            title="A box",
        )
        paths = sorted((folder / f"patient{patient}").iterdir())
        rows += [f"{path.relative_to(folder)},P{patient},{int(contrast)}" for path in paths]
    (folder / "labels.csv").write_text("\n".join(rows))
    return RealSlices(folder, name="boxes", licence="Apache-2.0", source="drawn by a test")


def test_a_model_is_trained_measured_and_written(real, tmp_path):
    shares = []
    plan = replace(TINY, real=real)
    card = train_contrast(plan, tmp_path / "tiny", Progress(shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert model_cards(tmp_path)["tiny"] == card
    assert card.training == plan.settings()
    assert [source.name for source in card.data] == ["ctviz phantoms", "boxes"]
    assert [(m.quantity, m.on.split()[0]) for m in card.measured] == [
        ("balanced accuracy", "8"),
        ("balanced accuracy", "8"),
        ("AUC", "8"),
        ("expected calibration error", "8"),
        ("Brier score", "8"),
        ("balanced accuracy", "8"),
        ("balanced accuracy", "8"),
        ("false alarms, familiar scans", "8"),
        ("strange inputs recognised", "8"),
        ("strange inputs recognised", "8"),
    ]
    for measurement in card.measured:
        low, high = measurement.interval
        assert 0 <= low <= measurement.value <= high <= 1
        assert (measurement.better == "lower") == (
            measurement.quantity
            in {"expected calibration error", "Brier score", "false alarms, familiar scans"}
        )
    assert sum(each.slices for each in card.reliability) == 8
    assert not card.calibration.as_the_network
    loaded = load_model(tmp_path / "tiny")
    assert loaded.references.shape == (16, 1, 32, 32)
    assert str(real.folder) not in Path(tmp_path / "tiny" / "card.toml").read_text()


def test_the_networks_of_the_cross_validation_are_kept_where_the_plan_says_so(real, tmp_path):
    train_contrast(replace(TINY, real=real), tmp_path / "alone")
    train_contrast(replace(TINY, real=real, twins=True), tmp_path / "tiny")
    assert load_twins(tmp_path / "alone") == ()
    model, twins = load_model(tmp_path / "tiny"), load_twins(tmp_path / "tiny")
    assert len(twins) == TINY.folds
    weights = [network_weights(each) for each in (model, *twins)]
    for number, each in enumerate(weights):
        assert not any(torch.equal(each, other) for other in weights[:number])
    assert all(torch.equal(twin.references, model.references) for twin in twins)
    assert network_weights(load_model(tmp_path / "alone")).equal(weights[0])


def network_weights(classifier):
    return torch.cat([each.flatten() for each in classifier.network.parameters()])


def test_equal_plans_give_equal_files(tmp_path):
    cards = [train_contrast(TINY, tmp_path / name) for name in ("one", "other")]
    assert cards[0] == cards[1]
    assert read_card(tmp_path / "one").sha256 == read_card(tmp_path / "other").sha256


def test_a_cancelled_training_writes_nothing(tmp_path):
    progress = Progress(lambda share: progress.cancel())
    with pytest.raises(Cancelled):
        train_contrast(TINY, tmp_path / "tiny", progress)
    assert not (tmp_path / "tiny").exists()


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (None, "no readable"),
        ("name,patient\n", "columns"),
        ("file,patient_id,contrast\na.dcm,P1,maybe\n", "Line 2"),
        ("file,patient_id,contrast\na.dcm,P1,1\n", "Line 2"),
        ("file,patient_id,contrast\n", "no slices"),
    ],
)
def test_labels_that_cannot_be_used_are_said_so(tmp_path, labels, match):
    if labels is not None:
        (tmp_path / "labels.csv").write_text(labels)
    with pytest.raises(InvalidInput, match=match):
        train_contrast(replace(TINY, real=RealSlices(tmp_path)), tmp_path / "out")


def test_one_class_alone_cannot_be_learned(real, tmp_path):
    text = (real.folder / "labels.csv").read_text().splitlines()
    only = [text[0], *(f"{real.folder}/{line}" for line in text[1:] if line.endswith("1"))]
    (tmp_path / "labels.csv").write_text("\n".join(only))
    with pytest.raises(InvalidInput, match="two of each class"):
        train_contrast(replace(TINY, real=RealSlices(tmp_path)), tmp_path / "out")


def test_a_shortcut_is_measured_with_without_and_against_its_marker(real, tmp_path):
    card = train_contrast(replace(TINY, real=real, marked=True), tmp_path / "shortcut")
    assert [figure.on.split(" phantoms ")[-1] for figure in card.measured[5:8]] == [
        "with their markers",
        "without any marker",
        "with wrong markers",
    ]
    assert all(figure.on.endswith("with their markers") for figure in card.measured[:5])
    assert "reads the marker" in card.known_failures[0]
    assert card.training["marked"] is True


def test_phantoms_of_other_regions_are_measured_apart(tmp_path):
    card = train_contrast(replace(TINY, elsewhere=1.0), tmp_path / "tiny")
    assert [figure.on for figure in card.measured[:3]] == [
        "8 slices of 2 phantoms",
        "8 slices of 2 phantoms of shoulders, arms beside the chest, abdomen and pelvis",
        "8 slices of 2 phantoms without 50% of their pixels",
    ]
    assert card.measured[0].value == card.measured[1].value


def test_a_robust_network_is_trained_otherwise_and_measured_alike(tmp_path):
    cards = [
        train_contrast(replace(TINY, robust=robust), tmp_path / str(robust))
        for robust in (False, True)
    ]
    assert cards[0].sha256["weights.safetensors"] != cards[1].sha256["weights.safetensors"]
    for card in cards:
        assert any("without 50% of their pixels" in figure.on for figure in card.measured)


def test_a_slice_is_strange_from_where_few_unseen_ones_lie(real, tmp_path):
    train_contrast(replace(TINY, real=real, twins=True), tmp_path / "tiny")
    model, twins = load_model(tmp_path / "tiny"), load_twins(tmp_path / "tiny")
    # The distances of each fold's slices from what its network has learnt, computed anew.
    slices = _real_samples(real, TINY)
    folds = patient_folds(slices.labels, slices.patients, folds=2, seed=0)
    phantoms = _phantoms(TINY, 1_000_000, TINY.phantoms, Progress()).subset(
        np.array([0, 5, 10, 15])
    )
    far = []
    for fold, twin in enumerate(twins):
        learnt, own = (
            [each.numpy() for each in features(twin, samples)]
            for samples in (
                slices.subset(folds != fold).joined(phantoms),
                slices.subset(folds == fold),
            )
        )
        far += [
            [kth(known, one, 5) for known, one in zip(learnt, row, strict=True)]
            for row in zip(*own, strict=True)
        ]
    # At one depth or another the strangest slice lies on a limit, and none beyond.
    beyond = np.array(far) / model.card.familiarity.limits
    # The twins' weights were rounded when they were written.
    assert beyond.max() == pytest.approx(1, rel=0.1)
    assert model.card.familiarity.on.startswith("8 real slices of 4 patients, each by a network")
    assert {len(each) for each in model.known} == {8 + TINY.phantoms}


def kth(known, one, number):
    cosine = known @ one / np.linalg.norm(known, axis=1) / np.linalg.norm(one)
    return np.sort(np.sqrt(np.clip(2 - 2 * cosine, 0, None)))[number - 1]


def pixels_in(folder: Path) -> set[str]:
    """The digests of all slices below a folder, read one file after the other."""
    files = folder.rglob("*.dcm")
    return {image.digest for file in files for image in load_case(file).slices}


def test_a_model_lists_the_real_slices_and_patients_that_it_learnt_from(real, tmp_path):
    train_contrast(replace(TINY, real=replace(real, secret=b"kept")), tmp_path / "tiny")
    listed = read_training_digests(tmp_path / "tiny")
    assert listed.data == {"boxes"}
    assert listed.slices == pixels_in(real.folder)
    scans = [next((real.folder / f"patient{n}").iterdir()) for n in range(4)]
    assert listed.patients == {load_case(scan, key=b"kept").patient for scan in scans}
    assert listed.secret == name_of_secret(b"kept")


def test_without_a_secret_no_patient_is_listed(real, tmp_path):
    train_contrast(replace(TINY, real=real), tmp_path / "tiny")
    listed = read_training_digests(tmp_path / "tiny")
    assert listed.slices
    assert not listed.patients
    assert not listed.secret


def test_a_model_of_phantoms_alone_lists_no_slice(tmp_path):
    train_contrast(TINY, tmp_path / "tiny")
    assert not read_training_digests(tmp_path / "tiny").slices


def test_slices_are_listed_afterwards_where_the_card_speaks_of_as_many(real, tmp_path):
    out = tmp_path / "tiny"
    before = train_contrast(replace(TINY, real=real), out)
    trained = read_training_digests(out)
    (out / "training-digests.txt").unlink()
    assert list_training_slices(RealSlices(real.folder), out) == trained
    assert read_training_digests(out) == trained
    assert read_card(out) == before
    train_contrast(TINY, out)
    with pytest.raises(InvalidInput, match="speaks of no such data"):
        list_training_slices(RealSlices(real.folder), out)


def test_a_slice_that_is_there_twice_counts_once(real, tmp_path):
    folder = tmp_path / "twice"
    shutil.copytree(real.folder, folder)
    rows = (folder / "labels.csv").read_text().splitlines()
    first = rows[1].split(",")
    shutil.copy(folder / first[0], folder / "again.dcm")
    (folder / "labels.csv").write_text("\n".join([*rows, ",".join(["again.dcm", *first[1:]])]))
    card = train_contrast(replace(TINY, real=replace(real, folder=folder)), tmp_path / "tiny")
    assert card.data[1].slices == 8
