"""Cases are selected on the Cases page, put into the bin, looked at there, and brought back."""

import pytest

from ctviz.store import AuditEvent
from ctviz.ui import service
from ctviz.ui.access import Account
from ctviz.ui.access.roles import PERMITTED
from ctviz.ui.cases.bin import BIN
from tests.ui.shown import shown
from tests.ui.test_pages import text_of


def listed(app):
    return [box.key.split(":")[2] for box in app.checkbox]


def press(app, wish):
    app.button(key=f"ctviz:bin:{wish}").click().run()


@pytest.fixture
def put(app, two_phantoms):
    """The page after the first of two cases was put into the bin by AB."""
    app.run()
    app.session_state["ctviz"].reader = "AB"
    shown(app.checkbox, f"ctviz:select:{two_phantoms[0]}").check().run()
    press(app, "put")
    return app


def look_into_bin(app):
    app.session_state["ctviz"].browsing.which = BIN
    app.run()


def deeds(backend):
    return [(entry.event, entry.who, entry.what) for entry in backend.store.audit()]


def test_nothing_can_be_put_away_before_it_is_selected(app, two_phantoms):
    app.run()
    assert app.button(key="ctviz:bin:put").disabled
    assert set(listed(app)) == set(two_phantoms)


def test_a_selected_case_is_put_away_in_one_sentence_and_on_record(put, backend, two_phantoms):
    assert not put.exception
    assert listed(put) == [two_phantoms[1]]
    assert "1 case is in the bin, which keeps it 30 days." in text_of(put)
    assert "**1 case**" in text_of(put)
    assert (AuditEvent.BINNED, "AB", two_phantoms[0]) in deeds(backend)


def test_undo_brings_back_what_was_put_away_last(put, backend, two_phantoms):
    press(put, "undo")
    assert set(listed(put)) == set(two_phantoms)
    assert "in the bin" not in text_of(put)
    assert (AuditEvent.RESTORED, "AB", two_phantoms[0]) in deeds(backend)


def test_the_bin_is_looked_at_and_cases_are_restored(put, backend, two_phantoms):
    look_into_bin(put)
    assert listed(put) == [two_phantoms[0]]
    assert "put here by AB, kept until" in text_of(put)
    shown(put.checkbox, f"ctviz:select:{two_phantoms[0]}").check().run()
    press(put, "restore")
    assert not put.exception
    assert set(listed(put)) == set(two_phantoms)
    assert backend.store.bin.cases() == []


def test_a_page_of_cases_is_put_away_at_once_and_the_bin_is_still_there(app, two_phantoms):
    app.run()
    app.button(key="ctviz:select-page").click().run()
    press(app, "put")
    assert "2 cases are in the bin, which keeps them 30 days." in text_of(app)
    look_into_bin(app)
    assert set(listed(app)) == set(two_phantoms)


def test_another_filter_selects_nothing(app, two_phantoms):
    app.run()
    shown(app.checkbox, f"ctviz:select:{two_phantoms[0]}").check().run()
    app.segmented_control(key="ctviz:filter").select("Annotated").run()
    assert app.session_state["ctviz"].browsing.selected == set()
    assert app.button(key="ctviz:bin:put").disabled


def test_readers_see_no_bin_button_and_cannot_wish_it_either(
    app, backend, two_phantoms, monkeypatch
):
    app.run()
    monkeypatch.setattr(Account, "may", lambda _, deed: deed in PERMITTED["reader"])
    browsing = app.session_state["ctviz"].browsing
    app.run()
    assert listed(app) == []
    assert not [button for button in app.button if button.key.startswith("ctviz:bin")]
    browsing.selected.update(two_phantoms)
    browsing.wish = "put"
    app.run()
    assert backend.store.bin.cases() == []


def test_the_demo_cohort_is_not_made_again_for_who_put_it_away(put, backend):
    service.first_cases.cache_clear()
    assert service.first_cases() is None


def test_compare_offers_no_case_of_the_bin(put, two_phantoms):
    put.switch_page("pages/compare.py").run()
    assert not put.exception
    (choice,) = [box for box in put.selectbox if box.key == "ctviz:case"]
    assert [option[:10] for option in choice.options] == [two_phantoms[1]]
