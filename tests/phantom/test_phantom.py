"""What a phantom promises: known anatomy, real Hounsfield units, equal seeds equal voxels."""

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from ctviz.phantom import Phantom, chest, chest_slice

SEEDS = (3, 17, 40)


def small_chest(seed: int, *, contrast: bool) -> Phantom:
    return chest(seed, contrast=contrast, slices=5, size=192)


@pytest.fixture(scope="module", params=SEEDS)
def plain(request):
    return small_chest(request.param, contrast=False)


@pytest.fixture(scope="module", params=SEEDS)
def enhanced(request):
    return small_chest(request.param, contrast=True)


def eroded(mask, pixels=3):
    ball = ndimage.generate_binary_structure(2, 1)[None]
    return ndimage.binary_erosion(mask, ball, iterations=pixels)


def body_of(hounsfield):
    """Fill what lies inside the largest thing denser than air, slice by slice."""
    filled = []
    for image in hounsfield:
        labels, count = ndimage.label(image > -300)
        sizes = ndimage.sum_labels(image > -300, labels, range(1, count + 1))
        filled.append(ndimage.binary_fill_holes(labels == 1 + np.argmax(sizes)))
    return np.stack(filled)


def test_a_phantom_is_a_frozen_stack_of_whole_hounsfield_units(plain):
    assert plain.hounsfield.shape == plain.heart_and_vessels.shape == (5, 192, 192)
    assert plain.hounsfield.dtype == np.float32
    assert plain.heart_and_vessels.dtype == np.bool_
    np.testing.assert_array_equal(plain.hounsfield, np.rint(plain.hounsfield))
    assert plain.hounsfield.min() >= -1024
    with pytest.raises(dataclasses.FrozenInstanceError):
        plain.seed = 1


def test_pixels_and_slices_have_the_spacing_of_a_chest_protocol():
    for seed in SEEDS:
        phantom = chest(seed, contrast=True, slices=12, size=64)
        row, column = (spacing * 64 / 512 for spacing in phantom.spacing_mm)
        assert row == column
        assert 0.6 <= row <= 0.9
        assert 5 <= phantom.slice_spacing_mm <= 20


def test_equal_arguments_give_equal_voxels():
    first, second = (small_chest(5, contrast=True) for _ in range(2))
    np.testing.assert_array_equal(first.hounsfield, second.hounsfield)
    np.testing.assert_array_equal(first.heart_and_vessels, second.heart_and_vessels)


def test_another_seed_is_another_patient():
    first, second = (small_chest(seed, contrast=True) for seed in (5, 6))
    assert (first.heart_and_vessels != second.heart_and_vessels).any()
    assert (first.hounsfield != second.hounsfield).mean() > 0.5


def test_a_slice_is_the_slice_of_the_whole_chest():
    phantom = small_chest(8, contrast=True)
    for index, level in enumerate(np.linspace(0, 1, 5)):
        image, mask = chest_slice(8, contrast=True, level=level, size=192)
        np.testing.assert_array_equal(image, phantom.hounsfield[index])
        np.testing.assert_array_equal(mask, phantom.heart_and_vessels[index])


def test_a_coarser_grid_shows_the_same_slice():
    fine, fine_mask = chest_slice(8, contrast=True, level=0.7, size=256)
    coarse, coarse_mask = chest_slice(8, contrast=True, level=0.7, size=128)
    averaged = fine.reshape(128, 2, 128, 2).mean(axis=(1, 3))
    inside = eroded(coarse_mask[None])[0]
    assert abs(averaged[inside].mean() - coarse[inside].mean()) < 5
    assert fine_mask.mean() == pytest.approx(coarse_mask.mean(), rel=0.05)


def test_a_patient_has_one_anatomy_with_and_without_contrast():
    plain, enhanced = (small_chest(11, contrast=contrast) for contrast in (False, True))
    assert plain.slice_spacing_mm == enhanced.slice_spacing_mm
    area = [p.heart_and_vessels.sum() * p.spacing_mm[0] ** 2 for p in (plain, enhanced)]
    assert area[0] == pytest.approx(area[1], rel=0.02)


def test_heart_and_vessels_are_in_every_slice_and_inside_the_body(plain):
    assert plain.heart_and_vessels.any(axis=(1, 2)).all()
    assert not (plain.heart_and_vessels & ~body_of(plain.hounsfield)).any()


def test_blood_without_contrast_is_as_dark_as_blood(plain):
    inside = plain.hounsfield[eroded(plain.heart_and_vessels)]
    assert 33 <= np.median(inside) <= 52


def test_blood_with_contrast_is_as_bright_as_iodine(enhanced):
    inside = enhanced.hounsfield[eroded(enhanced.heart_and_vessels)]
    assert 150 <= np.percentile(inside, 75) <= 400


@pytest.mark.parametrize("seed", range(20, 28))
def test_contrast_raises_heart_and_vessels_by_more_than_eighty(seed):
    means = []
    for contrast in (False, True):
        pairs = [chest_slice(seed, contrast=contrast, level=u, size=96) for u in (0.2, 0.5, 0.8)]
        image, mask = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
        means.append(image[mask].mean())
    assert means[1] - means[0] > 80


def test_lung_is_as_dark_as_lung(plain):
    lung = body_of(plain.hounsfield) & (plain.hounsfield < -650) & (plain.hounsfield > -960)
    assert -880 <= np.median(plain.hounsfield[eroded(lung, 1)]) <= -780


def test_fat_and_muscle_have_peaks_of_their_own(plain):
    inside = plain.hounsfield[body_of(plain.hounsfield) & ~plain.heart_and_vessels]
    fat = inside[(inside > -160) & (inside < -50)]
    muscle = inside[(inside > 0) & (inside < 110)]
    assert -112 <= np.median(fat) <= -78
    assert 40 <= np.median(muscle) <= 68


def test_there_is_bone_in_every_slice_of_both_kinds(plain, enhanced):
    for phantom in (plain, enhanced):
        bone = (phantom.hounsfield > 350) & ~phantom.heart_and_vessels
        assert (bone.sum(axis=(1, 2)) > 50).all()


def test_noise_is_scanner_like():
    """Within one tissue the noise is 5 to 35 HU and neighbours are correlated."""
    for seed in SEEDS:
        image, mask = chest_slice(seed, contrast=False, level=0.75, size=512)
        inside = eroded(mask[None], 12)[0]
        noise = np.where(inside, image - image[inside].mean(), np.nan)
        assert 5 < np.nanstd(noise) < 35
        assert np.nanmean(noise[:, 1:] * noise[:, :-1]) > 0.2 * np.nanvar(noise)


@pytest.mark.parametrize("level", [-0.1, 1.1])
def test_a_level_outside_the_chest_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        chest_slice(1, contrast=True, level=level)
