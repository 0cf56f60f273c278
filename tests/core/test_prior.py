import numpy as np
import pytest

from ctviz.core import InvalidInput, Prior
from ctviz.core.prior import FEWEST_OTHERS, by_image_fraction


def test_patients_count_the_same():
    masks = [np.full((2, 3), share) for share in (0.0, 0.25, 1.0, 1.0)]
    prior = Prior.of(masks, (2, 3))
    assert prior.patients == 4
    np.testing.assert_allclose(prior.mean, 0.5625)


def test_nobody_has_a_mean_mask_of_nothing():
    prior = Prior.of([], (2, 3))
    assert prior.mean.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert prior.why_not.startswith("No other patient has")


def test_enough_patients_need_no_excuse():
    assert not Prior(np.zeros((2, 2)), FEWEST_OTHERS).why_not
    assert Prior(np.zeros((2, 2)), FEWEST_OTHERS - 1).why_not


def test_its_digest_tells_means_and_patients_apart():
    mean = np.full((2, 2), 0.5)
    digests = {Prior(mean, 6).digest, Prior(mean, 7).digest, Prior(1 - mean / 2, 6).digest}
    assert len(digests) == 3
    assert Prior(mean, 6).digest == Prior(mean.copy(), 6).digest


@pytest.mark.parametrize("mean", [np.zeros(3), np.full((2, 2), 1.5), np.full((2, 2), np.nan)])
def test_refuses_what_is_no_share(mean):
    with pytest.raises(InvalidInput, match="shares between 0 and 1"):
        Prior(mean, 6)


def test_refuses_less_than_nobody():
    with pytest.raises(InvalidInput, match="0 patients"):
        Prior(np.zeros((2, 2)), -1)


@pytest.mark.parametrize("shape", [(6, 10), (3, 5), (4, 7), (12, 20), (1, 1)])
def test_another_grid_shows_the_same_image(shape):
    """By counting a fine grid that both divide: each pixel is the mean of what it covers."""
    values = np.random.default_rng(0).uniform(size=(6, 10))
    rows, columns = (np.lcm(a, b) for a, b in zip(values.shape, shape, strict=True))
    fine = np.kron(values, np.ones((rows // 6, columns // 10)))
    blocks = fine.reshape(shape[0], rows // shape[0], shape[1], columns // shape[1])
    np.testing.assert_allclose(by_image_fraction(values, shape), blocks.mean(axis=(1, 3)))
