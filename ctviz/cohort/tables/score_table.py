"""The ScoreTable of a study: one row for each slice, estimator, sign and metric."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ctviz.cohort.controls import is_control
from ctviz.cohort.files import replacing
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import metric_name
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.statistics import Entrant, Panel
from ctviz.cohort.statistics.patients import Names, Numbers
from ctviz.cohort.tables.score_reading import ScoreReading
from ctviz.core import SIGNS, InvalidInput, Sign, UnknownName
from ctviz.core.cells import neutral, original
from ctviz.metrics import METRICS

NAMES = pa.dictionary(pa.int32(), pa.string())
"""Few different texts, each kept once."""

SCHEMA = pa.schema(
    {
        "patient": NAMES,
        "case": NAMES,
        "slice_index": pa.int32(),
        "model": NAMES,
        "estimator": NAMES,
        "sign": NAMES,
        "metric": NAMES,
        "value": pa.float64(),
        "why": NAMES,
        "truth": NAMES,
        "predicted": NAMES,
        "correct": pa.bool_(),
        "target": NAMES,
        "region_share": pa.float64(),
    }
)
"""The columns: `ScoreRow`'s, then the circumstances of the slice. A missing value is a null."""

TEXTS = [each.name for each in SCHEMA if each.type == NAMES]
ROWS_AT_A_TIME = 1 << 17

UNITS_AT_A_TIME = 256
"""So many slices are written together, metric by metric: each is a row group of the Parquet file.

Whoever asks for one metric then reads no other (docs/decisions/row-groups.md).
"""


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Every score of a study: N slices, E entrants, M metrics.

    Parameters
    ----------
    path
        The file that it was read from, Parquet or CSV.
    slices
        One row for each slice, in the cohort's order: which one, and its circumstances.
    entrants
        Every estimator under every sign, in the plan's order.
    metrics
        The metrics' keys, in the plan's order.
    values
        (N, E, M) scores; NaN where one is undefined.
    whys
        (N, E, M) why a score is undefined, as a place in ``reasons``; negative where the table has
        no such row.
    reasons
        Sentences, the empty one among them.
    """

    path: Path
    slices: pd.DataFrame
    entrants: tuple[Entrant, ...]
    metrics: tuple[str, ...]
    values: Numbers
    whys: NDArray[np.int32]
    reasons: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, metrics: Collection[str] | None = None) -> Self:
        """Read a table from Parquet or CSV, by the file's ending, a part at a time.

        Of Parquet no more is read than some metrics need, if they are named.
        """
        reading = ScoreReading()
        try:
            for part in _parts(path, metrics):
                reading.add(part)
        except (OSError, pa.ArrowInvalid, pa.ArrowKeyError):
            raise _unreadable(path) from None
        values, whys = reading.cube()
        # What Arrow keeps for more reading is as large as the table.
        pa.default_memory_pool().release_unused()
        return cls(
            path=path,
            slices=reading.slices(),
            entrants=tuple(entrant(e, s) for e, s in reading.entrants()),
            metrics=reading.metrics.texts,
            values=values,
            whys=whys,
            reasons=reading.reasons.texts,
        )

    @property
    def frame(self) -> pd.DataFrame:
        """The whole table, tidy: the columns of `SCHEMA`, a row for each score, slice after slice.

        Undefined values are NaN and ``why`` says the reason. Of a big study it takes much memory.
        """
        try:
            table = pa.Table.from_batches(list(_parts(self.path)), SCHEMA)
        except (OSError, pa.ArrowInvalid, pa.ArrowKeyError):
            raise _unreadable(self.path) from None
        frame = table.unify_dictionaries().to_pandas(self_destruct=True)
        # Every metric has the same slices and entrants in the same order.
        places = frame.groupby("metric", observed=True, sort=False).cumcount()
        return frame.iloc[places.argsort(kind="stable")].reset_index(drop=True)

    def texts(self, column: str) -> NDArray[np.str_]:
        """Return (N,) a column of the slices as texts, empty where one is missing."""
        texts: NDArray[np.str_] = (
            self.slices[column].astype(object).fillna("").to_numpy(dtype=np.str_)
        )
        return texts

    def panel(self, metric: str, signs: Sequence[Sign] = SIGNS) -> Panel:
        """Return the scores of one metric: slices in rows, entrants of these signs in columns."""
        if metric not in self.metrics:
            raise UnknownName("metric of this study", metric, self.metrics)
        kept = [column for column, each in enumerate(self.entrants) if each.sign in signs]
        values = self.values[:, kept, self.metrics.index(metric)]
        return panel_of(
            values, self.texts("patient"), tuple(self.entrants[each] for each in kept), metric
        )

    def undefined(self) -> pd.DataFrame:
        """Return how often scores are undefined, by estimator, metric and reason."""
        _, column, metric = found = np.nonzero(np.isnan(self.values) & (self.whys >= 0))
        names = tuple(dict.fromkeys(each.estimator for each in self.entrants))
        estimator = np.array([names.index(each.estimator) for each in self.entrants])[column]
        shape = (len(names), len(self.metrics), len(self.reasons))
        kinds = np.ravel_multi_index((estimator, metric, self.whys[found]), shape)
        kind, first, count = np.unique(kinds, return_index=True, return_counts=True)
        order = np.argsort(first)
        places = np.unravel_index(kind[order], shape)
        told = {
            name: [texts[each] for each in place]
            for name, texts, place in zip(
                ("estimator", "metric", "why"),
                (names, self.metrics, self.reasons),
                places,
                strict=True,
            )
        }
        return pd.DataFrame({**told, "scores": count[order]})


def _parts(path: Path, metrics: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield a table's rows, in their order, with the columns of `SCHEMA`; of some metrics only."""
    for part in _all_parts(path, metrics):
        if metrics is None:
            yield part
        else:
            wanted = pa.array(sorted(metrics), pa.string())
            yield part.filter(pc.is_in(part["metric"].cast(pa.string()), wanted))


