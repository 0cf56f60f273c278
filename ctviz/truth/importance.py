"""How important a map says each part is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctviz.core import FloatMap, Sign, signed_view
from ctviz.truth.parts import Part


def importance_of_parts(values: FloatMap, parts: Sequence[Part], sign: Sign) -> NDArray[np.float64]:
    """Return (P,) the sum of a map (H, W) over each part's pixels, read under a sign.

    The sum, not the mean: an effect is that of a whole part, and importance that adds up to a
    change of the answer, as that of path methods does, adds up to a part's effect. Signed, what
    speaks for the class and what speaks against it cancel.
    """
    view = signed_view(values, sign).astype(np.float64)
    return np.array([view[part.mask].sum() for part in parts])
