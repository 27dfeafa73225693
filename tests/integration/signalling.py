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
from typing import NamedTuple, Self, TypeVar

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
from signaling.core.ids import SessionId
from signaling.core.programme import Programme
from signaling.core.roles import Role
from signaling.shell.app import App, AppSettings
from signaling.shell.auth import OperatorKey
from signaling.shell.hub import Hub
from signaling.shell.links import Made, Times, Wanted
from signaling.shell.turn import Relay
from signaling.store.store import Store
from tests.reading import PLACES, with_changes

KEY = "the operator's key of the tests"
PROGRAMME = Programme(practice_number="555-0100", crisis_line="988")
T = TypeVar("T")


class Clock:
    """Wall time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class RecordingEngine(Engine):
    """Answers each offer at once: its text says how many slot pairs. Keeps what it was told, in order."""

    trace = True

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
                    self.attached.pop((peer, mid), None)  # gone with its publisher, as in a worker

    def stats(self, worker: WorkerIndex) -> WorkerStats | None:
        return None

    def seen_by(self, peer: int) -> dict[str, tuple[int, str]]:
        return {mid: what for (viewer, mid), what in self.attached.items() if viewer == peer}


class ClosedError(AssertionError):
    """The server closed the connection, and a message was expected."""


class Page:
    """A browser's end of the WebSocket. Reads one message after another, and keeps what it was told."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.place: p.Place | None = None  # the newest snapshot, with the changes since
        self.secret: str | None = None
        self.peer: int | None = None  # whose RTCPeerConnection lives here
        self.patience = 5.0  # seconds for the next message
        self.octets = 0  # received so far, without the frames' heads
        self._n = 0
        self._ids = itertools.count(100)
        self._passed: list[p.ServerMessage] = []  # came before a reply, and nobody has asked for them yet

    async def next(self) -> p.ServerMessage:
        message = await asyncio.wait_for(self.ws.receive(), self.patience)
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ClosedError(message)
        self.octets += len(message.data)
        decoded = decode_server(message.data)
        self._keep(decoded)
        return decoded

    def _keep(self, message: p.ServerMessage) -> None:
        if isinstance(message, PLACES):
            self.place, self._n = message, 0
            self.secret = message.secret or self.secret
            self.peer = message.peer if isinstance(message, p.Snapshot) else None
        elif isinstance(message, p.Answer):
            self.peer = message.peer
        elif isinstance(message, p.MediaLost):
            self.peer = None
        elif isinstance(message, p.Changes):
            assert self.place is not None
            self._n += 1
            assert message.n == self._n, "a gap"
            self.place = with_changes(self.place, message.changes)

    async def until(self, shape: type[T], test: Callable[[T], bool] = lambda _: True) -> T:
        """The next message of this kind; others before it are dropped."""
        while True:
            message = self._passed.pop(0) if self._passed else await self.next()
            if isinstance(message, shape) and test(message):
                return message

    async def change(self, shape: type[T], test: Callable[[T], bool] = lambda _: True) -> T:
        """The next change of this kind; what came before and beside it is dropped."""
        while True:
            message = await self.until(p.Changes)
            for change in message.changes:
                if isinstance(change, shape) and test(change):
                    return change

    async def person(self, who: str, test: Callable[[p.Person], bool] = lambda _: True) -> p.Person:
        """How that person is after the next change of them that passes the test."""
        found = await self.change(p.PersonIs, lambda change: change.person.id == who and test(change.person))
        return found.person

    async def settled(self) -> list[p.ServerMessage]:
        """What had come, or was on its way, before this was asked."""
        assert isinstance(await self.ask(p.Ping), p.Ok)
        passed, self._passed = self._passed, []
        return passed

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

    async def act(self, shape: type[p.ClientMessage], **fields: object) -> None:
        """A request that is taken."""
        reply = await self.ask(shape, **fields)
        assert isinstance(reply, p.Ok), reply

    async def refused(self, shape: type[p.ClientMessage], **fields: object) -> p.ErrorCode:
        reply = await self.ask(shape, **fields)
        assert isinstance(reply, p.Refused), reply
        return reply.code

    async def join(self, token: str, name: str = "Sam", agreement: str | None = None) -> Self:
        """Into the room, the waiting room or the desk: `place` says which."""
        reply = await self.ask(p.Join, version=p.VERSION, token=token, name=name, agreement=agreement)
        assert isinstance(reply, PLACES), reply
        assert reply.secret is not None
        return self

    async def resume(self, before: Page, peer: int | None = None, name: str = "Sam") -> p.ServerMessage:
        """As the browser of that page, on this connection."""
        place = before.place
        assert place is not None
        self.secret = before.secret
        return await self.ask(
            p.Resume, version=p.VERSION, session=place.session, secret=before.secret, name=name, peer=peer
        )

    async def media(self, pairs: int, *sources: p.SourceName) -> int:
        """A fresh peer that publishes these sources; its number."""
        reply = await self.ask(p.Offer, sdp=str(pairs), sources={"0": "microphone", "1": "camera"}, fresh=True)
        assert isinstance(reply, p.Answer), reply
        for source in sources:
            await self.act(p.Publish, source=source)
        return reply.peer

    @property
    def snapshot(self) -> p.Snapshot:
        """Of the room that this page is in."""
        assert isinstance(self.place, p.Snapshot), self.place
        return self.place

    @property
    def names(self) -> list[str]:
        return [person.name for person in self.snapshot.people]

    @property
    def team(self) -> p.Team:
        assert isinstance(self.place, p.Snapshot | p.Silent), self.place
        assert self.place.team is not None
        return self.place.team

    @property
    def me(self) -> str:
        assert self.place is not None
        return self.place.you

    def drop(self) -> None:
        """As a network that is gone: no goodbye."""
        transport = self.ws._response.connection.transport  # the client has no public way to be rude
        transport.abort()


