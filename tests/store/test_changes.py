import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctviz.store.changes import join

LABELS = ("heart", "lung")
images = arrays(np.uint8, (4, 5), elements=st.integers(0, 2))


def masks_of(image):
    return {name: image == number for number, name in enumerate(LABELS, 1)}


def image_of(masks):
    return sum(masks[name] * np.uint8(number) for number, name in enumerate(LABELS, 1))


@given(images, images)
def test_a_change_that_meets_nobody_becomes_what_the_reader_sees(before, after):
    masks, unseen, disputed = join(masks_of(before), LABELS, before, after)
    np.testing.assert_array_equal(image_of(masks), after)
    assert (unseen, disputed) == (False, 0)


@given(images, images, images)
def test_pixel_by_pixel_it_is_as_the_rule_says(before, after, standing):
    masks, unseen, disputed = join(masks_of(standing), LABELS, before, after)
    clashes = 0
    for b, mine, theirs, got in zip(
        *(image.ravel() for image in (before, after, standing, image_of(masks))), strict=True
    ):
        if mine == b:
            assert got == theirs
        elif theirs in (b, mine):
            assert got == mine
        else:
            clashes += 1
            assert got == (mine or theirs)
    assert disputed == clashes
    assert unseen == bool((standing != before).any())


@given(images, images, images)
def test_two_tabs_that_changed_different_pixels_end_the_same_in_either_order(before, one, two):
    two = np.where(one != before, before, two)
    for first, second in ((one, two), (two, one)):
        standing = join(masks_of(before), LABELS, before, first)[0]
        masks, _, disputed = join(standing, LABELS, before, second)
        np.testing.assert_array_equal(image_of(masks), np.where(one != before, one, two))
        assert disputed == 0


@given(images)
def test_labels_that_the_reader_does_not_know_stay(standing):
    masks = masks_of(standing) | {"bone": standing == 0}
    nothing = np.zeros_like(standing)
    joined = join(masks, ("skin",), nothing, nothing)[0]
    for name, mask in masks.items():
        np.testing.assert_array_equal(joined[name], mask)
    assert not joined["skin"].any()
