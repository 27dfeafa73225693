"""The engine with a real worker, and a DTLS client behind a real socket: from offer to `PeerConnected` and back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aioice import stun

from rtc import (
    Engine,
    EngineEvent,
    EngineSettings,
    Grant,
    LostReason,
    Mid,
    OfferRefusedError,
    PeerConnected,
    PeerLost,
    Source,
    WorkerIndex,
)
from rtc.shell.dtls import Certificate
from tests.unit.rtc.shell.dtls_client import Client

OFFER = (Path(__file__).parents[1] / "data" / "offers" / "chromium-page.sdp").read_bytes().decode()
SOURCES = {
    Mid(str(i)): source
    for i, source in enumerate([Source.MICROPHONE, Source.CAMERA, Source.SCREEN, Source.SCREEN_SOUND])
}
FIRST = WorkerIndex(0)
EVERYTHING = Grant(frozenset(Source), may_receive=True)


class Events:
    def __init__(self) -> None:
        self._queue: asyncio.Queue[EngineEvent] = asyncio.Queue()

    def __call__(self, event: EngineEvent) -> None:
        self._queue.put_nowait(event)

    async def next(self) -> EngineEvent:
        async with asyncio.timeout(20):
            return await self._queue.get()


class Browser(asyncio.DatagramProtocol):
    """As much of a browser as it takes to connect: one check, then the handshake."""

    def __init__(self, certificate: Certificate, answer: str, ufrag: str) -> None:
        self._dtls = Client(certificate)
        self._username = f"{_line(answer, 'a=ice-ufrag:')}:{ufrag}"
        self._password = _line(answer, "a=ice-pwd:").encode()
        self.port = int(re.findall(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)", answer)[0])

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport
        check = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        check.attributes |= {"USERNAME": self._username, "PRIORITY": 1, "ICE-CONTROLLING": 1, "USE-CANDIDATE": None}
        check.add_message_integrity(self._password)
        transport.sendto(bytes(check))

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        if data[0] < 4:
            self.send(self._dtls.start())
        elif 20 <= data[0] <= 63:
            self.send(self._dtls.receive(data))

    def send(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self._transport.sendto(datagram)

    def leave(self) -> None:
        self.send(self._dtls.goodbye())


def _line(sdp: str, prefix: str) -> str:
    return next(line.removeprefix(prefix) for line in sdp.splitlines() if line.startswith(prefix))


@pytest.fixture
async def started() -> AsyncIterator[tuple[Engine, Events]]:
    events = Events()
    engine = Engine(EngineSettings(bind_host="127.0.0.1"), events)
    await engine.start()
    yield engine, events
    await engine.stop()


async def connect(engine: Engine, fingerprint: str, certificate: Certificate) -> Browser:
    """A new peer that offers this fingerprint and shows this certificate."""
    peer = engine.add_peer(FIRST, EVERYTHING)
    offer = re.sub(r"a=fingerprint:\S+ \S+", f"a=fingerprint:sha-256 {fingerprint}", OFFER)
    answer = await engine.offer(peer, offer, SOURCES)
    browser = Browser(certificate, answer.sdp, _line(offer, "a=ice-ufrag:"))
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: browser, remote_addr=("127.0.0.1", browser.port))
    return browser


async def test_a_browser_connects_and_leaves(started: tuple[Engine, Events]) -> None:
    engine, events = started
    certificate = Certificate.make()
    browser = await connect(engine, certificate.fingerprint, certificate)
    connected = await events.next()
    assert isinstance(connected, PeerConnected)
    browser.leave()
    assert await events.next() == PeerLost(connected.peer, LostReason.CLOSED)


async def test_another_certificate_than_offered_does_not_connect(started: tuple[Engine, Events]) -> None:
    engine, events = started
    await connect(engine, Certificate.make().fingerprint, Certificate.make())
    lost = await events.next()
    assert isinstance(lost, PeerLost)
    assert lost.reason is LostReason.DTLS


async def test_nonsense_is_refused(started: tuple[Engine, Events]) -> None:
    engine, _ = started
    peer = engine.add_peer(FIRST, EVERYTHING)
    with pytest.raises(OfferRefusedError):
        await engine.offer(peer, "v=0\r\nnonsense", {})
