"""A study of phantoms on a cluster: the same truth, whoever computes, dies or is asked again."""

import os
import signal
import subprocess
import sys

import pytest

from ctviz.backend import Backend
from ctviz.cohort import Failure
from ctviz.cohort.cluster.crew import ClusterCrew
from ctviz.cohort.cluster.dispatch import GIVEN_UP
from ctviz.cohort.run.status import stage_of
from ctviz.cohort.truth import TruthStudy, run_truth_study
from ctviz.core import Settings
from tests.backend.small_model import MODEL
from tests.cohort.cluster.local_cluster import ROOT, local_cluster, until
from tests.cohort.cluster.test_cluster import POISON, SLOWLY
from tests.cohort.run.test_running import units_in

pytest.importorskip("distributed")

STUDY = TruthStudy(
    model=MODEL,
    estimators={"gradient": {}, "input-x-gradient": {}},
    metrics={"auroc": {}, "deletion": {"step": 0.25}},
    phantoms=5,
    draws=20,
)
TOLD = ("scores.csv", "scores.parquet", "units.json", "failures.json", "effects.csv")
FOUND = ("findings.json", "typical.picture")


def files_of(folder):
    """What a study of phantoms says, byte by byte, with the truth of each."""
    files = [*(folder / name for name in (*TOLD, *FOUND)), *(folder / "truth").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def settings_in(place, shelf) -> Settings:
    return Settings(place / "data", shelf, place / "cache", device="cpu")


@pytest.fixture(scope="module")
def here(tmp_path_factory, shelf):
    """What the study says when processes of this machine compute it."""
    place = tmp_path_factory.mktemp("here")
    backend = Backend(settings_in(place, shelf), steady=True)
    assert run_truth_study(backend, STUDY, place / "study", workers=2) == ()
    backend.close()
    return files_of(place / "study")


@pytest.fixture
def asking(tmp_path, shelf):
    """The backend of whoever asks, who knows nothing yet."""
    backend = Backend(settings_in(tmp_path, shelf), steady=True)
    yield backend
    backend.close()


def test_each_program_may_be_killed_in_turn_and_the_truth_is_the_same(
    asking, here, tmp_path, running
):
    slowly, folder = tmp_path / "slowly.py", tmp_path / "study"
    slowly.write_text(SLOWLY)
    slow = ("--preload", str(slowly))
    with local_cluster(tmp_path / "cluster") as cluster:
        for name in ("one", "other"):
            cluster.start_worker(name, *slow)
        crew = ClusterCrew(cluster.address)
        study = running(asking, STUDY, folder, crew)
        study.until_done(1)
        cluster.kill("one")
        cluster.start_worker("one", *slow)
        study.until_done(2)
        cluster.kill("scheduler")
        study.until(lambda: "waiting for it" in stage_of(folder).message, "its loss is told")
        for name in ("one", "other"):
            cluster.kill(name)
        cluster.start_scheduler()
        for name in ("one", "other"):
            cluster.start_worker(name, *slow)
        assert study.failures() == ()
    assert files_of(folder) == here
    assert crew.facts == {"processes": 2, "threads": 1, "cluster": True}


def test_a_phantom_that_kills_every_worker_is_given_up_and_the_rest_finishes(
    asking, here, tmp_path
):
    case, deaths, folder = f"phantom {STUDY.first + 3}", tmp_path / "deaths", tmp_path / "study"
    (tmp_path / "poison.py").write_text(POISON.format(case=case, deaths=str(deaths)))
    with local_cluster(tmp_path / "cluster") as cluster:
        for name in ("one", "other"):
            cluster.start_worker(name, "--preload", str(tmp_path / "poison.py"))
        crew = ClusterCrew(cluster.address)
        failures = run_truth_study(asking, STUDY, folder, workers=crew)
    assert failures == (Failure(case, 0, GIVEN_UP),)
    assert deaths.read_text() == "death\n" * 3
    assert case not in (folder / "effects.csv").read_text()
    assert len(list((folder / "truth").iterdir())) == STUDY.phantoms - 1
    assert run_truth_study(asking, STUDY, folder, workers=0) == ()
    assert files_of(folder) == here


def test_whoever_asks_may_be_killed_and_goes_on_where_it_was(here, tmp_path, shelf):
    slowly, plan, folder = tmp_path / "slowly.py", tmp_path / "plan.toml", tmp_path / "study"
    slowly.write_text(SLOWLY)
    plan.write_text(STUDY.to_toml())
    own = {"CTVIZ_DATA": f"{tmp_path}/data", "CTVIZ_MODELS": str(shelf), "CTVIZ_DEVICE": "cpu"}
    with local_cluster(tmp_path / "cluster") as cluster:
        cluster.start_worker("one", "--preload", str(slowly))
        command = [sys.executable, "-m", "ctviz", "truth", str(plan), "--out", str(folder)]
        asked = {
            "args": [*command, "--cluster", cluster.address],
            "env": {**os.environ, **own, "PYTHONPATH": str(ROOT)},
            "cwd": tmp_path,
        }
        first = subprocess.Popen(**asked, stderr=subprocess.DEVNULL, start_new_session=True)
        until(lambda: len(units_in(folder)) >= 2, "two phantoms are judged")
        os.killpg(first.pid, signal.SIGKILL)
        assert first.wait() == -signal.SIGKILL
        kept = {path: path.stat().st_mtime_ns for path in units_in(folder)}
        assert len(kept) < STUDY.phantoms
        again = subprocess.run(**asked, capture_output=True, text=True, check=False, timeout=300)
        assert again.returncode == 0, again.stderr
    assert f"Everything is in {folder}." in again.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert files_of(folder) == here
    assert (folder / "report" / "report.html").is_file()
