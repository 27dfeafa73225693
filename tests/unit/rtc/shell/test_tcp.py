"""Connections of ICE over TCP on loopback: whose datagrams come and go, and how little a stranger gets."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from rtc.shell import libc, tcp
from rtc.shell.tcp import MAX_EACH, MAX_STRANGERS_EACH, MAX_UNPROVEN, SILENCE, UNTIL_CHECK, Connections
from rtc.wire.framing import MAX_FRAME, frame


class Port:
    """A listening socket, what came to it, and browsers that connect."""

    def __init__(self) -> None:
        self.connections = Connections()
        self.connections.listen("127.0.0.1", 0)
        self.received: list[tuple[bytes, bytes]] = []
        self.ended: list[bytes] = []
        self._news = asyncio.Event()
        self._stack = ExitStack()
        self.connections.run(asyncio.get_running_loop(), self._receive, self._end)

    def _receive(self, key: bytes, datagrams: list[bytes]) -> None:
        self.received += [(key, datagram) for datagram in datagrams]
        self._news.set()

    def _end(self, key: bytes) -> None:
        self.ended.append(key)
        self._news.set()

    async def connect(self, source: str = "127.0.0.1", buffer: int = 1 << 20) -> socket.socket:
        """`buffer`: octets that may wait for the browser."""
        browser = self._stack.enter_context(socket.socket())
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        browser.setblocking(False)
        browser.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(browser, ("127.0.0.1", self.connections.port))
        return browser

    async def key_of(self, browser: socket.socket) -> bytes:
        """Of its connection, by a datagram."""
        name = repr(browser.getsockname()).encode()
        browser.send(frame(name))
        await self.until(lambda: any(data == name for _, data in self.received))
        return next(key for key, data in self.received if data == name)

    async def until(self, there: object) -> None:
        assert callable(there)
        async with asyncio.timeout(5):
            while not there():
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        self.connections.stop()
        self._stack.close()


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    made = Port()
    yield made
    made.close()


async def read(browser: socket.socket, octets: int) -> bytes:
    data = b""
    async with asyncio.timeout(5):
        while len(data) < octets:
            data += await asyncio.get_running_loop().sock_recv(browser, octets - len(data))
    return data


async def is_closed(browser: socket.socket) -> bool:
    async with asyncio.timeout(5):
        try:
            return not await asyncio.get_running_loop().sock_recv(browser, 1)
        except ConnectionResetError:
            return True


async def test_each_connection_is_an_address_of_its_own(port: Port) -> None:
    one, two = await port.connect(), await port.connect()
    keys = [await port.key_of(one), await port.key_of(two)]
    assert len({*keys}) == 2
    assert all(len(key) == libc.ADDRESS_KEY and key.startswith(libc.STREAM) for key in keys)
    assert port.connections.send(keys[1], [(b"to two", False)])
    assert await read(two, 8) == frame(b"to two")
    connection = port.connections.find(keys[0])
    assert connection is not None
    assert connection.address == one.getsockname()


async def test_who_hangs_up_is_gone_and_nobody_gets_their_address(port: Port) -> None:
    one = await port.connect()
    key = await port.key_of(one)
    one.close()
    await port.until(lambda: port.ended == [key])
    assert not port.connections.send(key, [(b"late", False)])
    assert await port.key_of(await port.connect()) != key


async def test_what_the_line_does_not_take_waits_and_comes_in_order(port: Port) -> None:
    browser = await port.connect()
    key = await port.key_of(browser)
    datagrams = [bytes((i % 256,)) * 1200 for i in range(2000)]
    for datagram in datagrams:
        port.connections.send(key, [(datagram, True)])
    connection = port.connections.find(key)
    assert connection is not None
    assert connection.queue
    expected = b"".join(map(frame, datagrams))
    assert await read(browser, len(expected)) == expected
    assert not connection.queue


async def test_sound_overtakes_all_but_what_is_on_its_way(port: Port) -> None:
    browser = await port.connect(buffer=4096)
    key = await port.key_of(browser)
    pictures = 300
    for _ in range(pictures):
        port.connections.send(key, [(bytes(1200), True)])
    port.connections.send(key, [(b"sound", False)])
    stream = await read(browser, pictures * 1202 + len(frame(b"sound")))
    assert stream.index(frame(b"sound")) < len(stream) / 2


# --- strangers -------------------------------------------------------------------------------------------------------


async def test_a_frame_that_is_too_long_ends_the_connection_and_what_came_before_counts(port: Port) -> None:
    browser = await port.connect()
    browser.send(frame(b"check") + (MAX_FRAME + 1).to_bytes(2, "big"))
    assert await is_closed(browser)
    assert [data for _, data in port.received] == [b"check"]


async def test_a_stranger_may_send_a_few_checks_and_no_more(port: Port) -> None:
    browser = await port.connect()
    browser.send(frame(bytes(MAX_FRAME)) * (MAX_UNPROVEN // MAX_FRAME + 1))
    assert await is_closed(browser)


async def test_who_has_passed_a_check_may_send_on(port: Port) -> None:
    browser = await port.connect()
    key = await port.key_of(browser)
    port.connections.prove(key)
    for _ in range(10):
        browser.send(frame(bytes(MAX_FRAME)))
    await port.until(lambda: len(port.received) == 11)
    assert port.ended == []


async def test_a_stranger_who_dribbles_has_five_seconds_and_a_known_one_a_minute(port: Port) -> None:
    known, slow = await port.connect(), await port.connect()
    key = await port.key_of(known)
    port.connections.prove(key)
    slow_key = await port.key_of(slow)
    slow.send(b"\0")  # of a length
    now = time.monotonic()
    port.connections.each_second(now + UNTIL_CHECK - 1)
    assert port.ended == []
    port.connections.each_second(now + UNTIL_CHECK + 1)
    assert port.ended == [slow_key]
    port.connections.each_second(now + SILENCE + 1)
    assert port.ended == [slow_key, key]


async def test_strangers_of_one_address_make_room_for_each_other_and_harm_no_one_else(port: Port) -> None:
    known, elsewhere = await port.connect(), await port.connect("127.0.0.9")
    key, other = await port.key_of(known), await port.key_of(elsewhere)
    port.connections.prove(key)
    crowd = [await port.connect() for _ in range(MAX_STRANGERS_EACH + 3)]
    newest = await port.key_of(crowd[-1])
    assert all([await is_closed(browser) for browser in crowd[:3]])
    assert len(port.ended) == 3
    assert all(port.connections.find(one) is not None for one in (key, other, newest))


async def test_strangers_of_many_addresses_make_room_for_the_newest(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_STRANGERS", 4)
    crowd = [await port.connect(f"127.0.1.{i + 1}") for i in range(6)]
    newest = await port.key_of(crowd[-1])
    assert all([await is_closed(browser) for browser in crowd[:2]])
    assert port.connections.find(newest) is not None


async def test_one_address_has_only_so_many_connections_also_of_known_ones(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "MAX_EACH", 3)
    for _ in range(3):
        port.connections.prove(await port.key_of(await port.connect()))
    assert await is_closed(await port.connect())
    assert MAX_EACH > 3
    await port.key_of(await port.connect("127.0.0.9"))


async def test_there_are_only_so_many_in_all(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 2)
    for i in range(2):
        port.connections.prove(await port.key_of(await port.connect(f"127.0.1.{i + 1}")))
    assert await is_closed(await port.connect("127.0.0.9"))
