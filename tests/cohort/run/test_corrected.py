"""A study in which agreement is corrected by where other patients have the region."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ctviz.backend import Backend, Question
from ctviz.cohort import CohortStudy, ScoreTable, load_findings, run_study, units_of
from ctviz.cohort.controls import entrants_of
from ctviz.cohort.run.score_unit import compute_unit, unit_address
from ctviz.core import Prior, Region, Settings
from ctviz.core.prior import MEAN_MASK
from ctviz.io import write_series
from ctviz.metrics import METRICS
from tests.backend.small_model import MODEL

SIDE, PATIENTS = 48, 7
CORRECTED = ("auroc-corrected", "average-precision-corrected", "dice-gain")


def disc(number):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return (rows - 18 - number) ** 2 + (columns - 28 + number) ** 2 < 36


@pytest.fixture(scope="module")
def place(tmp_path_factory, shelf):
    """A data folder with seven patients, on all of whom anna drew."""
    folder = tmp_path_factory.mktemp("seven")
    settings = Settings(folder / "data", shelf, folder / "cache", device="cpu")
    for number in range(PATIENTS):
        noise = np.random.default_rng(number).normal(0, 15, (1, SIDE, SIDE))
        write_series(
            folder / "scans" / f"series-{number}",
            np.where(disc(number), 250.0, 40.0) + noise,
            spacing_mm=(0.8, 0.8),
            slice_spacing_mm=5.0,
            contrast=number % 2 == 1,
            uid_entropy=f"corrected {number}",
            title=f"Disc {number}",
        )
    backend = Backend(settings)
    for case_id in backend.import_path(folder / "scans").result(60).cases:
        number = int(backend.store.case(case_id).title.split()[-1])
        backend.store.append_region(Region(case_id, 0, "anna", "disc", disc(number)))
    backend.close()
    return settings


@pytest.fixture(scope="module")
def study():
    return CohortStudy(
        name="corrected",
        cohort="all",
        model=MODEL,
        estimators={"gradient": {}},
        metrics={"fidelity": {"step": 0.25}, "auroc": {}, **{name: {} for name in CORRECTED}},
        draws=20,
    )


@pytest.fixture(scope="module")
def finished(place, study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    backend = Backend(place, steady=True)
    assert run_study(backend, study, folder, workers=0) == ()
    backend.close()
    return folder


@pytest.fixture
def backend(place):
    backend = Backend(place, steady=True)
    yield backend
    backend.close()


def others_of(number):
    others = [disc(other).astype(float) for other in range(PATIENTS) if other != number]
    return Prior(np.mean(others, axis=0), PATIENTS - 1)


def test_maps_are_corrected_by_the_other_patients_discs(backend, study, finished):
    table = ScoreTable.read(finished / "scores.parquet")
    values = {key: table.panel(key).values for key in study.metrics}
    places = {(each.estimator, each.sign): e for e, each in enumerate(table.entrants)}
    for row, (case_id, target) in enumerate(
        zip(table.slices["case"], table.texts("target"), strict=True)
    ):
        number = int(backend.store.case(case_id).title.split()[-1])
        image, prior = backend.case(case_id).slice(0), others_of(number)
        question = Question(image, MODEL, backend.models()[MODEL].classes.index(target))
        (job,) = backend.explain(question, [study.built_estimators()["gradient"]])
        maps = {"gradient": job.result(60), MEAN_MASK: backend.mean_mask(question, prior)}
        for (name, sign), e in places.items():
            for key in CORRECTED if name in maps else ():
                metric, importance = METRICS[key](), maps[name]
                view = np.abs(importance.values) if sign == "absolute" else importance.values
                if metric.reads == "region map":
                    view = backend.region_map(question, importance, sign).result(60)
                expected = metric(view, disc(number), prior).value
                assert values[key][row, e] == pytest.approx(expected, abs=1e-6), (name, key)


def test_the_mean_mask_is_a_control_that_is_scored_by_every_metric(study, finished):
    assert entrants_of(study)[-1] == MEAN_MASK
    findings = load_findings(finished)
    own = [e for e, entrant in enumerate(findings.entrants) if entrant.estimator == MEAN_MASK]
    assert len(own) == 2
    assert all(findings.entrants[e].control for e in own)
    for key in study.metrics:
        assert all(findings.ranking(key).standings[e].mean is not None for e in own)


def test_one_s_own_drawing_and_those_of_others_are_part_of_what_a_result_comes_from(
    place, study, tmp_path
):
    backend = Backend(
        replace(place, data=shutil.copytree(place.data, tmp_path / "data")), steady=True
    )
    plain = replace(study, metrics={"auroc": {}})
    first, second, *_ = units_of(backend, study)
    before = [unit_address(backend, plan, first) for plan in (study, plain)]
    backend.store.append_region(Region(second.case, 0, "anna", "disc", disc(9)))
    after = [unit_address(backend, plan, first) for plan in (study, plain)]
    assert after[0] != before[0]
    assert after[1] == before[1]
    backend.close()


def test_a_plan_without_corrected_metrics_ranks_what_it_ranked(study):
    plain = replace(study, metrics={"fidelity": {}, "auroc": {}})
    assert entrants_of(plain) == tuple(plain.estimators)


def test_too_few_other_patients_are_a_reason_and_no_number(backend, study):
    unit = replace(units_of(backend, study)[0], among=())
    result = compute_unit(backend, study, unit)
    e, m = result.estimators.index(MEAN_MASK), result.metrics.index("auroc-corrected")
    assert np.isnan(result.values[:, :, m]).all()
    assert np.isnan(result.values[e]).all()
    assert all("No other patient has" in why for why in result.whys[:, :, m].ravel())
    assert not np.isnan(result.values[:e, :, result.metrics.index("auroc")]).any()


def test_without_a_drawing_there_is_no_mean_mask(backend, study):
    unit = replace(units_of(backend, study)[0], reader="", label="")
    result = compute_unit(backend, study, unit)
    assert set(result.whys[-1].ravel()) == {"Nobody drew a region on this slice."}
    assert not np.isnan(result.values[0, :, result.metrics.index("fidelity")]).any()


def test_nobody_is_asked_again_for_a_map_that_was_given(backend, study):
    behaved = replace(study, metrics={"auroc-corrected": {}, "max-sensitivity": {"samples": 1}})
    result = compute_unit(backend, behaved, units_of(backend, behaved)[0])
    m = result.metrics.index("max-sensitivity")
    assert np.isnan(result.values[-1, :, m]).all()
    assert set(result.whys[-1, :, m]) == {"This map was given: there is no estimator to ask again."}
    assert not np.isnan(result.values[0, :, m]).any()
