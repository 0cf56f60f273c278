"""Whose turn it is, by a clock that only work moves: nothing here depends on any speed."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest

from ctviz.backend.jobs.asker import asker, on_behalf_of
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Worker
from ctviz.core import Cancelled, Progress

PASS = 0.125
"""Seconds of one step; halves of halves, so that sums are exact."""


class Clock:
    """Stands still but when somebody works."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> Iterator[Worker]:
    worker = Worker("test", aside=8, clock=clock)
    yield worker
    worker.close()


Ended = dict[str, float]


def task(  # noqa: PLR0913 - what is done, and what happens meanwhile
    worker: Worker,
    clock: Clock,
    name: str,
    passes: int,
    ended: Ended,
    *,
    meanwhile: Callable[[int], object] = lambda _: None,
) -> Callable[[], None]:
    """Return a task of so many passes, which notes when it is done."""

    def do() -> None:
        for number in range(passes):
            clock.now += PASS
            meanwhile(number)
            worker.step()
        ended[name] = clock.now

    return do


def all_done(worker: Worker, *events: Event) -> None:
    for event in events:
        assert event.wait(60)


def finished(do: Callable[[], None]) -> tuple[Callable[[], None], Event]:
    end = Event()

    def whole() -> None:
        do()
        end.set()

    return whole, end


def test_a_slow_job_delays_another_readers_short_one_by_at_most_a_step(worker, clock):
    ended, ends, asked = {}, [], []

    def ask(number: int) -> None:
        if number == 40:
            gradient, end = finished(task(worker, clock, "gradient", 2, ended))
            ends.append(end)
            asked.append(clock.now)
            worker.submit(gradient, owner="another")

    slow, slow_end = finished(task(worker, clock, "slow", 160, ended, meanwhile=ask))
    worker.submit(slow, owner="one")
    all_done(worker, slow_end, *ends)
    assert ended["gradient"] - asked[0] <= 2 * 2 * PASS
    assert ended["slow"] == (160 + 2) * PASS


def test_two_long_jobs_of_two_readers_share_the_time(worker, clock):
    ended, ends = {}, []

    def ask(number: int) -> None:
        if number == 10:
            other, end = finished(task(worker, clock, "other", 50, ended))
            ends.append(end)
            worker.submit(other, owner="another")

    one, one_end = finished(task(worker, clock, "one", 200, ended, meanwhile=ask))
    worker.submit(one, owner="one")
    all_done(worker, one_end, *ends)
    assert ended["other"] - 11 * PASS <= 2 * 50 * PASS + 2 * PASS
    assert ended["one"] == 250 * PASS


def test_a_reader_who_asks_for_much_delays_another_no_more_than_one_who_asks_for_one_thing(
    worker, clock
):
    ended, gate, waiting = {}, Event(), []
    worker.submit(lambda: gate.wait(60), owner="first")
    for number in range(10):
        do, end = finished(task(worker, clock, f"many {number}", 8, ended))
        waiting.append(end)
        worker.submit(do, owner="many")
    single, end = finished(task(worker, clock, "single", 8, ended))
    worker.submit(single, owner="single")
    gate.set()
    all_done(worker, end, *waiting)
    assert ended["single"] <= 2 * 8 * PASS + 2 * PASS


def test_short_jobs_of_others_do_not_keep_a_long_one_from_its_share(worker, clock):
    ended, ends = {}, []

    def another(number: int) -> None:
        do, end = finished(task(worker, clock, f"short {number}", 8, ended))
        ends.append(end)
        worker.submit(do, owner="busy")

    long, long_end = finished(task(worker, clock, "long", 40, ended, meanwhile=another))
    worker.submit(long, owner="patient")
    all_done(worker, long_end)
    all_done(worker, *ends)
    # While both want the device, each gets half of it.
    assert ended["long"] <= 2 * 40 * PASS + 9 * PASS


def test_a_readers_own_short_job_goes_before_their_long_one(worker, clock):
    ended, ends = {}, []

    def ask(number: int) -> None:
        if number == 20:
            gradient, end = finished(task(worker, clock, "gradient", 2, ended))
            ends.append(end)
            worker.submit(gradient, owner="one")

    slow, slow_end = finished(task(worker, clock, "slow", 160, ended, meanwhile=ask))
    worker.submit(slow, owner="one")
    all_done(worker, slow_end, *ends)
    assert ended["gradient"] == (21 + 2) * PASS


def test_what_belongs_to_nobody_is_done_in_its_order(worker, clock):
    ended, ends = {}, []

    def ask(number: int) -> None:
        if number == 20:
            later, end = finished(task(worker, clock, "later", 2, ended))
            ends.append(end)
            worker.submit(later)

    first, first_end = finished(task(worker, clock, "first", 40, ended, meanwhile=ask))
    worker.submit(first)
    all_done(worker, first_end, *ends)
    assert list(ended) == ["first", "later"]


