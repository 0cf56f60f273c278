"""The ScoreTable of a study: one row for each slice, estimator, sign and metric."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
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

SLICE = ("patient", "case", "slice_index")
CIRCUMSTANCES = ("truth", "predicted", "correct", "target", "region_share")
UNITS_AT_A_TIME = 32


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Every score of a study, tidy.

    Parameters
    ----------
    frame
        The columns of `SCHEMA`; undefined values are NaN and ``why`` says the reason.
    """

    frame: pd.DataFrame

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a table from Parquet or CSV, by the file's ending."""
        try:
            if path.suffix == ".csv":
                options = pa_csv.ConvertOptions(
                    column_types=SCHEMA, strings_can_be_null=False, null_values=["", "nan"]
                )
                form = pa_csv.ParseOptions(newlines_in_values=True)
                found = pa_csv.read_csv(path, parse_options=form, convert_options=options)
                table = _texts_by(original, found)
            else:
                table = pq.read_table(path, schema=SCHEMA)
        except (OSError, pa.ArrowInvalid, pa.ArrowKeyError):
            raise InvalidInput(
                f"The table of scores '{path.name}' cannot be read; run the study again."
            ) from None
        return cls(table.to_pandas(self_destruct=True))

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics' keys, in the plan's order."""
        return tuple(map(str, self.frame["metric"].unique()))

    @cached_property
    def entrants(self) -> tuple[Entrant, ...]:
        """Every estimator under every sign, in the plan's order."""
        pairs = self.frame[["estimator", "sign"]].drop_duplicates()
        return tuple(entrant(str(e), s) for e, s in pairs.itertuples(index=False))

    @cached_property
    def slices(self) -> pd.DataFrame:
        """One row for each slice, in the cohort's order: which one, and its circumstances."""
        columns = [*SLICE, *CIRCUMSTANCES]
        return self.frame[columns].drop_duplicates(list(SLICE), ignore_index=True)

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
        entrants = tuple(each for each in self.entrants if each.sign in signs)
        column = {(each.estimator, str(each.sign)): e for e, each in enumerate(entrants)}
        named = [self.frame[name].cat.categories for name in ("estimator", "sign")]
        columns = np.asarray([[column.get((e, s), -1) for s in named[1]] for e in named[0]])
        of_metric = np.flatnonzero(self.frame["metric"] == metric)
        by_estimator, by_sign = (
            self.frame[name].cat.codes.to_numpy()[of_metric] for name in ("estimator", "sign")
        )
        at_column = columns[by_estimator, by_sign]
        wanted = at_column >= 0
        rows = self._rows[of_metric]
        values = np.full((len(self.slices), len(entrants)), np.nan)
        scores = self.frame["value"].to_numpy()[of_metric]
        values[rows[wanted], at_column[wanted]] = scores[wanted]
        return panel_of(values, self.texts("patient"), entrants, metric)

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        """The slice of each score, as a row of `slices`."""
        case = self.frame["case"].cat.codes.to_numpy(np.int64)
        index = self.frame["slice_index"].to_numpy(np.int64)
        # Numbered as they first come, which is the order of `slices`.
        rows: NDArray[np.intp] = pd.factorize(case * (index.max(initial=0) + 1) + index)[0]
        return rows

    def undefined(self) -> pd.DataFrame:
        """Return how often scores are undefined, by estimator, metric and reason."""
        frame = self.frame[self.frame["value"].isna()]
        by = ["estimator", "metric", "why"]
        return frame.groupby(by, observed=True, sort=False).size().reset_index(name="scores")


def panel_of(values: Numbers, patients: Names, entrants: tuple[Entrant, ...], key: str) -> Panel:
    """Return scores (N, E) by the metric of a key, knowing what its numbers mean."""
    metric = METRICS[metric_name(key)]
    return Panel(values, patients, entrants, metric.better, key, metric.bounds, metric.hits)


def entrant(estimator: str, sign: Sign) -> Entrant:
    """Return an estimator under a sign, knowing whether it is a control."""
    return Entrant(estimator, sign, control=is_control(estimator))


def write_tables(folder: Path, results: Iterable[UnitResult]) -> None:
    """Write ``scores.parquet`` and ``scores.csv``, some slices in memory at a time."""
    with (
        replacing(StudyFolder(folder).scores_parquet) as parquet,
        replacing(StudyFolder(folder).scores_csv) as text,
        pq.ParquetWriter(parquet, SCHEMA) as tables,
        pa_csv.CSVWriter(text, SCHEMA) as rows,
    ):
        for chunk in _chunks(results):
            table = pa.concat_tables(map(_table, chunk)).unify_dictionaries()
            tables.write_table(table)
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
