"""Hostile clients over real WebSockets: each is refused with a code, loses nobody anything, and slows nobody down."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final, get_args

import pytest
from structlog.testing import capture_logs

from signaling import protocol as p
from signaling.codec import encode
from signaling.shell import connection
from tests.integration.signalling import LEADS, PERSON, House, Page, house

SOON: Final = 1.0  # seconds in which a ping must be answered whatever others do
OUTSIDE: Final = (p.ErrorCode.WAITING, p.ErrorCode.NOT_ALLOWED, p.ErrorCode.NOT_NOW, p.ErrorCode.NO_SUCH)
FORGED: Final = ("nobody", "0" * 12, "main", "waiting", "..", "'; DROP TABLE events; --", "\u202e")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


class Calm:
    """People in the group who only ping, and measure how long each answer takes."""

    def __init__(self, *pages: Page) -> None:
        self.worst = 0.0
        self.answers = 0
        self._over = asyncio.Event()
        self._tasks = [asyncio.create_task(self._ping(page)) for page in pages]

    async def _ping(self, page: Page) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            assert isinstance(await page.ask(p.Ping), p.Ok)
            self.worst = max(self.worst, time.monotonic() - began)
            self.answers += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 0.1)

    async def stop(self) -> None:
        """Raises what went wrong meanwhile."""
        self._over.set()
        await asyncio.gather(*self._tasks)
        assert self.answers > 0
        assert self.worst < SOON


NAMED: Final = {"participant", "room", "call", "moves", "rooms"}  # fields that hold ids


def every_request(who: str, room: str, call: str) -> list[p.ClientMessage]:
    """One of each kind, about these."""
    values: dict[str, object] = {
        "participant": who,
        "whom": who,
        "room": room,
        "call": call,
        "to": who,
        "kind": "private",
        "source": "camera",
        "text": "hello",
        "note": "hello",
        "name": "Blue",
        "until": 2_000_000.0,
        "minutes": 5,
        "how": "size",
        "count": 2,
        "rooms": ((who, who),),
        "late": "ask",
        "seconds": 0.0,
        "moves": ((who, room),),
        "anyway": True,
        "other": who,
        "on": True,
        "ok": True,
        "tiles": [],
        "sdp": "1",
        "sources": {},
        "fresh": True,
    }
    kinds = [kind for kind in get_args(p.Request) if kind not in (p.Ping, p.Leave)]
    return [
        kind(id=number, **{field: values[field] for field in kind.__struct_fields__ if field != "id"})
        for number, kind in enumerate(kinds)
    ]


async def replies(page: Page, requests: list[p.ClientMessage]) -> dict[type, p.ServerMessage]:
    """To each kind of request, its one reply."""
    found = {}
    for request in requests:
        fields = {field: getattr(request, field) for field in request.__struct_fields__ if field != "id"}
        found[type(request)] = await page.ask(type(request), **fields)
    return found


async def test_forged_ids_are_refused_with_a_code_and_change_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BURST", 10_000.0)
    ana, _ = await home.led("Sam")
    about = (p.Say, p.Follow, p.Spotlight)
    for forged in FORGED:
        asked = [
            request
            for request in every_request(forged, forged[:48], f"private.{forged}"[:48])
            if NAMED & set(request.__struct_fields__) or isinstance(request, about)
        ]
        for kind, reply in (await replies(ana, asked)).items():
            real = forged in ("main", "waiting") and "room" in kind.__struct_fields__
            assert isinstance(reply, p.Refused) or real, (kind, forged)
    await ana.settled()
    assert (ana.names, ana.team.waiting, ana.team.calls) == (["Ana", "Sam"], [], [])


async def test_a_participant_gets_no_right_of_a_facilitator(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    own = {*get_args(p.Own), *get_args(p.Help), *get_args(p.Partner)}
    asked = [request for request in every_request(leo.me, "main", f"private.{leo.me}") if type(request) not in own]
    before = leo.octets
    for kind, reply in (await replies(sam, asked)).items():
        assert isinstance(reply, p.Refused), kind
        assert reply.code in (p.ErrorCode.NOT_ALLOWED, p.ErrorCode.NO_SUCH), (kind, reply)
    await leo.settled()
    assert leo.octets - before == len('{"type":"ok","id":100}')
    assert isinstance(await ana.ask(p.Ping), p.Ok)


async def test_the_waiting_can_do_nothing_but_wait_and_call(home: House) -> None:
    group = await home.group(LEADS, PERSON)
    ana = await home.joined(group.tokens[0], "Ana")
    sam = await home.joined(group.tokens[1], "Sam")
    taken = set()
    for kind, reply in (await replies(sam, every_request(ana.me, "main", f"private.{sam.me}"))).items():
        if isinstance(reply, p.Refused):
            assert reply.code in OUTSIDE, (kind, reply)
        else:
            taken.add(kind)
    assert taken <= {p.CallHelp, p.CancelHelp, p.ComeBack, p.AnswerCheck}
    assert p.CallHelp in taken
    assert isinstance(sam.place, p.Waiting)
    assert home.engine.grants == {}


async def test_replayed_and_reordered_requests_do_no_harm(home: House) -> None:
    ana, [sam, leo] = await home.led("Sam", "Leo")
    said = [
        *[
            p.Offer(11, "1", {}, False),
            p.Unmute(1),
            p.RaiseHand(2),
            p.Mute(3),
            p.RaiseHand(2),
            p.RaiseHand(2),
            p.LowerHand(4),
            p.Mute(3),
        ],
        *[p.CancelHelp(5, "private"), p.CallHelp(6, "private"), p.CallHelp(6, "private"), p.ComeBack(7)],
        *[p.Unpublish(8, "camera"), p.Publish(9, "camera"), p.Publish(9, "camera"), p.AnswerCheck(10, True)],
        *[p.Join(12, 2, "x" * 32, "Sam"), p.Resume(13, 2, "s", "x" * 32, "Sam")],
    ]
    for message in said:
        await sam.say(message)
    assert isinstance(await sam.ask(p.Ping), p.Ok)
    ids = Counter(message.id for message in sam._passed if isinstance(message, p.Ok | p.Refused))
    assert ids == Counter(message.id for message in said), "each gets exactly one reply"
    assert (sam.snapshot.me.muted, sam.snapshot.me.private) == (True, p.CallMine("open", None))
    [me] = [person for person in sam.snapshot.people if person.id == sam.me]
    assert me.hand is None
    await leo.settled()
    assert sorted(leo.names) == ["Ana", "Leo", "Sam"]
    await ana.settled()
    assert len(ana.team.calls) == 1


async def test_a_recorded_join_of_somebody_elses_link_only_knocks(home: House) -> None:
    """A forwarded link: whoever has it stands at the door, marked, and the person inside notices nothing."""
    group = await home.group(LEADS, PERSON)
    ana = await home.joined(group.tokens[0], "Ana")
    sam = await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    await sam.settled()
    before = sam.octets
    thief = await home.joined(group.tokens[1], "Sam")
    assert isinstance(thief.place, p.Waiting)
    await ana.settled()
    assert [knock.kind for knock in ana.team.waiting] == ["other_device"]
    await ana.act(p.AdmitExpected)
    await thief.settled()
    assert isinstance(thief.place, p.Waiting), "everybody expected does not mean them"
    await ana.act(p.Decline, participant=thief.me)
    assert await thief.until(p.Bye) == p.Bye(p.ByeReason.DECLINED)
    await sam.settled()
    assert sam.octets - before == len('{"type":"ok","id":100}')
    again = await home.page()
    refused = await again.resume(thief)
    assert isinstance(refused, p.Refused)
    assert refused.code == p.ErrorCode.RESUME_UNKNOWN


async def test_a_resume_secret_of_another_session_or_a_guess_opens_nothing(home: House) -> None:
    _, [sam] = await home.led("Sam")
    other, _ = await home.led("Leo")
    place = other.place
    assert place is not None
    for session, secret in ((place.session, sam.secret), (sam.snapshot.session, "x" * 32)):
        page = await home.page()
        reply = await page.ask(p.Resume, version=p.VERSION, session=session, secret=secret, name="Sam")
        assert isinstance(reply, p.Refused)
        assert reply.code == p.ErrorCode.RESUME_UNKNOWN
        assert await page.refused(p.Mute) == p.ErrorCode.NOT_JOINED


async def test_one_connection_has_one_seat_whatever_it_says_again(home: House) -> None:
    group = await home.group(PERSON, PERSON)
    page = await home.joined(group.tokens[0])
    for number in range(3):
        await page.say(p.Join(number, p.VERSION, group.tokens[1], "Sam"))
    for _ in range(3):
        assert (await page.until(p.Refused)).code == p.ErrorCode.NOT_ALLOWED


async def test_a_page_that_was_replaced_has_no_say(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    late = p.Unmute(7)
    await sam.act(p.Mute)
    back = await home.page()
    assert isinstance(await back.resume(sam), p.Snapshot)
    await sam.ws.send_str(encode(late))
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.REPLACED)
    await back.settled()
    assert back.snapshot.me.muted
    assert isinstance(await ana.ask(p.Ping), p.Ok)


async def storm(home: House, knocks: list[tuple[str, str | None]]) -> Counter[str]:
    """Knocks by (token, address), ten at once: more makes the test's machine slow, not the storm worse."""
    codes: Counter[str] = Counter()
    left = iter(knocks)

    async def some() -> None:
        for token, address in left:
            page = await home.page(address)
            page.patience = 30.0  # whoever storms is promised nothing
            reply = await page.ask(p.Join, version=p.VERSION, token=token, name="Mallory")
            codes[reply.code if isinstance(reply, p.Refused) else type(reply).__name__] += 1
            page.drop()

    await asyncio.gather(*(some() for _ in range(10)))
    return codes


