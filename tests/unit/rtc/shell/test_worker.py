"""What a worker does with its time. The rest of it is tested as the process that it is (tests/integration)."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from rtc.core.model import Grant, PeerId
from rtc.shell import rpc
from rtc.shell.dtls import Certificate
from rtc.shell.endpoint import Endpoint
from rtc.shell.media import MAY_WAIT
from rtc.shell.worker import TURNS, Worker
from tests.unit.rtc.marks import replaces_methods

PEOPLE = 10


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """With ten people whose turn comes in the same tick."""
    certificate, private_key = Certificate.make().pem()
    ours, theirs = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=ours)
    made = Worker(rpc.Start(0, "127.0.0.1", 0, [], None, certificate, private_key, True, False, True), writer)
    for number in range(PEOPLE):
        made.handle(rpc.AddPeer(PeerId(TURNS * number), Grant(frozenset(), may_receive=True)))
    with theirs:
        yield made
        made.close()
        writer.close()


def tick(worker: Worker) -> None:
    """All have had a turn."""
    for _ in range(TURNS):
        worker._tick(asyncio.get_running_loop())


@replaces_methods
async def test_packets_wait_for_one_peers_turn_and_not_for_everybodys(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", worker._media.port))

        def due(endpoint: Endpoint, now: float) -> list[bytes]:
            taken.append(worker._media.received)
            sender.send(b"\0 anything")
            time.sleep(1.5 * MAY_WAIT)
            return []

        monkeypatch.setattr(Endpoint, "due", due)
        tick(worker)
    assert taken == list(range(PEOPLE))


@replaces_methods
async def test_who_is_gone_by_what_came_through_has_no_turn(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []

    def due(endpoint: Endpoint, now: float) -> list[bytes]:
        turns.append(endpoint.peer.id)
        time.sleep(1.5 * MAY_WAIT)
        return []

    monkeypatch.setattr(Endpoint, "due", due)
    monkeypatch.setattr(worker._media, "read", lambda: worker.handle(rpc.RemovePeer(PeerId(TURNS * 3))))
    tick(worker)
    assert turns == [PeerId(TURNS * number) for number in range(PEOPLE) if number != 3]
