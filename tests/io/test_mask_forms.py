"""Every form of mask files keeps the same promises; the registry finds them."""

import numpy as np
import pytest

from ctviz.core import InvalidInput, Slice
from ctviz.io import load_mask, save_mask
from ctviz.io.masks.form import MASK_FORMS

IMAGE = Slice(np.zeros((5, 7), np.float32), (1.0, 1.0))
MASK = np.random.default_rng(0).random((5, 7)) > 0.5

every_form = pytest.mark.parametrize("name", MASK_FORMS)
every_ending = pytest.mark.parametrize(
    "ending", [ending for form in MASK_FORMS.values() for ending in form.endings]
)


@every_ending
def test_what_is_written_is_read_by_one_form_only_and_is_the_same(ending, tmp_path):
    path = tmp_path / f"mask{ending}"
    save_mask(MASK, path, IMAGE)
    assert sum(form().recognises(path) for form in MASK_FORMS.values()) == 1
    assert np.array_equal(load_mask(path, IMAGE), MASK)


@every_form
def test_no_form_takes_a_text_for_a_mask(name, tmp_path):
    text = tmp_path / "mask.txt"
    text.write_text("0 1 1 0")
    assert not MASK_FORMS[name]().recognises(text)
    assert MASK_FORMS[name].titles


def test_refusals_name_what_there_is(tmp_path):
    text = tmp_path / "mask.txt"
    text.write_text("0 1 1 0")
    with pytest.raises(InvalidInput, match=r"read from NIfTI, \.npy, PNG or TIFF;"):
        load_mask(text, IMAGE)
    with pytest.raises(InvalidInput, match=r"written as \.nii, \.nii\.gz, \.npy or \.png;"):
        save_mask(MASK, text, IMAGE)
