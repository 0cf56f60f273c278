"""One reader's browser tab as the server sees it: Streamlit's websocket and the app's routes.

It says what the board in the browser says (``ctviz/ui/viewer/frontend/sync``), in the same words
and at the same pace, and draws nothing.
"""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from ctviz.ui.viewer.contract import CONTRACT

Board = dict[str, Any]
"""What Python has said of the board, as `ctviz.ui.viewer.BoardData` has it."""

RETRY_SECONDS = (2.0, 3.0, 5.0, 8.0, 15.0)
PULSE_SECONDS, CALM_SECONDS = 0.5, 2.0
REST_SECONDS, LATEST_SECONDS = 1.0, 20.0
"""When the page runs, behind the board: see ``leisure.js``."""
PATIENCE_SECONDS = 300.0
HEADERS = {"X-Ctviz-Board": "1"}


@dataclass(eq=False)
class Tab:
    """A reader's tab on the compare page.

    Parameters
    ----------
    url
        Of the server.
    reader
        Who reads.
    query
        What the address asks for.
    """

    url: str
    reader: str
    query: dict[str, str]
    board: Board = field(default_factory=dict)
    runs: int = 0
    fetched: set[str] = field(default_factory=set)
    _said: int = 0
    _unheard: int = 0

    async def __aenter__(self) -> Self:
        page = {"Accept": "text/html"}
        self._http = httpx.AsyncClient(base_url=self.url, timeout=PATIENCE_SECONDS)
        self._http.cookies.set("ctviz_reader", self.reader)
        await self._http.get("/", headers=page)
        cookies = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        self._socket: ClientConnection = await connect(
            f"ws://{urlsplit(self.url).netloc}/_stcore/stream",
            additional_headers={"Cookie": cookies},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
        )
        self._changed = asyncio.Condition()
        self._element, self._fragment = "", ""
        self._acted = time.monotonic()
        self._tasks = [asyncio.create_task(do()) for do in (self._listen, self._beat, self._rest)]
        await self._run()
        await self.until(lambda board: bool(board))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._socket.close()
        await self._http.aclose()

    async def until(self, holds: Callable[[Board], bool]) -> Board:
        """Wait until the board says something."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(lambda: holds(self.board))
            return self.board

    async def order(self, name: str, message: dict[str, object]) -> None:
        """Tell Python to do something, again and again until it has heard."""
        self._said += 1
        order = {**message, "id": f"{self.reader}-{self._said}"}
        await self._insist(name, order, lambda board: board["heard"] == order["id"])

    async def turn_to(self, index: int) -> float:
        """Rest on a slice; return how long it took until all of it was here, in seconds."""
        begun = time.perf_counter()
        await self.order("slice", {"case": self.board["case"]["id"], "index": index})
        await self.until(
            lambda board: (
                board["slice"] == index and all(pane["state"] == "ready" for pane in board["panes"])
            )
        )
        await self._fetch(index)
        return time.perf_counter() - begun

    async def stroke(self, row: int) -> float:
        """Draw a short line; return how long it took until it was saved, in seconds."""
        scan, drawing, index = self.board["case"], self.board["drawing"], self.board["slice"]
        before = drawing["slices"].get(str(index), [])
        start = row * scan["columns"] + scan["columns"] // 3
        runs = {
            begun: (length, label) for begun, length, label in zip(*[iter(before)] * 3, strict=True)
        }
        runs[start] = (scan["columns"] // 8, 1)
        after = [number for begun in sorted(runs) for number in (begun, *runs[begun])]
        self._said += 1
        letter = {
            "contract": CONTRACT,
            "id": f"{self.reader}-letter-{self._said}",
            "case": scan["id"],
            "reader": self.reader,
            "labels": drawing["labels"],
            "slices": {str(index): {"before": before, "after": after}},
            "measurements": {},
        }
        begun = time.perf_counter()
        await self._insist("drawing", letter, lambda board: letter["id"] in board["acknowledged"])
        taken = time.perf_counter() - begun
        # Scores are of what is drawn.
        await self._say("command", {"kind": "refresh"})
        return taken

    async def _insist(
        self, name: str, message: dict[str, object], heard: Callable[[Board], bool]
    ) -> None:
        """Say something again and again until the board shows that it was heard."""
        waits = iter(RETRY_SECONDS)
        self._unheard += 1
        while not heard(self.board):
            self._acted = time.monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(next(waits, RETRY_SECONDS[-1])):
                    await self._say(name, message)
                    await self.until(heard)
        self._unheard -= 1

    async def _say(self, name: str, message: dict[str, object]) -> None:
        """Bring a message, and hear the answer."""
        said = {"name": name, "message": message}
        answer = await self._http.post(self.board["address"], json=said, headers=HEADERS)
        if answer.status_code != 200:
            raise RuntimeError(f"The server refused '{name}': {answer.text}")
        await self._hear(answer.json())

    async def _run(self, events: list[object] | None = None) -> None:
        """Let the page run; with events of the board, only its part of the page."""
        said = BackMsg()
        state = said.rerun_script
        state.query_string, state.page_name = urlencode(self.query), "compare"
        state.context_info.color_scheme = "dark"
        if events is not None:
            state.fragment_id = self._fragment
            widget = state.widget_states.widgets.add()
            widget.id = f"$$STREAMLIT_INTERNAL_KEY_{self._element}__events"
            widget.json_trigger_value = json.dumps(events)
        await self._socket.send(said.SerializeToString())

    async def _listen(self) -> None:
        async for content in self._socket:
            told = ForwardMsg()
            told.ParseFromString(bytes(content))  # type: ignore[arg-type]
            kind = told.WhichOneof("type")
            if kind == "script_finished":
                self.runs += 1
            elif kind == "delta":
                component = told.delta.new_element.bidi_component
                if component.component_name == "ctviz.viewer":
                    said = json.loads(component.json or component.mixed.json)
                    if "doorbell" not in said:
                        self._element, self._fragment = component.id, told.delta.fragment_id
                        await self._hear(said)

    async def _hear(self, said: Board) -> None:
        """Take over what is no older than what is known, by whichever way it comes."""
        if said["number"] < self.board.get("number", 0):
            return
        async with self._changed:
            self.board = {**self.board, **said}
            self._changed.notify_all()

    async def _beat(self) -> None:
        """Ask for news as long as something is being computed."""
        while True:
            idle = self.board.get("busy") is None
            await asyncio.sleep(CALM_SECONDS if idle else PULSE_SECONDS)
            if self.board.get("busy") is not None or self.board.get("idleChecks") is not None:
                await self._say("command", {"kind": "refresh"})

    async def _rest(self) -> None:
        """Let the page run when it is behind and the reader rests."""
        since = 0.0
        while True:
            await asyncio.sleep(REST_SECONDS / 10)
            now = time.monotonic()
            if not self.board.get("behind"):
                since = now
            elif self._unheard:
                continue
            elif now - max(self._acted, since) > REST_SECONDS or now - since > LATEST_SECONDS:
                self._acted = since = now
                await self._run([{"event": "run", "value": {"stamp": now}}])

    async def _fetch(self, index: int) -> None:
        """Fetch the pixels and maps of a slice that are not here yet."""
        wanted = [self.board["case"]["pixels"].replace("{k}", str(index))]
        wanted += [pane["maps"].get(str(index), "") for pane in self.board["panes"]]
        missing = [url for url in wanted if url and url not in self.fetched]
        answers = await asyncio.gather(*map(self._http.get, missing))
        if any(answer.status_code != 200 for answer in answers):
            raise RuntimeError("The server refused pixels that it had offered.")
        self.fetched.update(missing)
