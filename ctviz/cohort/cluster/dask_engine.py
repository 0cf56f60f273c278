"""Dask as the engine of studies; everything else only knows `Engine`.

A Dask cluster runs whatever anybody sends who reaches its port, and so must be trusted; ``tls://``
lets in only who has the certificates that Dask's own configuration names.
"""

import asyncio
import logging
import queue
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4

from ctviz.cohort.cluster.engine import Answered, Heard, Request, SchedulerLost, Told
from ctviz.cohort.cluster.working import Contact, greet, settle, take_in
from ctviz.core import InvalidInput

ADDRESS = re.compile(r"(tcp|tls)://[^/\s@?#]+:\d{1,5}")
AWAY = "The cluster's scheduler does not answer."
CONNECT_SECONDS = 10.0
LOOK_SECONDS = 5.0
"""How often the cluster is asked who is there, besides when it says that this has changed."""

GONE = (OSError, TimeoutError, asyncio.CancelledError, futures.CancelledError)
"""What Dask raises when nobody answers; its own errors of that kind are among them."""


def checked_address(address: str) -> str:
    """Return the address of a scheduler, refusing what is none.

    >>> checked_address("tcp://scheduler:8786")
    'tcp://scheduler:8786'
    """
    if not ADDRESS.fullmatch(address):
        raise InvalidInput(
            "A cluster is named by its scheduler, like tcp://host:8786 or tls://host:8786, not "
            f"'{address[:60]}'."
        )
    return address


class DaskEngine:
    """A Dask cluster that somebody started.

    Parameters
    ----------
    client
        Dask's, connected.
    settle
        What a worker does with an order; another function where something else is measured.
    """

    def __init__(self, client: Any, settle: Any = None) -> None:  # noqa: ANN401 - Dask is untyped
        self._client = client
        self._run = f"ctviz-{uuid4().hex[:12]}"
        self._tasks = {
            Request.GREET: greet,
            Request.TAKE_IN: take_in,
            Request.SETTLE: settle or settle_here,
        }
        self._tickets = count()
        self._asked: dict[int, Any] = {}
        self._heard: queue.SimpleQueue[Heard | None] = queue.SimpleQueue()
        self._there: dict[str, str] = {}
        self._looked = -LOOK_SECONDS
        client.subscribe_topic(self._run, self._hear_share)
        client.subscribe_topic("all", self._hear_change)

    @cached_property
    def dashboard(self) -> str:
        """Address of Dask's own page, for which the scheduler is asked once."""
        with self._reaching():
            link = str(self._client.dashboard_link or "")
        return link if link.startswith(("http://", "https://")) else ""

    def workers(self) -> Mapping[str, str]:
        """Return the address of each worker by its name, which no other process ever has."""
        self._check()
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            # One that is busy is not gone: of a connection that is cut Dask itself takes note.
            with self._reaching(), suppress(TimeoutError):
                said = self._client.sync(
                    self._client.scheduler.identity, n_workers=-1, callback_timeout=CONNECT_SECONDS
                )
                # A worker that takes another's place may have its address, but never its id.
                self._there = {f"{w['id']} {a}": a for a, w in said["workers"].items()}
        return self._there

    def ask(self, worker: str, task: Request, *what: str | int | bytes) -> int:
        """Ask a worker and return a ticket."""
        self._check()
        ticket = next(self._tickets)
        settling = (self._run, ticket) if task is Request.SETTLE else ()
        with self._reaching():
            future = self._client.submit(
                self._tasks[task],
                *what,
                *settling,
                key=f"{self._run}-{ticket}",
                workers=[self._there[worker]],
                allow_other_workers=False,
                pure=False,
            )
        self._asked[ticket] = future
        future.add_done_callback(lambda _: self._heard.put(Answered(ticket)))
        return ticket

    def call_off(self, ticket: int) -> None:
        """Say that nobody waits for an answer any more."""
        future = self._asked.pop(ticket, None)
        if future is not None:
            # Cancelling would wait for the scheduler's word; what nobody holds is let go as well.
            future.release()

    def hear(self, seconds: float) -> Sequence[Heard]:
        """Return what happened within a moment."""
        self._check()
        found: list[Heard] = []
        with suppress(queue.Empty):
            found += self._fetched(self._heard.get(timeout=seconds))
            # What is put back meanwhile waits for the next time.
            for _ in range(self._heard.qsize()):
                found += self._fetched(self._heard.get_nowait())
        return found

    def _fetched(self, news: Heard | None) -> Iterator[Heard]:
        """Yield an answer with its content, which is on the worker until it is fetched."""
        if not isinstance(news, Answered):
            if news is not None:
                yield news
            return
        future = self._asked.get(news.ticket)
        if future is None or future.status in {"cancelled", "lost"}:
            return
        try:
            content, fault = future.result(timeout=2 * CONNECT_SECONDS), ""
        except GONE:
            # Whoever has it is busy, or gone, which is noticed when it is looked who is there.
            self._heard.put(news)
            return
        except Exception as error:  # noqa: BLE001 - whatever went wrong on another machine
            content, fault = None, f"{type(error).__name__}: {error}"[:200]
        del self._asked[news.ticket]
        yield Answered(news.ticket, content, fault)

    def _check(self) -> None:
        if self._client.status != "running":
            raise SchedulerLost(AWAY)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Say of whatever goes wrong inside for want of a scheduler that it is away."""
        try:
            yield
        except GONE:
            raise SchedulerLost(AWAY) from None
        except Exception:
            self._check()
            raise

    def _hear_share(self, event: tuple[float, Any]) -> None:
        ticket, share = event[1]
        self._heard.put(Told(int(ticket), float(share)))

    def _hear_change(self, event: tuple[float, Any]) -> None:
        said = event[1]
        if isinstance(said, dict) and said.get("action") in {"add-worker", "remove-worker"}:
            self._looked = -LOOK_SECONDS
            self._heard.put(None)


@contextmanager
def connected(address: str) -> Iterator[DaskEngine]:
    """Lend the cluster of a scheduler.

    Raises
    ------
    SchedulerLost
        If nobody answers there, or would not speak to us.
    """
    try:
        from dask import config
        from distributed import Client
    except ImportError:
        raise InvalidInput(
            "Studies on a cluster need Dask, which is not installed: pip install 'ctviz[cluster]'."
        ) from None
    if address.startswith("tls:") and not config.get("distributed.comm.tls.ca-file", None):
        raise InvalidInput(
            "A cluster by TLS needs certificates, which Dask's configuration does not name; see "
            "docs/cluster.md."
        )
    # What it has to say of connections that end is said in a sentence of ours.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    try:
        connect: Any = Client
        client = connect(
            checked_address(address), timeout=CONNECT_SECONDS, set_as_default=False, name="ctviz"
        )
    except (*GONE, RuntimeError, TypeError, ValueError) as error:
        raise SchedulerLost(str(error)) from None
    try:
        yield DaskEngine(client)
    finally:
        with suppress(*GONE):
            client.close(timeout=CONNECT_SECONDS)


def settle_here(text: str, run: str, ticket: int) -> bytes:
    """Compute a slice in a worker of Dask's."""
    from distributed import get_worker

    worker = get_worker()
    key = f"{run}-{ticket}"

    def still() -> bool:
        known = worker.state.tasks.get(key)
        return known is not None and known.state != "cancelled"

    def tell(share: float) -> None:
        worker.log_event(run, (ticket, share))

    return settle(text, worker.local_directory, Contact(still, tell))
