"""What a study's page offers to take home."""

from types import SimpleNamespace

import pytest

from ctviz.ui.study.downloads import LARGEST_MEGABYTES, score_offers


@pytest.fixture
def run(tmp_path):
    (tmp_path / "scores.csv").write_bytes(b"patient,case\n")
    (tmp_path / "scores.parquet").write_bytes(b"PAR1")
    return SimpleNamespace(folder=tmp_path)


def test_the_table_is_offered_in_both_forms(run):
    csv, parquet, _ = score_offers(run)
    assert (csv.label, csv.make()) == ("Scores, CSV", b"patient,case\n")
    assert (parquet.label, parquet.make()) == ("Scores, Parquet", b"PAR1")
    assert parquet.meaning == "The same table, small and typed."


def test_a_table_too_large_for_the_servers_memory_is_said_to_lie_in_the_folder(run):
    size = int(2.5 * LARGEST_MEGABYTES * 1e6)
    with (run.folder / "scores.csv").open("r+b") as file:
        file.truncate(size)
    parquet, findings = score_offers(run)
    assert [parquet.label, findings.label] == ["Scores, Parquet", "Findings, JSON"]
    assert "As CSV the table has 250 MB; it is the file scores.csv" in parquet.meaning
