"""What the board says comes in by a route: for the tab it belongs to, and for nobody else."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

import anyio
import httpx
import numpy as np
import pytest
from starlette.applications import Starlette

from ctviz.core import StorageRefused
from ctviz.store import Reading
from ctviz.ui.access.account import Account
from ctviz.ui.access.browser import COOKIE, signer_of
from ctviz.ui.compare import look as looks
from ctviz.ui.compare import mail, page_jobs
from ctviz.ui.session import Session, open_session
from ctviz.ui.viewer import decode_runs, encode_runs
from ctviz.ui.viewer.contract import CONTRACT
from tests.backend.small_model import MODEL
from tests.store.history import history

BROWSER = "b" * 32
numbers = count()


@pytest.fixture
def case(backend, two_phantoms):
    return backend.store.case(two_phantoms[0])


class Browser:
    """Asks the route as a browser does, with its cookie."""

    def __init__(self, token=""):
        self.cookies = {COOKIE: token} if token else {}

    def ask(self, method, address, **asked):
        async def answered():
            transport = httpx.ASGITransport(Starlette(routes=mail.MAIL))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=self.cookies
            ) as client:
                return await client.request(method, address, **asked)

        return anyio.run(answered)

    def post(self, address, **asked):
        return self.ask("POST", address, **asked)


class Tab:
    """A tab whose page has been shown, and its browser."""

    def __init__(self, backend, case, reader="AB"):
        self.session = Session(
            reader=reader, case=case.id, slice=0, model=MODEL, estimators=("gradient", "random")
        )
        signer = signer_of(backend.settings)
        token = self.session.token
        self.address = f"/ctviz/board/{token}?sign={signer.sign('board', token, BROWSER)}"
        self.http = Browser(signer.token(BROWSER, time.time()))
        self.headers = {mail.HEADER: "1"}

    def send(self, name, message, **changed):
        asked = {"address": self.address, "headers": self.headers, **changed}
        content = json.dumps({"name": name, "message": message})
        return self.http.post(asked["address"], content=content, headers=asked["headers"])

    def order(self, name, **message):
        answer = self.send(name, {**message, "id": f"order-{next(numbers)}"})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def tab(backend, case):
    return Tab(backend, case)


def image_of(case, *places):
    image = np.zeros(case.shape, np.uint8)
    for place in places:
        image[place] = 1
    return encode_runs(image)


HERE, THERE = np.s_[3:5, 3:9], np.s_[6:8, 3:9]


def letter_of(case, *places, reader="AB", before=()):
    edit = {"before": image_of(case, *before), "after": image_of(case, *places)}
    return {
        "contract": CONTRACT,
        "id": f"letter-{next(numbers)}",
        "case": case.id,
        "reader": reader,
        "labels": ["heart"],
        "slices": {"0": edit},
        "measurements": {},
    }


def test_a_letter_is_answered_when_it_is_in_the_database(tab, case, backend):
    letter = letter_of(case, HERE)
    told = tab.send("drawing", letter).json()
    assert told["acknowledged"] == [letter["id"]]
    assert (told["refused"], told["session"]) == ({}, tab.session.token)
    assert told["saved"]
    (region,) = backend.store.regions(case.id, "AB")
    assert int(region.mask.sum()) == 12
    assert tab.send("drawing", letter).json()["acknowledged"][-1] == letter["id"]
    assert len(history(backend.store, case.id, "AB")) == 1


def test_a_letter_that_cannot_be_kept_is_refused_with_its_reason(tab, case, backend, monkeypatch):
    def refuse(*_):
        raise StorageRefused("The disk is full.")

    monkeypatch.setattr(backend.store, "change_regions", refuse)
    letter = letter_of(case, HERE)
    told = tab.send("drawing", letter).json()
    assert (told["acknowledged"], told["refused"]) == ([], {letter["id"]: "The disk is full."})
    monkeypatch.undo()
    told = tab.send("drawing", letter).json()
    assert (told["acknowledged"], told["refused"]) == ([letter["id"]], {})


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({"contract": CONTRACT - 1}, "from before ctviz was updated"),
        ({"slices": {"0": {"before": [], "after": [0, 10**8, 1]}}}, "reaches beyond the slice"),
        ({"slices": {"0": {"before": [], "after": "x"}}}, "not a list"),
        ({"slices": {"99": {"before": [], "after": []}}}, "the case has 3 slices"),
        ({"labels": 7}, "unreadable"),
        ({"reader": "somebody"}, "say that you are 'somebody'"),
    ],
)
def test_a_letter_that_makes_no_sense_is_refused_by_name_and_nothing_is_kept(
    tab, case, backend, spoilt, reason
):
    letter = {**letter_of(case, HERE), **spoilt}
    told = tab.send("drawing", letter).json()
    assert told["acknowledged"] == []
    assert reason in told["refused"][letter["id"]]
    assert history(backend.store, case.id, "AB") == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": "erase"}', b"[" * 100_000])
def test_what_is_no_message_is_refused_in_a_sentence(tab, content):
    answer = tab.http.post(tab.address, content=content, headers=tab.headers)
    assert (answer.status_code, answer.text.endswith("reload the page.")) == (400, True)


def test_a_letter_without_a_name_is_refused_in_a_sentence(tab):
    for message in (None, 7, {"id": 7}, {"labels": []}):
        assert tab.send("drawing", message).status_code == 400


def test_a_message_larger_than_any_drawing_is_not_read_to_its_end(tab, monkeypatch):
    monkeypatch.setattr(mail, "MOST_BYTES", 1000)
    answer = tab.send("drawing", {"id": "x" * 2000})
    assert (answer.status_code, "too large" in answer.text) == (413, True)


def test_nobody_is_heard_but_the_browser_that_was_shown_the_page(tab, case, backend):
    """Neither another browser, another tab's address, another site's form, nor a forged sign."""
    letter, signer = letter_of(case, HERE), signer_of(backend.settings)
    other = Tab(backend, case)
    other.http = Browser(signer.token("o" * 32, time.time()))
    without = Browser()
    forged = tab.address.replace("sign=", "sign=0")
    borrowed = tab.address.replace(tab.session.token, other.session.token)
    content = json.dumps({"name": "drawing", "message": letter})
    for answer in (
        other.send("drawing", letter, address=tab.address),
        tab.send("drawing", letter, address=forged),
        tab.send("drawing", letter, address=borrowed),
        tab.send("drawing", letter, address=tab.address.split("?")[0]),
        tab.send("drawing", letter, headers={}),
        without.post(tab.address, content=content, headers=tab.headers),
    ):
        assert (answer.status_code, "reload the page" in answer.text) == (403, True)
    assert tab.http.ask("GET", tab.address, headers=tab.headers).status_code == 405
    assert history(backend.store, case.id, "AB") == []


def test_a_tab_that_the_server_has_forgotten_is_told_so(tab, case):
    token, address, http = tab.session.token, tab.address, tab.http
    assert open_session(token) is tab.session
    tab.session = None
    assert open_session(token) is None
    letter = {"name": "drawing", "message": letter_of(case, HERE)}
    assert http.post(address, json=letter, headers=tab.headers).status_code == 403


def test_whoever_may_not_draw_is_refused(tab, case, backend, monkeypatch):
    guest = Account("ab@example.org", "reader")
    monkeypatch.setattr(mail, "account_behind", lambda *_: guest)
    assert tab.send("drawing", letter_of(case, HERE)).status_code == 403
    tab.session.reader = guest.email
    letter = letter_of(case, HERE, reader=guest.email)
    monkeypatch.setattr(Account, "may", lambda *_: False)
    told = tab.send("drawing", letter).json()
    assert "Only an owner" in told["refused"][letter["id"]]
    assert history(backend.store, case.id, guest.email) == []


def test_letters_that_come_at_the_same_time_are_all_kept_and_all_acknowledged(tab, case, backend):
    letters = [letter_of(case, np.s_[row, 3:9]) for row in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda letter: tab.send("drawing", letter), letters))
    assert set(tab.session.acknowledged) == {letter["id"] for letter in letters}
    (region,) = backend.store.regions(case.id, "AB")
    assert int(region.mask.sum()) == 8 * 6


def test_what_was_drawn_in_another_tab_is_joined_and_said(backend, case):
    first, second = Tab(backend, case), Tab(backend, case)
    first.send("drawing", letter_of(case, HERE))
    told = second.send("drawing", letter_of(case, THERE)).json()
    assert "drew elsewhere on slice 1" in told["met"]
    board = second.order("command", kind="refresh")
    # The label is the second: the first one is offered before anybody draws.
    drawn = decode_runs(board["drawing"]["slices"]["0"], case.shape)
    np.testing.assert_array_equal(drawn == 2, decode_runs(image_of(case, HERE, THERE), case.shape))


def test_a_slice_has_its_maps_and_scores_without_any_page(tab, case, backend):
    tab.send("drawing", letter_of(case, HERE))
    tab.order("slice", case=case.id, index=1)
    tab.order("slice", case=case.id, index=0)
    deadline = time.monotonic() + 60
    while (board := tab.order("command", kind="refresh"))["busy"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (board["slice"], tab.session.slice) == (0, 0)
    assert [pane["state"] for pane in board["panes"]] == ["ready", "ready"]
    assert all(set(pane["maps"]) >= {"0"} for pane in board["panes"])
    scores = {score["id"]: score["text"] for score in board["panes"][0]["scores"]}
    assert float(scores["auroc"]) >= 0
    assert board["answer"]["explained"].startswith("Explained: ")


def test_every_answer_is_numbered_after_what_it_tells_of(tab, case):
    said = [
        tab.send("drawing", letter_of(case, HERE)).json()["number"],
        tab.order("slice", case=case.id, index=1)["number"],
        tab.send("drawing", letter_of(case, HERE, THERE, before=(HERE,))).json()["number"],
        tab.order("command", kind="refresh")["number"],
    ]
    assert said == sorted(set(said))


def test_what_is_acknowledged_is_in_the_drawing_of_the_same_answer(tab, case, monkeypatch):
    """Or the browser would take a stroke off the screen that is saved."""
    letters, read = iter([letter_of(case, HERE)]), looks.drawing_of

    def late(*arguments):
        drawing = read(*arguments)
        for letter in letters:
            tab.send("drawing", letter)
        return drawing

    monkeypatch.setattr(looks, "drawing_of", late)
    board = tab.order("command", kind="refresh")
    assert (board["acknowledged"], board["drawing"]["slices"]) == ([], {})
    board = tab.order("command", kind="refresh")
    assert (len(board["acknowledged"]), len(board["drawing"]["slices"])) == (1, 1)


def test_an_order_is_heard_once_it_is_done(tab, case):
    answer = tab.send("slice", {"case": case.id, "index": 2, "id": "p-1"}).json()
    assert (answer["heard"], answer["slice"]) == ("p-1", 2)
    answer = tab.send("command", {"kind": "remove", "pane": "random", "id": "p-2"}).json()
    assert (answer["heard"], [pane["id"] for pane in answer["panes"]]) == ("p-2", ["gradient"])


def test_the_board_tells_when_the_page_is_behind_it(tab, case, backend):
    first = tab.order("command", kind="refresh")
    assert first["behind"]
    while tab.order("command", kind="refresh")["busy"]:
        time.sleep(0.05)
    seen = looks.look  # as a run of the page does
    with (
        mail.visiting(tab.session),
        mail.at_the_screen(Account("", "owner")),
        mail.for_browser(BROWSER),
    ):
        shown = seen(case, backend.models()[MODEL])
        tab.session.page_shows = shown.on_the_page(shown.board())
    assert not tab.order("command", kind="refresh")["behind"]
    assert tab.order("slice", case=case.id, index=1)["behind"]
    assert not tab.order("slice", case=case.id, index=0)["behind"]
    tab.session.say("Something.", ":material/join:")
    assert tab.order("command", kind="refresh")["behind"]


def test_blinded_readers_are_not_told_of_others_by_the_route_either(backend, case):
    other = Tab(backend, case, reader="CD")
    other.send("drawing", letter_of(case, HERE, reader="CD"))
    backend.store.switch_blinding(True, "AB")
    tab = Tab(backend, case)
    tab.session.compare_with = "CD"
    assert "CD" not in json.dumps(tab.order("command", kind="refresh"))
    backend.store.keep_reading(Reading(case.id, "AB", "done"))
    assert tab.order("command", kind="refresh")["reference"]["name"] == "CD"


def test_two_requests_of_one_tab_look_one_after_the_other(tab, case, monkeypatch):
    inside, most = [], []

    def slow(*arguments):
        inside.append(threading.get_ident())
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return SimpleNamespace(board=lambda: SimpleNamespace(to_json=dict))

    monkeypatch.setattr(mail, "look", slow)
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(tab.order, "command", kind="refresh") for _ in range(12)]
    assert all(each.result() == {} for each in asked)
    assert set(most) == {1}


def test_whoever_waits_for_a_score_lets_the_next_slice_go_on(tab):
    never = SimpleNamespace(done=False)
    begun = time.monotonic()
    with mail.visiting(tab.session):
        tab.session.waiting.add("the next slice")
        page_jobs.wait_for([never], 60)
    assert time.monotonic() - begun < 30
    tab.session.waiting.clear()
    tab.order("command", kind="refresh")
    assert tab.session.waiting == set()
