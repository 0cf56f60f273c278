"""Experiments of readers: each change of one is a row, and the latest stands."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from ctviz.core import InvalidInput
from ctviz.core.experiment import Edit, Experiment
from ctviz.store.runlength import decode_mask, encode_mask

STANDING = """
    SELECT * FROM experiments WHERE id IN (
        SELECT max(id) FROM experiments WHERE case_id = ? GROUP BY name
    ) ORDER BY made, name
"""
_LATEST = "SELECT reader FROM experiments WHERE name = ? ORDER BY id DESC LIMIT 1"
_ADD = """
    INSERT INTO experiments (
        name, case_id, slice_index, reader, model, operation, settings, edge_mm, runs,
        title, note, made, binned, at
    )
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14
    WHERE NOT EXISTS (SELECT 1 FROM experiments WHERE name = ?1 AND at = ?14)
"""


@dataclass(frozen=True)
class KeptExperiment:
    """A row of ``experiments`` to be.

    Parameters
    ----------
    row
        Its columns but the time.
    at
        When, as text.
    """

    row: tuple[object, ...]
    at: str

    @classmethod
    def of(cls, experiment: Experiment) -> "KeptExperiment":
        """Return the row that says so now."""
        edit = experiment.edit
        row = (
            *(experiment.id, experiment.case_id, experiment.slice_index, experiment.reader),
            *(experiment.model_id, edit.operation, json.dumps(dict(edit.settings))),
            *(edit.edge_mm, encode_mask(edit.mask), experiment.title, experiment.note),
            *(experiment.made.isoformat(), int(experiment.binned)),
        )
        return cls(row, datetime.now(UTC).isoformat())

    def append(self, connection: sqlite3.Connection) -> None:
        """Append the row, once; nobody changes what another reader has made."""
        name, *_ = self.row
        owner = connection.execute(_LATEST, (name,)).fetchone()
        if owner is not None and owner["reader"] != self.row[3]:
            raise InvalidInput(
                f"This experiment belongs to '{owner['reader']}'; keep one of your own to change "
                "it."
            )
        connection.execute(_ADD, (*self.row, self.at))


def experiment_of(row: sqlite3.Row, shape: tuple[int, int]) -> Experiment:
    """Return what a row of the table ``experiments`` says."""
    edit = Edit(
        operation=row["operation"],
        mask=decode_mask(row["runs"], shape),
        settings=json.loads(row["settings"]),
        edge_mm=row["edge_mm"],
    )
    return Experiment(
        id=row["name"],
        case_id=row["case_id"],
        slice_index=row["slice_index"],
        reader=row["reader"],
        model_id=row["model"],
        edit=edit,
        title=row["title"],
        note=row["note"],
        made=datetime.fromisoformat(row["made"]),
        binned=bool(row["binned"]),
    )
