"""Neighbouring slices as a network's channels, also called 2.5-D: which ones it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from ctviz.core import InvalidInput, Slice
from ctviz.core.case import Neighbourhood
from ctviz.core.stack import SAME_PLACE_MM, uneven

Unit: TypeAlias = Literal["slices", "mm"]
UNITS: tuple[Unit, ...] = get_args(Unit)
End: TypeAlias = Literal["above", "below"]
ENDS: tuple[End, ...] = get_args(End)

FEWEST_CHANNELS, MOST_CHANNELS = 3, 31
LONGEST_STEP = 100.0
FAR_OFF = 0.25
"""A neighbour that lies further off its place than this share of a step is said."""


def fault_of_channels(channels: int) -> str:
    """Return why a network of so many channels cannot be sent a slice; empty if it can."""
    if channels == 1 or (FEWEST_CHANNELS <= channels <= MOST_CHANNELS and channels % 2):
        return ""
    return (
        f"of {channels} channels; ctviz sends 1, the same slice in 3, or a slice among its "
        f"neighbours in an odd number of up to {MOST_CHANNELS}."
    )


def neighbours_needed(channels: int) -> bool:
    """Whether so many channels can only be neighbouring slices."""
    return channels > FEWEST_CHANNELS


ALONE = "This slice has no neighbours here: the model sees it repeated in all of its channels."


@dataclass(frozen=True)
class Neighbours:
    """How far apart the slices lie that a network's channels show, the shown one in the middle.

    Beyond the end of a scan its last slice is repeated.

    Parameters
    ----------
    step
        From one channel to the next.
    unit
        Of the step: every n-th slice, or the slice that lies nearest to so many mm away.
    first
        Which end the first channel shows: ``above`` is what is read before the slice, towards the
        head in an axial series.
    """

    step: float = 1.0
    unit: Unit = "slices"
    first: End = "above"

    def fault(self, channels: int) -> str:
        """Return what is wrong with it for so many channels; empty if nothing is."""
        if not (FEWEST_CHANNELS <= channels <= MOST_CHANNELS and channels % 2):
            return (
                f"must have an odd number of {FEWEST_CHANNELS} to {MOST_CHANNELS} channels for "
                f"neighbouring slices, the shown one in the middle, not {channels}."
            )
        if self.unit not in UNITS or self.first not in ENDS:
            return "must count its neighbours in slices or mm, from above or below."
        if not 0 < self.step <= LONGEST_STEP or (self.unit == "slices" and self.step % 1):
            return (
                "must have neighbours that lie a whole number of slices, or mm, from each other, "
                f"up to {LONGEST_STEP:.0f}."
            )
        return ""

    def words(self, channels: int) -> str:
        """Return what the network sees, in words.

        >>> Neighbours(2.5, "mm").words(5)
        '5 slices, 2 on either side of the shown one, 2.5 mm apart'
        """
        each = channels // 2
        said = f"{channels} slices, {each} on either side of the shown one"
        if self.unit == "slices" and self.step == 1:
            return said
        return f"{said}, {self.step:g} {self.unit} apart"

    def of(self, image: Slice, channels: int) -> tuple[Slice, ...]:
        """Return the slices that the channels show, in their order.

        See `stack`.
        """
        stack = self.stack(image, channels)
        return stack if self.first == "above" else stack[::-1]

    def stack(self, image: Slice, channels: int) -> tuple[Slice, ...]:
        """Return the slices that the channels show, in the order of reading.

        The slice itself stays as it is given, also where it was edited.

        Raises
        ------
        InvalidInput
            If neighbours are to be so many mm away and nobody knows where the slices lie, or if
            one has another number of pixels.
        """
        around = image.around
        if around is None:
            return (image,) * channels
        places = [place for place, _ in self._places(image, around, channels)]
        shown = tuple(image if k == around.slice_index else around.at(k) for k in places)
        if any(each.shape != image.shape for each in shown):
            raise InvalidInput(
                "The neighbouring slices have another number of pixels than this one, so the model "
                "cannot be shown them; bring in the series by itself."
            )
        return shown

    def caveats(self, image: Slice, channels: int) -> tuple[str, ...]:
        """Say where the neighbours are not those that the network was trained with."""
        around = image.around
        if around is None or len(around.slices) == 1:
            return (ALONE,)
        try:
            found = self._places(image, around, channels)
        except InvalidInput as error:
            return (str(error),)
        return tuple(self._remarks(image, around, found))

    def _remarks(
        self, image: Slice, around: Neighbourhood, found: list[tuple[int, bool]]
    ) -> Iterator[str]:
        beyond = sum(repeated for _, repeated in found)
        if beyond:
            ends = [name for name, k in (("first", 0), ("last", -1)) if found[k][1]]
            yield (
                f"The scan ends here: {beyond} of the model's {len(found)} channels, which would "
                f"lie beyond, show its {' or '.join(ends)} slice again."
            )
        inside = [place for place, repeated in found if not repeated]
        depths = _depths(image, around, inside)
        if depths is None:
            return
        if self.unit == "mm":
            each = len(found) // 2
            wanted = [
                self.step * (k - each) for k, (_, repeated) in enumerate(found) if not repeated
            ]
            off = max(abs(a - b) for a, b in zip(depths, wanted, strict=True))
            if off > FAR_OFF * self.step:
                told = ", ".join(f"{depth:.3g}" for depth in depths)
                yield (
                    f"The model was trained with slices {self.step:g} mm apart. Here the nearest "
                    f"ones lie at {told} mm."
                )
        elif len(depths) > 2 and uneven(np.diff(depths)):
            gaps = np.diff(depths)
            yield (
                f"The slices that the model sees lie unevenly here, {gaps.min():.2f} to "
                f"{gaps.max():.2f} mm apart."
            )

    def _places(self, image: Slice, around: Neighbourhood, channels: int) -> list[tuple[int, bool]]:
        """Return which slice each channel shows, and whether it stands for one beyond the end."""
        if around.chosen:
            return [(place, False) for place in range(channels)]
        each, last = channels // 2, len(around.slices) - 1
        if self.unit == "slices" or last == 0:
            step = int(self.step) if self.unit == "slices" else 1
            wanted = [around.slice_index + k * step for k in range(-each, each + 1)]
            return [(min(max(k, 0), last), not 0 <= k <= last) for k in wanted]
        before = self._nearest(image, around, each, -1)
        after = self._nearest(image, around, each, 1)
        return [*before[::-1], (around.slice_index, False), *after]

    def _nearest(
        self, image: Slice, around: Neighbourhood, count: int, way: int
    ) -> list[tuple[int, bool]]:
        """Return the slices that lie nearest to one step, two, … on one side."""
        here, end = around.slice_index, len(around.slices) - 1 if way > 0 else 0
        found: list[tuple[int, bool]] = []
        place, depth = here, 0.0
        for wanted in (self.step * (k + 1) for k in range(count)):
            while place != end:
                following = _depth(image, around.slices[place + way])
                if following < depth - SAME_PLACE_MM:
                    raise InvalidInput(
                        "The slices do not lie in the order in which they are read, so nobody "
                        f"knows which is {wanted:g} mm away, as the model needs to."
                    )
                if abs(following - wanted) >= abs(depth - wanted) and following > wanted:
                    break
                place, depth = place + way, following
            found.append((place, place == end and wanted - depth > self.step / 2))
        return found


def _depth(image: Slice, other: Slice) -> float:
    """Return how far another slice lies from the plane of this one, in mm."""
    if image.orientation is None or image.position_mm is None or other.position_mm is None:
        raise InvalidInput(
            "It is unknown where the slices of this case lie in the patient, and this model needs "
            "neighbours at a distance in mm; bring in the DICOM series or a NIfTI file."
        )
    row, column = np.reshape(image.orientation, (2, 3)).astype(float)
    normal = np.cross(row, column)
    away = np.subtract(other.position_mm, image.position_mm)
    return abs(float(away @ normal / np.linalg.norm(normal)))


def _depths(image: Slice, around: Neighbourhood, places: list[int]) -> list[float] | None:
    """Return how deep slices lie behind the shown one; None if that is unknown."""
    try:
        return [
            float(np.sign(k - around.slice_index)) * _depth(image, around.at(k))
            if k != around.slice_index
            else 0.0
            for k in places
        ]
    except InvalidInput:
        return None
