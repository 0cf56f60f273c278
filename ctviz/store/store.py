"""The Store: cases, Regions and predictions by their place, never by a person's name."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from ctviz.core import InvalidInput, Mask, Prediction, Region, UnknownName
from ctviz.core.experiment import Experiment
from ctviz.core.measurement import Measurement
from ctviz.store.audit import AuditEntry, AuditEvent
from ctviz.store.bin import Bin, bring_back
from ctviz.store.blinding import STANDING as STANDING_BLINDING
from ctviz.store.blinding import Blinding
from ctviz.store.changes import DrawnChange, Joined, PackedImage, join
from ctviz.store.database import Database
from ctviz.store.entries import CaseEntry, entry_of
from ctviz.store.experiments import STANDING as STANDING_EXPERIMENTS
from ctviz.store.experiments import KeptExperiment, experiment_of
from ctviz.store.measurements import STANDING, MeasurementRow, measurement_of
from ctviz.store.readings import Reading, reading_of
from ctviz.store.runlength import decode_mask, encode_mask
from ctviz.store.titles import GivenTitle, as_title
from ctviz.store.truths import GivenTruth, append_all

_ADD_CASE = """
    INSERT INTO cases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        patient = excluded.patient, title = excluded.title,
        truth = coalesce(excluded.truth, truth), notes = excluded.notes
"""
_LISTED_CASES = """
    SELECT * FROM named_cases WHERE id NOT IN (SELECT case_id FROM cases_away) ORDER BY place
"""
_PUT_PREDICTION = "INSERT OR REPLACE INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_AUDIT = """
    INSERT INTO audit (at, event, who, what, outcome)
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (
        SELECT 1 FROM audit WHERE at = ?1 AND event = ?2 AND who = ?3 AND what = ?4
    )
"""
_STANDING_RUNS = """
    SELECT runs FROM regions
    WHERE case_id = ? AND slice_index = ? AND reader = ? AND label = ?
    ORDER BY id DESC LIMIT 1
"""
_LATEST_OF_LABELS = """
    SELECT label, runs FROM regions WHERE id IN (
        SELECT max(id) FROM regions
        WHERE case_id = ? AND slice_index = ? AND reader = ? GROUP BY label
    )
"""
_SAME_REGION = """
    SELECT 1 FROM regions
    WHERE case_id = ? AND slice_index = ? AND reader = ? AND label = ?
      AND pixels = ? AND runs = ? AND drawn = ?
