"""From a PACS: what is found is shown, a series is looked at, and it comes in under a pseudonym."""

from contextlib import suppress
from functools import cache

import pytest

from ctviz.core import CtvizError
from ctviz.io.pacs import FoundSeries
from ctviz.store import AuditEvent
from ctviz.ui import service
from ctviz.ui.cases import add_cases
from tests.io.outlines import made
from tests.io.pacs import fake_web as fake
from tests.io.pacs.conftest import SCAN, STUDY, outlined, outlined_web, scan, web
from tests.ui.test_pages import text_of

__all__ = ["outlined", "outlined_web", "scan", "web"]


@pytest.fixture(autouse=True)
def no_demo(monkeypatch):
    """Phantoms would take long to make, and nobody looks at them here."""
    for place in (service, add_cases):
        monkeypatch.setattr(place, "first_cases", cache(lambda: None))


@pytest.fixture
def servers(web, backend, tmp_path):
    """A file of servers in the data folder, where it is found without being named."""
    (tmp_path / "data" / "pacs.toml").write_text(
        f'[servers.main]\ntitle = "Main PACS"\nurl = "{web.url}"\npatience = 2\n'
        '[servers.out]\nurl = "http://127.0.0.1:9/"\nuse = ["results"]\n'
    )
    return web


def panel(app):
    (found,) = (each for each in app.expander if each.label == "From a PACS")
    return found


def visit_of(app):
    return app.session_state["ctviz"].pacs


def search(app, **entries):
    app.run()
    for name, entry in entries.items():
        app.text_input(key=f"ctviz:pacs-{name}").set_value(entry)
    app.button(key="FormSubmitter:ctviz:pacs-form-Search").click().run()
    return later(app, visit_of(app).studies)


def later(app, job):
    """Run the page when a job is done."""
    if job is not None:
        with suppress(CtvizError):  # the page says it
            job.result(60)
    app.run()
    assert not app.exception
    return app


def chosen(app, web):
    """Choose the study and its series, as clicks on the tables do."""
    visit, token = visit_of(app), app.session_state["ctviz"].token
    backend = service.backend
    visit.study = visit.studies.result(0)[0]
    visit.series = backend().pacs.series("main", visit.study.uid, token)
    later(app, visit.series)
    visit.chosen = visit.series.result(0)[0]
    visit.preview = backend().pacs.preview("main", visit.chosen, token)
    return later(app, visit.preview)


def test_without_servers_nothing_is_offered(app):
    app.run()
    assert "From a PACS" not in [each.label for each in app.expander]


def test_only_servers_with_images_can_be_chosen(app, servers):
    app.run()
    box = app.selectbox(key="ctviz:pacs-server")
    assert box.options == ["Main PACS"]


def test_a_study_is_found_and_forgotten_when_it_is_closed(app, servers):
    search(app, name="Sturz")
    assert "1 study. Choose one to see its series." in text_of(app)
    table = app.dataframe[0].value
    assert table["patient"].tolist() == ["Sturzmüller, Hannelore"]
    app.button(key="ctviz:pacs-close").click().run()
    assert visit_of(app).studies is None
    assert "Hannelore" not in repr(vars(app.session_state["ctviz"]))


def test_a_series_is_looked_at_and_fetched(app, servers, backend):
    search(app)
    chosen(app, servers)
    assert visit_of(app).preview.result(0).shape == (32, 40)
    app.button(key="ctviz:pacs-fetch").click().run()
    later(app, app.session_state["ctviz"].intake)
    # Where it was asked for: in the panel, not above the tables or below it.
    (told,) = panel(app).success
    assert told.value.startswith("1 new case")
    assert len(app.success) == 1
    case = backend.cases()[-1]
    assert case.slices == 12
    assert case.patient.startswith("P-")
    trail = [(entry.event, entry.what) for entry in backend.store.audit()]
    assert (AuditEvent.IMPORTED, case.id) in trail
    assert not any("Sturz" in entry.what for entry in backend.store.audit())
    assert not list(backend.settings.data.glob("fetched/*/*.dcm"))
    assert backend.links.of(case.id) is None


def test_whose_scan_it_is_is_kept_if_that_was_chosen(app, servers, backend):
    search(app)
    chosen(app, servers)
    app.toggle(key="ctviz:pacs-may-go-back").set_value(True).run()
    app.button(key="ctviz:pacs-fetch").click().run()
    later(app, app.session_state["ctviz"].intake)
    assert backend.links.of(backend.cases()[-1].id).study == servers.ids[0]


def test_a_server_that_fails_gets_a_sentence_on_the_page(app, servers):
    servers.wrong = fake.page
    search(app)
    (error,) = app.error
    assert "web page in place of DICOM" in error.value


def test_a_fetch_that_is_cut_gets_a_sentence_and_goes_on(app, servers, backend):
    search(app)
    chosen(app, servers)
    bad = servers.ids[2][2]
    servers.wrong = lambda handler: handler.words[-1] == bad and fake.status(500)(handler)
    app.button(key="ctviz:pacs-fetch").click().run()
    later(app, app.session_state["ctviz"].intake)
    assert "will not be fetched again; nothing was added yet" in app.error[0].value
    assert backend.cases() == []
    servers.wrong = lambda _: False
    app.button(key="ctviz:pacs-fetch").click().run()
    later(app, app.session_state["ctviz"].intake)
    assert len(backend.cases()) == 1


