"""What the forwarding bench asks of a server. Each implementation says how people reach it, and what it tells."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from bench.generator import Person

SERVER_CORE, GENERATOR_CORE = 0, 1

# Both sides offer nothing else, so that nobody's own order of preference decides (RFC 7714 14.2). Kinroom's choice.
PROFILE = b"SRTP_AEAD_AES_128_GCM"


class BenchError(Exception):
    """The bench could not measure what it promises to."""


class Server(Protocol):
    """One process that forwards, and everybody connected to it. Opened once, closed once."""

    name: str
    people: list[Person]

    async def open(self) -> None:
        """Returns when everybody is connected and everybody's media goes to everybody."""

    async def close(self) -> None:
        """Also after `open` has failed."""

    def check(self) -> None:
        """Raises BenchError if it is not alive any more."""

    @property
    def pid(self) -> int: ...

    @property
    def path(self) -> str:
        """How it forwards, in a word: two runs with different paths are not to be compared."""

    async def time_inside(self, work: Awaitable[object]) -> list[float]:
        """Awaits `work`; milliseconds that packets stayed inside meanwhile, [] where the server does not tell."""


def generator_ports(server: Server) -> set[int]:
    """Local ports of all connections."""
    return {peer.socket.getsockname()[1] for person in server.people for peer in person.connections}


def server_ports(server: Server) -> set[int]:
    return {peer.socket.getpeername()[1] for person in server.people for peer in person.connections}
