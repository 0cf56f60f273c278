"""What reaches a worker and what becomes of its answers, with a worker in the place of Dask's."""

from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree

import pytest

from ctviz.backend import Backend
from ctviz.cohort import units_of
from ctviz.cohort.cluster import working
from ctviz.cohort.cluster.contents import Contents, Piece
from ctviz.cohort.cluster.dispatch import Dispatch
from ctviz.cohort.cluster.engine import Answered, Request
from ctviz.cohort.cluster.packing import Packer, place_models
from ctviz.cohort.cluster.working import Contact
from ctviz.cohort.run.worker_processes import Assignment, Done
from ctviz.core import InvalidInput, Progress
from tests.backend.small_model import write_twins


@dataclass(eq=False)
class Desk:
    """A cluster of one worker, which answers at once."""

    home: Path
    asked: list[Request] = field(default_factory=list)
    heard: deque[Answered] = field(default_factory=deque)
    dashboard: str = ""

    def workers(self) -> dict[str, str]:
        return {"the only one": "tcp://here:1"}

    def ask(self, _: str, task: Request, *what) -> int:
        self.asked.append(task)
        wanted = Contact(lambda: True, lambda _: None)
        more = (str(self.home), wanted) if task is Request.SETTLE else ()
        work = {Request.GREET: working.greet, Request.TAKE_IN: working.take_in}
        answer = work.get(task, working.settle)(*what, *more)
        self.heard.append(Answered(len(self.asked), answer))
        return len(self.asked)

    def call_off(self, _: int) -> None:
        raise AssertionError("The only worker never goes.")

    def hear(self, _: float) -> list[Answered]:
        return [self.heard.popleft()] if self.heard else []


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A worker with folders of its own."""
    for name in ("DATA", "MODELS", "CACHE"):
        monkeypatch.setenv(f"CTVIZ_{name}", str(tmp_path / "worker" / name.lower()))
    yield Desk(tmp_path / "worker" / "here")
    if working._bench is not None:
        working._bench.close()
        working._bench = None


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "units").iterdir()}


def test_twins_and_other_patients_drawings_reach_a_worker(settings, plan, tmp_path, desk):
    study = replace(plan, metrics={"auroc-corrected": {}, "reproducibility": {}})
    write_twins(settings.models, [1, 2])
    backend = Backend(replace(settings, cache=tmp_path / "cache"), steady=True)
    try:
        units, here, there = units_of(backend, study), tmp_path / "here", tmp_path / "there"
        dispatch = Dispatch(Packer(backend, Assignment(study, there)), units, Progress())
        done = [news for news in dispatch.serve(desk) if isinstance(news, Done)]
        for unit in units:
            Assignment(study, here).settle(backend, unit)
    finally:
        backend.close()
        rmtree(settings.models / plan.model / "twins")
    assert [each.why for each in done] == [""] * 6
    assert results(there) == results(here)
    assert desk.asked.count(Request.SETTLE) > len(units)
    # What only one slice needs is forgotten on both sides.
    assert desk.asked.count(Request.TAKE_IN) >= 6 + len(
        list((settings.models / plan.model).glob("*"))
    )


def test_what_arrives_is_verified(tmp_path):
    contents, content = Contents(tmp_path / "here"), b"of a network" * 1_000_000
    name = Contents(tmp_path / "there").add(content)
    pieces = list(Contents(tmp_path / "there").pieces(name))
    assert len(pieces) == 3
    assert all(contents.keep(piece) for piece in pieces)
    assert contents.read(name) == content
    contents.remove(name)
    damaged = [*pieces[:2], Piece(name, pieces[2].start, b"something else", last=True)]
    assert [contents.keep(piece) for piece in damaged] == [True, True, False]
    assert not contents.holds(name)
    assert not list((tmp_path / "here").glob("*/*"))


def test_a_content_that_was_damaged_on_the_disk_is_not_believed(tmp_path):
    contents = Contents(tmp_path)
    name = contents.add(b"pixels")
    contents.path(name).write_bytes(b"others")
    assert contents.read(name) is None
    assert not contents.holds(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ABC", "0" * 63])
def test_nothing_is_read_by_another_name_than_a_hash(tmp_path, name):
    with pytest.raises(InvalidInput):
        Contents(tmp_path).path(name)


def test_an_order_writes_nothing_outside_of_the_models(tmp_path):
    contents = Contents(tmp_path / "contents")
    name = contents.add(b"weights")
    with pytest.raises(InvalidInput, match="outside of the folder of models"):
        place_models(contents, {"../outside": name}, tmp_path / "models")
    assert not (tmp_path / "outside").exists()


def test_an_order_that_is_none_is_an_answer_in_a_sentence(tmp_path):
    answer = working.settle("{}", str(tmp_path), Contact(lambda: True, lambda _: None))
    assert working.Reply.of_bytes(answer).said == {
        "why": "The order cannot be read; update ctviz on both sides."
    }
    assert working.Reply.of_bytes(answer[:-1]) is None
