"""One bad study does not break the page of the others."""

import json
import os

import pytest

from ctviz.cohort import CohortStudy
from ctviz.cohort.analysis.findings import load_findings
from ctviz.cohort.run.background import studies
from ctviz.cohort.run.running import failures_of, unit_addresses
from ctviz.cohort.run.status import Stage, stage_of
from ctviz.core import InvalidInput, Settings
from tests.strange import DOCUMENTS

JSON = [
    b"", b"null", b"[]", b"{}", b"1", b'"a"', b"[[[[", b"[" * 100_000, b"{\"version\": 1}", b"\xff",
    b"[{}]", b"[1]", b"9" * 5000, b"[\"../../a\"]", b"{\"state\": \"odd\"}", b"{\"state\": []}",
    b"{\"done\": \"many\"}", b"NaN",
]  # fmt: skip


@pytest.mark.parametrize("content", JSON)
def test_a_damaged_file_of_a_study_is_no_traceback(tmp_path, content):
    for name in ("findings.json", "units.json", "failures.json", "progress.json"):
        (tmp_path / name).write_bytes(content)
    assert stage_of(tmp_path) == Stage()
    assert failures_of(tmp_path) == ()
    with pytest.raises(InvalidInput):
        load_findings(tmp_path)
    with pytest.raises(InvalidInput):
        unit_addresses(tmp_path)


def test_progress_of_the_right_form_is_told(tmp_path):
    told = {**Stage("done", 3, 3, seconds=2).__dict__}
    (tmp_path / "progress.json").write_text(json.dumps(told))
    assert stage_of(tmp_path) == Stage("done", 3, 3, seconds=2)


def test_one_bad_folder_does_not_hide_the_other_studies(tmp_path):
    settings = Settings(data=tmp_path, models=tmp_path, cache=tmp_path)
    good = tmp_path / "studies" / "good"
    good.mkdir(parents=True)
    (good / "plan.toml").write_text(CohortStudy(name="good").to_toml())
    for number, content in enumerate(filter(None, DOCUMENTS.values())):
        folder = tmp_path / "studies" / str(number)
        folder.mkdir()
        (folder / "plan.toml").write_bytes(content)
    odd = tmp_path / "studies" / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    (odd / "plan.toml").write_text(CohortStudy(name="odd").to_toml())
    (tmp_path / "studies" / "dir" / "plan.toml").mkdir(parents=True)
    (good / "lock").mkdir()
    assert [run.study.name for run in studies(settings)] == ["good"]
