"""Measurements of readers: each change of one is a row, and the latest stands."""

import json
import sqlite3
from dataclasses import dataclass
from typing import TypeAlias

from ctviz.core.measurement import Measurement, Point

MeasurementEdit: TypeAlias = tuple[Measurement | None, Measurement | None]
"""A measurement as the reader saw it, and as they made it; None where there is none."""

STANDING = """
    SELECT * FROM measurements WHERE id IN (
        SELECT max(id) FROM measurements WHERE case_id = ? AND reader = ? GROUP BY name
    ) AND points <> '[]' ORDER BY id
"""
_LATEST = """
    SELECT * FROM measurements
    WHERE case_id = ? AND reader = ? AND name = ? ORDER BY id DESC LIMIT 1
"""
_ADD = """
    INSERT INTO measurements (case_id, reader, name, kind, slice_index, points, at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True)
class MeasurementRow:
    """A row of ``measurements`` to be.

    Parameters
    ----------
    place
        Case, reader, and what tells the measurement from all others of both.
    edit
        What changed.
    at
        When, as text.
    """

    place: tuple[str, str, str]
    edit: MeasurementEdit
    at: str

    def append(self, connection: sqlite3.Connection) -> None:
        """Append the row if it says anything new.

        Where one side moved a measurement and the other removed it, it stays.
        """
        before, after = self.edit
        row = connection.execute(_LATEST, self.place).fetchone()
        standing = None if row is None else measurement_of(row)
        unseen = standing != before
        if standing == after or (after is None and unseen):
            return
        # What has no points was removed; it is still said of what and where.
        lies = after or before
        if lies is None:
            return
        points = [[point.x, point.y] for point in after.points] if after else []
        place = (lies.kind, lies.slice_index, json.dumps(points))
        connection.execute(_ADD, (*self.place, *place, self.at))


def measurement_of(row: sqlite3.Row) -> Measurement | None:
    """Return what a row of the table ``measurements`` says; None if it was removed."""
    points = tuple(Point(x, y) for x, y in json.loads(row["points"]))
    return Measurement(row["kind"], row["slice_index"], points) if points else None
