"""Experiments are only appended: renamed, put away and brought back, they keep what they were."""

import multiprocessing
import os
import signal
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ctviz.core import InvalidInput, UnknownName
from ctviz.core.experiment import Edit, Experiment
from ctviz.store import Store

LATER = datetime.now(UTC) + timedelta(days=31)


@pytest.fixture
def experiment(entry, mask) -> Experiment:
    edit = Edit("cap", mask, {"limit": 30}, 1.5)
    return Experiment("x-1", entry.id, 1, "AB", "small", edit, "No contrast", "Aorta only.")


def titles(store, entry, *, binned=False):
    return [kept.title for kept in store.experiments(entry.id, binned=binned)]


def test_what_was_kept_outlives_the_process(store, path, entry, experiment):
    store.keep_experiment(experiment)
    store.close()
    again = Store(path)
    (kept,) = again.experiments(entry.id)
    for field in ("id", "case_id", "slice_index", "reader", "model_id", "title", "note", "made"):
        assert getattr(kept, field) == getattr(experiment, field)
    assert (kept.edit.operation, dict(kept.edit.settings)) == ("cap", {"limit": 30})
    assert kept.edit.edge_mm == 1.5
    np.testing.assert_array_equal(kept.edit.mask, experiment.edit.mask)
    again.close()


def test_one_that_is_renamed_and_deleted_comes_back(store, path, entry, experiment):
    second = replace(experiment, id="x-2", title="Blurred", made=LATER)
    for one in (experiment, second, replace(experiment, title="Aorta")):
        store.keep_experiment(one)
    assert titles(store, entry) == ["Aorta", "Blurred"]
    store.keep_experiment(replace(experiment, title="Aorta", binned=True))
    assert titles(store, entry) == ["Blurred"]
    assert titles(store, entry, binned=True) == ["Aorta"]
    store.keep_experiment(replace(experiment, title="Aorta"))
    assert titles(store, entry) == ["Aorta", "Blurred"]
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM experiments").fetchone() == (5,)


def test_nobody_changes_what_another_reader_has_made(store, entry, experiment):
    store.keep_experiment(experiment)
    with pytest.raises(InvalidInput, match="belongs to 'AB'"):
        store.keep_experiment(replace(experiment, reader="CD", title="Mine"))
    store.keep_experiment(replace(experiment, id="x-2", reader="CD", title="Mine"))
    assert titles(store, entry) == ["No contrast", "Mine"]


def test_they_go_with_their_case_and_not_before(store, path, entry, experiment):
    store.keep_experiment(experiment)
    store.bin.put([entry.id], "AB")
    with pytest.raises(InvalidInput, match="is in the bin"):
        store.keep_experiment(replace(experiment, title="Later"))
    assert titles(store, entry) == ["No contrast"]
    file = sqlite3.connect(path)
    for statement in ("DELETE FROM experiments", "UPDATE experiments SET title = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
            file.execute(statement)
    file.close()
    store.bin.empty(LATER, "the bin")
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM experiments").fetchone() == (0,)


def test_what_does_not_fit_is_said_in_a_sentence(store, experiment):
    with pytest.raises(UnknownName, match="C-nowhere"):
        store.keep_experiment(replace(experiment, case_id="C-nowhere"))
    small = replace(experiment, edit=Edit("cap", np.ones((2, 2), np.bool_)))
    for wrong in (small, replace(experiment, slice_index=3)):
        with pytest.raises(InvalidInput, match="does not fit the case"):
            store.keep_experiment(wrong)
    with pytest.raises(InvalidInput, match="who is reading"):
        store.keep_experiment(replace(experiment, reader=""))
    for title in ("", "  ", "two\nlines", 61 * "x"):
        with pytest.raises(InvalidInput, match=r"needs a name|60 letters"):
            replace(experiment, title=title)
    with pytest.raises(InvalidInput, match="500 letters"):
        replace(experiment, note=501 * "x")


def _keep_and_die(path, experiment) -> None:
    store = Store(path)
    store.keep_experiment(experiment)
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_kept_survives_a_kill(store, path, entry, experiment):
    dying = multiprocessing.get_context("fork").Process(
        target=_keep_and_die, args=(path, experiment)
    )
    dying.start()
    dying.join(60)
    assert dying.exitcode == -signal.SIGKILL
    assert titles(store, entry) == ["No contrast"]
