"""What a reader changed in a drawing, and how it joins what others changed meanwhile."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ctviz.core import Mask
from ctviz.store.measurements import MeasurementEdit

LabelImage: TypeAlias = NDArray[np.uint8]
"""Labels of one slice, (H, W); 0 is undrawn, n is the n-th of a list of names."""


@dataclass(frozen=True, eq=False)
class DrawnChange:
    """Slices and measurements of one reader on one case as they were seen before and after.

    Before *and* after, because the same reader may draw in two tabs, and two people may use one
    name: only what changed here is changed in the database, and whatever else stands there stays.

    Parameters
    ----------
    id
        Tells this change from all others, so that it is kept once however often it comes.
    labels
        Label n of the images is named ``labels[n - 1]``.
    slices
        (before, after) by slice index, each (H, W).
    measurements
        (before, after) by what tells a measurement from the reader's others on the case.
    """

    id: str
    case_id: str
    reader: str
    labels: Sequence[str]
    slices: Mapping[int, tuple[LabelImage, LabelImage]]
    measurements: Mapping[str, MeasurementEdit] = field(default_factory=dict)
    drawn: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Joined:
    """What a change met in the database.

    Parameters
    ----------
    slices
        Slices on which somebody else had drawn since, under the same name.
    disputed
        How many pixels both had changed, and not in the same way.
    """

    slices: tuple[int, ...] = ()
    disputed: int = 0


def join(
    standing: Mapping[str, Mask], labels: Sequence[str], before: LabelImage, after: LabelImage
) -> tuple[dict[str, Mask], bool, int]:
    """Apply a change to the (H, W) masks that stand.

    Each pixel that the change touches takes its new label, each other one stays. Where both sides
    changed a pixel in different ways, what is drawn wins over what is erased, and of two labels the
    one that comes now: the other is in the history.

    Returns
    -------
    The masks by label; whether anything stood there that the reader had not seen; how many pixels
    both sides changed in different ways.
    """
    names = list(dict.fromkeys([*labels, *standing]))
    nothing = np.zeros(before.shape, np.bool_)
    was, becomes = _by_label(before, labels, names), _by_label(after, labels, names)
    stands = np.stack([nothing, *(standing.get(name, nothing) for name in names)])
    changed = before != after
    unseen = (stands != was).any(axis=0)
    disputed = changed & unseen & (stands != becomes).any(axis=0)
    takes = changed & ~(disputed & (after == 0))
    joined = np.where(takes, becomes, stands)
    return dict(zip(names, joined[1:], strict=True)), bool(unseen.any()), int(disputed.sum())


def _by_label(image: LabelImage, labels: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """Return where an image has the label of each name, (1 + names, H, W); the first is empty."""
    numbers = [0, *(list(labels).index(name) + 1 if name in labels else 0 for name in names)]
    return np.stack([(image == number) & (number > 0) for number in numbers])


@dataclass(frozen=True)
class PackedImage:
    """A label image in few bytes, for what is remembered for long."""

    shape: tuple[int, int]
    code: bytes

    @classmethod
    def of(cls, image: LabelImage) -> "PackedImage":
        """Return an (H, W) image, packed."""
        rows, columns = image.shape
        return cls((rows, columns), zlib.compress(np.ascontiguousarray(image).tobytes(), 1))

    def unpacked(self) -> LabelImage:
        """Return the (H, W) image."""
        return np.frombuffer(zlib.decompress(self.code), np.uint8).reshape(self.shape)
