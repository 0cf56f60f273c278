"""A study on a cluster: the same table, whoever computes, comes late, dies or is refused."""

import pytest

from ctviz.cohort import Failure, cancel, failures_of, run_study
from ctviz.cohort.cluster import dispatch
from ctviz.cohort.cluster.contents import Contents
from ctviz.cohort.cluster.crew import ClusterCrew
from ctviz.cohort.cluster.dispatch import GIVEN_UP
from ctviz.cohort.cluster.facts import facts
from ctviz.cohort.run.running import unit_addresses
from ctviz.cohort.run.status import stage_of
from ctviz.core import Cancelled, InvalidInput
from tests.cohort.cluster.local_cluster import free_port, local_cluster, until
from tests.cohort.run.test_running import files_of, units_in

pytest.importorskip("distributed")


def test_workers_with_other_folders_give_the_same_table(fresh_backend, plan, finished, tmp_path):
    with local_cluster(tmp_path / "cluster", workers=2) as cluster:
        crew = ClusterCrew(cluster.address)
        stages = []
        run_study(fresh_backend, plan, tmp_path / "study", workers=crew, told=stages.append)
    assert files_of(tmp_path / "study") == files_of(finished)
    assert any(stage.dashboard.startswith("http://") for stage in stages)
    assert crew.facts == {"processes": 2, "threads": 1, "cluster": True}


def test_workers_that_share_the_cache_are_sent_nothing(
    fresh_backend, plan, finished, tmp_path, monkeypatch
):
    def refuse(*_):
        raise AssertionError("Something was sent.")

    monkeypatch.setattr(Contents, "pieces", refuse)
    with local_cluster(tmp_path / "cluster") as cluster:
        shared = str(fresh_backend.settings.cache)
        for name in ("one", "other"):
            cluster.start_worker(name, CTVIZ_CACHE=shared)
        run_study(fresh_backend, plan, tmp_path / "study", workers=ClusterCrew(cluster.address))
    assert files_of(tmp_path / "study") == files_of(finished)
    assert not any((tmp_path / "cluster" / "one" / "cache").glob("contents/*/*"))


ANOTHER_VERSION = """
from ctviz.cohort.cluster import working
from ctviz.cohort.cluster.facts import facts
working.facts = lambda: {**facts(), "ctviz": "0.0.1"}
"""


def test_a_worker_of_another_version_is_refused_in_a_sentence(
    fresh_backend, plan, finished, tmp_path, monkeypatch
):
    (tmp_path / "older.py").write_text(ANOTHER_VERSION)
    with local_cluster(tmp_path / "cluster") as cluster:
        cluster.start_worker("older", "--preload", str(tmp_path / "older.py"))
        crew = ClusterCrew(cluster.address)
        with monkeypatch.context() as patience:
            patience.setattr(dispatch, "REFUSED_SECONDS", 1.0)
            with pytest.raises(InvalidInput) as refusal:
                run_study(fresh_backend, plan, tmp_path / "study", workers=crew)
        here = facts()["ctviz"]
        assert str(refusal.value).endswith(
            f" has ctviz 0.0.1 where this study has {here}; install the same there."
        )
        assert stage_of(tmp_path / "study").message == str(refusal.value)
        cluster.start_worker("equal")
        run_study(fresh_backend, plan, tmp_path / "study", workers=crew)
    assert files_of(tmp_path / "study") == files_of(finished)
    assert crew.facts["processes"] == 1


POISON = """
import os, signal
from pathlib import Path
from ctviz.cohort.cluster import working
settled = working.__dict__.setdefault("plain", working._settled)
def poisoned(order, home, wanted):
    if (order.unit.case, order.unit.slice_index) == ({case!r}, 0):
        with Path({deaths!r}).open("a") as deaths:
            deaths.write("death\\n")
        os.kill(os.getpid(), signal.SIGKILL)
    return settled(order, home, wanted)
working._settled = poisoned
"""


def test_a_slice_that_kills_every_worker_is_given_up_and_the_rest_finishes(
    fresh_backend, plan, finished, tmp_path
):
    case, deaths = fresh_backend.cases()[0].id, tmp_path / "deaths"
    (tmp_path / "poison.py").write_text(POISON.format(case=case, deaths=str(deaths)))
    folder = tmp_path / "study"
    with local_cluster(tmp_path / "cluster") as cluster:
        for name in ("one", "other"):
            cluster.start_worker(name, "--preload", str(tmp_path / "poison.py"))
        crew = ClusterCrew(cluster.address)
        failures = run_study(fresh_backend, plan, folder, workers=crew)
    assert failures == (Failure(case, 0, GIVEN_UP),)
    assert failures_of(folder) == failures
    assert deaths.read_text() == "death\n" * 3
    assert len(unit_addresses(folder)) == 5
    assert run_study(fresh_backend, plan, folder, workers=0) == ()
    assert files_of(folder) == files_of(finished)


