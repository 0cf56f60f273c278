"""Draws the maps that a report shows: typical slices of the best entrants, and disputed ones."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctviz.backend import Backend, Question
from ctviz.cohort.analysis.findings import Disputed, Findings
from ctviz.cohort.analysis.typical import typical_slices
from ctviz.cohort.contact_sheet import SHAPE, SheetPicture
from ctviz.cohort.controls import title_of
from ctviz.cohort.headlines import HEADLINES
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import waited
from ctviz.cohort.statistics import Entrant
from ctviz.cohort.tables.study_data import StudyData
from ctviz.core import Cancelled, CtvizError, ImportanceMap, Mask, Progress, Slice, signed_view
from ctviz.viz import (
    HeatmapLook,
    frame_around,
    heatmap,
    opening_window,
    outline,
    overlay,
    to_pixel_aspect,
    window_image,
)

_log = logging.getLogger(__name__)

ESTIMATORS = 5
"""Most estimators on the sheet of typical slices."""

DISPUTED = 4
"""Most disputed slices."""

BODY_HU, MARGIN = -300.0, 6
"""What is denser is body or table; pixels around them that are shown, too."""


def pictures_of(
    backend: Backend, folder: Path, findings: Findings, units: Sequence[Unit], progress: Progress
) -> Iterator[SheetPicture]:
    """Yield the pictures of a study whose tables are there; its maps are recalled, not made.

    Parameters
    ----------
    units
        The slices that have scores.
    """
    data = StudyData.of(folder)
    artist = _Artist(backend, data, {(u.case, u.slice_index): u for u in units}, progress)
    yield from _typical(data, artist)
    for each in _most_disputed(findings):
        yield from _disputed(each, data, artist)


def _typical(data: StudyData, artist: "_Artist") -> Iterator[SheetPicture]:
    key = next((key for key in HEADLINES if key in data.human), data.fidelity)
    if key is None:
        return
    title = next(metric.title for metric in data.metrics if metric.key == key)
    panel = data.panel(key)
    # A mean of regions is no map.
    drawn = panel.select([each for each in panel.entrants if each.estimator in artist.estimators])
    for typical in typical_slices(drawn, ESTIMATORS):
        shown: list[SheetPicture] = []
        for placed in typical.slices:
            name = f"{placed.place.capitalize()}: {title} {placed.score:.2f}"
            shown += artist.draw("typical", typical.entrant, placed.row, name)
        # A row of the sheet is whole or not there.
        if len(shown) == len(typical.slices):
            yield from shown


def _most_disputed(findings: Findings) -> tuple[Disputed, ...]:
    """Return the slices on which rankings differ most, of the first pair of metrics."""
    pairs = [(each.first, each.second) for each in findings.disputed]
    own = [each for each in findings.disputed if (each.first, each.second) == pairs[0]]
    return tuple(own[:DISPUTED])


def _disputed(each: Disputed, data: StudyData, artist: "_Artist") -> Iterator[SheetPicture]:
    """Yield the maps that are best on a slice by the one metric and by the other."""
    slices = data.table.slices
    here = (slices["case"] == each.case) & (slices["slice_index"] == each.slice_index)
    (row,) = np.flatnonzero(here.to_numpy())
    shown: list[SheetPicture] = []
    pair = each.first, each.second
    for key in pair:
        panel = data.panel(key).without_controls()
        merits = panel.values[row] * panel.direction
        if np.isnan(merits).all():
            continue
        best = int(np.nanargmax(merits))
        title = next(metric.title for metric in data.metrics if metric.key == key)
        name = f"First by {title}: {panel.values[row, best]:.2f}"
        shown += artist.draw("disputed", panel.entrants[best], int(row), name)
    if len(shown) == len(pair):
        yield from shown


class _Artist:
    """Recalls maps and lays them over their slices."""

    def __init__(
        self,
        backend: Backend,
        data: StudyData,
        units: dict[tuple[str, int], Unit],
        progress: Progress,
    ) -> None:
        self.backend, self.data, self.units, self.progress = backend, data, units, progress
        self.estimators = data.study.built_estimators()

    def draw(self, sheet: str, entrant: Entrant, row: int, title: str) -> Iterator[SheetPicture]:
        """Yield the map of an entrant on the slice of a row, if it can be had again.

        Its scores are there; what has happened since, to the cache or to memory, loses a picture
        and no findings.
        """
        place = self.data.table.slices.iloc[row]
        case, index = str(place["case"]), int(place["slice_index"])
        unit = self.units[case, index]
        image, mask = unit.image(self.backend), unit.mask(self.backend)
        try:
            found = self._map(entrant, image, row)
        except Cancelled:
            raise
        except CtvizError as error:
            _log.warning("No picture of %s on %s: %s", entrant, case, error)
            return
        note = f"{title_of(entrant.estimator)}, {entrant.sign} · {case}, slice {index + 1}"
        yield SheetPicture(sheet, title, note, picture_of(image, found, entrant, mask))

    def _map(self, entrant: Entrant, image: Slice, row: int) -> ImportanceMap:
        target = self.data.classes.index(str(self.data.table.texts("target")[row]))
        question = Question(image, self.data.study.model, target)
        estimator = self.estimators[entrant.estimator]
        (job,) = self.backend.explain(question, [estimator], urgency="background")
        return waited(job, self.progress)


def picture_of(
    image: Slice, found: ImportanceMap, entrant: Entrant, mask: Mask | None
) -> NDArray[np.uint8]:
    """Return a map over its slice (192, 256, 3), with the reader's region as an outline.

    As much of the slice as holds the body, in its true proportions on black.
    """
    window = opening_window(image)
    grey = window_image(image.hounsfield, window.width, window.level)
    hot = heatmap(signed_view(found.values, entrant.sign), HeatmapLook.of(entrant.sign))
    drawn = overlay(grey, hot)
    if mask is not None:
        drawn = outline(drawn, mask)
    body = image.hounsfield > BODY_HU if image.calibrated else np.ones(image.shape, bool)
    return _fitted(drawn[frame_around(body, MARGIN)], image.spacing_mm)


def _fitted(drawn: NDArray[np.uint8], spacing_mm: tuple[float, float] | None) -> NDArray[np.uint8]:
    """Return a picture in the middle of a black one of the sheet's shape."""
    down, along = spacing_mm or (1.0, 1.0)
    rows, columns = drawn.shape[0] * down, drawn.shape[1] * along
    scale = min(SHAPE[0] / rows, SHAPE[1] / columns)
    scaled = to_pixel_aspect(drawn, spacing_mm, max(1, int(scale * max(rows, columns))))
    whole = np.zeros((*SHAPE, 3), np.uint8)
    height, width = scaled.shape[:2]
    top, left = (SHAPE[0] - height) // 2, (SHAPE[1] - width) // 2
    whole[top : top + height, left : left + width] = scaled
    return whole
