"""What reads a region map must not see the rounding of the map that it was made from."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ctviz.core import Prior, Slice
from ctviz.metrics import METRICS, CorrectedMetric
from ctviz.models.grid import Placement
from ctviz.regions import segment, xrai

GRID, SCAN = (32, 32), (48, 48)
ROUNDING = 1e-7
"""Of a map's range: what another processor or number of threads makes of the same map."""

REGION_METRICS = [name for name, metric in METRICS.items() if metric.reads == "region map"]


@pytest.fixture(scope="module")
def placement() -> Placement:
    return Placement.of(Slice(np.zeros(SCAN, np.float32), (1.0, 1.0)), GRID)


@pytest.fixture(scope="module")
def pairs():
    """Region maps of random maps, and of the same but for rounding, on the network's grid."""
    made = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        regions = segment(gaussian_filter(rng.normal(size=GRID), 2))
        values = np.abs(gaussian_filter(rng.normal(size=GRID), 1)).astype(np.float32)
        noise = rng.uniform(-ROUNDING, ROUNDING, GRID).astype(np.float32) * np.ptp(values)
        made.append((xrai(values, regions), xrai(values + noise, regions)))
    return made


@pytest.mark.parametrize("name", REGION_METRICS)
@pytest.mark.parametrize("decode", [Placement.levels_to_scan, Placement.to_scan])
def test_rounding_does_not_move_a_score(placement, pairs, name, decode):
    """Also where a map that is a region map itself comes back as any other does."""
    rows, columns = np.mgrid[:48, :48]
    drawn = (rows - 20) ** 2 + (columns - 28) ** 2 < 25
    beside = Prior(np.hypot(rows - 24, columns - 24) / 40, 7)
    given = beside if issubclass(METRICS[name], CorrectedMetric) else (1.0, 1.0)
    for pair in pairs:
        before, after = (
            METRICS[name]()(decode(placement, ranked), drawn, given) for ranked in pair
        )
        assert before.value == pytest.approx(after.value, abs=1e-9)
