"""The curves of all slices of a study, in files that are read a part at a time."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.files import replacing, write_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.statistics import Entrant
from ctviz.cohort.tables.score_table import entrant
from ctviz.core import InvalidInput

BYTES_AT_A_TIME = 16_000_000
"""So much of a file is in memory while it is gone through, whatever its length."""


@dataclass(frozen=True, eq=False)
class CurveTable:
    """Curves by name, (N slices, E entrants, n points) each; not loaded before they are used.

    Slices and entrants are in the ScoreTable's order.

    Parameters
    ----------
    folder
        Where the files are.
    entrants
        E estimators under their signs.
    files
        File of each curve, by name: ``mif KEY``, ``lif KEY``, ``dice``, ``tpr``, ``fpr``.
    grids
        (n,) by name: ``shares KEY``, ``dice``.
    """

    folder: Path
    entrants: tuple[Entrant, ...]
    files: Mapping[str, str]
    grids: Mapping[str, NDArray[np.float64]]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Open the curves of a study's folder."""
        kept = StudyFolder(folder)
        try:
            index = json.loads(kept.curve_index.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise InvalidInput("The study's curves are missing; run the study again.") from None
        return cls(
            folder=kept.curves,
            entrants=tuple(entrant(e, s) for e, s in index["entrants"]),
            files=MappingProxyType(index["files"]),
            grids=MappingProxyType({n: np.asarray(grid) for n, grid in index["grids"].items()}),
        )

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        """Return one kind of curve (N, E, n), mapped from its file; NaN where there is none.

        What is read of it stays in memory: `parts` and `by_entrant` go through it without that.
        """
        return self._mapped(name)

    def parts(self, name: str) -> Iterator[NDArray[np.floating]]:
        """Yield one kind of curve in parts of some slices (…, E, n), which together are all N."""
        unread = self._mapped(name)
        with (self.folder / self.files[name]).open("rb") as file:
            file.seek(unread.offset)
            for slices in _groups(len(unread), unread[:1].nbytes):
                shape = (len(slices), *unread.shape[1:])
                yield np.fromfile(file, unread.dtype, math.prod(shape)).reshape(shape)

    def by_entrant(self, name: str) -> Iterator[NDArray[np.floating]]:
        """Yield one kind of curve entrant by entrant, (N, 1, n) each."""
        unread = self._mapped(name)
        slices, entrants, points = unread.shape
        for group in _groups(entrants, unread[:, :1].nbytes):
            held = np.empty((len(group), slices, 1, points), unread.dtype)
            filled = 0
            for part in self.parts(name):
                held[:, filled : filled + len(part), 0] = part[:, group].swapaxes(0, 1)
                filled += len(part)
            yield from held

    def at(self, name: str, point: int) -> NDArray[np.floating]:
        """Return one kind of curve at one of its points, (N, E)."""
        return np.concatenate([part[:, :, point].copy() for part in self.parts(name)])

    def _mapped(self, name: str) -> np.memmap[Any, np.dtype[Any]]:
        """Return a file as an array of which nothing is read yet."""
        path = self.folder / self.files[name]
        mapped: np.memmap[Any, np.dtype[Any]] = np.load(path, mmap_mode="r", allow_pickle=False)
        return mapped

    @cached_property
    def removals(self) -> tuple[str, ...]:
        """Keys of the metrics that removed pixels in both orders."""
        keys = (n.removeprefix("mif ") for n in self.files if n.startswith("mif "))
        return tuple(key for key in keys if f"lif {key}" in self.files)


def _groups(count: int, bytes_each: int) -> Iterator[range]:
    """Yield the places of as many things at a time as there is memory for, one at least."""
    some = max(1, BYTES_AT_A_TIME // max(1, bytes_each))
    for first in range(0, count, some):
        yield range(count)[first : first + some]


def write_curves(folder: Path, results: Callable[[], Iterator[UnitResult]], count: int) -> None:
    """Write the curves of a study, one slice in memory at a time.

    Parameters
    ----------
    results
        Gives the results of all ``count`` slices, each of the two times it is called.
    """
    place = StudyFolder(folder).curves
    place.mkdir(parents=True, exist_ok=True)
    shapes, grids, entrants = _shapes(results())
    files = {name: f"{number:02d}.npy" for number, name in enumerate(shapes)}
    with ExitStack() as opened:
        writing = []
        for name, (dtype, points) in shapes.items():
            file = opened.enter_context(replacing(place / files[name]))
            writing.append(_CurveFile.begin(file, name, dtype, (count, len(entrants), points)))
        for result in results():
            for curve in writing:
                curve.add(result)
    document = {
        "entrants": entrants,
        "files": files,
        "grids": {name: grid.tolist() for name, grid in grids.items()},
    }
    write_json(StudyFolder(folder).curve_index, document)


def _shapes(
    results: Iterable[UnitResult],
) -> tuple[
    dict[str, tuple[np.dtype[Any], int]], dict[str, NDArray[np.float64]], list[tuple[str, str]]
]:
    """Return type and points of each kind of curve, the grids, and the entrants."""
    shapes: dict[str, tuple[np.dtype[Any], int]] = {}
    grids: dict[str, NDArray[np.float64]] = {}
    entrants: list[tuple[str, str]] = []
    for result in results:
        shapes |= {name: (curve.dtype, curve.shape[2]) for name, curve in result.curves.items()}
        grids |= result.grids
        entrants = [(e, s) for e in result.estimators for s in result.signs]
    return dict(sorted(shapes.items())), dict(sorted(grids.items())), entrants


@dataclass(frozen=True, eq=False)
class _CurveFile:
    """The file of one kind of curve while it is written, a slice at a time."""

    file: IO[bytes]
    name: str
    missing: NDArray[np.floating]

    @classmethod
    def begin(
        cls, file: IO[bytes], name: str, dtype: np.dtype[Any], shape: tuple[int, int, int]
    ) -> Self:
        header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_2_0(file, header)
        return cls(file, name, np.full(shape[1:], np.nan, dtype))

    def add(self, result: UnitResult) -> None:
        curve = result.curves.get(self.name)
        block = self.missing if curve is None else curve.reshape(self.missing.shape)
        self.file.write(np.ascontiguousarray(block, self.missing.dtype).tobytes())
