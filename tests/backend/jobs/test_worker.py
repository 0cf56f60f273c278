from threading import Event, current_thread

from ctviz.backend.jobs.worker import Worker


def test_a_long_task_in_the_background_lets_readers_go_first():
    worker, order, go, end = Worker("test"), [], Event(), Event()

    def long() -> None:
        assert go.wait(60)
        worker.give_way()
        order.append("long")

    worker.submit(long, "background")
    worker.submit(lambda: order.append("other"), "background")
    worker.submit(end.set, "background")
    for name in ("first reader", "second reader"):
        worker.submit(lambda name=name: order.append(name))
    go.set()
    assert end.wait(60)
    assert sorted(order[:2]) == ["first reader", "second reader"]
    assert order[2:] == ["long", "other"]
    worker.close()


def test_giving_way_does_what_is_urgent_in_the_same_thread():
    worker, threads, end = Worker("test"), [], Event()

    def long() -> None:
        worker.submit(lambda: threads.append(current_thread()))
        worker.give_way()
        threads.append(current_thread())
        end.set()

    worker.submit(long, "background")
    assert end.wait(60)
    assert len(threads) == 2
    assert len(set(threads)) == 1
    worker.close()


def test_nothing_gives_way_to_what_is_not_urgent():
    worker, order, end = Worker("test"), [], Event()

    def long() -> None:
        worker.submit(end.set, "background")
        worker.give_way()
        order.append(end.is_set())

    worker.submit(long, "background")
    assert end.wait(60)
    assert order == [False]
    worker.close()
