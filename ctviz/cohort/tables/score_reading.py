"""A table of scores while it is read, a part at a time: what is kept of a row is a few bytes."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ctviz.cohort.statistics.patients import Numbers
from ctviz.core import Sign

SLICE = ("patient", "case", "slice_index")
CIRCUMSTANCES = ("truth", "predicted", "correct", "target", "region_share")


@dataclass(eq=False)
class Texts:
    """Different texts, numbered as they first come."""

    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts by their numbers."""
        return tuple(self.numbers)

    def numbered(self, column: pa.DictionaryArray) -> NDArray[np.int32]:
        """Return (n,) the numbers of a column's texts; a missing one counts as empty."""
        known = column.dictionary.to_pylist()
        indices = column.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
        numbers = np.zeros(len(known) + 1, np.int32)
        # In the order of the rows: what is first seen is first numbered.
        for place in pd.unique(indices):
            text = str(known[place] or "") if place < len(known) else ""
            numbers[place] = self.numbers.setdefault(text, len(self.numbers))
        found: NDArray[np.int32] = numbers[indices]
        return found


@dataclass(eq=False)
class ScoreReading:
    """What was read so far: for each score its place in the cube, its value and its reason."""

    metrics: Texts = field(default_factory=Texts)
    reasons: Texts = field(default_factory=Texts)
    _cases: Texts = field(default_factory=Texts)
    _estimators: Texts = field(default_factory=Texts)
    _signs: Texts = field(default_factory=Texts)
    _slices: dict[tuple[int, int], int] = field(default_factory=dict)
    _entrants: dict[tuple[int, int], int] = field(default_factory=dict)
    _circumstances: list[pa.Table] = field(default_factory=list)
    _scores: list[tuple[NDArray[np.unsignedinteger[Any]], ...]] = field(default_factory=list)
    _values: list[Numbers] = field(default_factory=list)

    def add(self, part: pa.RecordBatch) -> None:
        """Take in some rows."""
        case = self._cases.numbered(part["case"])
        index = part["slice_index"].to_numpy(zero_copy_only=False)
        rows, first = _placed(case, index, self._slices)
        # Not a view, which would keep the whole part.
        own = part.select([*SLICE, *CIRCUMSTANCES]).take(pa.array(first))
        self._circumstances.append(pa.Table.from_batches([own]))
        estimator, sign = (
            texts.numbered(part[name])
            for texts, name in ((self._estimators, "estimator"), (self._signs, "sign"))
        )
        entrants, _ = _placed(estimator, sign, self._entrants)
        metrics, whys = self.metrics.numbered(part["metric"]), self.reasons.numbered(part["why"])
        self._scores.append(tuple(map(_narrow, (rows, entrants, metrics, whys))))
        self._values.append(np.array(part["value"].fill_null(np.nan), np.float64))

    def entrants(self) -> tuple[tuple[str, Sign], ...]:
        """Return every estimator with every sign, as they first came."""
        names, signs = self._estimators.texts, cast("tuple[Sign, ...]", self._signs.texts)
        return tuple((names[one], signs[other]) for one, other in self._entrants)

    def slices(self) -> pd.DataFrame:
        """Return one row for each slice, as they first came: which one, and its circumstances."""
        if not self._circumstances:
            return pd.DataFrame(columns=[*SLICE, *CIRCUMSTANCES])
        return pa.concat_tables(self._circumstances).unify_dictionaries().to_pandas()

    def cube(self) -> tuple[Numbers, NDArray[np.int32]]:
        """Return (N, E, M) the scores, NaN where there is none, and the numbers of the reasons."""
        shape = (len(self._slices), len(self._entrants), len(self.metrics.numbers))
        values, reasons = np.full(shape, np.nan), np.full(shape, -1, np.int32)
        for (rows, entrants, metrics, whys), scores in zip(self._scores, self._values, strict=True):
            values[rows, entrants, metrics] = scores
            reasons[rows, entrants, metrics] = whys
        return values, reasons


def _narrow(numbers: NDArray[np.int32]) -> NDArray[np.unsignedinteger[Any]]:
    """Return numbers, none of which is negative, in as few bytes as they need."""
    kept: NDArray[np.unsignedinteger[Any]] = numbers.astype(
        np.min_scalar_type(numbers.max(initial=0))
    )
    return kept


def _placed(
    one: NDArray[np.int32], other: NDArray[np.int32], known: dict[tuple[int, int], int]
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return (n,) the places of pairs, numbered as they first come, and where the new ones are."""
    width = int(other.max(initial=0)) + 1
    numbers, pairs = pd.factorize(one.astype(np.int64) * width + other)
    _, firsts = np.unique(numbers, return_index=True)
    places, new = np.zeros(len(pairs), np.int32), []
    for number, pair in enumerate(pairs):
        key = (int(pair // width), int(pair % width))
        if key not in known:
            new.append(int(firsts[number]))
        places[number] = known.setdefault(key, len(known))
    return places[numbers], np.array(new, np.intp)