def test_a_long_task_in_the_background_lets_readers_go_first(worker, clock):
    ended, ends = {}, []

    def ask(number: int) -> None:
        if number == 0:
            for name, urgency in (("other", "background"), ("reader", "interactive")):
                do, end = finished(task(worker, clock, name, 20, ended))
                ends.append(end)
                worker.submit(do, urgency, owner=name)

    long, long_end = finished(task(worker, clock, "long", 3, ended, meanwhile=ask))
    worker.submit(long, "background", owner="reader")
    all_done(worker, long_end, *ends)
    assert next(iter(ended)) == "reader"
    assert ended["reader"] == 21 * PASS


@pytest.mark.parametrize("urgency", ["background", "interactive"])
def test_nothing_stands_aside_for_what_is_not_urgent(worker, clock, urgency):
    ended, ends = {}, []

    def ask(number: int) -> None:
        if number == 0:
            do, end = finished(task(worker, clock, "check", 1, ended))
            ends.append(end)
            worker.submit(do, "background", owner="another")

    long, long_end = finished(task(worker, clock, "long", 40, ended, meanwhile=ask))
    worker.submit(long, urgency, owner="one")
    all_done(worker, long_end, *ends)
    assert list(ended) == ["long", "check"]


def test_a_worker_whose_tasks_wait_for_each_other_lets_none_stand_aside(clock):
    worker, ended, ends = Worker("test", clock=clock), {}, []

    def ask(number: int) -> None:
        if number == 20:
            do, end = finished(task(worker, clock, "short", 1, ended))
            ends.append(end)
            worker.submit(do, owner="another")

    long, long_end = finished(task(worker, clock, "long", 40, ended, meanwhile=ask))
    worker.submit(long, owner="one")
    all_done(worker, long_end, *ends)
    assert list(ended) == ["long", "short"]
    worker.close()


def test_no_more_is_half_done_than_there_is_room_for(clock):
    worker, ended, ends = Worker("test", aside=1, clock=clock), {}, []
    names = iter(("second", "third"))

    def ask(number: int) -> None:
        name = next(names, None) if number == 20 else None
        if name is not None:
            do, end = finished(task(worker, clock, name, 60, ended, meanwhile=ask))
            ends.append(end)
            worker.submit(do, owner=name)

    first, end = finished(task(worker, clock, "first", 60, ended, meanwhile=ask))
    worker.submit(first, owner="first")
    all_done(worker, end)
    all_done(worker, *ends)
    assert sorted(ended) == ["first", "second", "third"]
    assert clock.now == 180 * PASS
    worker.close()


def test_a_task_that_stands_aside_is_not_charged_for_it(worker, clock):
    rested, ends = [], []

    def long() -> None:
        for number in range(20):
            clock.now += PASS
            if number == 10:
                do, end = finished(task(worker, clock, "short", 4, {}))
                ends.append(end)
                worker.submit(do, owner="another")
            rested.append(worker.step())

    whole, end = finished(long)
    worker.submit(whole, owner="one")
    all_done(worker, end, *ends)
    assert sum(rested) == 4 * PASS


def test_a_task_that_is_given_up_while_it_stands_aside_ends_there(worker, clock):
    flights: SingleFlight[int] = SingleFlight(worker)
    steps, jobs, quick = [], [], []

    def compute(progress: Progress) -> int:
        progress.start(100)
        for number in range(100):
            clock.now += PASS
            steps.append(number)
            if number == 10:
                with on_behalf_of("another"):
                    quick.append(flights.ask("quick", lambda _: jobs[0].cancel() or 1))
            progress.advance()
        return 1

    gate = Event()
    worker.submit(lambda: gate.wait(60), owner="one")
    with on_behalf_of("one"):
        jobs.append(flights.ask("slow", compute))
    gate.set()
    with pytest.raises(Cancelled):
        jobs[0].result(60)
    assert quick[0].result(60) == 1
    assert len(steps) == 11


def test_what_is_asked_for_belongs_to_whom_it_is_asked_for(worker):
    owners, submit = [], worker.submit
    worker.submit = lambda do, urgency, owner: (owners.append(owner), submit(do, urgency, owner))
    flights: SingleFlight[int] = SingleFlight(worker)
    with on_behalf_of("one"):
        assert flights.ask("a", lambda _: 1).result(60) == 1
        assert flights.ask("b", lambda _: 2, owner="files").result(60) == 2
    assert flights.ask("c", lambda _: 3).result(60) == 3
    assert owners == ["one", "files", ""]
    assert asker() == ""
