"""How far fidelity asked about pictures that are no scans, in the report."""

import json

import pytest

from ctviz.cohort import load_findings
from ctviz.cohort.report import report
from ctviz.cohort.report.strange_fills import strange_fills_of, strange_fills_table
from ctviz.viz.documents import Table


def test_the_least_strange_fill_comes_first():
    table = strange_fills_table({"zero": 0.75, "blur": 0.125, "mean": 0.5})
    assert table.rows == (("blur", "12%"), ("mean", "50%"), ("zero", "75%"))
    assert strange_fills_table({}) is None


def test_a_study_keeps_what_its_model_finds_strange_and_the_report_tells(finished, tmp_path):
    # The model of the tests does not say what it has learnt from.
    assert strange_fills_of(finished) == {}
    captions = [each.caption for each in tables_of(finished)]
    assert not [each for each in captions if "unlike what the model" in each]


@pytest.mark.parametrize("damaged", ["", "[]", '{"zero": "much"}'])
def test_a_damaged_file_tells_nothing(tmp_path, damaged):
    (tmp_path / "strange_fills.json").write_text(damaged)
    assert strange_fills_of(tmp_path) == {}
    (tmp_path / "strange_fills.json").write_text(json.dumps({"zero": 0.5}))
    assert strange_fills_of(tmp_path) == {"zero": 0.5}


def tables_of(folder):
    document = report(folder, load_findings(folder))
    return [block for block in document.blocks if isinstance(block, Table)]