def test_a_file_of_servers_that_is_wrong_is_said(app, backend, tmp_path):
    (tmp_path / "data" / "pacs.toml").write_text("[servers")
    app.run()
    assert "cannot be read as TOML" in app.error[0].value


def test_what_was_given_up_leaves_nothing_behind(servers, backend):
    study, series, images = servers.ids
    servers.wrong = lambda handler: handler.words[-1] == images[9] and fake.silent(handler)
    job = backend.pacs.fetch("main", FoundSeries(study, series))
    while job.progress == 0 and not job.done:
        pass
    job.cancel()
    backend.pacs.close()
    assert backend.cases() == []


@pytest.fixture
def outlines(outlined_web, backend, tmp_path):
    """A server with a scan and outlines of it."""
    (tmp_path / "data" / "pacs.toml").write_text(
        f'[servers.main]\ntitle = "Main PACS"\nurl = "{outlined_web.url}"\npatience = 2\n'
    )
    return outlined_web


def outlines_fetched(app, modality="SEG"):
    """Search, choose a series of outlines, and fetch it."""
    search(app)
    visit, token = visit_of(app), app.session_state["ctviz"].token
    visit.study = visit.studies.result(0)[0]
    visit.series = service.backend().pacs.series("main", STUDY, token)
    later(app, visit.series)
    (visit.chosen,) = [s for s in visit.series.result(0) if s.modality == modality]
    app.run()
    app.button(key="ctviz:pacs-fetch-outlines").click().run()
    return outlines_read(later(app, visit.outlines))


def outlines_read(app):
    """Run the page when the fetched outlines are read."""
    app.run()
    return later(app, app.session_state["ctviz"].outlines.job)


def test_outlines_are_seen_on_their_scan_before_they_are_kept(app, outlines, backend):
    (case_id,) = backend.pacs.fetch("main", FoundSeries(STUDY, SCAN)).result(60).cases
    outlines_fetched(app)
    assert "DICOM SEG: matched by the images that it was drawn on." in text_of(app)
    assert not backend.store.regions(case_id)
    # In the panel, where they were asked for.
    assert "ctviz:outlines:keep" in [button.key for button in panel(app).button]
    folder = app.session_state["ctviz"].outlines.folder
    app.button(key="ctviz:outlines:keep").click().run()
    kept = {region.slice_index: region.mask for region in backend.store.regions(case_id)}
    expected = made.masks(1, 2)
    assert kept.keys() == expected.keys()
    assert all((kept[index] == mask).all() for index, mask in expected.items())
    assert "2 regions" in " ".join(each.value for each in panel(app).markdown)
    assert not folder.exists()
    assert backend.store.audit()[-1].event is AuditEvent.OUTLINED


def test_their_scan_is_offered_if_it_is_not_here(app, outlines, backend):
    outlines_fetched(app, "RTSTRUCT")
    assert "is not among the cases; 'Main PACS' has it." in text_of(app)
    assert backend.cases() == []
    app.button(key="ctviz:outlines-fetch-scan").click().run()
    later(app, app.session_state["ctviz"].intake)
    outlines_read(app)
    assert "RTSTRUCT: matched by the images that it was drawn on." in text_of(app)
    (case,) = backend.cases()
    app.button(key="ctviz:outlines:keep").click().run()
    assert {region.label for region in backend.store.regions(case.id)} == {"GTV"}


def test_a_scan_that_fails_to_come_can_be_asked_for_again(app, outlines, backend):
    outlines_fetched(app)
    bad = made.UIDS[2]
    outlines.wrong = lambda handler: handler.words[-1] == bad and fake.status(500)(handler)
    app.button(key="ctviz:outlines-fetch-scan").click().run()
    later(app, app.session_state["ctviz"].intake)
    assert "will not be fetched again; nothing was added yet" in app.error[0].value
    outlines.wrong = lambda _: False
    app.button(key="ctviz:outlines-fetch-scan").click().run()
    later(app, app.session_state["ctviz"].intake)
    outlines_read(app)
    assert "ctviz:outlines:keep" in [button.key for button in app.button]


def test_outlines_whose_scan_is_nowhere_are_given_up_with_a_sentence(app, outlines, backend):
    for uid in made.UIDS:
        del outlines.files[uid]
    outlines_fetched(app)
    assert "and 'Main PACS' does not have it; add it first." in text_of(app)
    folder = app.session_state["ctviz"].outlines.folder
    app.button(key="ctviz:outlines:close").click().run()
    assert not folder.exists()
    assert "is not among the cases" not in text_of(app)


def test_a_server_that_sends_no_outlines_gets_a_sentence(app, outlines):
    outlines.wrong = lambda handler: handler.words[-1] in outlines.files and fake.page(handler)
    outlines_fetched(app)
    assert "web page in place of DICOM" in app.error[0].value
