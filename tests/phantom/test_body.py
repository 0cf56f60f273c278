"""Phantoms of other regions than the chest: known blood, equal seeds equal voxels."""

import numpy as np
import pytest

from ctviz.phantom import CHEST, OUTSIDE, REGIONS, body_slice, chest_slice
from ctviz.phantom.enhancement import Enhancement

SIZE = 96
every_region = pytest.mark.parametrize("region", OUTSIDE)


@pytest.mark.parametrize("contrast", [False, True])
def test_the_chest_is_the_slice_of_the_chest(contrast):
    expected, _ = chest_slice(3, contrast=contrast, level=0.4, size=SIZE)
    shown = body_slice(3, region=CHEST, contrast=contrast, level=0.4, size=SIZE)
    np.testing.assert_array_equal(shown, expected)


@every_region
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_every_level_is_a_body_in_air_in_whole_hounsfield_units(region, level):
    image = body_slice(5, region=region, contrast=True, level=level, size=SIZE)
    assert image.shape == (SIZE, SIZE)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, np.rint(image))
    assert image.min() >= -1024
    share = {name: (low < image) & (image < high) for name, low, high in _TISSUES}
    assert share["air"].mean() > 0.2
    assert all(share[name].mean() > 0.01 for name in ("fat", "soft tissue"))
    assert share["bone"].sum() > 10


_TISSUES = (
    ("air", -1100, -900),
    ("fat", -150, -60),
    ("soft tissue", 0, 120),
    ("bone", 300, 3000),
)


@every_region
def test_equal_arguments_give_equal_voxels_and_other_seeds_other_patients(region):
    first, again, other = (
        body_slice(seed, region=region, contrast=True, level=0.6, size=SIZE) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.1


def test_plain_tissue_is_the_same_with_the_agent_and_nothing_gets_darker():
    for seed in range(40):
        plain, enhanced = (
            vars(Enhancement.draw(np.random.default_rng(seed), contrast=contrast))
            for contrast in (False, True)
        )
        gains = {name: enhanced[name] - plain[name] for name in plain}
        assert min(gains.values()) >= 0
        assert gains["artery"] >= 75


def test_phases_differ_in_what_is_brightest():
    """Arteries first, then the kidney's cortex before its medulla, at last the urine."""
    drawn = [Enhancement.draw(np.random.default_rng(seed), contrast=True) for seed in range(200)]
    early = [each for each in drawn if each.artery > each.portal + 40]
    late = [each for each in drawn if each.urine > 100]
    assert 0.2 < len(early) / len(drawn) < 0.7
    assert 0.05 < len(late) / len(drawn) < 0.4
    assert all(each.cortex > each.medulla for each in early)
    assert all(abs(each.artery - each.vein) < 45 for each in late)


@pytest.mark.parametrize(("region", "level"), [("abdomen", 0.6), ("arms", 0.7)])
def test_iodine_makes_a_patient_brighter_between_fat_and_bone(region, level):
    means = []
    for contrast in (False, True):
        images = [
            body_slice(seed, region=region, contrast=contrast, level=level, size=SIZE)
            for seed in range(6)
        ]
        soft = np.concatenate([image[(image > 0) & (image < 300)] for image in images])
        means.append(soft.mean())
    assert means[1] - means[0] > 8


def test_a_gut_may_be_bright_without_iodine_in_the_blood():
    """Else bright bowel would tell the answer."""
    bright = [
        (body_slice(seed, region="abdomen", contrast=False, level=0.6, size=SIZE) > 250)[:40].sum()
        for seed in range(16)
    ]
    assert np.std(bright) > 10


@pytest.mark.parametrize("level", [-0.1, 1.1])
def test_a_level_outside_the_region_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        body_slice(1, region="pelvis", contrast=True, level=level)


def test_an_unknown_region_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=", ".join(REGIONS)):
        body_slice(1, region="head", contrast=True, level=0.5)