"""
_ADD_REGION = """
    INSERT INTO regions (case_id, slice_index, reader, label, pixels, runs, drawn)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class Store:
    """Everything ctviz remembers, in one SQLite file; safe to use from many threads.

    Regions are only ever appended: a new drawing stands in front of the older ones, an empty one
    says that the reader erased it, and `history` shows them all. The database itself refuses
    to change a Region, or to delete it before its case was put into the bin and that was emptied.

    Parameters
    ----------
    path
        The database file; made with its folder if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.bin = Bin(self._database)

    def close(self) -> None:
        """Close the file; the store must not be used afterwards."""
        self._database.close()

    def add_case(self, entry: CaseEntry) -> None:
        """Add a case, or renew what is known of one that is there; its Regions stay.

        Date and source of the first addition are kept, and a truth that is not known any more. A
        case of the bin comes back.
        """
        row_mm, column_mm = entry.spacing_mm or (None, None)
        values = (
            *(entry.id, entry.patient, entry.title, entry.slices, *entry.shape),
            *(row_mm, column_mm, entry.source, entry.truth),
            *(json.dumps(entry.notes), entry.added.isoformat()),
        )
        self._database.write(partial(_add_case, values, datetime.now(UTC)))

    def cases(self) -> list[CaseEntry]:
        """Return all cases but those of the bin, in the order in which they were added."""
        return [entry_of(row) for row in self._database.query(_LISTED_CASES)]

    def case(self, case_id: str) -> CaseEntry:
        """Return one case, which may be in the bin.

        Raises
        ------
        UnknownName
            If there is no such case.
        """
        found = self._database.query("SELECT * FROM named_cases WHERE id = ?", case_id)
        if not found:
            known = self._database.query("SELECT id FROM cases")
            raise UnknownName("case", case_id, (row["id"] for row in known))
        return entry_of(found[0])

    def rename(self, case_id: str, title: str, who: str) -> None:
        """Show a case under another title from now on; an empty one is that which it came with.

        Raises
        ------
        UnknownName
            If there is no such case.
        InvalidInput
            If the title is too long or cannot be shown.
        """
        self.case(case_id)
        self._database.write(GivenTitle(case_id, as_title(title), who).append)

    def give_truths(self, truths: Mapping[str, str], who: str) -> dict[str, str]:
        """Let cases have other true classes from now on; an empty one is that which it came with.

        Returns
        -------
        By case, what those whose class has changed had been given before: giving it to them again
        undoes this. Cases that are not there are passed over.
        """
        given = [GivenTruth(case_id, truth, who) for case_id, truth in truths.items()]
        return self._database.write(partial(append_all, given)) if given else {}

    def keep_reading(self, reading: Reading) -> None:
        """Append how far a reader is with a case.

        Raises
        ------
        UnknownName
            If there is no such case.
        """
        self.case(reading.case_id)
        self._database.write(reading.append)

    def readings(self, reader: str) -> dict[str, Reading]:
        """Return how far a reader is, by case; a case that was never opened is not among them."""
        rows = self._database.query(
            """
            SELECT * FROM readings WHERE id IN (
                SELECT max(id) FROM readings WHERE reader = ? GROUP BY case_id
            )
            """,
            reader,
        )
        return {row["case_id"]: reading_of(row) for row in rows}

    def switch_blinding(self, blinded: bool, who: str) -> None:
        """Hide from readers what others drew until their own reading is done, or do so no more."""
        self._database.write(Blinding(blinded, who).append)

    @property
    def blinded(self) -> bool:
        """Whether what others drew is hidden from readers until their own reading is done."""
        rows = self._database.query(STANDING_BLINDING)
        return bool(rows and rows[0]["blinded"])

    def append_region(self, region: Region) -> bool:
        """Append a drawing; return whether it was new.

        A drawing equal to the one that stands is not repeated, so that sending a stroke twice
        does no harm.

        Raises
        ------
        UnknownName
            If there is no such case.
        InvalidInput
            If the slice does not exist or the mask has another size.
        """
        return self.append_regions([region]) == 1

    def append_regions(self, regions: Iterable[Region]) -> int:
        """Append drawings, all of them or none; return how many were new, as for one.

        Raises
        ------
        UnknownName, InvalidInput
            As for one.
        """
        entries: dict[str, CaseEntry] = {}
        drawings = []
        for region in regions:
            entry = entries.get(region.case_id) or self.case(region.case_id)
            entries[region.case_id] = entry
            _check_fit(entry, region.slice_index, region.mask.shape)
            drawings.append(_Drawn.of(region))
        return self._database.write(partial(_append_each, drawings))

    def change_regions(self, change: DrawnChange) -> Joined:
        """Append what a reader drew and measured, joined with what stands there by now.

        A change that was kept already is not repeated, however often it comes.

        Raises
        ------
        UnknownName
            If there is no such case.
        InvalidInput
            If the slice does not exist, an image has another size, or a measurement lies outside.
        """
        entry = self.case(change.case_id)
        for edit in change.measurements.values():
            for measurement in edit:
                _check_place(entry, measurement)
        for slice_index, images in change.slices.items():
            for image in images:
                _check_fit(entry, slice_index, image.shape)
        packed = {
            slice_index: (PackedImage.of(before), PackedImage.of(after))
            for slice_index, (before, after) in change.slices.items()
        }
        # What is remembered keeps no images: a thousand changes are a few megabytes.
        return self._database.write(partial(_join, replace(change, slices={}), packed))

    def measurements(self, case_id: str, reader: str) -> dict[str, Measurement]:
        """Return the measurements of a reader on a case that stand, by what tells them apart."""
        rows = self._database.query(STANDING, case_id, reader)
        found = {row["name"]: measurement_of(row) for row in rows}
        return {name: measurement for name, measurement in found.items() if measurement}

    def keep_experiment(self, experiment: Experiment) -> None:
        """Append an experiment, or another name, note or place of one that is there.

        Raises
        ------
        UnknownName
            If there is no such case.
        InvalidInput
            If it does not fit the case, the case is in the bin, or another reader has made it.
        """
        entry = self.case(experiment.case_id)
        if not experiment.reader:
            raise InvalidInput("Say who is reading before you keep an experiment.")
        _check_fit(entry, experiment.slice_index, experiment.edit.mask.shape)
        if any(binned.entry.id == entry.id for binned in self.bin.cases()):
            raise InvalidInput(
                f"The case '{entry.id}' is in the bin; take it out before you experiment on it."
            )
        self._database.write(KeptExperiment.of(experiment).append)

    def experiments(self, case_id: str, *, binned: bool = False) -> list[Experiment]:
        """Return the experiments of all readers on a case, the first that was made first.

        Parameters
        ----------
        binned
            Those of the bin instead.
        """
        entry = self.case(case_id)
        rows = self._database.query(STANDING_EXPERIMENTS, case_id)
        return [experiment_of(row, entry.shape) for row in rows if bool(row["binned"]) == binned]

    def regions(
        self, case_id: str, reader: str | None = None, *, slice_index: int | None = None
    ) -> list[Region]:
        """Return the Regions that stand: the latest of every slice, reader and label.

        Erased ones are left out.
        """
        entry = self.case(case_id)
        rows = self._database.query(
            """
            SELECT * FROM standing_regions
            WHERE case_id = ?1 AND (?2 IS NULL OR reader = ?2)
              AND (?3 IS NULL OR slice_index = ?3)
            ORDER BY id
            """,
            case_id,
            reader,
            slice_index,
        )
        return [_region(row, entry.shape) for row in rows]

    def readers(self, case_id: str) -> tuple[str, ...]:
        """Return who has a Region that stands on the case, in alphabetical order."""
        return self.annotations().get(case_id, ())

    def annotations(self) -> dict[str, tuple[str, ...]]:
        """Return the readers of every annotated case that is listed, by case."""
        readers: dict[str, tuple[str, ...]] = {}
        for row in self._database.query(
            """
            SELECT DISTINCT case_id, reader FROM standing_regions
            WHERE case_id NOT IN (SELECT case_id FROM cases_away) ORDER BY case_id, reader
            """
        ):
            readers[row["case_id"]] = (*readers.get(row["case_id"], ()), row["reader"])
        return readers

    def standing(self, reader: str, label: str = "") -> list[tuple[str, str, int]]:
        """Return which of a reader's Regions stand: patient, case, and the Region's number.

        Without their masks, which is quick; ``label`` takes those of one label only. The bin's are
        left out.
        """
        rows = self._database.query(
            """
            SELECT cases.patient, standing_regions.case_id, standing_regions.id
            FROM standing_regions JOIN cases ON cases.id = standing_regions.case_id
            WHERE reader = ?1 AND (?2 = '' OR label = ?2)
              AND case_id NOT IN (SELECT case_id FROM cases_away)
            ORDER BY standing_regions.id
            """,
            reader,
            label,
        )
        return [(row["patient"], row["case_id"], row["id"]) for row in rows]

    def labels(self) -> tuple[str, ...]:
        """Return every label that a reader has used, in alphabetical order."""
        rows = self._database.query("SELECT DISTINCT label FROM regions ORDER BY label")
        return tuple(row["label"] for row in rows)

    def put_prediction(
        self, case_id: str, slice_index: int, prediction: Prediction, *, weights: str = ""
    ) -> None:
        """Remember a classifier's answer, in place of an older one.

        Parameters
        ----------
        weights
            The sha256 of the weights that gave it: other weights, another answer.
        """
        self.case(case_id)
        values = (
            *(case_id, slice_index, prediction.model_id, weights),
            *(json.dumps(prediction.classes), json.dumps(list(prediction.probabilities))),
            int(prediction.multi_label),
        )
        self._database.write(partial(_execute, _PUT_PREDICTION, values))

    def predictions(self, model_id: str, *, weights: str = "") -> dict[tuple[str, int], Prediction]:
        """Return a model's remembered answers by (case, slice_index)."""
        rows = self._database.query(
            "SELECT * FROM predictions WHERE model = ? AND weights = ?", model_id, weights
        )
        return {(row["case_id"], row["slice_index"]): _prediction(row) for row in rows}

    def unanswered(self, model_id: str, case_ids: Iterable[str], *, weights: str = "") -> int:
        """Return for how many of these cases no answer on the middle slice is remembered.

        Those that are not listed are left out. Without the answers themselves, which is quick.
        """
        ((count,),) = self._database.query(
            """
            SELECT count(*) FROM cases
            WHERE id IN (SELECT value FROM json_each(?))
              AND id NOT IN (SELECT case_id FROM cases_away) AND NOT EXISTS (
                SELECT 1 FROM predictions
                WHERE case_id = cases.id AND slice_index = cases.slices / 2
                  AND model = ? AND weights = ?
            )
            """,
            *(json.dumps(list(case_ids)), model_id, weights),
        )
        return int(count)

    def prediction(
        self, case_id: str, slice_index: int, model_id: str, *, weights: str = ""
    ) -> Prediction | None:
        """Return a model's remembered answer for one slice, if there is one."""
        rows = self._database.query(
            """
            SELECT * FROM predictions
            WHERE case_id = ? AND slice_index = ? AND model = ? AND weights = ?
            """,
            *(case_id, slice_index, model_id, weights),
        )
        return _prediction(rows[0]) if rows else None

    def record(self, *entries: AuditEntry) -> None:
        """Append rows to the audit trail, all of them or none."""
        rows = [
            (entry.at.isoformat(), entry.event.name, entry.who, entry.what, entry.outcome)
            for entry in entries
        ]
        self._database.write(partial(_execute_each, _ADD_AUDIT, rows))

    def audit(self) -> list[AuditEntry]:
        """Return the audit trail, oldest first."""
        return [
            _audit_entry(row) for row in self._database.query("SELECT * FROM audit ORDER BY id")
        ]


