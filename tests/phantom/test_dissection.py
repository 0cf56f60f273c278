"""A slice without one part: equal to painting the chest without it, and changed nowhere else."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from ctviz.core import UnknownName
from ctviz.phantom import LESION, artefacts, bones, chest_slice, dissect, heart
from ctviz.phantom.canvas import AIR, Canvas
from ctviz.phantom.layers import seen_without

OLDER = Path(__file__).parent / "slices-0.2.0.npz"
"""Slices drawn by version 0.2.0, on which the shipped models and their caches rest."""

BLOOD = {
    *("left ventricle", "right ventricle", "left atrium", "right atrium", "heart muscle"),
    *("ascending aorta", "descending aorta", "upper vena cava", "pulmonary arteries"),
    *("lung vessels", "chest wall vessels"),
}


@pytest.fixture(scope="module", params=[(4, 0.35), (7, 0.7), (9, 0.97)], ids=str)
def dissection(request):
    seed, level = request.param
    return dissect(seed, contrast=True, level=level, size=128)


def test_slices_are_those_that_the_shipped_models_learnt_from():
    older = np.load(OLDER)
    masks = np.unpackbits(older["mask"], axis=-1).astype(bool)
    for seed, contrast, level, hounsfield, mask in zip(
        older["seed"], older["contrast"], older["level"], older["hounsfield"], masks, strict=True
    ):
        image, drawn = chest_slice(int(seed), contrast=bool(contrast), level=level, size=96)
        np.testing.assert_array_equal(drawn, mask)
        # Another processor adds up in another order, and a value near a half is rounded otherwise.
        assert abs(image - hounsfield).max() <= 1
        assert (image != hounsfield).mean() < 1e-3


def test_laying_all_layers_again_gives_the_same_picture_bit_by_bit(dissection):
    window = (slice(0, 128), slice(0, 128))
    again = seen_without(dissection.canvas.layers, "no such part", window, AIR)
    np.testing.assert_array_equal(again, dissection.canvas.hounsfield)


def test_what_is_no_part_is_refused(dissection):
    with pytest.raises(UnknownName, match="Did you mean 'ribs'"):
        dissection.without("rib")


def test_twelve_parts_or_more_are_seen_at_every_level():
    for seed, level in enumerate(np.linspace(0, 1, 6)):
        drawn = dissect(seed, contrast=True, level=float(level), size=96)
        seen = [part for part in drawn.parts if (drawn.without(part) != drawn.hounsfield).any()]
        assert len(seen) >= 12, level


def test_a_slice_changes_only_where_the_missing_part_was_painted(dissection):
    window = (slice(0, 128), slice(0, 128))
    for part in dissection.parts:
        sharp = seen_without(dissection.canvas.layers, part, window, AIR)
        painted = sharp != dissection.canvas.hounsfield
        changed = dissection.without(part) != dissection.hounsfield
        away = ndimage.distance_transform_edt(~painted) * dissection.spacing_mm[0]
        # The blur of the scanner carries a part a little way into its neighbours.
        assert away[changed].max(initial=0) <= 4 * dissection.spacing_mm[0] * np.sqrt(2), part
        strong = abs(dissection.without(part) - dissection.hounsfield) > 60
        assert away[strong].max(initial=0) <= 2 * dissection.spacing_mm[0], part


def test_blood_has_nothing_to_lose_without_contrast_agent():
    plain = dissect(7, contrast=False, level=0.7, size=96)
    for part in BLOOD & set(plain.parts):
        np.testing.assert_array_equal(plain.without(part), plain.hounsfield)


def assert_same_but_for_rounding(image, expected):
    assert abs(image - expected).max() <= 2
    assert (image != expected).mean() < 0.03


def test_without_the_table_is_a_scan_without_a_table(monkeypatch):
    drawn = dissect(7, contrast=True, level=0.7, size=128)
    monkeypatch.setattr(import_module("ctviz.phantom.chest"), "paint_table", lambda *_: None)
    expected, _ = chest_slice(7, contrast=True, level=0.7, size=128)
    assert abs(drawn.hounsfield - expected).max() > 100
    assert_same_but_for_rounding(drawn.without("table"), expected)


def test_without_ribs_is_a_patient_without_ribs(monkeypatch):
    drawn = dissect(4, contrast=True, level=0.4, size=128)
    monkeypatch.setattr(bones, "paint_ribs", lambda *_: None)
    expected, _ = chest_slice(4, contrast=True, level=0.4, size=128)
    assert abs(drawn.hounsfield - expected).max() > 100
    assert_same_but_for_rounding(drawn.without("ribs"), expected)


def test_without_its_iodine_a_chamber_holds_plain_blood(monkeypatch):
    drawn = dissect(7, contrast=True, level=0.7, size=128)
    blood, plain = heart._blood, drawn.canvas.plain

    def plain_on_the_left(tissue):
        return blood(tissue) | {"left_ventricle": plain.left}

    monkeypatch.setattr(heart, "_blood", plain_on_the_left)
    expected, mask = chest_slice(7, contrast=True, level=0.7, size=128)
    np.testing.assert_array_equal(mask, drawn.heart_and_vessels)
    assert abs(drawn.hounsfield - expected).max() > 100
    assert_same_but_for_rounding(drawn.without("left ventricle"), expected)


def test_streaks_vanish_with_the_iodine_that_throws_them(monkeypatch):
    def drawn():
        return dissect(4, contrast=True, level=0.5, size=128)

    streaked = drawn()
    assert streaked.canvas.tissue.cava > 330
    paint = Canvas.paint

    def plain_cava(canvas, shape, hounsfield, **how):
        cava = shape.part == "upper vena cava" and hounsfield == canvas.tissue.cava
        paint(canvas, shape, canvas.plain.cava if cava else hounsfield, **how)

    monkeypatch.setattr(Canvas, "paint", plain_cava)
    monkeypatch.setattr(artefacts, "_DENSE_HU", np.inf)
    expected = drawn().hounsfield
    changed = abs(streaked.hounsfield - expected) > 3
    assert changed.sum() > 300
    gone = streaked.without("upper vena cava")
    assert_same_but_for_rounding(gone, expected)


def test_a_lesion_is_one_more_part_that_changes_nothing_else():
    plain, _ = chest_slice(3, contrast=False, level=0.6, size=128)
    drawn = dissect(3, contrast=False, level=0.6, size=128, lesion=True)
    assert_same_but_for_rounding(drawn.without(LESION), plain)
    assert (drawn.hounsfield != plain).mean() < 0.1


def test_lesions_lie_anywhere_in_lung_and_soft_tissue_and_differ_from_it():
    places, darker = [], []
    for seed in range(60):
        drawn = dissect(seed, contrast=False, level=seed / 60, size=96, lesion=True)
        change = drawn.hounsfield - drawn.without(LESION)
        peak = np.unravel_index(abs(change).argmax(), change.shape)
        places.append(np.array(peak) / 96)
        assert abs(change[peak]) > 100
        if change[peak] < 0:
            darker.append(drawn.without(LESION)[peak])
    across = np.array(places)[:, 1]
    # The body is about 0.8 of the picture wide: an even spread over it has σ = 0.8 / √12.
    assert np.std(across) == pytest.approx(0.8 / np.sqrt(12), abs=0.05)
    assert np.mean(across) == pytest.approx(0.5, abs=0.1)
    assert len(darker) >= 10
    # What is darker than its surroundings lies in soft tissue.
    assert np.median(darker) > -250