class House:
    """The application on a port, with everything that stands behind it."""

    def __init__(self, folder: Path, behind_proxy: bool = False, relay: Relay | None = None) -> None:
        self.folder = folder
        self.behind_proxy = behind_proxy
        self.relay = relay
        self.clock = Clock()
        self.engine = RecordingEngine()
        self.hub: Hub
        self.app: App
        self.base = ""
        self.http: aiohttp.ClientSession

    async def start(self, port: int = 0) -> None:
        self.store = await Store.open(self.folder / "kinroom.db")
        self.hub = Hub(self.engine, self.store, self.clock, self.relay)
        await self.hub.start()
        settings = AppSettings(page=self.folder / "page", behind_proxy=self.behind_proxy)
        self.app = App(settings, self.hub, OperatorKey(KEY))
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

    async def page(self, address: str | None = None) -> Page:
        """`address`: as a proxy would name it."""
        headers = {} if address is None else {"X-Forwarded-For": address}
        return Page(await self.http.ws_connect(f"{self.base}/ws", headers=headers))

    async def group(self, *wanted: Wanted, programme: Programme = PROGRAMME, hours: float = 24 * 30) -> Group:
        """A group with one session that is open now, and a token for each wanted link."""
        now = self.clock()
        made = await self.hub.links.create(programme, [Times(now, now + hours * 3600)], list(wanted))
        return Group(made.sessions[0], [link.token for link in made.links], made)

    async def links(self, people: int = 25) -> tuple[SessionId, str]:
        """The session, and a token that lets many participants in without a knock."""
        group = await self.group(Wanted(roles=(Role.PARTICIPANT,), people=people, knocks=False))
        return group.session, group.tokens[0]

    async def joined(self, token: str, name: str = "Sam") -> Page:
        return await (await self.page()).join(token, name)

    async def led(self, *names: str) -> tuple[Page, list[Page]]:
        """Ana, who leads, and these participants, let in."""
        group = await self.group(LEADS, *(PERSON for _ in names))
        ana = await self.joined(group.tokens[0], "Ana")
        people = [await self.joined(token, name) for token, name in zip(group.tokens[1:], names, strict=True)]
        for page in people:
            await self.admit(ana, page)
        for page in (ana, *people):
            await page.settled()
        return ana, people

    async def admit(self, facilitator: Page, page: Page) -> None:
        await facilitator.act(p.Admit, participant=page.me)
        await page.until(p.Snapshot)


class Group(NamedTuple):
    session: SessionId
    tokens: list[str]
    made: Made


LEADS = Wanted(roles=(Role.FACILITATOR,))
PERSON = Wanted(roles=(Role.PARTICIPANT,))


@asynccontextmanager
async def house(folder: Path, behind_proxy: bool = False, relay: Relay | None = None) -> AsyncIterator[House]:
    made = House(folder, behind_proxy, relay)
    async with aiohttp.ClientSession() as http:
        made.http = http
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
