"""Which pixels a part has, and that a scene tells the truth of every one."""

import numpy as np
import pytest

from ctviz.core import InvalidInput, Slice
from ctviz.models import ModelCard
from ctviz.training import contrast, lesion
from ctviz.truth import SCENES, parts_of, scene_of

IMAGE = Slice(np.arange(16, dtype=np.float32).reshape(4, 4))


def without(*pixels):
    """The image with some of its pixels (row, column) changed."""
    changed = IMAGE.hounsfield.copy()
    for place in pixels:
        changed[place] -= 1
    return changed


def test_a_part_has_the_pixels_that_change_without_it():
    (part,) = parts_of(IMAGE, {"bone": without((0, 1), (2, 2))})
    assert part.name == "bone"
    assert np.argwhere(part.mask).tolist() == [[0, 1], [2, 2]]
    np.testing.assert_array_equal(part.without.hounsfield, without((0, 1), (2, 2)))


def test_a_pixel_of_two_parts_belongs_to_the_smaller():
    lungs, vessel = parts_of(
        IMAGE, {"lungs": without((0, 0), (0, 1), (0, 2)), "vessel": without((0, 1), (1, 1))}
    )
    assert np.argwhere(vessel.mask).tolist() == [[0, 1], [1, 1]]
    assert np.argwhere(lungs.mask).tolist() == [[0, 0], [0, 2]]


def test_what_is_not_seen_or_wholly_covered_is_no_part():
    found = parts_of(
        IMAGE,
        {"hidden": without(), "one": without((3, 3)), "same again": without((3, 3))},
    )
    assert [part.name for part in found] == ["one"]


@pytest.fixture(scope="module", params=SCENES)
def scene(request):
    return SCENES[request.param]


@pytest.fixture(scope="module")
def known(scene):
    return scene.draw(11)


def test_a_scene_has_many_parts_and_no_pixel_twice(scene, known):
    # Without contrast agent, blood has nothing to lose.
    assert len(known.parts) >= (8 if scene.name == "lesion" else 12)
    assert len({part.name for part in known.parts}) == len(known.parts)
    assert np.sum([part.mask for part in known.parts], axis=0).max() == 1
    assert known.region.any()


def test_without_a_part_its_pixels_are_others_and_no_one_elses_is_touched_alone(known):
    whole = known.image.hounsfield
    owned = np.any([part.mask for part in known.parts], axis=0)
    for part in known.parts:
        changed = part.without.hounsfield != whole
        assert changed[part.mask].all()
        assert not changed[~owned].any()


def test_equal_seeds_have_equal_truth(scene, known):
    again = scene.draw(11)
    np.testing.assert_array_equal(again.image.hounsfield, known.image.hounsfield)
    assert [part.name for part in again.parts] == [part.name for part in known.parts]
    assert scene.draw(12).image.digest != known.image.digest


def test_the_marker_is_a_part_that_only_marked_slices_have():
    plain, marked = SCENES["contrast"].draw(5), SCENES["marked"].draw(5)
    assert "marker" not in {part.name for part in plain.parts}
    marker = next(part for part in marked.parts if part.name == "marker")
    np.testing.assert_array_equal(marker.without.hounsfield, plain.image.hounsfield)
    assert (marked.image.hounsfield[marker.mask] == 1000).all()


def test_a_lesion_lies_where_it_is_outlined_and_nowhere_else():
    known = SCENES["lesion"].draw(5)
    part = next(part for part in known.parts if part.name == "lesion")
    change = abs(part.without.hounsfield - known.image.hounsfield)
    assert known.region[change > 0.6 * change.max()].all()
    assert not known.region[change < 0.4 * change.max()].any()
    # Half a lesion of 6 mm radius to twice one of 18 mm.
    area = known.region.sum() * np.prod(known.image.spacing_mm)
    assert 50 < area < 2100


def card(**said):
    return ModelCard(**{"id": "m", "title": "M", "task": "?", "architecture": "resnet18", **said})


def test_a_model_is_shown_what_it_was_taught():
    classes = ("without contrast", "with contrast")
    assert scene_of(card(classes=classes)).name == "contrast"
    assert scene_of(card(classes=classes, training={"marked": True})).name == "marked"
    assert scene_of(card(classes=classes, training={"marked": False})).name == "contrast"
    assert scene_of(card(classes=("without lesion", "with lesion"))).name == "lesion"


def test_scenes_have_the_classes_of_the_models_that_are_trained():
    assert SCENES["contrast"].classes == contrast.CLASSES
    assert SCENES["lesion"].classes == lesion.CLASSES


def test_of_other_models_no_truth_is_known():
    with pytest.raises(InvalidInput, match=r"not known for the model 'm'.*cat, dog"):
        scene_of(card(classes=("cat", "dog")))
