"""A study's curves are gone through a part at a time, so that memory does not grow with them."""

import tracemalloc

import numpy as np
import pytest

from ctviz.cohort import analyse, save_findings
from ctviz.cohort.files import write_json
from ctviz.cohort.tables import curve_table
from ctviz.cohort.tables.curve_table import CurveTable
from ctviz.estimators import ESTIMATORS

SHAPE = SLICES, ENTRANTS, POINTS = 500, 12, 101


@pytest.fixture
def curves(tmp_path):
    """The values of 2.4 MB of curves, and the table that they are read from."""
    values = np.random.default_rng(0).random(SHAPE, np.float32)
    folder = tmp_path / "curves"
    folder.mkdir()
    np.save(folder / "00.npy", values)
    entrants = [(name, "signed") for name in sorted(ESTIMATORS)[:ENTRANTS]]
    write_json(
        folder / "index.json", {"entrants": entrants, "files": {"dice": "00.npy"}, "grids": {}}
    )
    return values, CurveTable.read(tmp_path)


@pytest.fixture(params=[1, 10_000, 100_000, 10**9])
def at_a_time(request, monkeypatch):
    monkeypatch.setattr(curve_table, "BYTES_AT_A_TIME", request.param)
    return request.param


def test_parts_and_entrants_together_are_the_whole(curves, at_a_time):
    values, table = curves
    a_slice = values[0].nbytes
    parts = list(table.parts("dice"))
    assert all(part.nbytes <= max(a_slice, at_a_time) for part in parts)
    np.testing.assert_array_equal(np.concatenate(parts), values)
    np.testing.assert_array_equal(np.concatenate(list(table.by_entrant("dice")), 1), values)
    np.testing.assert_array_equal(table.at("dice", 3), values[:, :, 3])


@pytest.mark.parametrize("way", ["parts", "by_entrant"])
def test_going_through_curves_takes_the_memory_of_a_few_parts(curves, monkeypatch, way):
    monkeypatch.setattr(curve_table, "BYTES_AT_A_TIME", 200_000)
    _, table = curves
    tracemalloc.start()
    for _ in getattr(table, way)("dice"):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 200_000


def test_the_analysis_opens_no_curves_as_a_whole_and_finds_the_same(
    finished, tmp_path, monkeypatch, at_a_time
):
    def refuse(*_):
        raise AssertionError("A whole kind of curve was asked for.")

    monkeypatch.setattr(CurveTable, "__getitem__", refuse)
    save_findings(analyse(finished), tmp_path)
    assert (tmp_path / "findings.json").read_bytes() == (finished / "findings.json").read_bytes()
