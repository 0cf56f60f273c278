import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctviz.backend import Backend
from ctviz.cohort import (
    CohortStudy,
    CurveTable,
    ScoreTable,
    cancel,
    failures_of,
    load_findings,
    look,
    read_plan,
    run_study,
    start,
    studies,
    units_of,
    verify,
)
from ctviz.cohort.contact_sheet import load_sheet
from ctviz.cohort.controls import is_control
from ctviz.cohort.run.pictures import pictures_of
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.run.running import load_unit, unit_addresses
from ctviz.cohort.run.status import stage_of, study_lock
from ctviz.core import Cancelled, CtvizError, InvalidInput, Progress, Settings
from tests.backend.small_model import Watch


def files_of(folder: Path) -> dict[str, bytes]:
    """What a study says, byte by byte."""
    kept = ["scores.csv", "scores.parquet", "units.json", "findings.json", "failures.json"]
    curves = sorted((folder / "curves").iterdir())
    return {path.name: path.read_bytes() for path in [*(folder / name for name in kept), *curves]}


def units_in(folder: Path) -> list[Path]:
    return sorted((folder / "units").glob("*.unit"))


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path) -> Settings:
    """The same cases with an empty cache."""
    return replace(settings, cache=tmp_path / "cache")


@pytest.fixture
def fresh_backend(fresh):
    backend = Backend(fresh, steady=True)
    yield backend
    backend.close()


def test_the_table_has_a_row_for_every_slice_estimator_sign_and_metric(finished, plan):
    table = ScoreTable.read(finished / "scores.parquet")
    estimators, metrics = len(plan.estimators), len(plan.metrics)
    assert len(table.frame) == 6 * estimators * 2 * metrics
    assert list(table.frame.columns[:9]) == (
        ["patient", "case", "slice_index", "model", "estimator", "sign", "metric", "value", "why"]
    )
    assert table.metrics == tuple(plan.metrics)
    undefined = table.frame[table.frame["value"].isna()]
    assert (undefined["why"] != "").all()
    assert (table.frame.dropna(subset="value")["why"] == "").all()


def test_csv_and_parquet_hold_the_same(finished):
    one, other = (ScoreTable.read(finished / f"scores.{kind}") for kind in ("csv", "parquet"))
    for key in one.metrics:
        np.testing.assert_array_equal(one.panel(key).values, other.panel(key).values)
    assert one.entrants == other.entrants
    assert list(one.slices["truth"]) == list(other.slices["truth"])


def test_a_slice_that_nobody_drew_on_has_fidelity_but_no_agreement(finished):
    table = ScoreTable.read(finished / "scores.parquet")
    undrawn = table.slices["region_share"].isna().to_numpy()
    assert undrawn.sum() == 2
    assert np.isnan(table.panel("auroc").values[undrawn]).all()
    assert not np.isnan(table.panel("entropy").values).all()
    whys = table.frame[table.frame["region_share"].isna() & (table.frame["metric"] == "auroc")]
    assert set(whys["why"]) == {"Nobody drew a region on this slice."}


def test_the_curves_are_those_of_the_scores(finished):
    table, curves = ScoreTable.read(finished / "scores.parquet"), CurveTable.read(finished)
    assert curves.entrants == table.entrants
    shares = curves.grids["shares fidelity"]
    area = np.trapezoid(curves["lif fidelity"] - curves["mif fidelity"], shares, axis=-1)
    scores = table.panel("fidelity").values
    np.testing.assert_allclose(area[~np.isnan(scores)], scores[~np.isnan(scores)], atol=1e-12)
    drawn = ~np.isnan(table.panel("auroc").values)
    np.testing.assert_array_equal(curves["tpr"][drawn][:, 0], 1)
    np.testing.assert_array_equal(curves["fpr"][drawn][:, 0], 1)


def test_a_finished_study_is_not_computed_again(backend, plan, finished):
    watch, before = Watch(backend.classifier(plan.model).network), files_of(finished)
    run_study(backend, plan, finished, workers=0)
    assert watch.images == 0
    assert files_of(finished) == before


def test_maps_that_are_known_are_not_computed_again(backend, plan, finished, tmp_path):
    watch = Watch(backend.classifier(plan.model).network)
    run_study(backend, plan, tmp_path / "again", workers=0)
    assert watch.images == 0
    assert files_of(tmp_path / "again") == files_of(finished)


def test_processes_give_the_same_table_as_one(fresh_backend, plan, finished, tmp_path):
    run_study(fresh_backend, plan, tmp_path / "study", workers=2)
    assert files_of(tmp_path / "study") == files_of(finished)


