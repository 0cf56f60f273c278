"""With blinded reading nothing of what others drew leaves the server before one's own is done."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ctviz import ui
from ctviz.core import NotAllowed, Region
from ctviz.core.experiment import Edit, Experiment
from ctviz.store import AuditEvent, Reading
from ctviz.ui.access import sight as sights
from ctviz.ui.access.account import Account
from ctviz.ui.access.sight import (
    Sight,
    seen_annotations,
    seen_experiments,
    seen_regions,
    sees_studies,
)
from ctviz.ui.compare import drawings
from ctviz.ui.session import Session
from tests.ui.shown import shown
from tests.ui.test_pages import text_of


def test_a_reader_sees_their_own_and_all_of_cases_that_are_done():
    seen = Sight("AB", everything=False, done=frozenset({"C-1"}))
    assert seen.shows("C-2", "AB")
    assert not seen.shows("C-2", "CD")
    assert seen.shows("C-1", "CD")
    assert seen.cases_of("CD") == {"C-1"}
    assert seen.cases_of("AB") is None


def test_whoever_has_no_name_sees_nothing_and_an_owner_everything():
    assert not Sight("", everything=False).shows("C-1", "")
    assert not Sight("", everything=False).shows("C-1", "CD")
    owner = Sight("head", everything=True)
    assert owner.shows("C-1", "CD")
    assert owner.cases_of("CD") is None


@pytest.fixture
def drawn(backend, two_phantoms):
    """The first phantom, on which CD and AB have drawn a square each."""
    case = backend.store.case(two_phantoms[0])
    for reader, place in (("CD", np.s_[3:9, 3:9]), ("AB", np.s_[20:30, 20:30])):
        mask = np.zeros(case.shape, bool)
        mask[place] = True
        backend.store.append_region(Region(case.id, 0, reader, "heart", mask))
        edit = Edit("blur", mask)
        backend.store.keep_experiment(
            Experiment(f"by-{reader}", case.id, 0, reader, "small", edit, "Blurred")
        )
    return case


@pytest.fixture
def as_reader(backend, monkeypatch):
    """Sit down as somebody, by name and by what the accounts say."""

    def sit(name, role=None):
        session = Session(reader=name)
        for module in (sights, drawings):
            monkeypatch.setattr(module, "session", lambda: session)
        account = Account(name, role or "owner")
        monkeypatch.setattr(sights, "may", account.may)
        access = None if role is None else Path("access.toml")
        told = replace(backend.settings, access=access)
        monkeypatch.setattr(sights, "settings", lambda: told)
        return session

    return sit


def doors(case):
    """What a reader at this session gets of what others drew, by each way there is."""
    offered = drawings.reference_regions(case.id, 0, sights.session().reader)
    return {
        "regions": {region.reader for region in seen_regions(case.id)},
        "compared with": {name.split(": ")[0] for name in offered},
        "outline": {name for name in ("CD", "phantom") if drawings.reference_of(case, name)},
        "list of cases": set(seen_annotations().get(case.id, ())),
        "experiments": {each.reader for each in seen_experiments(case.id)},
    }


def only(*names):
    others = set(names) - {"AB"}
    return {
        "regions": set(names),
        "compared with": set(names),
        "outline": others,
        "list of cases": set(names),
        "experiments": set(names) - {"phantom"},
    }


EVERYBODY = ("AB", "CD", "phantom")


def test_every_door_is_shut_until_the_case_is_done(backend, drawn, as_reader):
    as_reader("AB")
    assert doors(drawn) == only(*EVERYBODY)
    backend.store.switch_blinding(True, "head")
    assert doors(drawn) == only("AB")
    assert not sees_studies()
    for state in ("being read", "skipped"):
        backend.store.keep_reading(Reading(drawn.id, "AB", state))
        assert doors(drawn) == only("AB")
    backend.store.keep_reading(Reading(drawn.id, "AB", "done"))
    assert doors(drawn) == only(*EVERYBODY)
    backend.store.keep_reading(Reading(drawn.id, "AB", "being read"))
    assert doors(drawn) == only("AB")
    backend.store.switch_blinding(False, "head")
    assert doors(drawn) == only(*EVERYBODY)
    assert sees_studies()


def test_somebody_elses_done_opens_nothing_and_a_stranger_sees_nothing(backend, drawn, as_reader):
    backend.store.switch_blinding(True, "head")
    backend.store.keep_reading(Reading(drawn.id, "CD", "done"))
    as_reader("AB")
    assert doors(drawn) == only("AB")
    as_reader("")
    assert doors(drawn) == only()


def test_accounts_tell_owners_from_readers(backend, drawn, as_reader):
    backend.store.switch_blinding(True, "head")
    as_reader("AB", "reader")
    assert doors(drawn) == only("AB")
    as_reader("AB", "owner")
    assert doors(drawn) == only(*EVERYBODY)
    assert sees_studies()


def test_places_of_others_come_from_cases_that_are_done(backend, two_phantoms, as_reader):
    first, second = two_phantoms
    as_reader("AB")
    assert drawings.where_others_have_it(first, "phantom").patients == 1
    backend.store.switch_blinding(True, "head")
    assert drawings.where_others_have_it(first, "phantom").patients == 0
    backend.store.keep_reading(Reading(second, "AB", "done"))
    assert drawings.where_others_have_it(first, "phantom").patients == 1


def test_only_owners_switch_and_the_trail_has_it(backend, as_reader, monkeypatch):
    as_reader("AB")

    def refuse(deed):
        raise NotAllowed(deed)

    monkeypatch.setattr(sights, "permit", refuse)
    with pytest.raises(NotAllowed):
        sights.switch_blinding(True)
    assert not backend.store.blinded


def test_no_other_part_of_the_app_asks_for_drawings_of_others():
    asks = re.compile(
        r"store\.(regions|annotations|readers|standing|measurements|experiments)\(|\.prior\("
    )
    folder = Path(ui.__file__).parent
    found = {
        path.relative_to(folder).as_posix(): len(asks.findall(path.read_text("utf-8")))
        for path in folder.rglob("*.py")
    }
    # The reader's own drawing and measurements; another's in sight, and their mean mask.
    allowed = {"access/sight.py": 4, "compare/drawings.py": 4, "compare/what_if/trying.py": 1}
    assert {name: count for name, count in found.items() if count} == allowed


def test_the_switch_hides_names_on_the_pages_until_a_case_is_done(app, backend, two_phantoms):
    first = two_phantoms[0]
    app.run()
    app.session_state["ctviz"].reader = "AB"
    app.run()
    assert "drawn by phantom" in text_of(app)
    shown(app.toggle, "ctviz:blinded").set_value(True).run()
    assert not app.exception
    assert backend.store.blinded
    events = [(entry.event, entry.who, entry.what) for entry in backend.store.audit()]
    assert (AuditEvent.SWITCHED, "AB", "blinded reading on") in events
    assert "phantom" not in text_of(app).replace("Phantom", "").replace("phantoms", "")
    assert "not annotated by you" in text_of(app)
    app.text_input(key="ctviz:words").input("phantom").run()
    app.switch_page("pages/compare.py")
    app.query_params["estimators"] = "random"
    app.query_params["case"] = first
    app.run()
    assert "Compare with" not in [box.label for box in app.selectbox]
    assert "Draw a region to see agreement." in text_of(app)
    app.segmented_control(key=f"ctviz:how-far:{first}").select("done").run()
    compared = next(box for box in app.selectbox if box.label == "Compare with")
    assert compared.value == "phantom"
    assert compared.options == [
        "compare with: AB (you)",
        "compare with: phantom",
        "compare with: nobody",
    ]
    compared.select("").run()
    assert app.session_state["ctviz"].compare_with == ""
    assert "Agreement is with the region" not in text_of(app)
