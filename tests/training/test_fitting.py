import numpy as np
import pytest
import torch

from ctviz.core import Cancelled, InvalidInput, Progress, Slice
from ctviz.models import ModelCard, new_classifier
from ctviz.training.augmentation import Augmentation
from ctviz.training.fitting import Recipe, Samples, _batch, _slices_of, fit

SIZE, WINDOW = (32, 32), (-150.0, 450.0)


def scans(count, seed):
    """Discs of 40 HU, of which every second has a bright vessel."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices(SIZE)
    for index in range(count):
        image = np.where(np.hypot(rows - 16, columns - 16) < 13, 40.0, -1000.0)
        row, column = rng.integers(10, 22, 2)
        image[np.hypot(rows - row, columns - column) < 4] = 300 if index % 2 else 45
        yield Slice(image + rng.normal(0, 5, SIZE)), index % 2 == 1, f"patient {index // 4}"


@pytest.fixture(scope="module")
def samples():
    return Samples.of(scans(64, seed=0), SIZE)


def network(seed=0):
    card = ModelCard(
        id="tiny",
        title="Tiny",
        task="",
        classes=("without contrast", "with contrast"),
        architecture="resnet18",
        arguments={"width": 8},
        size=SIZE,
    )
    return new_classifier(card, seed=seed).network


def test_a_tiny_network_learns_bright_vessels_in_seconds(samples):
    learner = network()
    losses = fit(learner, [samples], Recipe(steps=90, batch=16, averaging=0.9), WINDOW)
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])
    unseen = Samples.of(scans(40, seed=1), SIZE)
    low, high = WINDOW
    x = ((torch.from_numpy(unseen.hounsfield.astype(np.float32)) - low) / (high - low)).clamp(0, 1)
    with torch.inference_mode():
        called = learner(x[:, None])[:, 1].numpy() > 0
    assert (called == unseen.labels).mean() >= 0.9
    assert not learner.training


def test_equal_seeds_train_equal_networks(samples):
    learners = [network() for _ in range(3)]
    for learner, seed in zip(learners, (1, 1, 2), strict=True):
        fit(learner, [samples], Recipe(steps=2, batch=4, seed=seed), WINDOW)
    weights = [learner.body.conv1.weight for learner in learners]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_training_can_be_cancelled(samples):
    progress = Progress(lambda share: progress.cancel())
    with pytest.raises(Cancelled):
        fit(network(), [samples], Recipe(steps=50, batch=4), WINDOW, progress)


def test_nothing_to_train_on_is_refused():
    with pytest.raises(InvalidInput):
        Samples.of([], SIZE)


def test_an_augmentation_of_nothing_only_turns_and_mirrors():
    still = Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    scan = torch.from_numpy(np.random.default_rng(0).normal(0, 100, (1, 1, 32, 32))).float()
    turned = [torch.rot90(scan, k, (2, 3)) for k in range(4)]
    allowed = torch.stack([*turned, *(image.flip(3) for image in turned)])
    generator = torch.Generator().manual_seed(0)
    seen = set()
    for _ in range(60):
        distance = (still(scan, generator) - allowed).abs().amax(dim=(1, 2, 3, 4))
        assert distance.min() < 0.01
        seen.add(int(distance.argmin()))
    assert seen == set(range(8))


def test_augmentation_keeps_water_near_water():
    generator = torch.Generator().manual_seed(0)
    water = torch.zeros(64, 1, 48, 48)
    changed = Augmentation(erased=0, noise_hu=0, boned=0)(water, generator)
    middle = changed[..., 20:28, 20:28]
    assert middle.abs().max() <= 12
    assert middle.std() > 1


def test_bones_are_put_into_tissue_and_never_into_air():
    generator = torch.Generator().manual_seed(0)
    scan = torch.full((8, 1, 64, 64), 40.0)
    scan[..., :32] = -1000
    alone = Augmentation(0, 0, 0, 0, 0, 0, 0, boned=1, erased=0)
    changed = alone(scan, generator)
    assert changed.max() > 500
    air, tissue = (changed < -900).sum(), (changed > 0).sum()
    assert air == pytest.approx(int(tissue), rel=0.1)


def test_a_paired_batch_holds_each_slice_of_the_second_class_after_the_one_before_it(samples):
    recipe = Recipe(batch=8, paired=True)
    scans, labels = _batch([(samples, _slices_of(samples))], recipe, np.random.default_rng(0))
    assert scans.shape == (4, 2, *SIZE)
    assert labels.tolist() == [0, 1] * 4
    for pair in scans.numpy():
        (first,) = np.flatnonzero((samples.hounsfield == pair[0]).all(axis=(1, 2)))
        assert np.array_equal(samples.hounsfield[first + 1], pair[1])


def test_a_network_learns_from_pairs(samples):
    trained = network()
    losses = fit(trained, [samples], Recipe(steps=12, batch=16, paired=True, seed=1), WINDOW)
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