def test_a_damaged_result_is_computed_again(backend, plan, finished, tmp_path):
    folder = tmp_path / "study"
    run_study(backend, plan, folder, workers=0)
    before, (first, second, *_) = files_of(folder), units_in(folder)
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    second.write_bytes(second.read_bytes()[:100])
    assert UnitResult.load(first) is None
    run_study(backend, plan, folder, workers=0)
    assert files_of(folder) == before


PROGRAM = """
import sys
from pathlib import Path
from ctviz.backend import Backend
from ctviz.core import Settings
from ctviz.cohort import read_plan, run_study
data, models, cache, plan, folder = map(Path, sys.argv[1:])
backend = Backend(Settings(data, models, cache, "cpu"), steady=True)
run_study(backend, read_plan(plan), folder, workers=0)
"""


def computing(
    settings: Settings, plan: CohortStudy, folder: Path, threads: str | None = None
) -> subprocess.Popen[bytes]:
    """Start a study in a process of its own, with as many threads as the environment says."""
    program, written = folder.with_suffix(".py"), folder.with_suffix(".toml")
    program.write_text(PROGRAM)
    written.write_text(plan.to_toml())
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[3])
    if threads is not None:
        environment["OMP_NUM_THREADS"] = threads
    places = settings.data, settings.models, settings.cache, written, folder
    return subprocess.Popen([sys.executable, program, *places], env=environment)


@pytest.mark.parametrize("threads", ["1", "2", None])
def test_the_table_is_the_same_whatever_the_number_of_threads(
    fresh, plan, finished, tmp_path, threads
):
    assert computing(fresh, plan, tmp_path / "study", threads).wait(240) == 0
    assert files_of(tmp_path / "study") == files_of(finished)


def test_a_killed_study_goes_on_and_ends_with_the_same_table(fresh, plan, finished, tmp_path):
    killed = tmp_path / "killed"
    run = computing(fresh, plan, killed)
    while len(units_in(killed)) < 2:
        assert run.poll() is None
        time.sleep(0.002)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert stage_of(killed).state == "interrupted"
    assert 2 <= len(units_in(killed)) < 6
    backend = Backend(fresh, steady=True)
    run_study(backend, plan, killed, workers=0)
    backend.close()
    assert files_of(killed) == files_of(finished)


def test_a_study_that_is_stopped_keeps_what_it_has(fresh_backend, plan, tmp_path):
    progress = Progress()

    def stop_after_two(stage):
        if stage.done == 2:
            progress.cancel()

    with pytest.raises(Cancelled):
        run_study(fresh_backend, plan, tmp_path, workers=0, progress=progress, told=stop_after_two)
    assert stage_of(tmp_path).state == "cancelled"
    assert len(units_in(tmp_path)) == 2
    run_study(fresh_backend, plan, tmp_path, workers=0)
    assert stage_of(tmp_path).state == "done"


def test_a_refused_estimator_and_a_lost_slice_do_not_stop_the_rest(backend, plan, tmp_path):
    study = replace(plan, target="truth", estimators={"gradient": {}, "grad-cam": {"layer": "no"}})
    table_folder = tmp_path / "refused"
    run_study(backend, replace(study, target="predicted"), table_folder, workers=0)
    table = ScoreTable.read(table_folder / "scores.parquet")
    refused = table.frame[table.frame["estimator"] == "grad-cam"]
    assert refused["value"].isna().all()
    assert (refused["why"] != "").all()
    assert table.frame[table.frame["estimator"] == "gradient"]["value"].notna().any()


def test_a_slice_that_fails_is_listed_with_its_reason(backend, settings, plan, tmp_path):
    case_id = backend.cases()[0].id
    place = settings.data / "cases" / case_id
    place.rename(tmp_path / "lost")
    try:
        failures = run_study(backend, plan, tmp_path / "study", workers=0)
    finally:
        (tmp_path / "lost").rename(place)
    assert {failure.case for failure in failures} == {case_id}
    assert all(failure.why for failure in failures)
    assert failures_of(tmp_path / "study") == failures
    assert len(unit_addresses(tmp_path / "study")) == 4
    assert run_study(backend, plan, tmp_path / "study", workers=0) == ()


def test_a_folder_belongs_to_one_plan(backend, plan, finished):
    with pytest.raises(InvalidInput, match="holds another study"):
        run_study(backend, replace(plan, seed=7), finished, workers=0)


