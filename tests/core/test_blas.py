"""Phantoms are rendered with one thread for each matrix product."""

from threadpoolctl import threadpool_info

from ctviz.phantom import chest


def test_a_phantom_leaves_numpy_with_one_thread():
    chest(1, contrast=True, slices=1, size=64)
    products = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert products
    assert {pool["num_threads"] for pool in products} == {1}
