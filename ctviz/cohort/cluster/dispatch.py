"""Which worker computes which slice: one at a time each, so that a death has one suspect.

A worker is first asked who it is. One that would come to other numbers gets no slice. What a slice
needs is named; only what a worker lacks is sent. A slice whose worker dies is given to another one,
behind all others, and is given up when it has taken several along.
"""

import json
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ctviz.cohort.cluster.contents import Piece
from ctviz.cohort.cluster.engine import Answered, Engine, Heard, Request
from ctviz.cohort.cluster.facts import difference
from ctviz.cohort.cluster.order import Order, Reply
from ctviz.cohort.cluster.packing import Packer
from ctviz.cohort.files import write_whole
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import POLL_SECONDS
from ctviz.cohort.run.worker_processes import Announcement, Done, News, Share
from ctviz.core import Cancelled, CtvizError, InvalidInput, Progress

MOST_DEATHS = 3
"""So many workers a slice may take along before it is given up."""

GREETING_SECONDS = 120.0
"""A worker that has not said by then who it is cannot be used. Importing torch takes its time."""

MOST_SENDINGS = 5
"""So often a worker may lack what it was just sent."""

REFUSED_SECONDS = 20.0
"""If no worker that is there can be used for so long, the study says so and ends."""

GIVEN_UP = (
    f"{MOST_DEATHS} workers ended while they computed this slice, perhaps for want of memory; "
    "start the study again with more memory for each."
)


@dataclass(frozen=True)
class Errand:
    """A slice that a worker has, and which of the study's it is."""

    place: int
    order: Order


