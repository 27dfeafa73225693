"""What the forwarding bench asks of a server. Each implementation says how people reach it, and what it tells."""

from __future__ import annotations

import re
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


def downlink_extensions(server: Server) -> list[str]:
    """Header extensions that are agreed on for what people receive, by the ends of their names."""
    person = server.people[0]
    lines = list(person.down.answer.lines.values())
    if person.down is person.peer:  # what we send on is on the same connection
        slots = {mid for pair in person.peer.offer.slots for mid in pair}
        lines = [line for line in lines if line.mid in slots]
    return sorted({re.split(r"[/:]", uri)[-1] for line in lines for uri in line.extensions.values()})


def server_ports(server: Server) -> set[int]:
    return {peer.socket.getpeername()[1] for person in server.people for peer in person.connections}
