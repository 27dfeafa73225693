"""How soon everybody has sound and picture of a new partner, measured with packets instead of browsers.

No codec and no jitter buffer stands between: what is left is the server's own share, for more people than browsers fit
on a machine. A real server on loopback; every packet is decrypted and says itself who sent it.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from msgspec import Struct

from bench.lab.dtls import Identity
from bench.lab.lead import member
from bench.lab.moved import PATIENCE, percentile
from bench.lab.pairings import moves, pairings, partners
from bench.lab.rawpeople import RawPerson, sending
from bench.lab.server import Server
from signaling import protocol as p

EVERY = 1.5  # seconds between two commands
SETTLE = 2.0  # seconds: all flow


class Result(Struct, frozen=True):
    """Milliseconds from the command. `all_flowing`: until the last of all had the new partner's sound and key frame."""

    people: int
    moves: int
    all_flowing_p50_ms: float
    all_flowing_max_ms: float
    audio_p95_ms: float
    frame_p95_ms: float
    sdp_exchanges: int
    stray_packets: int


async def measure(people: int = 24, count: int = 10, seed: int = 1) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(Server(Path(folder) / "data", port=_free_port()))
            made = await server.create_session(people, links=[{"roles": ["facilitator"]}])
            link, leading = made.links
            lead = await stack.enter_async_context(member(server, leading.token, "Ana"))
            identity = Identity()
            everybody = []
            for number in range(people):
                seat = await stack.enter_async_context(member(server, link.token, f"Person {number + 1}"))
                everybody.append(await RawPerson.come(number, seat, identity))
            numbers = {person.member.id: n for n, person in enumerate(everybody)}

            rounds = pairings(list(numbers), count + 1, seed)
            await lead.ask(p.PlanRooms, how="size", count=2)
            await lead.ask(p.EditPlan, rooms=rounds[0])
            await lead.ask(p.OpenRooms, minutes=None, late="ask")
            # Media begins inside the pairs: in one room everybody's sound would be a load of its own.
            await stack.enter_async_context(sending(everybody))
            _expect(everybody, numbers, partners(rounds[0]))
            await asyncio.gather(*(person.publish() for person in everybody))
            await asyncio.sleep(SETTLE)

            assert lead.board is not None
            rooms = [room.id for room in lead.board.rooms]
            before = sum(person.member.offers_wanted for person in everybody)
            sounds: list[list[float]] = []
            pictures: list[list[float]] = []
            for old, new in itertools.pairwise(rounds):
                _expect(everybody, numbers, partners(new))
                at = time.time()
                await lead.ask(p.MovePeople, moves=moves(old, new, rooms))
                await asyncio.sleep(EVERY - (time.time() - at))
                sounds.append([_since(at, person.first_sound) for person in everybody])
                pictures.append([_since(at, person.first_picture) for person in everybody])
            return _result(everybody, sounds, pictures, before)


def _expect(people: Sequence[RawPerson], numbers: dict[str, int], partners_: dict[str, str]) -> None:
    for person in people:
        person.expect(numbers[partners_[person.member.id]])


def _since(at: float, moment: float | None) -> float:
    return (PATIENCE if moment is None else min(moment - at, PATIENCE)) * 1000


def _result(
    people: Sequence[RawPerson], sounds: Sequence[Sequence[float]], pictures: Sequence[Sequence[float]], before: int
) -> Result:
    """One row a move, one column a person."""
    flowing = [max(*heard, *seen) for heard, seen in zip(sounds, pictures, strict=True)]
    return Result(
        people=len(people),
        moves=len(flowing),
        all_flowing_p50_ms=round(statistics.median(flowing), 1),
        all_flowing_max_ms=round(max(flowing), 1),
        audio_p95_ms=percentile(list(itertools.chain(*sounds)), 95),
        frame_p95_ms=percentile(list(itertools.chain(*pictures)), 95),
        sdp_exchanges=sum(person.member.offers_wanted for person in people) - before,
        stray_packets=sum(person.strays for person in people),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
