"""Phantoms are rendered with one thread for each matrix product."""

import pytest

from ctviz.core.blas import blas_threads
from ctviz.phantom import chest


def test_a_phantom_leaves_numpy_with_one_thread():
    if blas_threads() is None:
        pytest.skip("This numpy does not come with OpenBLAS.")
    chest(1, contrast=True, slices=1, size=64)
    assert blas_threads() == 1
