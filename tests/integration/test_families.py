"""IPv4 and IPv6 on one worker, by UDP and by TCP: whoever comes by one hears and sees who comes by the other."""

from __future__ import annotations

import itertools
import re

import pytest

from rtc import Attach, Mid, Source
from rtc.shell import libc
from tests.integration.test_worker import hear, running

pytestmark = pytest.mark.skipif(not libc.has_ipv6(), reason="no IPv6 here")

WAYS = [(host, tcp) for host in ("127.0.0.1", "::1") for tcp in (False, True)]


async def test_all_ways_lead_to_the_same_worker() -> None:
    async with running(bind_host="::", announced=["127.0.0.1", "::1"]) as media:
        people = [await media.enter(host=host, tcp=tcp) for host, tcp in WAYS]
        speaks = itertools.count(1)
        for publisher, speaker in people:
            for viewer, listener in people:
                if viewer == publisher:
                    continue
                media.apply(Attach(viewer, Mid(listener.offer.slots[0][0]), publisher, Source.MICROPHONE))
                assert (await hear(speaker, listener, after=next(speaks) * 1000)).payload == b"voice"
        protocols = [(await media.stats_of(peer, lambda one: one.connected)).protocol for peer, _ in people]
        assert protocols == ["udp", "tcp", "udp", "tcp"]


async def test_a_peer_moves_from_one_family_to_the_other() -> None:
    async with running(bind_host="::", announced=["127.0.0.1", "::1"]) as media:
        (ana, ana_raw), (sam, sam_raw) = await media.enter(), await media.enter()
        media.apply(Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE))
        for number, (host, tcp) in enumerate([*WAYS, *reversed(WAYS)], 1):
            await sam_raw.move(tcp, host)
            assert (await hear(ana_raw, sam_raw, after=number * 1000)).payload == b"voice"


@pytest.mark.parametrize(
    ("announced", "tcp_port", "candidates"),
    [
        (
            ["192.0.2.1", "2001:db8::1"],
            0,
            ["udp 192.0.2.1 P", "udp 2001:db8::1 P", "tcp 192.0.2.1 P", "tcp 2001:db8::1 P"],
        ),
        (["192.0.2.1:443", "[2001:db8::1]:443"], None, ["udp 192.0.2.1 443", "udp 2001:db8::1 443"]),
    ],
)
async def test_the_answer_names_all_ways_best_first(
    announced: list[str], tcp_port: int | None, candidates: list[str]
) -> None:
    async with running(bind_host="::", announced=announced, tcp_port=tcp_port) as media:
        _, _, answer = await media.offer()
    lines = re.findall(r"a=candidate:\d+ 1 (udp|tcp) (\d+) (\S+) (\d+) typ host", answer)
    own = next((port for _, _, _, port in lines if port != "443"), "")
    assert [f"{kind} {address} {port}" for kind, _, address, port in lines] == [
        one.replace("P", own) for one in candidates
    ]
    priorities = [int(priority) for _, priority, _, _ in lines]
    assert priorities == sorted(priorities, reverse=True)
