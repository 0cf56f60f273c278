"""Close-ups of what sets the two slices of a pair apart: easier to learn from than whole slices.

The mean over all places of a large slice hides what a small lesion adds, and a network that sees
whole slices only does not begin to learn. From small pictures, then larger ones, it does: a
curriculum (Bengio et al., ICML 2009. doi:10.1145/1553374.1553380).
"""

import numpy as np

from ctviz.core import InvalidInput
from ctviz.training.fitting import Samples

_OFF_CENTRE = 0.3
"""Farthest from the middle that the difference may lie, as a share of the side."""


def close_ups(pairs: Samples, side: int, each: int, draw: np.random.Generator) -> Samples:
    """Return pictures (n, side, side) around the difference of every pair, ``each`` of a pair.

    Parameters
    ----------
    pairs
        Slices (N, h, w), the second of each two differing from the first in one place.
    side
        Rows and columns of a picture, at most h and w.
    each
        Pictures of a pair; both of its slices are cut out alike, and the difference lies anywhere
        near the middle.

    Raises
    ------
    InvalidInput
        If no pair differs, or a side is longer than a slice.
    """
    rows, columns = pairs.hounsfield.shape[1:]
    if side > min(rows, columns):
        raise InvalidInput(f"No close-up of {side} pixels fits into {rows} × {columns}.")
    pictures, whole = [], []
    for first in range(0, len(pairs), 2):
        pair = pairs.hounsfield[first : first + 2]
        differs = np.argwhere(pair[0] != pair[1])
        if not len(differs):
            continue
        for _ in range(each):
            corner = differs.mean(0) - side * (0.5 + draw.uniform(-_OFF_CENTRE, _OFF_CENTRE, 2))
            top, left = np.clip(corner, 0, (rows - side, columns - side)).astype(int)
            pictures.append(pair[:, top : top + side, left : left + side])
            whole += [first, first + 1]
    if not pictures:
        raise InvalidInput("No pair of slices differs anywhere.")
    same = pairs.subset(np.array(whole, dtype=np.intp))
    return Samples(np.concatenate(pictures), same.labels, same.patients)
