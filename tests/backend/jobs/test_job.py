from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from ctviz.backend.jobs.job import Work, ready
from ctviz.core import Cancelled, UnusableModel


def test_a_result_reaches_everybody_who_asked():
    work: Work[int] = Work("key")
    jobs = [work.begin(), work.join(), work.join()]
    with ThreadPoolExecutor(3) as threads:
        answers = threads.map(lambda job: job.result(30), jobs)
        work.start()
        work.finish(7)
        assert list(answers) == [7, 7, 7]
    assert {job.state for job in jobs} == {"ready"}
    assert all(job.progress == 1 for job in jobs)


def test_a_job_says_how_far_it_is():
    work: Work[int] = Work("key")
    job = work.begin()
    assert (job.state, job.progress) == ("queued", 0)
    work.start()
    work.report(0.25, "Explaining")
    assert (job.state, job.progress, job.message) == ("running", 0.25, "Explaining")


def test_cancelling_one_job_leaves_the_others_alone():
    work: Work[int] = Work("key")
    mine, yours = work.begin(), work.join()
    mine.cancel()
    assert mine.state == "cancelled"
    with pytest.raises(Cancelled):
        mine.result()
    work.start()
    work.finish(7)
    assert yours.result() == 7
    assert mine.state == "cancelled"


def test_the_work_is_given_up_when_the_last_one_cancels():
    work: Work[int] = Work("key")
    jobs = [work.begin(), work.join()]
    jobs[0].cancel()
    jobs[0].cancel()
    assert not work.over
    jobs[1].cancel()
    assert work.over
    assert not work.start()
    assert work.join() is None


def test_cancelling_what_is_ready_changes_nothing():
    job = ready("key", 7)
    job.cancel()
    assert (job.state, job.result()) == ("ready", 7)


def test_a_failure_is_the_same_sentence_for_everybody():
    work: Work[int] = Work("key")
    jobs = [work.begin(), work.join()]
    work.fail(UnusableModel("The weights differ."))
    for job in jobs:
        assert (job.state, job.message) == ("failed", "The weights differ.")
        with pytest.raises(UnusableModel, match="differ"):
            job.result()


def test_a_result_that_takes_too_long_does_not_end_the_work():
    work: Work[int] = Work("key")
    job = work.begin()
    with pytest.raises(TimeoutError):
        job.result(timeout=0.01)
    work.finish(7)
    assert job.result() == 7


def test_callbacks_are_called_once_whether_early_or_late():
    calls = []
    work: Work[int] = Work("key")
    job, other = work.begin(), work.join()
    job.add_done_callback(lambda done: calls.append(("early", done)))
    other.add_done_callback(lambda done: calls.append(("cancelled", done)))
    other.cancel()
    assert calls == [("cancelled", other)]
    work.finish(7)
    job.add_done_callback(lambda done: calls.append(("late", done)))
    assert calls == [("cancelled", other), ("early", job), ("late", job)]


def test_cancelling_wakes_who_waits():
    work: Work[int] = Work("key")
    job, waiting = work.begin(), Event()

    def wait() -> None:
        waiting.set()
        with pytest.raises(Cancelled):
            job.result(30)

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(wait)
        waiting.wait(30)
        job.cancel()
        done.result(30)


def test_a_bug_fails_the_job_and_is_raised_as_well():
    work: Work[int] = Work("key")
    job = work.begin()
    with pytest.raises(ZeroDivisionError):
        work.run(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        job.result()
