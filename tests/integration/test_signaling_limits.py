"""Rude, slow, silent and foolish clients: each hurts only itself, and is told why."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from signaling import protocol as p
from signaling.core.ids import ParticipantId
from signaling.shell import connection, outbox
from tests.fuzz import fuzz_messages
from tests.integration.signalling import House, Page, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


def away(person: p.Person) -> bool:
    return not person.present


def code(message: p.ServerMessage) -> p.ErrorCode:
    assert isinstance(message, p.Refused), message
    return message.code


async def test_nothing_is_answered_before_a_seat_is_taken(home: House) -> None:
    page = await home.page()
    assert code(await page.ask(p.Mute)) == p.ErrorCode.NOT_JOINED
    assert code(await page.ask(p.Offer, sdp="1", sources={}, fresh=True)) == p.ErrorCode.NOT_JOINED
    assert isinstance(await page.ask(p.Ping), p.Ok)


async def test_first_messages_that_are_wrong(home: House) -> None:
    _, token = await home.links()
    page = await home.page()
    assert code(await page.ask(p.Join, version=1, token=token, name="Sam")) == p.ErrorCode.BAD_VERSION
    assert code(await page.ask(p.Join, version=p.VERSION, token="x" * 32, name="Sam")) == p.ErrorCode.BAD_LINK
    assert code(await page.ask(p.Join, version=p.VERSION, token=token, name="\u202e ")) == p.ErrorCode.BAD_NAME
    seat = {"version": p.VERSION, "session": "nowhere", "secret": "x" * 32, "name": "Sam"}
    assert code(await page.ask(p.Resume, **seat)) == p.ErrorCode.RESUME_UNKNOWN
    await page.join(token)
    assert code(await page.ask(p.Join, version=p.VERSION, token=token, name="Sam")) == p.ErrorCode.NOT_ALLOWED


async def test_a_link_opens_nothing_once_its_last_session_and_then_itself_is_over(home: House) -> None:
    _, token = await home.links()
    for days, expected in ((31, p.ErrorCode.OVER), (31, p.ErrorCode.BAD_LINK)):
        home.clock.now += days * 86_400
        reply = await (await home.page()).ask(p.Join, version=p.VERSION, token=token, name="Sam")
        assert code(reply) == expected


async def test_who_takes_no_seat_in_time_is_sent_off(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "FIRST_MESSAGE", 0.05)
    page = await home.page()
    assert await page.until(p.Bye) == p.Bye(p.ByeReason.BAD_MESSAGE)
    assert await page.closed()


async def test_bad_messages_get_coded_errors_and_too_many_the_door(home: House) -> None:
    _, token = await home.links()
    page = await home.joined(token)
    await page.ws.send_str('{"type":"record","id":5}')
    assert await page.until(p.Refused) == p.Refused(5, p.ErrorCode.BAD_MESSAGE, "Invalid value 'record' - at `$.type`")
    await page.ws.send_bytes(b"\x00\x01")
    assert (await page.until(p.Refused)).id is None
    assert isinstance(await page.ask(p.Ping), p.Ok)
    for _ in range(connection.MOST_BAD):
        await page.ws.send_str("[" * 10_000)
    assert await page.until(p.Bye) == p.Bye(p.ByeReason.BAD_MESSAGE)
    assert await page.closed()


async def test_a_flood_is_cut_and_the_others_go_on(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    for number in range(int(connection.BURST) * 3):
        await sam.say(p.Ping(number))
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.TOO_MANY)
    assert await sam.closed()
    await ana.person(sam.me, away)
    assert isinstance(await ana.ask(p.Mute), p.Ok)


async def test_a_flood_of_the_pings_below_our_messages_is_cut_too(home: House) -> None:
    _, token = await home.links()
    sam = await home.joined(token, "Sam")
    await sam.ws.ping(b"hello")
    assert isinstance(await sam.ask(p.Ping), p.Ok)
    for _ in range(int(connection.BURST) * 3):
        await sam.ws.ping()
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.TOO_MANY)
    assert await sam.closed()


async def test_a_message_that_is_too_long_ends_the_connection(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    await sam.ws.send_str(" " * (1024 * 1024 + 1))
    assert await sam.closed()
    await ana.person(sam.me, away)


async def test_a_client_that_does_not_read_is_cut_with_one_log_line(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "HARD_OCTETS", 1_000_000)
    session, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    actor = await home.hub.session(session)
    assert actor is not None
    transport = sam.ws._response.connection.transport
    transport.pause_reading()
    answer = p.Answer(1, _noise(400_000), 1, [])
    with capture_logs() as logs:
        # More than the kernel takes in for somebody who does not read.
        for _ in range(60):
            actor._turns.audience.tell_person(actor.session, ParticipantId(sam.me), answer)
            await asyncio.sleep(0)
        await ana.person(sam.me, away)
    assert [line["event"] for line in logs if "slow" in line["event"]] == ["client was too slow and is cut"]
    assert isinstance(await ana.ask(p.Ping), p.Ok)


def _noise(length: int) -> str:
    """Text that deflate makes little of."""
    return "".join(random.Random(length).choices("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP", k=length))


async def test_more_offers_than_can_wait_are_refused(home: House) -> None:
    _, token = await home.links()
    page = await home.joined(token)
    home.engine.held.clear()
    for number in range(3):
        await page.say(p.Offer(number, "1", {}, True))
    refused = await page.until(p.Refused)
    assert (refused.id, refused.code) == (2, p.ErrorCode.TOO_MANY)
    home.engine.held.set()


async def test_only_our_own_pages_may_connect(home: House) -> None:
    for origin, allowed in (("https://elsewhere.example", False), ("null", False), (home.base, True)):
        connecting = home.http.ws_connect(f"{home.base}/ws", headers={"Origin": origin})
        if allowed:
            await (await connecting).close()
            continue
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await connecting
        assert caught.value.status == 403


async def test_guessing_is_made_slow_but_a_right_link_always_works(home: House) -> None:
    _, token = await home.links()
    page = await home.page()
    codes = [
        code(await page.ask(p.Join, version=p.VERSION, token=f"guess number {number:08}", name="Sam"))
        for number in range(21)
    ]
    assert codes == [p.ErrorCode.BAD_LINK] * 20 + [p.ErrorCode.TOO_MANY]
    assert await page.until(p.Bye) == p.Bye(p.ByeReason.TOO_MANY)
    await home.joined(token)


SAID = [seed.decode(errors="replace") for seed in fuzz_messages.SEEDS]
TEXTS = st.one_of(st.text(max_size=40), st.sampled_from(SAID))


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS, max_size=12))
def test_no_text_brings_the_server_down(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever one client says, it gets replies or the door, and the next one gets in."""

    async def talk() -> None:
        async with house(tmp_path_factory.mktemp("house")) as home:
            _, token = await home.links()
            page: Page = await home.joined(token)
            with suppress(aiohttp.ClientConnectionResetError):  # some of them end the connection
                for text in texts:
                    await page.ws.send_str(text)
            await page.ws.close()
            assert isinstance(await (await home.joined(token)).ask(p.Ping), p.Ok)

    with capture_logs() as logs:
        asyncio.run(talk())
    assert not [line for line in logs if line["log_level"] == "error"]
