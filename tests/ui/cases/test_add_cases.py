"""What came of bringing files in, said on the page; what failed does not stay."""

import errno

import pytest

from ctviz.backend import Imported
from ctviz.core import InvalidInput, UnreadableScan
from ctviz.ui import service
from ctviz.ui.cases.add_cases import _counted
from tests.ui.test_pages import text_of

PAGES = ("pages/cases.py", "pages/compare.py", "pages/study.py", "pages/models.py")


def test_new_cases_are_told_from_known_ones_in_words():
    assert _counted(Imported(("a",))) == "1 new case"
    assert _counted(Imported(("a", "b", "c", "d", "e"), known=("d", "e"))) == (
        "3 new cases, 2 were there already"
    )
    assert _counted(Imported(("a", "b"), known=("b",), repeated=1)) == (
        "1 new case, 1 was there already, 1 came twice in these files"
    )


def test_a_failed_import_is_said_breaks_no_page_and_can_be_closed(
    app, backend, two_phantoms, tmp_path
):
    app.run()
    session = app.session_state["ctviz"]
    failed = session.intake = backend.import_path(tmp_path / "nothing")
    with pytest.raises(UnreadableScan, match="does not exist"):
        failed.result(120)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception
    app.switch_page("pages/cases.py").run()
    assert "does not exist" in text_of(app)
    app.button(key="ctviz:intake-close").click().run()
    assert app.session_state["ctviz"].intake is not failed
    assert "does not exist" not in text_of(app)


def test_an_import_that_met_a_bug_is_a_sentence_as_well(app, backend, two_phantoms, monkeypatch):
    def broken(*_):
        raise RuntimeError

    app.run()
    with monkeypatch.context() as patch:
        patch.setattr("ctviz.backend.cases.catalogue.OffLimits.of", broken)
        job = backend.import_path("anything")
        with pytest.raises(InvalidInput):
            job.result(120)
    app.session_state["ctviz"].intake = job
    app.run()
    assert not app.exception
    assert "broke off" in text_of(app)


def test_a_data_folder_that_cannot_be_written_is_said_on_the_page(app, monkeypatch):
    def protected(*_, **__):
        raise OSError(errno.EROFS, "read-only")

    service.close()
    monkeypatch.setattr("ctviz.backend.cases.catalogue.pseudonym_key", protected)
    service.prepare()
    app.run()
    assert not app.exception
    assert "must not be written" in text_of(app)
    monkeypatch.undo()
