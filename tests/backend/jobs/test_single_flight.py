from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Worker
from ctviz.core import Cancelled, InvalidInput, Progress


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.close()


class Held:
    """A computation that waits until it may go on, and then counts its steps."""

    def __init__(self) -> None:
        self.begun, self.gate, self.times, self.steps = Event(), Event(), 0, 0

    def __call__(self, progress: Progress) -> int:
        self.times += 1
        progress.start(3)
        self.begun.set()
        assert self.gate.wait(30)
        for _ in range(3):
            progress.advance()
            self.steps += 1
        return 7


def test_equal_requests_share_one_computation(worker):
    flights, held, together, asked = SingleFlight[int](worker), Held(), Barrier(8), Barrier(9)

    def ask(_: int) -> int:
        together.wait(30)
        job = flights.ask("key", held)
        asked.wait(30)
        return job.result(30)

    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(ask, range(8))
        asked.wait(30)
        held.gate.set()
        assert list(answers) == [7] * 8
    assert held.times == 1


def test_what_is_known_needs_no_worker(worker):
    worker.close()
    flights = SingleFlight[int](worker, recall={"known": 7}.get)
    job = flights.ask("known", Held())
    assert (job.state, job.result()) == ("ready", 7)


def test_cancelling_stops_the_computation_when_nobody_waits(worker):
    flights, held = SingleFlight[int](worker), Held()
    jobs = [flights.ask("key", held), flights.ask("key", held)]
    held.begun.wait(30)
    for job in jobs:
        job.cancel()
    held.gate.set()
    assert flights.ask("after", lambda _: 1).result(30) == 1
    assert held.steps == 0
    assert held.times == 1


def test_what_was_cancelled_can_be_asked_for_again(worker):
    flights, held = SingleFlight[int](worker), Held()
    flights.ask("key", held).cancel()
    held.gate.set()
    assert flights.ask("key", held).result(30) == 7


def test_a_cancelled_job_in_the_queue_is_never_begun(worker):
    flights, first, second = SingleFlight[int](worker), Held(), Held()
    flights.ask("first", first)
    job = flights.ask("second", second)
    job.cancel()
    first.gate.set()
    flights.ask("third", lambda _: 1).result(30)
    assert second.times == 0


def test_of_works_made_together_each_is_ready_in_its_time(worker):
    flights, gate = SingleFlight[int](worker), Event()

    def compute(wanted, progress):
        wanted[0].work.finish(0)
        wanted[1].work.fail(InvalidInput("Not this one."))
        assert gate.wait(30)
        wanted[2].work.finish(2)

    first, second, third = flights.ask_together(["a", "b", "c"], compute)
    assert first.result(30) == 0
    with pytest.raises(InvalidInput):
        second.result(30)
    assert third.state == "running"
    gate.set()
    assert third.result(30) == 2


def test_only_what_is_not_under_way_is_computed(worker):
    flights, held, places = SingleFlight[int](worker), Held(), []

    def compute(wanted, progress):
        for each in wanted:
            places.append(each.place)
            each.work.finish(each.place)

    held_job = flights.ask("b", held)
    jobs = flights.ask_together(["a", "b", "c", "a"], compute)
    held.gate.set()
    assert [job.result(30) for job in jobs] == [0, 7, 2, 0]
    assert held_job.result() == 7
    assert places == [0, 2]


def test_one_cancelled_work_does_not_stop_the_others_made_with_it(worker):
    flights, begun, gate = SingleFlight[int](worker), Event(), Event()

    def compute(wanted, progress):
        begun.set()
        assert gate.wait(30)
        progress.check()
        for each in wanted:
            each.work.finish(each.place)

    jobs = flights.ask_together(["a", "b"], compute)
    begun.wait(30)
    jobs[0].cancel()
    gate.set()
    assert jobs[1].result(30) == 1
    assert jobs[0].state == "cancelled"


def test_the_urgent_goes_before_the_background(worker):
    flights, held, order = SingleFlight[int](worker), Held(), []
    flights.ask("first", held)
    held.begun.wait(30)
    for urgency in ("background", "interactive", "background", "interactive"):
        name = f"{urgency} {len(order)}"
        flights.ask(f"{urgency} {id(name)}", lambda _, u=urgency: order.append(u) or 1, urgency)
    last = flights.ask("last", lambda _: 1, "background")
    held.gate.set()
    last.result(30)
    assert order == ["interactive"] * 2 + ["background"] * 2


def test_what_waits_in_the_background_moves_forward_when_a_reader_asks(worker):
    flights, held, order = SingleFlight[int](worker), Held(), []
    flights.ask("first", held)
    held.begun.wait(30)
    jobs = [
        flights.ask(key, lambda _, key=key: order.append(key) or 1, "background") for key in "abc"
    ]
    jobs.append(flights.ask("c", lambda _: 2))
    held.gate.set()
    assert {job.result(30) for job in jobs} == {1}
    assert order == ["c", "a", "b"]


def test_a_recall_that_fails_leaves_nothing_waiting_for_ever(worker):
    def recall(key: str) -> None:
        if key == "b":
            raise InvalidInput("Not this one.")

    flights = SingleFlight[int](worker, recall=recall)
    with pytest.raises(InvalidInput):
        flights.ask_together(["a", "b"], lambda wanted, progress: None)
    assert flights.ask("a", lambda _: 1).result(30) == 1


def test_a_worker_that_needs_what_is_queued_behind_it_does_it_itself(worker):
    flights = SingleFlight[int](worker)
    outer, inner = Held(), Held()
    inner.gate.set()
    queued = []

    def compute(progress: Progress) -> int:
        outer(progress)
        return 1 + flights.here("inner", lambda: inner(Progress()))

    job = flights.ask("outer", compute)
    outer.begun.wait(30)
    queued.append(flights.ask("inner", inner))
    outer.gate.set()
    assert job.result(30) == 8
    assert queued[0].result(30) == 7
    assert inner.times == 1


def test_closing_gives_everything_up(worker):
    flights, held = SingleFlight[int](worker), Held()
    jobs = [flights.ask(name, held) for name in "ab"]
    flights.close()
    held.gate.set()
    for job in jobs:
        with pytest.raises(Cancelled):
            job.result(30)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_reaches_who_asked_and_the_next_one_is_served(worker):
    flights = SingleFlight[int](worker)
    with pytest.raises(ZeroDivisionError):
        flights.ask("bug", lambda _: 1 // 0).result(30)
    assert flights.ask("next", lambda _: 1).result(30) == 1
