import numpy as np
import pytest

from ctviz.core import InvalidParameter, UnknownName
from ctviz.estimators import ESTIMATORS, explain
from ctviz.regions import segment, xrai

Xrai = ESTIMATORS["xrai"]


@pytest.mark.parametrize("base", ["gradient", "smoothgrad"])
def test_is_the_region_map_of_its_base(base, mixed, scan):
    pixels, regions = explain(mixed, scan.double(), 1, [ESTIMATORS[base](), Xrai(base=base)])
    segmentation = segment(scan[0, 0].double().numpy())
    np.testing.assert_array_equal(regions, xrai(pixels, segmentation))


def test_its_base_must_be_an_estimator_of_pixels():
    with pytest.raises(InvalidParameter):
        Xrai(base="xrai")
    with pytest.raises(UnknownName, match="gradient"):
        Xrai(base="gradiant")