def _all_parts(path: Path, metrics: Collection[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield a table's rows, but for row groups without any of the metrics."""
    if path.suffix == ".csv":
        options = pa_csv.ConvertOptions(
            column_types=SCHEMA, strings_can_be_null=False, null_values=["", "nan"]
        )
        form = pa_csv.ParseOptions(newlines_in_values=True)
        found = pa_csv.read_csv(path, parse_options=form, convert_options=options)
        yield from _texts_by(original, found).unify_dictionaries().to_batches()
        return
    with pq.ParquetFile(path, read_dictionary=TEXTS) as file:
        groups = [g for g in range(file.num_row_groups) if _may_hold(file.metadata, g, metrics)]
        for part in file.iter_batches(ROWS_AT_A_TIME, row_groups=groups, columns=SCHEMA.names):
            yield from pa.Table.from_batches([part]).cast(SCHEMA).to_batches()


def _may_hold(file: pq.FileMetaData, group: int, metrics: Collection[str] | None) -> bool:
    """Whether a row group may have rows of some metrics, by what the file says of it.

    In older studies every group has rows of all metrics.
    """
    if metrics is None:
        return True
    column = file.row_group(group).column(file.schema.names.index("metric"))
    said = column.statistics
    if said is None or not said.has_min_max:
        return True
    return any(said.min <= metric <= said.max for metric in metrics)


def _unreadable(path: Path) -> InvalidInput:
    return InvalidInput(f"The table of scores '{path.name}' cannot be read; run the study again.")


def panel_of(values: Numbers, patients: Names, entrants: tuple[Entrant, ...], key: str) -> Panel:
    """Return scores (N, E) by the metric of a key, knowing what its numbers mean."""
    metric = METRICS[metric_name(key)]
    return Panel(values, patients, entrants, metric.better, key, metric.bounds, metric.hits)


def entrant(estimator: str, sign: Sign) -> Entrant:
    """Return an estimator under a sign, knowing whether it is a control."""
    return Entrant(estimator, sign, control=is_control(estimator))


def write_tables(folder: Path, results: Iterable[UnitResult]) -> None:
    """Write ``scores.parquet`` and ``scores.csv``, some slices in memory at a time.

    The rows are the same; in Parquet those of one metric lie together.
    """
    with (
        replacing(StudyFolder(folder).scores_parquet) as parquet,
        replacing(StudyFolder(folder).scores_csv) as text,
        pq.ParquetWriter(parquet, SCHEMA) as tables,
        pa_csv.CSVWriter(text, SCHEMA) as rows,
    ):
        for chunk in _chunks(results):
            table = pa.concat_tables(map(_table, chunk)).unify_dictionaries()
            for metric in dict.fromkeys(key for result in chunk for key in result.metrics):
                own = pc.equal(table["metric"].cast(pa.string()), metric)
                tables.write_table(table.filter(own))
            rows.write_table(_texts_by(neutral, table))


def _chunks(results: Iterable[UnitResult]) -> Iterator[list[UnitResult]]:
    stream = iter(results)
    while chunk := list(islice(stream, UNITS_AT_A_TIME)):
        yield chunk


def _table(result: UnitResult) -> pa.Table:
    """Return a slice's rows as columns."""
    context, size = result.context, result.values.size
    estimators, signs, metrics = np.meshgrid(
        np.asarray(result.estimators),
        np.asarray(result.signs),
        np.asarray(result.metrics),
        indexing="ij",
    )
    values = result.values.ravel()
    same: dict[str, Any] = {
        "patient": context.patient,
        "case": context.case,
        "slice_index": context.slice_index,
        "model": context.model,
        "truth": context.truth or None,
        "predicted": context.predicted,
        "correct": context.correct,
        "target": context.target,
        "region_share": context.region_share,
    }
    columns: dict[str, Any] = {
        **{name: [value] * size for name, value in same.items()},
        "estimator": estimators.ravel(),
        "sign": signs.ravel(),
        "metric": metrics.ravel(),
        "value": pa.array(values, mask=np.isnan(values)),
        "why": result.whys.ravel(),
    }
    arrays = [pa.array(columns[f.name]).cast(f.type) for f in SCHEMA]
    return pa.table(arrays, schema=SCHEMA)


def _texts_by(turn: Callable[[str], str], table: pa.Table) -> pa.Table:
    """Return a table with every text turned into another."""
    for index, each in enumerate(SCHEMA):
        if each.type == NAMES:
            chunks = [
                pa.DictionaryArray.from_arrays(
                    chunk.indices, pa.array(map(turn, chunk.dictionary.to_pylist()), pa.string())
                )
                for chunk in table.column(index).chunks
            ]
            table = table.set_column(index, each, pa.chunked_array(chunks, NAMES))
    return table
