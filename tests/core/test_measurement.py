import pytest

from ctviz.core import InvalidInput
from ctviz.core.measurement import POINTS, Measurement, Point


@pytest.mark.parametrize("kind", POINTS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_each_kind_has_its_own_number_of_points(kind, count):
    points = tuple(Point(n, n) for n in range(count))
    if count == POINTS[kind]:
        assert Measurement(kind, 0, points).points == points
    else:
        with pytest.raises(InvalidInput, match=f"'{kind}' has {POINTS[kind]} points, not {count}"):
            Measurement(kind, 0, points)


@pytest.mark.parametrize(
    ("slice_index", "end", "fits"),
    [
        *((0, Point(24, 16), True), (2, Point(0, 0), True), (3, Point(1, 1), False)),
        *((-1, Point(1, 1), False), (0, Point(24.01, 1), False), (0, Point(1, 16.01), False)),
        *((0, Point(-0.01, 1), False), (0, Point(1, -0.01), False)),
    ],
)
def test_it_lies_within_the_image_and_its_edges(slice_index, end, fits):
    ruler = Measurement("ruler", slice_index, (Point(2, 3), end))
    assert ruler.fits(3, (16, 24)) is fits
