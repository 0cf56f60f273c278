"""A reader goes from case to case, and the page knows how far they are."""

import pytest

from tests.ui.test_pages import text_of


@pytest.fixture
def reading(app, backend, two_phantoms):
    """AB at the first of two cases, on the compare page."""
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.query_params["case"] = two_phantoms[0]
    app.run()
    app.session_state["ctviz"].reader = "AB"
    return app.run()


def states(backend):
    return {case_id: kept.state for case_id, kept in backend.store.readings("AB").items()}


def turn(app, name):
    app.button(key=f"ctviz:turn:{name}:there").click().run()
    assert not app.exception
    return app.session_state["ctviz"].case


def test_opening_a_case_begins_it_and_the_next_unread_one_is_found(reading, backend, two_phantoms):
    first, second = two_phantoms
    assert states(backend) == {first: "being read"}
    assert reading.button(key="ctviz:turn:previous:nowhere").disabled
    assert turn(reading, "next unread") == second
    assert states(backend) == {first: "being read", second: "being read"}
    assert reading.button(key="ctviz:turn:next unread:nowhere").disabled
    assert reading.button(key="ctviz:turn:next:nowhere").disabled
    assert turn(reading, "previous") == first


def test_what_is_said_of_a_case_is_kept_and_stands_on_the_cases_page(
    reading, backend, two_phantoms
):
    first, second = two_phantoms
    reading.segmented_control(key=f"ctviz:how-far:{first}").select("done").run()
    reading.text_area(key=f"ctviz:note:{first}").input("Breathing").run()
    kept = backend.store.readings("AB")[first]
    assert (kept.state, kept.note) == ("done", "Breathing")
    turn(reading, "next")
    turn(reading, "previous")
    assert states(backend) == {first: "done", second: "being read"}
    reading.switch_page("pages/cases.py").run()
    assert ":gray[done · drawn by phantom]" in text_of(reading)
    reading.text_input(key="ctviz:words").input("breathing").run()
    assert [box.key for box in reading.checkbox] == [f"ctviz:select:{first}"]


def test_a_case_that_is_put_back_to_unread_stays_so(reading, backend, two_phantoms):
    how_far = f"ctviz:how-far:{two_phantoms[0]}"
    reading.segmented_control(key=how_far).select("unread").run()
    reading.run()
    assert states(backend) == {two_phantoms[0]: "unread"}


def test_the_way_is_the_list_as_it_was_last_seen(reading, two_phantoms):
    browsing = reading.session_state["ctviz"].browsing
    browsing.shown = (two_phantoms[1], "C-gone", two_phantoms[0])
    reading.run()
    assert reading.button(key="ctviz:turn:next:nowhere").disabled
    assert turn(reading, "previous") == two_phantoms[1]


def test_a_case_is_opened_again_where_it_was_left(reading, two_phantoms):
    state = reading.session_state["ctviz"]
    state.slice = 2
    turn(reading, "next")
    state.slice = 0
    turn(reading, "previous")
    assert state.slice == 2
    turn(reading, "next")
    assert state.slice == 0


def test_who_has_no_name_turns_pages_and_leaves_no_trace(app, backend, two_phantoms):
    app.switch_page("pages/compare.py")
    app.query_params["case"] = two_phantoms[0]
    app.query_params["estimators"] = "random"
    app.run()
    assert turn(app, "next") == two_phantoms[1]
    assert app.button(key="ctviz:turn:next unread:nowhere").disabled
    assert backend.store.readings("") == {}
