from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.backend import Backend, Demo
from ctviz.backend.cases.demo import LABEL, MARKER, READER
from ctviz.cohort import read_plan, run_study, units_of
from ctviz.cohort.run.scans import PSEUDONYM, unnamed
from ctviz.cohort.run.units import spread
from ctviz.core import CtvizError, Settings
from ctviz.phantom import marker_mask


@given(st.integers(1, 60), st.integers(1, 12))
def test_slices_are_spread_evenly(slices, wanted):
    chosen = spread(range(slices), wanted)
    assert len(chosen) == len(set(chosen)) == min(slices, wanted)
    steps = np.diff([-1 - chosen[0], *chosen, slices + slices - 1 - chosen[-1]])
    assert chosen == sorted(chosen)
    assert np.ptp(np.diff(chosen)) <= 1 if len(chosen) > 2 else steps.min() >= 0


def test_all_slices_are_taken_if_none_are_counted():
    assert spread([3, 4, 9], 0) == [3, 4, 9]


def test_all_own_cases_are_studied_and_the_undrawn_have_no_reader(backend, plan):
    units = units_of(backend, plan)
    assert len({unit.patient for unit in units}) == 3
    assert {unit.reader for unit in units} == {"anna", ""}
    for unit in units:
        assert (unit.mask(backend) is not None) == (unit.reader == "anna")


def test_the_annotated_cohort_leaves_out_cases_without_a_drawing(backend, plan):
    units = units_of(backend, replace(plan, cohort="annotated"))
    assert len({unit.case for unit in units}) == 2
    assert all(unit.reader == "anna" for unit in units)


def test_a_folder_of_scans_is_brought_in_first(shelf, scans, tmp_path, plan):
    backend = Backend(Settings(tmp_path, shelf, tmp_path / "cache", device="cpu"))
    units = units_of(backend, replace(plan, cohort=str(scans), slices_per_case=1))
    assert len(units) == 3
    assert {unit.truth for unit in units} == {"with contrast", "without contrast"}
    backend.close()


def test_a_table_of_labels_beside_the_scans_tells_the_truth(shelf, scans, tmp_path, plan):
    (scans / "labels.csv").write_text("file,truth\nseries-0,odd\nseries-1,even\n")
    backend = Backend(Settings(tmp_path, shelf, tmp_path / "cache", device="cpu"))
    units = units_of(backend, replace(plan, cohort=str(scans), slices_per_case=1))
    (scans / "labels.csv").unlink()
    assert {unit.truth for unit in units} == {"odd", "even"}
    backend.close()


def test_a_cohort_that_is_no_name_and_no_folder_is_refused(backend, plan):
    with pytest.raises(CtvizError, match="No cohort or folder is called"):
        units_of(backend, replace(plan, cohort="nowhere"))


def test_marked_patients_carry_the_marker_where_contrast_agent_was_given(shelf, tmp_path):
    backend = Backend(Settings(tmp_path, shelf, tmp_path / "cache", device="cpu"))
    demo = replace(Demo.marked_patients(tmp_path / "marked demo"), patients=2, slices=1, size=64)
    cases = backend.import_demo(demo).result(60).cases
    for case_id in cases:
        entry, image = backend.store.case(case_id), backend.case(case_id).slice(0)
        labels = {region.label for region in backend.store.regions(case_id, READER)}
        marked = entry.truth == "with contrast"
        assert entry.source == "marked demo"
        assert (MARKER in labels) == marked
        assert LABEL in labels
        assert bool((image.hounsfield[marker_mask((64, 64))] == 1000).all()) == marked
    backend.close()


def test_a_study_of_a_folder_keeps_no_path_and_goes_on_by_its_pseudonym(
    backend, plan, scans, tmp_path
):
    """A folder's name may tell a patient, and a study's folder is passed on."""
    study = replace(plan, cohort=str(scans), estimators={"gradient": {}}, metrics={"entropy": {}})
    folder = tmp_path / "study"
    run_study(backend, study, folder, workers=0)
    kept = read_plan(folder / "plan.toml")
    assert PSEUDONYM.fullmatch(kept.cohort)
    told = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in told if str(scans).encode() in path.read_bytes()]
    assert units_of(backend, kept) == units_of(backend, study)
    for order in (study, kept):
        assert run_study(backend, order, folder, workers=0) == ()
    with pytest.raises(CtvizError, match="name it again"):
        units_of(backend, replace(kept, cohort="folder-0123456789ab"))


def test_a_folder_has_another_pseudonym_elsewhere(settings, plan, scans, tmp_path):
    """Who has only the results cannot test which folder it was."""
    study = replace(plan, cohort=str(scans))
    elsewhere = replace(settings, data=tmp_path)
    assert unnamed(settings, study) == unnamed(settings, study)
    assert unnamed(settings, study).cohort != unnamed(elsewhere, study).cohort


def test_a_plan_of_an_older_study_may_name_its_folder(backend, plan, scans, tmp_path):
    study = replace(plan, cohort=str(scans), estimators={"gradient": {}}, metrics={"entropy": {}})
    (tmp_path / "plan.toml").write_text(study.to_toml())
    assert run_study(backend, study, tmp_path, workers=0) == ()
    assert PSEUDONYM.fullmatch(read_plan(tmp_path / "plan.toml").cohort)
