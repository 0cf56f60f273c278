"""Whoever asks the table for one metric reads no other, and older tables are read as before."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ctviz.cohort import ScoreTable, analyse, save_findings
from ctviz.cohort.tables.score_table import SCHEMA


@pytest.fixture
def read_groups(monkeypatch):
    """The row groups that are read, as they are."""
    seen = []
    usual = pq.ParquetFile.iter_batches

    def watched(file, *sizes, row_groups=None, **named):
        seen.extend(row_groups)
        return usual(file, *sizes, row_groups=row_groups, **named)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", watched)
    return seen


@pytest.fixture(scope="module")
def older(finished, tmp_path_factory):
    """The folder of the same study as older versions wrote it: all metrics of a slice together."""
    folder = tmp_path_factory.mktemp("older") / "study"
    shutil.copytree(finished, folder)
    rows = ScoreTable.read(finished / "scores.csv").frame
    table = pa.Table.from_pandas(rows, SCHEMA, preserve_index=False)
    pq.write_table(table, folder / "scores.parquet", row_group_size=40)
    return folder


def test_one_metric_is_read_from_its_own_row_groups(finished, plan, read_groups):
    path = finished / "scores.parquet"
    whole = ScoreTable.read(path)
    assert sorted(read_groups) == list(range(len(plan.metrics)))
    for key in plan.metrics:
        read_groups.clear()
        own = ScoreTable.read(path, [key])
        assert len(read_groups) == 1
        assert own.metrics == (key,)
        assert own.entrants == whole.entrants
        np.testing.assert_array_equal(own.panel(key).values, whole.panel(key).values)
        assert own.slices.equals(whole.slices)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables_of_older_studies_are_read_metric_by_metric_too(older, plan, kind):
    path = older / f"scores.{kind}"
    whole = ScoreTable.read(path)
    for key in plan.metrics:
        own = ScoreTable.read(path, {key})
        assert own.metrics == (key,)
        np.testing.assert_array_equal(own.panel(key).values, whole.panel(key).values)


def test_an_older_table_leads_to_the_same_findings(older, finished, tmp_path):
    assert pq.ParquetFile(older / "scores.parquet").num_row_groups > 1
    save_findings(analyse(older), tmp_path)
    assert (tmp_path / "findings.json").read_bytes() == (finished / "findings.json").read_bytes()


def test_a_frame_has_the_rows_of_the_csv_in_their_order(finished):
    one, other = (ScoreTable.read(finished / f"scores.{kind}").frame for kind in ("csv", "parquet"))
    assert one.drop(columns="value").astype(str).equals(other.drop(columns="value").astype(str))
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-12)