async def test_a_thousand_knocks_by_one_link(home: House) -> None:
    group = await home.group(LEADS, PERSON, PERSON)
    ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
    await home.admit(ana, sam)
    token = group.tokens[2]
    calm = Calm(ana, sam)
    with capture_logs() as logs:
        codes = await storm(home, [(token, None)] * 1000)
    await calm.stop()
    assert codes.total() == 1000
    assert codes["too_many"] == 990, "ten at once, and then one in half a minute"
    assert set(codes) <= {"Waiting", "too_many", "link_full"}
    await ana.settled()
    assert len(ana.team.waiting) <= 3
    actor = await home.hub.session(group.session)
    assert actor is not None
    assert len(actor._turns.memory.names) <= 2 + 3, "nothing is kept of a knock that is gone"
    assert ana.names == ["Ana", "Sam"]
    assert not [line for line in logs if line["log_level"] == "error"]


async def test_a_thousand_knocks_from_fifty_addresses(tmp_path: Path) -> None:
    async with house(tmp_path, behind_proxy=True) as home:
        group = await home.group(LEADS, PERSON, *[PERSON] * 50)
        ana, sam = await home.joined(group.tokens[0], "Ana"), await home.joined(group.tokens[1], "Sam")
        await home.admit(ana, sam)
        calm = Calm(ana, sam)
        visits = [(token, f"192.0.2.{number}") for number, token in enumerate(group.tokens[2:], 1)]
        codes = await storm(home, visits * 20)
        await calm.stop()
        assert codes.total() == 1000
        assert set(codes) <= {"Waiting", "too_many", "link_full"}
        await ana.settled()
        assert len(ana.team.waiting) <= 100
        await ana.act(p.LockDoor, on=True)
        late = await home.page("192.0.2.99")
        reply = await late.ask(p.Join, version=p.VERSION, token=group.tokens[-1], name="Mallory")
        assert isinstance(reply, p.Refused)
        assert reply.code in (p.ErrorCode.LOCKED, p.ErrorCode.TOO_MANY)
        assert isinstance(await sam.ask(p.Ping), p.Ok)
        assert sorted(ana.names) == ["Ana", "Sam"]


