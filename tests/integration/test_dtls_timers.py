"""What DTLS repeats by OpenSSL's own clocks, both ends of it; waits for those clocks and for nothing else."""

from __future__ import annotations

import asyncio

from rtc.shell.dtls import Certificate, DtlsServer
from tests.unit.rtc.shell.dtls_client import Client, fingerprint_of

OURS, THEIRS = Certificate.make(), Certificate.make()


async def client_timeout(client: Client) -> list[bytes]:
    wait = client.ssl.DTLSv1_get_timeout()
    assert wait is not None
    await asyncio.sleep(wait)
    return client.timeout()


async def server_timeout(server: DtlsServer) -> list[bytes]:
    wait = server.next_timeout()
    assert wait is not None
    await asyncio.sleep(wait)
    return server.handle_timeout()


def exchange(server: DtlsServer, client: Client, to_server: list[bytes]) -> list[bytes]:
    """One flight there, one back, and the client's reply to that."""
    answers = [answer for datagram in to_server for answer in server.receive(datagram)]
    return [reply for answer in answers for reply in client.receive(answer)]


async def test_our_lost_last_flight_is_repeated_with_the_browsers() -> None:
    server, client = DtlsServer(OURS, [fingerprint_of(THEIRS)]), Client(THEIRS)
    flight = exchange(server, client, client.start())
    lost = [answer for datagram in flight for answer in server.receive(datagram)]
    assert lost
    assert server.keys
    keys = server.keys
    exchange(server, client, await client_timeout(client))
    assert client.connected
    assert server.keys == keys


async def test_our_lost_first_flight_is_repeated_by_our_own_clock() -> None:
    server, client = DtlsServer(OURS, [fingerprint_of(THEIRS)]), Client(THEIRS)
    lost = [answer for datagram in client.start() for answer in server.receive(datagram)]
    again = await server_timeout(server)
    assert [len(datagram) for datagram in again] == [len(datagram) for datagram in lost]
    exchange(server, client, [reply for datagram in again for reply in client.receive(datagram)])
    assert server.keys
    assert client.connected


async def test_a_clock_doubles_its_wait() -> None:
    server = DtlsServer(OURS, [fingerprint_of(THEIRS)])
    for datagram in Client(THEIRS).start():
        server.receive(datagram)
    await server_timeout(server)
    second = server.next_timeout()
    assert second is not None
    assert 1.5 < second <= 2.0
