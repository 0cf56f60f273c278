import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ctviz.cohort import register_study, run_study
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.registration import register, registrations_of
from ctviz.core import InvalidInput
from tests.backend.small_model import MODEL

PLAN, OTHER, WEIGHTS = "a" * 64, "b" * 64, "c" * 64


def test_a_plan_is_fixed_once(tmp_path):
    folder = StudyFolder(tmp_path)
    before = datetime.now(UTC).replace(microsecond=0)
    (first,) = register(folder, PLAN, WEIGHTS, beforehand=True)
    assert before <= datetime.fromisoformat(first.time) <= datetime.now(UTC)
    assert first.beforehand
    assert not first.opened
    assert register(folder, PLAN, WEIGHTS) == registrations_of(folder) == (first,)


@pytest.mark.parametrize("changed", [(OTHER, WEIGHTS), (PLAN, OTHER)])
def test_a_changed_plan_or_model_is_fixed_anew_and_the_first_one_stays(tmp_path, changed):
    folder = StudyFolder(tmp_path)
    first = register(folder, PLAN, WEIGHTS)
    result = folder.unit("0123abcd")
    result.parent.mkdir()
    result.touch()
    both = register(folder, *changed)
    assert both[:1] == first
    assert (both[1].plan, both[1].weights) == changed
    assert both[1].opened


def test_a_damaged_record_is_refused_and_not_overwritten(tmp_path):
    folder = StudyFolder(tmp_path)
    folder.registrations.write_text("[{}]")
    with pytest.raises(InvalidInput, match="damaged"):
        register(folder, PLAN, WEIGHTS)
    assert folder.registrations.read_text() == "[{}]"


def test_a_run_fixes_its_plan_before_it_opens_a_slice(finished, plan, shelf):
    (fixed,) = registrations_of(StudyFolder(finished))
    weights = (shelf / MODEL / "weights.safetensors").read_bytes()
    assert (fixed.plan, fixed.weights) == (plan.digest, hashlib.sha256(weights).hexdigest())
    assert not fixed.beforehand
    assert not fixed.opened
    first = min(path.stat().st_mtime for path in (finished / "units").iterdir())
    assert datetime.fromisoformat(fixed.time).timestamp() <= first


def test_a_plan_that_was_registered_before_is_the_one_that_is_run(backend, plan, tmp_path):
    fixed = register_study(backend, plan, tmp_path)
    assert not list(tmp_path.glob("units/*"))
    run_study(backend, plan, tmp_path, workers=0)
    assert registrations_of(StudyFolder(tmp_path)) == (fixed,)
    assert fixed.beforehand
    with pytest.raises(InvalidInput, match="holds another study"):
        register_study(backend, replace(plan, seed=7), tmp_path)


def test_a_plan_that_is_changed_in_its_folder_is_told(backend, plan, tmp_path):
    fixed = register_study(backend, plan, tmp_path)
    changed = replace(plan, draws=21)
    StudyFolder(tmp_path).plan.write_text(changed.to_toml())
    run_study(backend, changed, tmp_path, workers=0)
    assert [each.plan for each in registrations_of(StudyFolder(tmp_path))] == [
        fixed.plan,
        changed.digest,
    ]
