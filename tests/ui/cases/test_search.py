"""A case is found by what is shown of it, and thousands are listed without their pixels."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ctviz.backend.cases.catalogue import Cases
from ctviz.backend.tasks.predict import weights_of
from ctviz.core import Prediction
from ctviz.store import CaseEntry
from ctviz.store.database import Database
from ctviz.ui.cases.gallery import _listed
from ctviz.ui.cases.listed import Listed
from ctviz.ui.cases.table import row_of
from tests.backend.small_model import MODEL
from tests.ui.test_pages import text_of

LISTED = Listed(
    CaseEntry("C-0a1b2c3d", "P-77777777", "Chest of Monday", 3, (8, 8), truth="with contrast"),
    Prediction("small", ("without contrast", "late phase"), np.array([0.25, 0.75])),
    ("Anna Berg",),
)


@pytest.mark.parametrize(
    "words",
    ["", "  ", "monday", "MONDAY chest", "0a1b", "p-777", "with", "late", "berg monday c-0"],
)
def test_a_case_is_found_by_all_words_in_any_order(words):
    assert LISTED.has(words)


@pytest.mark.parametrize(
    "words", ["tuesday", "monday tuesday", "without", "small", "3", "chest 2", "onday"]
)
def test_a_case_without_one_of_the_words_is_not_found(words):
    assert not LISTED.has(words)


def test_a_row_says_what_a_card_says():
    row = row_of(LISTED)
    assert (row["title"], row["case"], row["slices"]) == ("Chest of Monday", "C-0a1b2c3d", 3)
    assert (row["answer"], row["confidence"]) == ("late phase", 0.75)
    assert (row["truth"], row["drawn by"]) == ("with contrast", "Anna Berg")


def test_a_title_is_no_formula_for_a_spreadsheet():
    titled = replace(LISTED, entry=replace(LISTED.entry, title="=1+1"))
    assert not str(row_of(titled)["title"]).startswith("=")


def test_search_and_view_show_what_was_found(app, two_phantoms):
    app.run()
    app.text_input(key="ctviz:words").input(two_phantoms[1]).run()
    assert [box.key for box in app.checkbox] == [f"ctviz:select:{two_phantoms[1]}"]
    app.segmented_control(key="ctviz:view").select("Table").run()
    assert not app.exception
    assert list(app.dataframe[0].value["case"]) == [two_phantoms[1]]
    app.text_input(key="ctviz:words").input("*nothing*").run()
    assert "No case with '\\*nothing\\*' is in 'all'." in text_of(app)


def listing(backend, monkeypatch, count):
    """List as many cases; return how many were listed and how often the database was asked."""
    weights = weights_of(backend.models()[MODEL])
    for number in range(len(backend.cases()), count):
        case_id = f"C-{number:08x}"
        backend.store.add_case(CaseEntry(case_id, "P-1", f"Case {number}", 3, (8, 8)))
        answer = Prediction(MODEL, ("a", "b"), np.array([0.5, 0.5]))
        backend.store.put_prediction(case_id, 1, answer, weights=weights)
    asked, query = Counter(), Database.query

    def counted(database, statement, *values):
        asked[statement] += 1
        return query(database, statement, *values)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "query", counted)
        # Whoever opened a case would read its pixels, which are not there.
        patch.setattr(Cases, "open", None)
        found = [row_of(each) for each in _listed(MODEL, backend.cases())]
    return len(found), asked


def test_a_longer_list_asks_the_database_no_oftener(backend, monkeypatch):
    few, asked_of_few = listing(backend, monkeypatch, 3)
    many, asked_of_many = listing(backend, monkeypatch, 60)
    assert (few, many) == (3, 60)
    assert asked_of_few == asked_of_many
    assert sum(asked_of_many.values()) > 0