async def test_words_come_no_faster_than_people_read(home: House) -> None:
    _, [sam, leo] = await home.led("Sam", "Leo")
    codes: Counter[str] = Counter()
    for number in range(40):
        reply = await sam.ask(p.Say, to="room", text=f"line {number}")
        codes[reply.code if isinstance(reply, p.Refused) else "ok"] += 1
    assert 1 <= codes["ok"] <= 25
    assert codes["too_many"] >= 15
    assert isinstance(await sam.ask(p.Ping), p.Ok), "and the connection stays"
    for note in range(20):
        await sam.act(p.CallHelp, kind="private", note=f"please {note}")  # help is never too much
    assert await sam.refused(p.CancelHelp, kind="private") == p.ErrorCode.TOO_MANY, "but it cannot flicker"
    lines = [message for message in await leo.settled() if isinstance(message, p.NewLine)]
    assert len(lines) == codes["ok"]


async def test_nobody_comes_back_in_a_loop(home: House) -> None:
    ana, [sam] = await home.led("Sam")
    codes: Counter[str] = Counter()
    newest = sam
    for _ in range(40):
        page = await home.page()
        reply = await page.resume(sam)
        codes[reply.code if isinstance(reply, p.Refused) else "ok"] += 1
        newest = newest if isinstance(reply, p.Refused) else page
    assert codes == {"ok": 20, "too_many": 20}
    assert isinstance(await newest.ask(p.Ping), p.Ok), "the seat is where it was last taken"
    home.clock.now += 3.0
    assert isinstance(await (await home.page()).resume(sam), p.Snapshot)
    assert isinstance(await ana.ask(p.Ping), p.Ok)
