"""Random maps and regions for the metrics' laws."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=7)


@st.composite
def maps_with_regions(draw):
    """A map with many ties, and a region that is neither empty nor everything."""
    shape = draw(shapes)
    levels = draw(st.integers(1, 6))
    values = draw(hnp.arrays(np.int8, shape, elements=st.integers(-levels, levels)))
    mask = draw(hnp.arrays(np.bool_, shape))
    mask[0, 0], mask[-1, -1] = True, False
    return values.astype(np.float32) / 4, mask
