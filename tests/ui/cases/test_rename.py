"""A selected case is given another title on the Cases page."""

from ctviz.store import AuditEvent
from tests.ui.shown import shown
from tests.ui.test_pages import text_of


def test_the_only_selected_case_is_renamed_and_that_is_on_record(app, backend, two_phantoms):
    first = two_phantoms[0]
    app.run()
    app.session_state["ctviz"].reader = "AB"
    shown(app.checkbox, f"ctviz:select:{first}").check().run()
    app.text_input(key=f"ctviz:title:{first}").input("A *bold* title")
    next(button for button in app.button if button.label == "Rename").click().run()
    assert not app.exception
    assert backend.store.case(first).title == "A *bold* title"
    assert "**A \\*bold\\* title**" in text_of(app)
    events = [(entry.event, entry.who, entry.what) for entry in backend.store.audit()]
    assert (AuditEvent.RENAMED, "AB", first) in events
    for case_id in two_phantoms:
        shown(app.checkbox, f"ctviz:select:{case_id}").check().run()
    assert not [button for button in app.button if button.label == "Rename"]