SLOWLY = """
import time
from ctviz.cohort.cluster import working
settled = working.__dict__.setdefault("plain", working._settled)
def slowly(order, home, wanted):
    for _ in range(15):
        time.sleep(0.1)
        wanted.tell(0.5)
    return settled(order, home, wanted)
working._settled = slowly
"""


def test_each_program_of_a_cluster_may_be_killed_in_turn(
    fresh_backend, plan, finished, tmp_path, running
):
    slowly, folder = tmp_path / "slowly.py", tmp_path / "study"
    slowly.write_text(SLOWLY)
    slow = ("--preload", str(slowly))
    with local_cluster(tmp_path / "cluster") as cluster:
        for name in ("one", "other"):
            cluster.start_worker(name, *slow)
        study = running(fresh_backend, plan, folder, ClusterCrew(cluster.address))
        for number, name in enumerate(("one", "other")):
            study.until_done(number + 1)
            cluster.kill(name)
            cluster.start_worker(name, *slow)
        study.until_done(3)
        cluster.kill("scheduler")
        study.until(lambda: "waiting for it" in stage_of(folder).message, "its loss is told")
        assert stage_of(folder).state == "running"
        # Workers of Dask's end with their scheduler, but not one that was still on its way there.
        for name in ("one", "other"):
            cluster.kill(name)
        cluster.start_scheduler()
        for name in ("one", "other"):
            cluster.start_worker(name, *slow)
        assert study.failures() == ()
    assert files_of(folder) == files_of(finished)


def test_a_scheduler_that_stays_away_ends_the_study_which_goes_on_later(
    fresh_backend, plan, finished, tmp_path, running
):
    slowly, folder = tmp_path / "slowly.py", tmp_path / "study"
    slowly.write_text(SLOWLY)
    with local_cluster(tmp_path / "cluster") as cluster:
        cluster.start_worker("one", "--preload", str(slowly))
        study = running(fresh_backend, plan, folder, ClusterCrew(cluster.address, patience=0.5))
        study.until_done(2)
        cluster.kill("scheduler")
        with pytest.raises(InvalidInput, match="then the study, which goes on where it was"):
            study.failures()
        assert stage_of(folder).state == "failed"
        kept = len(units_in(folder))
        assert 2 <= kept < 6
    assert run_study(fresh_backend, plan, folder, workers=0) == ()
    assert files_of(folder) == files_of(finished)


def test_a_cluster_that_is_not_there_is_said_in_a_sentence(fresh_backend, plan, tmp_path):
    crew = ClusterCrew(f"tcp://127.0.0.1:{free_port()}")
    with pytest.raises(InvalidInput, match=f"No Dask scheduler answers at {crew.address};"):
        run_study(fresh_backend, plan, tmp_path / "study", workers=crew)


@pytest.mark.parametrize("address", ["", "host", "http://host:80", "tcp://host", "tcp://a b:1"])
def test_what_is_no_cluster_is_refused(address):
    with pytest.raises(InvalidInput, match="like tcp://host:8786"):
        ClusterCrew(address)


def test_encryption_without_certificates_is_said_in_a_sentence(fresh_backend, plan, tmp_path):
    crew = ClusterCrew("tls://127.0.0.1:8786")
    with pytest.raises(InvalidInput, match="A cluster by TLS needs certificates"):
        run_study(fresh_backend, plan, tmp_path / "study", workers=crew)


def test_a_study_that_is_stopped_lets_its_workers_go(
    fresh_backend, plan, finished, tmp_path, running
):
    folder = tmp_path / "study"
    (tmp_path / "endless.py").write_text(ENDLESS)
    with local_cluster(tmp_path / "cluster") as cluster:
        cluster.start_worker("one", "--preload", str(tmp_path / "endless.py"))
        study = running(fresh_backend, plan, folder, ClusterCrew(cluster.address))
        study.until(lambda: stage_of(folder).share > 0, "a slice is under way")
        cancel(folder)
        with pytest.raises(Cancelled):
            study.failures()
        until(lambda: "nobody waits" in cluster.said("one"), "the worker is free")
    assert stage_of(folder).state == "cancelled"


ENDLESS = """
import sys, time
from ctviz.cohort.cluster import working
from ctviz.core import Cancelled
def endless(order, home, wanted):
    while wanted.still():
        time.sleep(0.1)
        wanted.tell(0.5)
    print("nobody waits", flush=True)
    raise Cancelled
working._settled = endless
"""
