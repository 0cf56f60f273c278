import time

import pytest

from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.cohort import CohortStudy, studies
from ctviz.cohort.bin import binned_studies, empty_bin, put_study, restore_study
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.status import study_lock
from ctviz.core import InvalidInput, Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path / "data", tmp_path / "models", tmp_path / "cache", device="cpu")


@pytest.fixture
def folder(settings):
    return made(settings, "mine-1")


def made(settings, name):
    folder = StudyFolder.named(settings, name)
    folder.path.mkdir(parents=True)
    folder.plan.write_text(CohortStudy(model="tiny").to_toml(), encoding="utf-8")
    (folder.path / "scores.csv").write_text("a,b\n", encoding="utf-8")
    return folder.path


def names(settings):
    return [run.folder.name for run in studies(settings)]


def test_what_is_deleted_is_in_the_bin_and_comes_back_whole(settings, folder):
    deleted = put_study(settings, folder)
    assert names(settings) == []
    assert binned_studies(settings) == (deleted,)
    assert (deleted.name, abs(deleted.when - time.time()) < 60) == ("mine-1", True)
    assert restore_study(settings, deleted) == folder
    assert names(settings) == ["mine-1"]
    assert (folder / "scores.csv").read_text(encoding="utf-8") == "a,b\n"
    assert binned_studies(settings) == ()


def test_two_studies_of_one_name_can_be_in_the_bin(settings, folder, monkeypatch):
    first = put_study(settings, folder)
    made(settings, "mine-1")
    monkeypatch.setattr(time, "time", lambda: first.when + 5)
    second = put_study(settings, folder)
    assert binned_studies(settings) == (second, first)
    restore_study(settings, second)
    with pytest.raises(InvalidInput, match="another study called 'mine-1'"):
        restore_study(settings, first)


def test_a_study_that_runs_is_not_deleted(settings, folder, monkeypatch):
    monkeypatch.setattr("ctviz.cohort.run.status.PATIENCE_SECONDS", 0.05)
    with study_lock(folder), pytest.raises(InvalidInput, match="is running"):
        put_study(settings, folder)
    assert names(settings) == ["mine-1"]


def test_only_studies_of_the_data_folder_are_deleted(settings, tmp_path):
    elsewhere = tmp_path / "mine-1"
    elsewhere.mkdir()
    (elsewhere / "plan.toml").write_text("", encoding="utf-8")
    for folder in (elsewhere, StudyFolder.named(settings, "none").path):
        with pytest.raises(InvalidInput, match="no such study"):
            put_study(settings, folder)
    assert (elsewhere / "plan.toml").is_file()


def test_after_thirty_days_it_is_gone_for_good(settings, folder):
    deleted = put_study(settings, folder)
    assert empty_bin(settings, deleted.when + IN_BIN.total_seconds() - 1) == ()
    assert binned_studies(settings) == (deleted,)
    assert empty_bin(settings, deleted.when + IN_BIN.total_seconds() + 1) == ("mine-1",)
    assert binned_studies(settings) == ()
    with pytest.raises(InvalidInput, match="cannot be moved"):
        restore_study(settings, deleted)


def test_what_else_lies_in_the_bin_is_left_alone(settings, folder):
    place = put_study(settings, folder).folder.parent
    (place / "notes").mkdir()
    (place / "12.x").mkdir()
    assert len(binned_studies(settings)) == 1
    empty_bin(settings, time.time() + 1e9)
    assert sorted(path.name for path in place.iterdir()) == ["12.x", "notes"]
