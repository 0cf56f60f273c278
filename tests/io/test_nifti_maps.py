import gzip

import nibabel as nib
import numpy as np
import pytest

from ctviz.core import InvalidInput, Slice
from ctviz.io import nifti_of

SHAPE = (5, 7)
VALUES = np.linspace(-1, 1, 35, dtype=np.float32).reshape(SHAPE)
TILTED = (1.0, 0.0, 0.0, 0.0, 0.8, -0.6)


def opened(content):
    return nib.Nifti1Image.from_bytes(gzip.decompress(content))


def test_each_pixel_lies_where_the_scan_has_it():
    image = Slice(np.zeros(SHAPE, np.float32), (0.5, 0.75), TILTED, (-10.0, 20.0, 30.0))
    volume = opened(nifti_of(VALUES, image))
    assert volume.shape == (7, 5, 1)
    values = volume.get_fdata()
    for row, column in ((0, 0), (4, 6), (2, 3)):
        right, anterior, head = nib.affines.apply_affine(volume.affine, (column, row, 0))
        wanted = np.array([-10.0, 20, 30]) + column * 0.75 * np.array(TILTED[:3])
        wanted += row * 0.5 * np.array(TILTED[3:])
        assert np.allclose((-right, -anterior, head), wanted, atol=1e-5)
        assert values[column, row, 0] == VALUES[row, column]


def test_an_unknown_place_is_the_one_on_the_screen():
    volume = opened(nifti_of(VALUES, Slice(np.zeros(SHAPE, np.float32))))
    assert nib.aff2axcodes(volume.affine) == ("L", "P", "I")


def test_equal_maps_give_equal_bytes():
    image = Slice(np.zeros(SHAPE, np.float32))
    assert nifti_of(VALUES, image) == nifti_of(VALUES, image)


def test_a_map_of_another_scan_is_refused():
    with pytest.raises(InvalidInput, match="7 × 5 pixels"):
        nifti_of(VALUES.T, Slice(np.zeros(SHAPE, np.float32)))
