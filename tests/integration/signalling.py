"""What the tests of the signalling share: the real application on a real port, and pages that speak the protocol.

The media engine is stood in for by one that only writes down what it is told: what it does is not under test here
(`test_signaling_media.py` runs the real one).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar

import aiohttp
from aiohttp import web

from rtc import (
    Answer,
    Attach,
    Change,
    Detach,
    Engine,
    Grant,
    Mid,
    OfferRefusedError,
    PeerId,
    Source,
    WorkerGoneError,
    WorkerIndex,
    WorkerStats,
)
from signaling import protocol as p
from signaling.codec import decode_server, encode
from signaling.core.roles import Role
from signaling.shell.app import App, AppSettings
from signaling.shell.auth import OperatorKey
from signaling.shell.hub import Hub
from signaling.store.store import Store

KEY = "the operator's key of the tests"
T = TypeVar("T")


class Clock:
    """Wall time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class RecordingEngine(Engine):
    """Answers each offer at once: its text says how many slot pairs. Keeps what it was told, in order."""

    def __init__(self) -> None:
        self.grants: dict[PeerId, Grant] = {}
        self.removed: list[PeerId] = []
        self.removal = asyncio.Event()
        self.applied: list[list[Change]] = []
        self.attached: dict[tuple[PeerId, Mid], tuple[PeerId, Source]] = {}
        self.held = asyncio.Event()
        self.held.set()
        self.gone = False
        self._ids = itertools.count(1)

    @property
    def ready(self) -> bool:
        return True

    def choose_worker(self) -> WorkerIndex:
        return WorkerIndex(0)

    def add_peer(self, worker: WorkerIndex, grant: Grant) -> PeerId:
        peer = PeerId(next(self._ids))
        self.grants[peer] = grant
        return peer

    def remove_peer(self, peer: PeerId) -> None:
        self.removed.append(peer)
        self.removal.set()
        self.attached = {at: what for at, what in self.attached.items() if peer not in (at[0], what[0])}

    async def offer(self, peer: PeerId, sdp: str, sources: Mapping[Mid, Source]) -> Answer:
        await self.held.wait()
        if self.gone:
            raise WorkerGoneError("worker 0 ended")
        if not sdp.isdecimal():
            raise OfferRefusedError("this is no SDP")
        return Answer(f"answer to {peer}", [(Mid(f"a{k}"), Mid(f"v{k}")) for k in range(int(sdp))])

    def apply(self, worker: WorkerIndex, changes: Sequence[Change]) -> None:
        self.applied.append(list(changes))
        for change in changes:
            match change:
                case Attach(peer, mid, publisher, source):
                    self.attached[peer, mid] = (publisher, source)
                case Detach(peer, mid):
                    del self.attached[peer, mid]

    def stats(self, worker: WorkerIndex) -> WorkerStats | None:
        return None

    def seen_by(self, peer: int) -> dict[str, tuple[int, str]]:
        return {mid: what for (viewer, mid), what in self.attached.items() if viewer == peer}


class Page:
    """A browser's end of the WebSocket. Reads one message after another."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.snapshot: p.Snapshot | None = None
        self._ids = itertools.count(100)
        self._passed: list[p.ServerMessage] = []  # came before a reply, and nobody has asked for them yet

    async def next(self) -> p.ServerMessage:
        message = await asyncio.wait_for(self.ws.receive(), 5)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return decode_server(message.data)

    async def until(self, shape: type[T], test: Callable[[T], bool] = lambda _: True) -> T:
        """The next message of this kind; others before it are dropped."""
        while True:
            message = self._passed.pop(0) if self._passed else await self.next()
            if isinstance(message, shape) and test(message):
                return message

    async def event(self, shape: type[T]) -> T:
        found = await self.until(p.Event, lambda event: isinstance(event.event, shape))
        assert isinstance(found.event, shape)
        return found.event

    async def closed(self) -> bool:
        """Reads to the end of the connection."""
        while True:
            message = await asyncio.wait_for(self.ws.receive(), 5)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING)

    async def say(self, message: p.ClientMessage) -> None:
        await self.ws.send_str(encode(message))

    async def ask(self, shape: type[p.ClientMessage], **fields: object) -> p.ServerMessage:
        """Sends a request and returns its reply; what comes in between is kept for `until`."""
        number = next(self._ids)
        await self.say(shape(id=number, **fields))  # type: ignore[arg-type]
        while True:
            message = await self.next()
            if getattr(message, "id", None) == number:
                return message
            self._passed.append(message)

    async def join(self, token: str, name: str = "Sam") -> Self:
        reply = await self.ask(p.Join, version=1, token=token, name=name)
        assert isinstance(reply, p.Snapshot), reply
        self.snapshot = reply
        return self

    async def resume(self, before: p.Snapshot, peer: int | None = None, name: str = "Sam") -> p.ServerMessage:
        reply = await self.ask(p.Resume, version=1, session=before.session, secret=before.secret, name=name, peer=peer)
        if isinstance(reply, p.Snapshot):
            self.snapshot = reply
        return reply

    async def media(self, pairs: int, *sources: p.SourceName) -> int:
        """A fresh peer that publishes these sources; its number."""
        reply = await self.ask(p.Offer, sdp=str(pairs), sources={"0": "microphone", "1": "camera"}, fresh=True)
        assert isinstance(reply, p.Answer), reply
        for source in sources:
            assert isinstance(await self.ask(p.Publish, source=source), p.Ok)
        return reply.peer

    @property
    def me(self) -> str:
        assert self.snapshot is not None
        return self.snapshot.you

    def drop(self) -> None:
        """As a network that is gone: no goodbye."""
        transport = self.ws._response.connection.transport  # the client has no public way to be rude
        transport.abort()


class House:
    """The application on a port, with everything that stands behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.engine = RecordingEngine()
        self.hub: Hub
        self.app: App
        self.base = ""
        self.http: aiohttp.ClientSession

    async def start(self, port: int = 0) -> None:
        self.store = await Store.open(self.folder / "kinroom.db")
        self.hub = Hub(self.engine, self.store, self.clock)
        await self.hub.start()
        self.app = App(AppSettings(page=self.folder / "page"), self.hub, OperatorKey(KEY))
        self.runner = web.AppRunner(self.app.web, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.base = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.app.open()

    async def stop(self) -> None:
        await self.hub.stop()
        await self.runner.cleanup()
        await self.store.close()

    async def page(self) -> Page:
        return Page(await self.http.ws_connect(f"{self.base}/ws"))

    async def links(self, people: int = 25) -> tuple[str, str]:
        """The session and a participant's token."""
        session, links = await self.hub.create([(Role.PARTICIPANT, people)])
        return session, links[0].token

    async def joined(self, token: str, name: str = "Sam") -> Page:
        return await (await self.page()).join(token, name)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    made = House(folder)
    async with aiohttp.ClientSession() as http:
        made.http = http
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
