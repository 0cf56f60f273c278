"""No table that ctviz writes makes a spreadsheet calculate, and what is read again is the same."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.cli.tables import write_rows
from ctviz.cohort.run.result import Context, UnitResult
from ctviz.cohort.tables.score_table import ScoreTable, write_tables
from ctviz.core.cells import neutral, original
from ctviz.store import AuditEntry, AuditEvent
from ctviz.store.audit import as_csv, as_json_lines

HOSTILE = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "-cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "＝1+1",
    "'=1",
    "--1",
    "-",
    "+",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_becomes_a_text(text):
    assert neutral(text) == "'" + text
    assert original(neutral(text)) == text


@pytest.mark.parametrize("cell", [0, -1, -0.5, 1e-7, float("-inf"), None, "-1", "+2.5", "-1e-07"])
def test_numbers_stay_numbers(cell):
    assert neutral(cell) is cell


@pytest.mark.parametrize("text", ["heart", "a=b", "C-0123", "'tis", "", "(−0.2 to 0.3)", "–"])
def test_harmless_texts_stay_as_they_are(text):
    assert neutral(text) == text
    assert original(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\n 1.e") | st.characters(codec="utf-8")))
def test_every_text_comes_back(text):
    assert original(neutral(text)) == text
    assert not neutral(text).lstrip().startswith(("=", "@"))


def test_the_command_lines_tables_are_neutral(capsys):
    write_rows([{"title": text, "value": -0.5} for text in HOSTILE], "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["title"] for row in rows] == ["'" + text for text in HOSTILE]
    assert {row["value"] for row in rows} == {"-0.5"}


def test_the_scores_of_a_study_are_neutral_and_read_again_as_they_were(tmp_path):
    results = [
        UnitResult(
            Context(text, text, 0, text, text, text, text, None, ""),
            ("random",),
            ("absolute",),
            ("dice", "auroc"),
            np.array([[[-0.5, np.nan]]]),
            np.array([[["", text]]]),
            {},
            {},
            ("",),
        )
        for text in HOSTILE
    ]
    write_tables(tmp_path, results)
    with (tmp_path / "scores.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * len(HOSTILE)
    for row in rows:
        for name in ("patient", "case", "model", "why", "truth", "predicted", "target"):
            assert row[name] == neutral(row[name].removeprefix("'"))
        assert row["value"] in {"", "-0.5"}
    read = ScoreTable.read(tmp_path / "scores.csv").frame
    kept = ScoreTable.read(tmp_path / "scores.parquet").frame
    for name in ("patient", "case", "model", "why", "truth", "predicted", "target"):
        assert list(read[name]) == list(kept[name])
    assert list(read["truth"])[::2] == HOSTILE
    assert list(read["value"])[::2] == [-0.5] * len(HOSTILE)


def test_the_audit_trail_is_neutral_as_csv_and_exact_as_json_lines():
    entries = [AuditEntry(AuditEvent.DREW, text, text) for text in HOSTILE]
    rows = list(csv.DictReader(io.StringIO(as_csv(entries), newline="")))
    assert [row["who"] for row in rows] == ["'" + text for text in HOSTILE]
    lines = [json.loads(line) for line in as_json_lines(entries).split("\n")[:-1]]
    assert [line["who"] for line in lines] == HOSTILE
