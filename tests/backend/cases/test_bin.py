"""What lay in the bin for 30 days is gone at the next start, and a scan may be brought in again."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ctviz.backend import Backend, Demo
from ctviz.backend.cases import catalogue
from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.backend.stored.cache import SUFFIX
from ctviz.cli.cases import list_cases
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.units import units_of
from ctviz.core import InvalidInput, Region
from ctviz.io import write_series
from ctviz.store import AuditEvent


@pytest.fixture
def scan(tmp_path):
    """A folder with a scan of three slices."""
    noise = np.random.default_rng(0).normal(0, 30, (3, 32, 32)).astype(np.float32)
    folder = tmp_path / "scan"
    write_series(
        folder,
        noise,
        spacing_mm=(1.0, 1.0),
        slice_spacing_mm=2.0,
        contrast=False,
        uid_entropy="bin",
        title="Noise",
    )
    return folder


@pytest.fixture
def case_id(backend, scan):
    (case_id,) = backend.import_path(scan).result(60).cases
    backend.store.append_region(Region(case_id, 1, "AB", "heart", np.ones((32, 32), np.bool_)))
    return case_id


def started_again(backend: Backend) -> Backend:
    settings = backend.settings
    backend.close()
    return Backend(settings)


class Days:
    """A clock that is ahead by some days."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self, zone):
        return datetime.now(zone) + self._ahead


@pytest.mark.parametrize("cohort", ["all", "annotated"])
def test_the_bins_cases_are_in_no_list_and_no_cohort(backend, case_id, cohort):
    study = CohortStudy(cohort=cohort, model="small-test", estimators={"random": {}})
    assert {unit.case for unit in units_of(backend, study)} == {case_id}
    backend.store.bin.put([case_id], "AB")
    assert list_cases(backend) == []
    with pytest.raises(InvalidInput, match="no slice to study"):
        units_of(backend, study)


def test_a_scan_brought_in_again_comes_back_as_it_was(backend, scan, case_id):
    backend.store.bin.put([case_id], "AB")
    assert backend.import_path(scan).result(60).cases == (case_id,)
    assert [entry.id for entry in backend.cases()] == [case_id]
    assert len(backend.store.regions(case_id)) == 1


@pytest.mark.parametrize("ahead", [IN_BIN - timedelta(hours=1), IN_BIN + timedelta(hours=1)])
def test_the_bin_is_emptied_at_a_start_after_30_days(backend, case_id, monkeypatch, ahead):
    pixels = backend.settings.data / "cases" / case_id
    kept = backend.settings.cache / "ab" / f"{'ab' * 32}{SUFFIX}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(b"a map of this case, or of another one")
    backend.store.bin.put([case_id], "AB")
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "datetime", Days(ahead))
        again = started_again(backend)
    gone = ahead > IN_BIN
    assert pixels.exists() != gone
    assert kept.exists() != gone
    assert again.store.bin.emptied() == ((case_id,) if gone else ())
    assert len(again.store.bin.cases()) == (0 if gone else 1)
    deleted = [entry for entry in again.store.audit() if entry.event is AuditEvent.DELETED]
    assert [(entry.what, entry.who) for entry in deleted] == [(case_id, "the bin")] * gone
    again.close()


def test_pixels_that_a_killed_process_has_left_go_at_the_next_start(backend, case_id):
    pixels = backend.settings.data / "cases" / case_id
    backend.store.bin.put([case_id], "AB")
    backend.store.bin.empty(datetime.now(UTC) + IN_BIN, "the bin")
    assert pixels.exists()
    again = started_again(backend)
    assert not pixels.exists()
    again.close()


def test_a_scan_brought_in_after_its_deletion_begins_anew_and_stays(backend, scan, case_id):
    backend.store.bin.put([case_id], "AB")
    backend.store.bin.empty(datetime.now(UTC) + IN_BIN, "the bin")
    again = started_again(backend)
    assert again.import_path(scan).result(60).cases == (case_id,)
    assert again.store.regions(case_id) == []
    assert again.case(case_id).slice(0).shape == (32, 32)
    last = started_again(again)
    assert [entry.id for entry in last.cases()] == [case_id]
    assert last.case(case_id).slice(0).shape == (32, 32)
    last.close()


def test_phantoms_are_put_away_as_any_case_and_come_back_when_asked_for(backend, tmp_path):
    demo = Demo(tmp_path / "demo", patients=2, slices=2, size=64)
    cases = backend.import_demo(demo).result(60).cases
    backend.store.bin.put(cases[:1], "AB")
    assert [entry.id for entry in backend.cases()] == [cases[1]]
    assert backend.import_demo(demo).result(60).cases == cases
    assert {entry.id for entry in backend.cases()} == set(cases)


def test_a_renamed_phantom_is_not_made_again(backend, tmp_path, monkeypatch):
    demo = Demo(tmp_path / "demo", patients=1, slices=2, size=64)
    cases = backend.import_demo(demo).result(60).cases
    backend.store.rename(cases[0], "My phantom", "AB")
    monkeypatch.setattr("ctviz.backend.cases.demo.DemoPatient.examine", None)
    assert backend.import_demo(demo).result(60).cases == cases
    assert backend.cases()[0].title == "My phantom"