@dataclass(eq=False)
class Hand:
    """A worker as a study knows it.

    Parameters
    ----------
    address
        Where it is, for people.
    ticket
        What it was last asked for; None if it is idle.
    errand
        Its slice; None before it was found fit, and while it is idle.
    """

    address: str
    ticket: int | None = None
    errand: Errand | None = None
    sending: deque[Piece] = field(default_factory=deque)
    sendings: int = 0
    share: float = 0.0
    fit: bool = False
    met: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class Dispatch:
    """Gives the slices of a study to the workers of a cluster, which may come and go.

    Parameters
    ----------
    packer
        Makes the orders.
    units
        The slices.
    progress
        Cancelling it ends the study.
    """

    packer: Packer
    units: Sequence[Unit]
    progress: Progress
    waiting: deque[int] = field(init=False)
    most: int = 0
    _addresses: dict[int, str] = field(default_factory=dict)
    _deaths: Counter[int] = field(default_factory=Counter)
    _hands: dict[str, Hand] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _next: Errand | None = None
    _left: int = field(init=False)
    _useless_since: float | None = None
    _said: Announcement | None = None

    def __post_init__(self) -> None:
        self.waiting = deque(range(len(self.units)))
        self._left = len(self.units)

    @property
    def finished(self) -> bool:
        """Whether every slice is over."""
        return self._left == 0

    def known(self) -> Iterator[News]:
        """Yield the slices at the head of the queue that need no worker, until one does."""
        while self._next is None and self.waiting:
            self.progress.check()
            place = self.waiting.popleft()
            try:
                found = self._prepared(place)
            except Cancelled:
                raise
            except CtvizError as error:
                found = Done(place, why=str(error))
            if isinstance(found, Errand):
                self._next = found
            else:
                self._left -= 1
                yield found

    def serve(self, engine: Engine) -> Iterator[News]:
        """Yield news until every slice is over, asking the workers of a cluster.

        Raises
        ------
        SchedulerLost
            If nobody answers for the cluster; what is over stays so, and `serve` may be called
            again with another.
        InvalidInput
            If none of its workers can be used.
        """
        self._hands, self._refused, self._said = {}, {}, None
        try:
            while True:
                yield from self.known()
                if self.finished:
                    return
                yield from self._meet(engine)
                yield from self._assign(engine)
                yield from self._situation(engine)
                for heard in engine.hear(POLL_SECONDS):
                    yield from self._take(engine, heard)
                yield Share(sum(hand.share for hand in self._hands.values()))
                self.progress.check()
        finally:
            self._take_back()

    def _prepared(self, place: int) -> Errand | Done:
        unit = self.units[place]
        if place not in self._addresses:
            self._addresses[place] = self.packer.address(unit)
        address = self._addresses[place]
        if self.packer.assignment.knows(address):
            return Done(place, address, known=True)
        return Errand(place, self.packer.order(unit, address))

    def _take_back(self) -> None:
        """Put what was under way at the head of the queue: its workers are blameless."""
        for hand in self._hands.values():
            if hand.errand is not None:
                self.waiting.appendleft(hand.errand.place)
        if self._next is not None:
            self.waiting.appendleft(self._next.place)
        self._hands, self._next = {}, None

    def _meet(self, engine: Engine) -> Iterator[News]:
        """Ask those who came who they are, and take back what those who went had."""
        there = engine.workers()
        for name in self._hands.keys() - there.keys():
            hand = self._hands.pop(name)
            if hand.ticket is not None:
                engine.call_off(hand.ticket)
            yield from self._lose(hand)
        for name in [n for n, hand in self._hands.items() if self._is_mute(hand)]:
            engine.call_off(self._hands[name].ticket or 0)
            self._judge(name, None, f"no answer within {GREETING_SECONDS:g} s")
        for name in self._refused.keys() - there.keys():
            del self._refused[name]
        for name in there.keys() - self._hands.keys() - self._refused.keys():
            self._hands[name] = Hand(there[name], engine.ask(name, Request.GREET))

    @staticmethod
    def _is_mute(hand: Hand) -> bool:
        return not hand.fit and time.monotonic() - hand.met > GREETING_SECONDS

    def _lose(self, hand: Hand) -> Iterator[News]:
        """Give a slice that took its worker along to the back of the queue, or give it up."""
        if hand.errand is None:
            return
        place = hand.errand.place
        self._deaths[place] += 1
        if self._deaths[place] < MOST_DEATHS:
            self.waiting.append(place)
        else:
            yield self._over(Done(place, why=GIVEN_UP))

    def _over(self, done: Done) -> Done:
        self._left -= 1
        return done

    def _assign(self, engine: Engine) -> Iterator[News]:
        """Give slices to the workers that are idle."""
        idle = [name for name, hand in self._hands.items() if hand.fit and hand.ticket is None]
        for name in idle:
            if self._next is None:
                return
            hand = self._hands[name]
            hand.errand, self._next, hand.sendings = self._next, None, 0
            self._send(engine, name)
            yield from self.known()

    def _send(self, engine: Engine, name: str) -> None:
        """Send a worker the next part of what it lacks, or its order."""
        hand = self._hands[name]
        if hand.sending:
            piece = hand.sending.popleft()
            what = piece.name, piece.start, piece.content, int(piece.last)
            hand.ticket = engine.ask(name, Request.TAKE_IN, *what)
        elif hand.errand is not None:
            hand.ticket = engine.ask(name, Request.SETTLE, hand.errand.order.to_text())

    def _take(self, engine: Engine, heard: Heard) -> Iterator[News]:
        name = next((n for n, hand in self._hands.items() if hand.ticket == heard.ticket), None)
        if name is None:
            return
        hand = self._hands[name]
        if not isinstance(heard, Answered):
            hand.share = heard.share
            return
        hand.ticket, hand.share = None, 0.0
        reply = Reply.of_bytes(heard.content)
        if not hand.fit:
            self._judge(name, reply, heard.fault)
        elif hand.errand is not None:
            yield from self._hear_of(engine, name, hand.errand, reply or _faulty(heard.fault))

    def _judge(self, name: str, reply: Reply | None, fault: str) -> None:
        """Find a worker fit or refuse it."""
        hand = self._hands[name]
        if reply is None or "fault" in reply.said:
            fault = fault if reply is None else str(reply.said["fault"])
            why = f"cannot run this ctviz ({fault})"
        else:
            why = difference({str(key): str(value) for key, value in reply.said.items()})
        if why:
            del self._hands[name]
            self._refused[name] = f"The worker {hand.address} {why}; install the same there."
        else:
            hand.fit = True

    def _hear_of(self, engine: Engine, name: str, errand: Errand, reply: Reply) -> Iterator[News]:
        """Take a slice's answer: its result, why there is none, or what the worker lacks."""
        hand, said = self._hands[name], reply.said
        if "why" in said:
            hand.errand = None
            yield self._over(Done(errand.place, why=str(said["why"])))
        elif "fault" in said:
            hand.errand = None
            yield from self._lose(Hand(hand.address, errand=errand))
        elif reply.files:
            hand.errand = None
            yield self._over(self._keep(errand, reply))
        elif "missing" in said and hand.sendings >= MOST_SENDINGS:
            hand.errand = None
            why = f"The worker {hand.address} does not keep what it is sent; look at its disk."
            yield self._over(Done(errand.place, why=why))
        else:
            if "missing" in said:
                self._gather(hand, errand, said["missing"])
            self._send(engine, name)

    def _gather(self, hand: Hand, errand: Errand, missing: Sequence[object]) -> None:
        """Make ready what a worker lacks; where folders are shared another may have removed it."""
        order = self.packer.order(self.units[errand.place], errand.order.address)
        hand.errand = Errand(errand.place, order)
        lacking = [name for name in dict.fromkeys(order.contents()) if name in missing]
        hand.sending = deque(p for name in lacking for p in self.packer.contents.pieces(name))
        hand.sendings += 1

    def _keep(self, errand: Errand, reply: Reply) -> Done:
        """Write the files of a result, which must be those that were asked for, and whole."""
        assignment, address = self.packer.assignment, errand.order.address
        for path in assignment.files(address):
            content = reply.files.get(PurePosixPath(path.relative_to(assignment.folder)).as_posix())
            if content is not None:
                write_whole(path, content)
        self.packer.forget(errand.order)
        if not assignment.knows(address):
            return Done(errand.place, why="A worker sent a damaged result; start the study again.")
        return Done(errand.place, address)

    def _situation(self, engine: Engine) -> Iterator[News]:
        """Say who computes, if that has changed."""
        fit = sum(hand.fit for hand in self._hands.values())
        self.most = max(self.most, fit)
        refusal = next(iter(self._refused.values()), "")
        if fit:
            words = f"Computing slices on {fit} worker{'s' if fit > 1 else ''}."
        elif self._hands:
            words = "Meeting the workers."
        else:
            words = "Waiting for a worker to come to the cluster."
        notice = Announcement(f"{words} {refusal}".strip(), engine.dashboard)
        if self._hands or not refusal:
            self._useless_since = None
        elif self._useless_since is None:
            self._useless_since = time.monotonic()
        elif time.monotonic() - self._useless_since > REFUSED_SECONDS:
            raise InvalidInput(refusal)
        if notice != self._said:
            self._said = notice
            yield notice


def _faulty(fault: str) -> Reply:
    return Reply({"fault": fault or json.dumps("damaged")})
