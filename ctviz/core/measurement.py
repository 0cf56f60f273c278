"""What a human measured: a Measurement."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from ctviz.core.errors import InvalidInput
from ctviz.core.structure import Key

MeasurementKind: TypeAlias = Literal["ruler", "angle", "ellipse", "rectangle"]
POINTS: Mapping[MeasurementKind, int] = MappingProxyType(
    {"ruler": 2, "angle": 3, "ellipse": 2, "rectangle": 2}
)
"""How many points lay each kind out."""


@dataclass(frozen=True)
class Point:
    """A place of an image in pixels: a pixel's centre lies at one half.

    Parameters
    ----------
    x, y
        Across the columns and down the rows.
    """

    x: float
    y: float


@dataclass(frozen=True)
class Measurement:
    """A length, an angle or an area that a Reader laid out on one slice.

    Only where it lies is remembered. What it says, in mm, degrees or HU, follows from the slice.

    Parameters
    ----------
    points
        Both ends of a ruler; an angle's leg, vertex and other leg; two opposite corners of a
        rectangle, or of that around an ellipse.
    """

    kind: MeasurementKind
    slice_index: Annotated[int, Key("slice")]
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) != POINTS[self.kind]:
            raise InvalidInput(
                f"The measurement '{self.kind}' has {POINTS[self.kind]} points, "
                f"not {len(self.points)}; lay it out again."
            )

    def fits(self, count: int, shape: tuple[int, int]) -> bool:
        """Whether it lies on one of ``count`` slices and within its (H, W) pixels."""
        rows, columns = shape
        return 0 <= self.slice_index < count and all(
            0 <= point.x <= columns and 0 <= point.y <= rows for point in self.points
        )