def _audit_entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry(
        event=AuditEvent[row["event"]],
        who=row["who"],
        what=row["what"],
        outcome=row["outcome"],
        at=datetime.fromisoformat(row["at"]),
    )


def _check_fit(entry: CaseEntry, slice_index: int, shape: tuple[int, ...]) -> None:
    """Refuse a drawing that is not of a slice of the case."""
    if not 0 <= slice_index < entry.slices or shape != entry.shape:
        rows, columns = entry.shape
        raise InvalidInput(
            f"A drawing of {' × '.join(map(str, shape))} pixels on slice {slice_index} does not "
            f"fit the case '{entry.id}', which has {entry.slices} slices of {rows} × {columns} "
            "pixels."
        )


def _check_place(entry: CaseEntry, measurement: Measurement | None) -> None:
    """Refuse a measurement that does not lie on the case."""
    if measurement is not None and not measurement.fits(entry.slices, entry.shape):
        raise InvalidInput(
            f"A measurement on slice {measurement.slice_index + 1} lies outside of the case "
            f"'{entry.id}'; reload the page and measure again."
        )


def _execute(statement: str, values: tuple[object, ...], connection: sqlite3.Connection) -> None:
    connection.execute(statement, values)


def _execute_each(
    statement: str, rows: Iterable[tuple[object, ...]], connection: sqlite3.Connection
) -> None:
    connection.executemany(statement, rows)


