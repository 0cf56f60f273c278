"""Whether a study's numbers come out again: its slices computed anew from the pixels."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ctviz.backend import Backend
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import read_plan
from ctviz.cohort.reproduce.environment import versions
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.run.running import load_unit, unit_addresses
from ctviz.cohort.run.units import Unit, spread, units_of
from ctviz.cohort.run.worker_processes import Assignment, Done, in_processes, in_this_process
from ctviz.core import InvalidInput, Progress

TOLERANCE = 1e-3
"""How far scores may be apart that another processor or library computed."""


@dataclass(frozen=True)
class RecomputedSlice:
    """One slice that was computed again.

    Parameters
    ----------
    maps, scores
        Number of maps, and of scores and points of curves, that are not the same bit by bit.
    apart
        The largest difference of two scores; infinite where only one is defined.
    changed
        What is no longer the same before anything is computed, as a sentence; else empty.
    """

    case: str
    slice_index: int
    maps: int = 0
    scores: int = 0
    apart: float = 0.0
    changed: str = ""

    @property
    def same(self) -> bool:
        """Whether every map, score and curve is the same bit by bit."""
        return not (self.maps or self.scores or self.changed)


@dataclass(frozen=True)
class Verification:
    """What computing a study's slices again gave.

    Parameters
    ----------
    slices
        Those that were computed again.
    software
        Packages that are of another version than in the study: name, then, now.
    """

    slices: tuple[RecomputedSlice, ...]
    software: tuple[tuple[str, str, str], ...]

    @property
    def identical(self) -> bool:
        """Whether everything is the same bit by bit."""
        return all(each.same for each in self.slices)

    @property
    def agrees(self) -> bool:
        """Whether all scores are the same within rounding."""
        return all(each.apart <= TOLERANCE and not each.changed for each in self.slices)

    @property
    def sentence(self) -> str:
        """The outcome, in words."""
        count = len(self.slices)
        if self.identical:
            return f"All maps and scores of {count} slices came out the same, bit by bit."
        changed = [each.changed for each in self.slices if each.changed]
        if changed:
            return f"{len(changed)} of {count} slices could not be compared: {changed[0]}"
        apart = max(each.apart for each in self.slices)
        other = ", ".join(f"{name} {now} for {then}" for name, then, now in self.software)
        reason = f"the study used other versions ({other})" if other else "processors differ"
        if self.agrees:
            return (
                f"The scores of {count} slices came out the same but for rounding (at most "
                f"{apart:.1g} apart); {reason}, or the number of threads or the batches do."
            )
        return f"Scores of {count} slices came out up to {apart:.2g} apart: they do not repeat."


def verify(
    backend: Backend,
    folder: Path,
    *,
    sample: int = 0,
    workers: int = 0,
    progress: Progress | None = None,
) -> Verification:
    """Compute slices of a finished study anew in an empty cache and compare them with it.

    Parameters
    ----------
    sample
        How many slices, evenly spread over the study; 0 takes all.
    workers
        Processes; 0 computes in this one.
    """
    study, stored, checked = (
        read_plan(StudyFolder(folder).plan),
        _stored(folder),
        progress or Progress(),
    )
    units = [
        unit
        for unit in units_of(backend, study, checked)
        if (unit.case, unit.slice_index) in stored
    ]
    if not units:
        raise InvalidInput("None of the study's cases is there; bring them in first.")
    chosen = [units[index] for index in spread(range(len(units)), sample)]
    with tempfile.TemporaryDirectory(prefix="ctviz-verify-") as name:
        empty = Path(name)
        fresh = Backend(replace(backend.settings, cache=empty / "cache"), steady=True)
        try:
            assignment = Assignment(study, empty)
            stream = (
                in_processes(fresh.settings, assignment, chosen, checked, workers)
                if workers
                else in_this_process(fresh, assignment, chosen, checked)
            )
            outcomes = {done.place: done for done in stream if isinstance(done, Done)}
            compared = [
                _compare(
                    unit, outcomes[place], stored[unit.case, unit.slice_index], (folder, empty)
                )
                for place, unit in enumerate(chosen)
            ]
        finally:
            fresh.close()
    return Verification(tuple(compared), _other_versions(folder))


def _stored(folder: Path) -> dict[tuple[str, int], str]:
    """Return the addresses of the study's results, by case and slice."""
    contexts = ((address, load_unit(folder, address).context) for address in unit_addresses(folder))
    return {(context.case, context.slice_index): address for address, context in contexts}


def _compare(unit: Unit, done: Done, address: str, folders: tuple[Path, Path]) -> RecomputedSlice:
    place = unit.case, unit.slice_index
    if done.why:
        return RecomputedSlice(*place, changed=done.why)
    if done.address != address:
        return RecomputedSlice(
            *place, changed="pixels, drawing, model or an algorithm's version have changed since."
        )
    before, now = (load_unit(folder, address) for folder in folders)
    scores, apart = _apart(before, now)
    maps = sum(a != b for a, b in zip(before.maps, now.maps, strict=True))
    return RecomputedSlice(*place, maps=maps, scores=scores, apart=apart)


def _apart(before: UnitResult, now: UnitResult) -> tuple[int, float]:
    """Return how many numbers differ, and the largest difference of scores."""
    names = before.curves.keys() | now.curves.keys()
    different = _different(before.values, now.values)
    for name in names:
        different += _different(before.curves.get(name), now.curves.get(name))
    if not np.array_equal(np.isnan(before.values), np.isnan(now.values)):
        return different, np.inf
    return different, float(np.nanmax(np.abs(before.values - now.values), initial=0.0))


def _different(before: Sequence[float] | np.ndarray | None, now: np.ndarray | None) -> int:
    if before is None or now is None or np.shape(before) != np.shape(now):
        return 1
    first, second = np.asarray(before), np.asarray(now)
    return int(np.sum((first != second) & ~(np.isnan(first) & np.isnan(second))))


def _other_versions(folder: Path) -> tuple[tuple[str, str, str], ...]:
    try:
        document = json.loads(StudyFolder(folder).environment.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    then, now = document["software"], versions()
    return tuple(
        (name, then[name], now[name]) for name in now if then.get(name, now[name]) != now[name]
    )