def test_a_study_is_not_run_twice_at_a_time(backend, plan, finished):
    with study_lock(finished), pytest.raises(InvalidInput, match="running already"):
        run_study(backend, plan, finished, workers=0)


def test_verifying_computes_anew_and_finds_the_same_maps_and_scores(backend, plan, finished):
    found = verify(backend, finished, sample=2)
    assert found.identical
    contexts = [load_unit(finished, address).context for address in unit_addresses(finished)]
    wanted = [contexts[1], contexts[4]]
    assert len(contexts) == 6
    assert [(each.case, each.slice_index) for each in found.slices] == [
        (each.case, each.slice_index) for each in wanted
    ]
    assert "bit by bit" in found.sentence


def test_verifying_tells_what_differs(backend, plan, finished, tmp_path):
    folder = tmp_path / "study"
    run_study(backend, plan, folder, workers=0)
    for path in units_in(folder):
        result = UnitResult.load(path)
        replace(result, values=result.values + 0.5).save(path)
    found = verify(backend, folder, sample=1)
    assert not found.agrees
    assert "do not repeat" in found.sentence
    assert found.slices[0].apart == pytest.approx(0.5)


def test_the_environment_names_what_the_numbers_came_from(finished, plan):
    document = json.loads((finished / "environment.json").read_text())
    assert document["plan"] == plan.digest
    assert document["software"].keys() >= {"python", "torch", "numpy"}
    assert document["model"]["sha256"].keys() >= {"weights.safetensors"}
    assert len(document["slices"]) == 6
    assert all(len(sha) == 64 for sha in document["slices"][0]["maps"].values())
    assert document["seeds"]["smoothgrad-squared"] == 0


def test_a_study_runs_on_its_own_and_anybody_sees_it(settings, plan):
    study = replace(plan, name="alone")
    run = start(settings, study, workers=0)
    assert start(settings, study).folder == run.folder
    seen = set()
    given_up = time.monotonic() + 120
    while look(run.folder).stage.state != "done" and time.monotonic() < given_up:
        seen.add(look(run.folder).stage.state)
        time.sleep(0.1)
    assert look(run.folder).stage.state == "done", (run.folder / "errors.log").read_text()
    assert seen <= {"planned", "running"}
    assert [each.study.name for each in studies(settings)] == ["alone"]
    assert look(run.folder).findings().subject.slices == 6


def test_whoever_sees_a_study_can_stop_it(fresh_backend, plan, tmp_path):
    ended: list[BaseException] = []

    def run():
        try:
            run_study(fresh_backend, plan, tmp_path, workers=0)
        except CtvizError as error:
            ended.append(error)

    watch = Watch(fresh_backend.classifier(plan.model).network)
    watch.gate.clear()
    thread = threading.Thread(target=run)
    thread.start()
    assert watch.reached.wait(60)
    assert look(tmp_path).stage.state == "running"
    cancel(tmp_path)
    watch.gate.set()
    thread.join(60)
    assert [type(error) for error in ended] == [Cancelled]


def test_a_plan_survives_in_the_folder(finished, plan):
    assert CohortStudy.from_toml((finished / "plan.toml").read_text()) == plan


def test_a_map_that_cannot_be_had_again_loses_a_picture_and_no_findings(
    finished, fresh_backend, caplog, monkeypatch
):
    units = units_of(fresh_backend, read_plan(finished / "plan.toml"), Progress())

    def refuse(*_, **__):
        raise InvalidInput("There is no memory left.")

    monkeypatch.setattr(fresh_backend, "explain", refuse)
    findings = load_findings(finished)
    assert list(pictures_of(fresh_backend, finished, findings, units, Progress())) == []
    assert "There is no memory left." in caplog.text
    progress = Progress()
    progress.cancel()

    def stop(*_, **__):
        raise Cancelled

    monkeypatch.setattr(fresh_backend, "explain", stop)
    with pytest.raises(Cancelled):
        list(pictures_of(fresh_backend, finished, findings, units, progress))


def test_a_finished_study_keeps_maps_to_look_at(finished, plan):
    pictures = load_sheet(finished)
    typical = [each for each in pictures if each.sheet == "typical"]
    estimators = {name for name in plan.estimators if not is_control(name)}
    assert len(typical) in {3 * len(estimators), 3 * (len(estimators) + 1)}
    assert [each.title.split(":")[0] for each in typical[:3]] == ["Best", "Median", "Worst"]
    # The scan is there, and colour over it.
    for each in typical:
        grey = each.rgb.astype(int)
        assert np.ptp(grey) > 50
        assert np.abs(grey[..., 0] - grey[..., 2]).max() > 10
