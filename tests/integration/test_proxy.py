"""The impairment proxy between real sockets on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aioice import stun

from bench.lab.impair import MEDIA, VIDEO, Kind, Match, Rule
from bench.lab.proxy import Address, Proxy, chosen_ufrag

AUDIO_PACKET = bytes([0x80, 111]) + bytes(20)
VIDEO_PACKET = bytes([0x80, 96]) + bytes(20)


class Endpoint(asyncio.DatagramProtocol):
    """A UDP socket whose datagrams are awaited one by one. With `echo` it sends each back where it came from."""

    def __init__(self, echo: bool = False) -> None:
        self.echo = echo
        self.received: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.received.put_nowait((data, addr))
        if self.echo:
            self.transport.sendto(data, addr)

    @property
    def address(self) -> Address:
        address: Address = self.transport.get_extra_info("sockname")
        return address

    async def next(self) -> bytes:
        return (await asyncio.wait_for(self.received.get(), 2.0))[0]


async def open_endpoint(echo: bool = False) -> Endpoint:
    loop = asyncio.get_running_loop()
    _, endpoint = await loop.create_datagram_endpoint(lambda: Endpoint(echo), local_addr=("127.0.0.1", 0))
    return endpoint


def check(client_ufrag: str) -> bytes:
    request = stun.Message(
        message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST, transaction_id=bytes(12)
    )
    request.attributes["USERNAME"] = f"server:{client_ufrag}"
    request.add_message_integrity(b"password")
    return bytes(request)


@pytest.fixture
async def server() -> AsyncIterator[Endpoint]:
    endpoint = await open_endpoint(echo=True)
    yield endpoint
    endpoint.transport.close()


@pytest.fixture
async def proxy(server: Endpoint) -> AsyncIterator[Proxy]:
    async with Proxy(("127.0.0.1", 0), server.address, seed=7) as running:
        yield running


async def client_of(proxy: Proxy, ufrag: str) -> Endpoint:
    """A client that has made one connectivity check."""
    client = await open_endpoint()
    client.transport.sendto(check(ufrag), proxy.address)
    assert await client.next() == check(ufrag)
    return client


async def exchange(client: Endpoint, proxy: Proxy, datagram: bytes) -> float:
    """Seconds until `datagram` is back."""
    started = asyncio.get_running_loop().time()
    client.transport.sendto(datagram, proxy.address)
    while await client.next() != datagram:
        pass
    return asyncio.get_running_loop().time() - started


async def test_passes_both_ways_on_one_socket_per_client(proxy: Proxy, server: Endpoint) -> None:
    ann, ben = await client_of(proxy, "ann"), await client_of(proxy, "ben")
    await exchange(ann, proxy, b"\x80hello")
    seen = {server.received.get_nowait() for _ in range(3)}
    ports = {data: address[1] for data, address in seen}
    assert ports[b"\x80hello"] == ports[check("ann")] != ports[check("ben")]
    assert [client.ufrag for client in proxy.clients] == ["ann", "ben"]
    ann.transport.close()
    ben.transport.close()


async def test_delays_one_persons_video_and_nothing_else(proxy: Proxy) -> None:
    ann, ben = await client_of(proxy, "ann"), await client_of(proxy, "ben")
    proxy.set_rules("ann", up=[Rule(match=VIDEO, delay=0.2)])
    times = await asyncio.gather(
        exchange(ann, proxy, VIDEO_PACKET), exchange(ben, proxy, VIDEO_PACKET), exchange(ben, proxy, AUDIO_PACKET)
    )
    assert times[0] >= 0.2 > 0.1 > max(times[1:])
    assert await exchange(ann, proxy, AUDIO_PACKET) < 0.1
    proxy.clear_rules("ann")
    assert await exchange(ann, proxy, VIDEO_PACKET) < 0.1
    ann.transport.close()
    ben.transport.close()


async def test_directions_have_rules_of_their_own(proxy: Proxy, server: Endpoint) -> None:
    ann = await client_of(proxy, "ann")
    proxy.set_rules("ann", down=[Rule(match=MEDIA, blackout=True)])
    ann.transport.sendto(VIDEO_PACKET, proxy.address)
    await exchange(ann, proxy, b"\x80\xc8" + bytes(10))
    assert [server.received.get_nowait()[0] for _ in range(2)] == [check("ann"), VIDEO_PACKET]
    up, down = proxy.stats("ann")
    assert (up.received, up.blacked_out, down.received, down.blacked_out) == (3, 0, 3, 1)
    ann.transport.close()


async def test_rules_follow_the_person_to_a_new_address(proxy: Proxy) -> None:
    proxy.set_rules("ann", up=[Rule(match=VIDEO, delay=0.2)])
    first = await client_of(proxy, "ann")
    second = await client_of(proxy, "ann")
    assert await exchange(second, proxy, VIDEO_PACKET) >= 0.2
    first.transport.close()
    second.transport.close()


async def test_change_address_shows_the_server_a_new_port(proxy: Proxy, server: Endpoint) -> None:
    ann = await client_of(proxy, "ann")
    proxy.change_address("ann")
    await exchange(ann, proxy, AUDIO_PACKET)
    (_, before), (_, after) = server.received.get_nowait(), server.received.get_nowait()
    assert before[0] == after[0]
    assert before[1] != after[1]
    ann.transport.close()


async def test_loss_is_seeded(proxy: Proxy, server: Endpoint) -> None:
    ann = await client_of(proxy, "ann")
    proxy.set_default(up=[Rule(match=Match(kinds=frozenset({Kind.VIDEO})), loss=0.3)])
    for n in range(200):
        ann.transport.sendto(VIDEO_PACKET + bytes([n]), proxy.address)
    await exchange(ann, proxy, AUDIO_PACKET)
    up, _ = proxy.stats("ann")
    assert up.received == 202
    assert up.lost == 72  # of seed 7
    assert server.received.qsize() == 202 - up.lost
    ann.transport.close()


async def test_a_server_that_is_away_is_only_loss(proxy: Proxy, server: Endpoint) -> None:
    ann = await client_of(proxy, "ann")
    loop = asyncio.get_running_loop()
    address = server.address
    server.transport.close()
    ann.transport.sendto(VIDEO_PACKET, proxy.address)
    ann.transport.sendto(VIDEO_PACKET, proxy.address)  # its send meets the ECONNREFUSED that the first one caused
    while proxy.stats("ann")[0].received < 3:  # noqa: ASYNC110 (the proxy tells nobody)
        await asyncio.sleep(0)
    _, again = await loop.create_datagram_endpoint(lambda: Endpoint(echo=True), local_addr=address)
    await exchange(ann, proxy, AUDIO_PACKET)
    ann.transport.close()
    again.transport.close()


@pytest.mark.parametrize(
    ("datagram", "ufrag"),
    [
        (check("abcd"), "abcd"),
        (check("a/b+"), "a/b+"),
        (check("abcd")[:23], None),
        (b"\x01\x01" + check("abcd")[2:], None),  # a response
        (AUDIO_PACKET, None),
        (b"", None),
        (b"\x00\x01" + b"\xff" * 40, None),
    ],
)
def test_chosen_ufrag(datagram: bytes, ufrag: str | None) -> None:
    assert chosen_ufrag(datagram) == ufrag


async def test_a_client_that_restarts_ice_is_known_by_both_fragments(proxy: Proxy, server: Endpoint) -> None:
    ann = await client_of(proxy, "ann")
    proxy.set_rules("ann", up=[Rule(match=VIDEO, loss=1.0)])
    await exchange(ann, proxy, check("ann2"))
    ann.transport.sendto(VIDEO_PACKET, proxy.address)
    proxy.change_address("ann2")
    await exchange(ann, proxy, AUDIO_PACKET)
    assert proxy.stats("ann")[0].lost == proxy.stats("ann2")[0].lost == 1
    with pytest.raises(KeyError):
        proxy.change_address("ben")
    ann.transport.close()
