"""What is on the screen goes to a server that takes results, and it is said whose it is."""

from io import BytesIO
from types import SimpleNamespace

import pydicom
import pytest

from ctviz.core import NotAllowed
from ctviz.metrics import METRICS
from ctviz.store import AuditEvent
from ctviz.ui.access import trail
from ctviz.ui.compare import exports, sending
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.compare.exports import Subject
from ctviz.ui.compare.notices import Explained
from ctviz.ui.session import Session
from tests.backend.small_model import MODEL
from tests.io.pacs.fake_web import fake_web
from tests.ui.compare.test_exports import backend_with_a_case

__all__ = ["backend_with_a_case"]


@pytest.fixture
def place(backend_with_a_case, monkeypatch, tmp_path):
    backend, case_id = backend_with_a_case
    session = Session(reader="AB")
    for module in (sending, exports, trail):
        monkeypatch.setattr(module, "backend", lambda: backend)
    monkeypatch.setattr(sending, "session", lambda: session)
    card = backend.models()[MODEL]
    image = backend.case(case_id).slice(1)
    answer = backend.predict(image, MODEL).result(60)
    subject = Subject(case_id, 1, image, Explained(card, answer, answer.target), "signed", "AB")
    comparison = Comparison((), "", (METRICS["dice"](),))
    with fake_web(tmp_path / "nothing") as web:
        (tmp_path / "data" / "pacs.toml").write_text(
            f'[servers.out]\nurl = "{web.url}"\nuse = ["results"]\n'
            '[servers.in]\nurl = "https://pacs.example/"\n'
        )
        yield SimpleNamespace(**locals())


def test_results_are_sent_and_the_trail_says_where(place, monkeypatch):
    monkeypatch.setattr(sending, "permit", lambda _: None)
    sending._send("out", place.comparison, place.subject)
    case_id, job = place.session.sent
    kept = job.result(60)
    assert case_id == place.case_id
    objects = [pydicom.dcmread(BytesIO(each)) for each in place.web.kept]
    assert kept == len(objects) > 3
    assert {each.Modality for each in objects} == {"CT", "SEG", "RTSTRUCT", "SR"}
    assert {each.PatientIdentityRemoved for each in objects} == {"YES"}
    (entry,) = [e for e in place.backend.store.audit() if e.event is AuditEvent.EXPORTED]
    assert (entry.who, entry.what) == ("AB", f"{place.subject.name} to out")


def test_only_servers_that_take_results_are_offered_to_who_may_send(place, monkeypatch):
    monkeypatch.setattr(sending, "may", lambda _: True)
    assert list(sending._servers()) == ["out"]
    monkeypatch.setattr(sending, "may", lambda _: False)
    assert not sending._servers()


def test_who_may_not_add_cases_may_not_send(place, monkeypatch):
    def refuse(_: str) -> None:
        raise NotAllowed("no")

    monkeypatch.setattr(sending, "permit", refuse)
    with pytest.raises(NotAllowed):
        sending._send("out", place.comparison, place.subject)
    assert place.session.sent is None