def _add_case(values: tuple[object, ...], at: datetime, connection: sqlite3.Connection) -> None:
    connection.execute(_ADD_CASE, values)
    bring_back(str(values[0]), at, connection)


@dataclass(frozen=True)
class _Drawn:
    """A row of ``regions`` to be: its place is (case, slice, reader, label)."""

    place: tuple[str, int, str, str]
    runs: bytes
    pixels: int
    drawn: str

    @classmethod
    def of(cls, region: Region) -> "_Drawn":
        """Return the row of a Region."""
        return cls(
            (region.case_id, region.slice_index, region.reader, region.label),
            encode_mask(region.mask),
            int(region.mask.sum()),
            region.drawn.isoformat(),
        )

    def append(self, connection: sqlite3.Connection) -> bool:
        """Append the row; return whether it says anything new."""
        standing = connection.execute(_STANDING_RUNS, self.place).fetchone()
        if standing is None and self.pixels == 0:
            return False
        if standing is not None and standing["runs"] == self.runs:
            return False
        row = (*self.place, self.pixels, self.runs, self.drawn)
        if connection.execute(_SAME_REGION, row).fetchone():
            return False
        connection.execute(_ADD_REGION, row)
        return True


def _append_each(drawings: Iterable[_Drawn], connection: sqlite3.Connection) -> int:
    """Append rows; return how many of them say anything new."""
    return sum(drawing.append(connection) for drawing in drawings)


