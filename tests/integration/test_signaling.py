"""People come, are seen, drop out, come back and go, over real WebSockets."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from rtc import (
    Attach,
    Hold,
    LayersNeeded,
    LostReason,
    Mid,
    PeerId,
    PeerLost,
    PicturesSqueezed,
    Release,
    SlotFlowing,
    Source,
    SpeakersChanged,
    WorkerDied,
    WorkerIndex,
)
from signaling import protocol as p
from tests.integration.signalling import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


def away(person: p.Person) -> bool:
    return not person.present


async def test_a_newcomer_gets_everything_and_the_others_hear_of_them(home: House) -> None:
    _, token = await home.links()
    ana = await home.joined(token, "Ana")
    sam = await home.joined(token, "Sam")
    assert [(person.name, person.present) for person in sam.snapshot.people] == [("Ana", True), ("Sam", True)]
    assert sam.snapshot.numbers == p.Numbers(practice="555-0100", crisis="988")
    assert sam.snapshot.now == home.clock.now
    assert await ana.until(p.Changes) == p.Changes(1, [p.PersonIs(sam.snapshot.people[1])])


async def test_media_goes_between_people_and_pages_hear_of_their_slots_first(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one = await ana.media(2, "microphone", "camera")
    two = await sam.media(2, "microphone")
    slots = await sam.until(p.Slots)
    assert slots.slots == [p.Slot("a0", ana.me, "microphone"), p.Slot("v0", ana.me, "camera")]
    assert await ana.until(p.Slots) == p.Slots([p.Slot("a0", sam.me, "microphone")])
    assert home.engine.seen_by(two) == {"a0": (one, "microphone"), "v0": (one, "camera")}
    assert home.engine.seen_by(one) == {"a0": (two, "microphone")}
    home.hub.on_engine_event(SlotFlowing(PeerId(two), Mid("v0"), PeerId(one), Source.CAMERA, 77))
    assert await sam.until(p.Flowing) == p.Flowing("v0", 77)


async def test_a_late_word_about_the_last_person_opens_nobody_elses_tile(home: House) -> None:
    _, token = await home.links()
    ana, leo, sam = [await home.joined(token, name) for name in ("Ana", "Leo", "Sam")]
    one, other = await ana.media(2, "camera"), await leo.media(2, "microphone")
    two = await sam.media(2)
    home.hub.on_engine_event(SlotFlowing(PeerId(two), Mid("v0"), PeerId(other), Source.CAMERA, 66))
    home.hub.on_engine_event(SlotFlowing(PeerId(two), Mid("v0"), PeerId(one), Source.CAMERA, 77))
    assert await sam.until(p.Flowing) == p.Flowing("v0", 77)


async def test_a_returning_page_hears_again_what_flows(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one, two = await ana.media(2, "camera"), await sam.media(2)
    home.hub.on_engine_event(SlotFlowing(PeerId(two), Mid("v0"), PeerId(one), Source.CAMERA, 77))
    await sam.until(p.Flowing)
    back = await home.page()
    await back.resume(sam, two)
    assert await back.until(p.Flowing) == p.Flowing("v0", 77)


async def test_a_page_hears_of_its_narrow_line_and_again_when_it_returns(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    await ana.media(2, "camera")
    two = await sam.media(2)
    home.hub.on_engine_event(LayersNeeded(PeerId(two), Source.CAMERA, 1))
    home.hub.on_engine_event(PicturesSqueezed(PeerId(two), [Mid("v0")]))
    home.hub.on_engine_event(PicturesSqueezed(PeerId(999), [Mid("v0")]))  # gone meanwhile
    assert await sam.until(p.SendLayers) == p.SendLayers("camera", 1)
    assert await sam.until(p.Squeezed) == p.Squeezed(["v0"])
    back = await home.page()
    await back.resume(sam, two)
    assert await back.until(p.SendLayers) == p.SendLayers("camera", 1)
    assert await back.until(p.Squeezed) == p.Squeezed(["v0"])
    again = await back.ask(p.Offer, sdp="2", sources={}, fresh=False)
    assert isinstance(again, p.Answer)
    assert await back.until(p.Squeezed) == p.Squeezed(["v0"])
    home.hub.on_engine_event(PicturesSqueezed(PeerId(two), []))
    assert await back.until(p.Squeezed) == p.Squeezed([])


async def test_all_changes_of_one_command_are_one_message_with_sound_first(home: House) -> None:
    _, token = await home.links()
    pages = [await home.joined(token, name) for name in ("Ana", "Leo", "Mia")]
    for page in pages[:2]:
        await page.media(2, "microphone", "camera")
    home.engine.applied.clear()
    await pages[2].media(2)
    assert len(home.engine.applied) == 1
    sources = [change.source for change in home.engine.applied[0] if isinstance(change, Attach)]
    assert sources == [Source.MICROPHONE, Source.MICROPHONE, Source.CAMERA, Source.CAMERA]


async def test_a_view_empties_pictures_but_never_sound(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one = await ana.media(1, "microphone", "camera")
    two = await sam.media(1)
    assert isinstance(await sam.ask(p.View, tiles=[]), p.Ok)
    await sam.until(p.Slots, lambda slots: slots.slots == [p.Slot("a0", ana.me, "microphone")])
    assert home.engine.seen_by(two) == {"a0": (one, "microphone")}
    assert isinstance(await sam.ask(p.View, tiles=[p.Tile(ana.me, "camera", 640, 360)]), p.Ok)
    await sam.until(p.Slots)
    assert home.engine.seen_by(two) == {"a0": (one, "microphone"), "v0": (one, "camera")}


async def test_a_page_with_too_few_slots_is_asked_for_more(home: House) -> None:
    _, token = await home.links()
    ana = await home.joined(token, "Ana")
    one = await ana.media(0)
    sam = await home.joined(token, "Sam")
    two = await sam.media(1, "microphone")
    needed = await ana.until(p.SlotsNeeded)
    assert needed.pairs >= 1
    reply = await ana.ask(p.Offer, sdp=str(needed.pairs), sources={}, fresh=False)
    assert isinstance(reply, p.Answer)
    assert reply.peer == one
    assert home.engine.seen_by(one) == {"a0": (two, "microphone")}


async def test_a_returning_page_is_asked_again_for_what_was_asked_while_it_was_away(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one = await ana.media(1)
    ana.drop()
    await sam.person(ana.me, away)
    await home.joined(token, "Leo")  # for whom the page has no pair
    back = await home.page()
    await back.resume(ana, one)
    assert (await back.until(p.SlotsNeeded)).pairs >= 2


async def test_a_mute_holds_the_microphone_and_follows_a_new_peer(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one = await sam.media(1, "microphone")
    assert isinstance(await sam.ask(p.Mute), p.Ok)
    await ana.person(sam.me, lambda person: person.muted)
    assert home.engine.applied[-1] == [Hold(PeerId(one), Source.MICROPHONE)]
    two = await sam.media(1)
    assert Hold(PeerId(two), Source.MICROPHONE) in [change for changes in home.engine.applied for change in changes]
    assert isinstance(await sam.ask(p.Unmute), p.Ok)
    assert home.engine.applied[-1] == [Release(PeerId(two), Source.MICROPHONE)]


async def test_a_dropped_connection_is_away_at_once_and_resumes_without_touching_media(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    peer = await sam.media(1, "microphone")
    await sam.ask(p.Mute)
    sam.drop()
    await asyncio.wait_for(ana.person(sam.me, away), 1)
    again = await home.page()
    home.engine.applied.clear()
    reply = await again.resume(sam, peer, name="Sam")
    assert isinstance(reply, p.Snapshot)
    assert (reply.you, reply.peer, reply.secret) == (sam.me, peer, None)
    [me] = [person for person in reply.people if person.id == sam.me]
    assert (me.muted, me.sources, me.present) == (True, ["microphone"], True)
    assert await ana.person(sam.me) == me
    assert (home.engine.applied, home.engine.removed) == ([], [])


async def test_a_reload_gets_the_seat_and_the_mute_but_a_new_peer(home: House) -> None:
    _, token = await home.links()
    sam = await home.joined(token, "Sam")
    peer = await sam.media(1, "microphone")
    await sam.ask(p.Mute)
    reply = await (again := await home.page()).resume(sam, None)
    assert isinstance(reply, p.Snapshot)
    assert (reply.you, reply.peer) == (sam.me, None)
    assert (reply.people[0].muted, reply.people[0].sources) == (True, [])
    assert home.engine.removed == [peer]
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.REPLACED)
    assert await sam.closed()
    assert isinstance(await again.ask(p.Unmute), p.Ok)


async def test_media_outlives_the_signalling_for_half_a_minute(home: House) -> None:
    session, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    peer = await sam.media(1, "microphone")
    sam.drop()
    await ana.person(sam.me, away)
    actor = await home.hub.session(session)
    assert actor is not None
    home.clock.now += 29.0
    await ana.ask(p.Mute)
    assert actor.media.peer_of(sam.me) == peer  # type: ignore[arg-type]
    home.clock.now += 1.0
    await ana.ask(p.Unmute)  # whatever happens, the time is looked at
    await asyncio.wait_for(home.engine.removal.wait(), 5)
    assert home.engine.removed == [peer]


async def test_who_does_not_come_back_has_left_but_finds_the_seat_again(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    sam.drop()
    await ana.person(sam.me, away)
    home.clock.now += 60.0
    await ana.ask(p.Mute)
    assert await ana.change(p.PersonGone) == p.PersonGone(sam.me)
    reply = await (await home.page()).resume(sam)
    assert isinstance(reply, p.Snapshot)
    assert reply.you == sam.me
    assert (await ana.person(sam.me)).present


async def test_leaving(home: House) -> None:
    _, token = await home.links(people=2)
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    peer = await sam.media(1)
    assert isinstance(await sam.ask(p.Leave), p.Ok)
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.LEFT)
    assert await ana.change(p.PersonGone) == p.PersonGone(sam.me)
    assert home.engine.removed == [peer]
    await home.joined(token, "Leo")
    full = await (await home.page()).ask(p.Join, version=p.VERSION, token=token, name="Mia")
    assert isinstance(full, p.Refused)
    assert full.code == p.ErrorCode.LINK_FULL


async def test_the_end_closes_everybody_and_the_door(home: House) -> None:
    session, token = await home.links()
    pages = [await home.joined(token, name) for name in ("Ana", "Sam")]
    assert await home.hub.end(session)
    for page in pages:
        assert await page.until(p.Bye) == p.Bye(p.ByeReason.ENDED)
        assert await page.closed()
    refused = await (await home.page()).ask(p.Join, version=p.VERSION, token=token, name="Leo")
    assert isinstance(refused, p.Refused)
    assert refused.code == p.ErrorCode.OVER


async def test_a_worker_that_died_costs_the_peers_and_no_seat(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    peers = [await ana.media(1, "microphone"), await sam.media(1, "microphone")]
    home.hub.on_engine_event(WorkerDied(WorkerIndex(0), [PeerId(peer) for peer in peers]))
    assert await ana.until(p.MediaLost) == p.MediaLost(peers[0])
    assert await sam.until(p.MediaLost) == p.MediaLost(peers[1])
    again = [await ana.media(1), await sam.media(1)]
    assert home.engine.seen_by(again[0]) == {"a0": (again[1], "microphone")}  # nobody had to publish again
    home.hub.on_engine_event(PeerLost(PeerId(again[0]), LostReason.CONSENT))
    assert await ana.until(p.MediaLost) == p.MediaLost(again[0])
    assert await sam.until(p.Slots, lambda slots: slots.slots == []) == p.Slots([])


async def test_offers_that_fail_are_said_so(home: House) -> None:
    _, token = await home.links()
    sam = await home.joined(token)
    early = await sam.ask(p.Offer, sdp="1", sources={}, fresh=False)
    assert isinstance(early, p.Refused)
    assert early.code == p.ErrorCode.MEDIA_GONE
    bad = await sam.ask(p.Offer, sdp="nonsense", sources={}, fresh=True)
    assert isinstance(bad, p.Refused)
    assert (bad.code, bad.text) == (p.ErrorCode.BAD_OFFER, "this is no SDP")
    home.engine.gone = True
    gone = await sam.ask(p.Offer, sdp="1", sources={}, fresh=True)
    assert isinstance(gone, p.Refused)
    assert gone.code == p.ErrorCode.MEDIA_GONE
    assert set(home.engine.grants) == set(home.engine.removed), "no peer is left behind"


async def test_an_offer_that_waits_holds_nothing_up(home: House) -> None:
    _, token = await home.links()
    sam, ana = await home.joined(token, "Sam"), await home.joined(token, "Ana")
    home.engine.held.clear()
    await sam.say(p.Offer(7, "1", {}, True))
    assert isinstance(await sam.ask(p.Ping), p.Ok)
    assert isinstance(await ana.ask(p.Mute), p.Ok)
    home.engine.held.set()
    assert (await sam.until(p.Answer)).id == 7


async def test_who_speaks_is_told_on_change_and_without_the_muted(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one, two = PeerId(await ana.media(1)), PeerId(await sam.media(1))
    home.hub.on_engine_event(SpeakersChanged(WorkerIndex(0), [two, PeerId(999), one]))
    assert await ana.until(p.Speakers) == p.Speakers([sam.me, ana.me])
    await sam.ask(p.Mute)
    assert await ana.until(p.Speakers) == p.Speakers([ana.me])
    home.hub.on_engine_event(SpeakersChanged(WorkerIndex(0), [two]))
    assert await ana.until(p.Speakers) == p.Speakers([])


async def test_nobody_speaks_whose_media_is_gone_or_muted(home: House) -> None:
    _, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    one, two = PeerId(await ana.media(1)), PeerId(await sam.media(1))
    home.hub.on_engine_event(SpeakersChanged(WorkerIndex(0), [two, one]))
    assert await ana.until(p.Speakers) == p.Speakers([sam.me, ana.me])
    await sam.ask(p.Mute)
    assert await ana.until(p.Speakers) == p.Speakers([ana.me])
    home.hub.on_engine_event(WorkerDied(WorkerIndex(0), [one, two]))
    assert await ana.until(p.Speakers) == p.Speakers([])


async def test_two_sessions_never_meet(home: House) -> None:
    (_, one), (_, other) = await home.links(), await home.links()
    ana, sam = await home.joined(one, "Ana"), await home.joined(other, "Sam")
    await ana.media(2, "microphone", "camera")
    await sam.media(2, "microphone", "camera")
    assert home.engine.attached == {}
    assert [person.name for person in sam.snapshot.people] == ["Sam"]


async def test_a_restart_of_the_server_keeps_seats_and_mutes(home: House) -> None:
    session, token = await home.links()
    sam, ana = await home.joined(token, "Sam"), await home.joined(token, "Ana")
    await sam.ask(p.Mute)
    await home.stop()
    assert await sam.until(p.Bye) == p.Bye(p.ByeReason.STOPPING)
    assert await sam.closed()
    home.clock.now += 30.0
    await home.start()
    reply = await (again := await home.page()).resume(sam, 1, name="Sam")
    assert isinstance(reply, p.Snapshot)
    assert (reply.you, reply.session, reply.peer) == (sam.me, session, None)
    people = {person.id: (person.name, person.muted, person.present) for person in reply.people}
    assert people == {sam.me: ("Sam", True, True), ana.me: ("", False, False)}  # names are stored nowhere
    home.clock.now += 30.0
    await again.ask(p.Unmute)
    assert await again.change(p.PersonGone) == p.PersonGone(ana.me)


@contextmanager
def broken_store(home: House) -> Iterator[None]:
    """No event can be written meanwhile."""
    with capture_logs(), closing(sqlite3.connect(home.folder / "kinroom.db")) as database:
        database.execute("ALTER TABLE events RENAME TO hidden")
        yield
        database.execute("ALTER TABLE hidden RENAME TO events")


async def test_a_store_that_fails_changes_nothing_and_says_so(home: House) -> None:
    _, token = await home.links(people=2)
    sam = await home.joined(token, "Sam")
    with broken_store(home):
        for refused in (
            await sam.ask(p.Mute),
            await (await home.page()).ask(p.Join, version=p.VERSION, token=token, name="Al"),
        ):
            assert isinstance(refused, p.Refused)
            assert refused.code == p.ErrorCode.UNAVAILABLE
    ana = await home.joined(token, "Ana")
    assert [(person.name, person.muted) for person in ana.snapshot.people] == [("Sam", False), ("Ana", False)]


async def test_who_drops_out_while_the_store_fails_is_away_once_it_works(home: House) -> None:
    session, token = await home.links()
    ana, sam = await home.joined(token, "Ana"), await home.joined(token, "Sam")
    actor = await home.hub.session(session)
    assert actor is not None
    with broken_store(home):
        sam.drop()
        while len(actor._turns.audience) == 2:
            assert isinstance(await ana.ask(p.Ping), p.Ok)
        assert isinstance(await ana.ask(p.View, tiles=[]), p.Ok)  # after the job that failed
    await ana.person(sam.me, away)


async def test_a_store_that_fails_does_not_keep_the_server_from_its_end(home: House) -> None:
    _, token = await home.links()
    sam = await home.joined(token, "Sam")
    with broken_store(home):
        await asyncio.wait_for(home.hub.stop(), 1)
        assert await sam.until(p.Bye) == p.Bye(p.ByeReason.STOPPING)
        assert await sam.closed()


async def test_events_hold_no_names(home: House) -> None:
    _, token = await home.links()
    await home.joined(token, "Wilhelmina")
    await home.stop()
    files = [path.read_bytes() for path in home.folder.glob("kinroom.db*")]
    assert files
    assert not any(b"Wilhelmina" in data or token.encode() in data for data in files)
    await home.start()