def _join(
    change: DrawnChange,
    packed: Mapping[int, tuple[PackedImage, PackedImage]],
    connection: sqlite3.Connection,
) -> Joined:
    """Append what a change makes of the Regions that stand, once."""
    if connection.execute("SELECT 1 FROM changes WHERE id = ?", (change.id,)).fetchone():
        return Joined()
    met, disputed = [], 0
    for slice_index, (before, after) in packed.items():
        place = (change.case_id, slice_index, change.reader)
        standing = {
            row["label"]: decode_mask(row["runs"], before.shape)
            for row in connection.execute(_LATEST_OF_LABELS, place)
        }
        masks, unseen, clashes = join(standing, change.labels, before.unpacked(), after.unpacked())
        met += [slice_index] * unseen
        disputed += clashes
        for label, mask in masks.items():
            drawn = change.drawn.isoformat()
            _Drawn((*place, label), encode_mask(mask), int(mask.sum()), drawn).append(connection)
    for name, edit in change.measurements.items():
        owner = (change.case_id, change.reader, name)
        MeasurementRow(owner, edit, change.drawn.isoformat()).append(connection)
    connection.execute("INSERT INTO changes VALUES (?, ?)", (change.id, change.drawn.isoformat()))
    return Joined(tuple(met), disputed)


def _region(row: sqlite3.Row, shape: tuple[int, int]) -> Region:
    return Region(
        case_id=row["case_id"],
        slice_index=row["slice_index"],
        reader=row["reader"],
        label=row["label"],
        mask=_mask(row["runs"], shape),
        drawn=datetime.fromisoformat(row["drawn"]),
    )


@lru_cache(maxsize=64)
def _mask(code: bytes, shape: tuple[int, int]) -> Mask:
    """Return a mask, which is the same for all Regions that look alike, and is not changed."""
    mask = decode_mask(code, shape)
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=64)
def _classes(text: str) -> tuple[str, ...]:
    """Return names of classes, which are the same for all answers of a model."""
    return tuple(json.loads(text))


def _prediction(row: sqlite3.Row) -> Prediction:
    return Prediction(
        model_id=row["model"],
        classes=_classes(row["classes"]),
        probabilities=np.asarray(json.loads(row["probabilities"])),
        multi_label=bool(row["multi_label"]),
    )
