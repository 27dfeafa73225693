"""Moderation as it reaches people: real decisions, a real worker, and aiortc's decoders at the other end.

Between the two stands `SessionMedia`, as in the server; only the WebSocket is left out.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import pytest

from bench.lab.peer import RawPeer
from kinroom.bots.media import MediaPeer
from kinroom.bots.tracks import Camera, Microphone
from rtc import (
    Attach,
    Engine,
    EngineEvent,
    EngineSettings,
    MediaRefused,
    Mid,
    OfferRefusedError,
    Source,
    WorkerIndex,
)
from signaling.core import commands as c
from signaling.core.events import SourceKind
from signaling.core.ids import MAIN, ParticipantId
from signaling.core.roles import Role
from signaling.shell.media import SessionMedia, grant_of
from tests.integration.group import media_of
from tests.integration.test_worker import Media, hear, running
from tests.unit.signaling.core.seated import ANA, LEO, SAM, F, P, Seated

WORKER = WorkerIndex(0)
PEOPLE = (ANA, SAM, LEO)
AT_ONCE = 0.2  # seconds: what a facilitator is promised when they cover somebody
SENDS: tuple[SourceKind, ...] = ("microphone", "camera")


class Person:
    """A synthetic person and when they decoded what of whom, in monotonic seconds."""

    def __init__(self, index: int, loop: asyncio.AbstractEventLoop) -> None:
        made = media_of(index)
        self.frames: defaultdict[str, list[float]] = defaultdict(list)  # by mid
        self._loop = loop
        microphone, camera = Microphone(made.voice, lambda: True), Camera(made.picture, lambda: True)
        self.media = MediaPeer(microphone, camera, self._decoded, lambda: None)
        self.media.add_slots(len(PEOPLE))

    def _decoded(self, mid: str, frame: av.AudioFrame | av.VideoFrame) -> None:
        self.frames[mid].append(self._loop.time())


class Group:
    """A session in its main room, with a worker and everybody's media."""

    def __init__(self, engine: Engine) -> None:
        self.seated = Seated()
        self.engine = engine
        self.media = SessionMedia(engine, WORKER)
        self.loop = asyncio.get_running_loop()
        self.people: dict[ParticipantId, Person] = {}
        self.slots: dict[tuple[ParticipantId, ParticipantId, SourceKind], str] = {}

    async def enter(self, who: ParticipantId, role: Role) -> None:
        self.seated.sit(who, role, sources=frozenset(SENDS))
        person = self.people[who] = Person(PEOPLE.index(who), self.loop)
        peer = self.media.add(who, (role,))
        sdp, sources = await person.media.offer()
        answer = await self.engine.offer(peer, sdp, {Mid(mid): Source(name) for mid, name in sources.items()})
        await person.media.accept(answer.sdp)
        self.media.answered(who, answer.slots)
        self.plan()

    def plan(self) -> None:
        _, changes = self.media.replan(self.seated.session)
        self.media.apply(changes)
        for viewer in self.people:
            for slot in self.media.slots_of(viewer):
                self.slots[viewer, ParticipantId(slot.participant), slot.source] = slot.mid

    def do(self, who: ParticipantId, command: c.Command) -> float:
        """Returns when it was said."""
        at = self.loop.time()
        self.seated.do(who, command)
        self.plan()
        return at

    def frames(self, viewer: ParticipantId, publisher: ParticipantId, source: SourceKind) -> list[float]:
        """When frames came in the slot that is, or was last, the publisher's."""
        return self.people[viewer].frames[self.slots.get((viewer, publisher, source), "none yet")]

    def since(self, at: float, viewer: ParticipantId, publisher: ParticipantId, source: SourceKind) -> list[float]:
        """Seconds after `at` of what was decoded after it."""
        return [time - at for time in self.frames(viewer, publisher, source) if time > at]

    async def until(self, true: Callable[[], bool], within: float = 20.0) -> None:
        async with asyncio.timeout(within):
            while not true():
                await self.wait(0.05)

    async def wait(self, seconds: float) -> None:
        tick = self.loop.create_future()
        self.loop.call_later(seconds, tick.set_result, None)
        await tick

    async def all_flow(self) -> None:
        """Everybody decodes everybody, now."""
        at = self.loop.time()
        pairs = list(itertools.permutations(self.people, 2))
        await self.until(lambda: all(len(self.since(at, *pair, source)) > 5 for pair in pairs for source in SENDS))


@asynccontextmanager
async def meeting() -> AsyncIterator[Group]:
    """Ana leads, Sam and Leo take part, all see and hear each other."""
    events: list[EngineEvent] = []
    engine = Engine(EngineSettings(bind_host="127.0.0.1"), events.append)
    await engine.start()
    group = Group(engine)
    try:
        for who, role in ((ANA, F), (SAM, P), (LEO, P)):
            await group.enter(who, role)
        await group.all_flow()
        assert not [event for event in events if isinstance(event, MediaRefused)]
        yield group
        assert not [event for event in events if isinstance(event, MediaRefused)]
    finally:
        for person in group.people.values():
            await person.media.close()
        await engine.stop()


async def test_cover_takes_a_person_off_within_200_ms_for_everybody_but_the_facilitator() -> None:
    async with meeting() as group:
        covered = group.do(ANA, c.Cover(SAM))
        await group.wait(1.5)
        for source in SENDS:
            late = group.since(covered, LEO, SAM, source)
            assert max(late, default=0.0) <= AT_ONCE, (source, late)
            assert max(group.since(covered, ANA, SAM, source)) > 1.2  # the facilitator goes on
            assert max(group.since(covered, SAM, LEO, source)) > 1.2  # and so does what they see themselves
        shown = group.do(ANA, c.Uncover(SAM))
        await group.until(lambda: all(len(group.since(shown, LEO, SAM, source)) > 5 for source in SENDS))


async def test_talking_privately_parts_two_from_the_rest_at_once() -> None:
    async with meeting() as group:
        apart = group.do(ANA, c.TalkPrivately(SAM))
        await group.wait(1.5)
        for viewer, publisher in ((LEO, SAM), (LEO, ANA), (SAM, LEO), (ANA, LEO)):
            for source in SENDS:
                assert max(group.since(apart, viewer, publisher, source), default=0.0) <= AT_ONCE
        await group.until(
            lambda: all(
                len(group.since(apart + 1.5, *pair, source)) > 5
                for pair in ((ANA, SAM), (SAM, ANA))
                for source in SENDS
            )
        )
        group.do(SAM, c.EndPrivate(group.seated.at(SAM).room))
        group.do(SAM, c.Unmute())
        await group.all_flow()


@pytest.mark.parametrize(
    ("command", "stops"),
    [
        (c.MuteAll(MAIN), [(SAM, "microphone"), (LEO, "microphone")]),
        (c.StopSource(SAM, "camera"), [(SAM, "camera")]),
        (c.PauseGroup(), [(who, source) for who in (SAM, LEO) for source in SENDS]),
    ],
)
async def test_what_facilitators_stop_is_stopped_whatever_the_page_sends(
    command: c.Command, stops: list[tuple[ParticipantId, SourceKind]]
) -> None:
    """The synthetic people obey nothing: they go on sending."""
    async with meeting() as group:
        said = group.do(ANA, command)
        await group.wait(1.5)
        for viewer, publisher in itertools.permutations(PEOPLE, 2):
            for source in SENDS:
                last = max(group.since(said, viewer, publisher, source), default=0.0)
                if (publisher, source) in stops:
                    assert last <= AT_ONCE, (viewer, publisher, source)
                else:
                    assert last > 3 * AT_ONCE, (viewer, publisher, source)


# --- who gets nothing, whatever signalling says ----------------------------------------------------------------------

DESK = grant_of((Role.SUPPORT,))


@pytest.mark.parametrize("roles", [(Role.SUPPORT,), (Role.COORDINATOR,), (Role.ADMIN, Role.SUPPORT)])
async def test_the_worker_refuses_the_desk_every_offer(roles: tuple[Role, ...]) -> None:
    async with running() as media:
        raw = RawPeer(media.identity, 2)
        named = {Mid(mid): Source(source) for mid, source in raw.offer.sources.items()}
        for sources in (named, {}):  # to send, and only to receive
            peer = media.engine.add_peer(WORKER, grant_of(roles))
            with pytest.raises(OfferRefusedError, match="not granted"):
                await media.engine.offer(peer, raw.offer.text, sources)


async def test_a_node_that_would_show_support_somebody_is_told_no() -> None:
    async with running() as media:
        ana, raw = await media.enter()
        support = media.engine.add_peer(WORKER, DESK)
        audio, video = raw.offer.slots[0]
        for mid, source in ((audio, Source.MICROPHONE), (video, Source.CAMERA)):
            media.apply(Attach(support, Mid(mid), ana, source))
            assert (await refused(media)).peer == support
            media.apply(Attach(ana, Mid(mid), support, source))  # nor does anybody see them
            assert (await refused(media)).peer == ana


async def test_others_are_served_while_support_is_refused() -> None:
    async with running() as media:
        (ana, speaker), (sam, listener) = await media.enter(), await media.enter()
        support = media.engine.add_peer(WORKER, DESK)
        audio, _ = listener.offer.slots[0]
        media.apply(
            Attach(support, Mid(audio), ana, Source.MICROPHONE), Attach(sam, Mid(audio), ana, Source.MICROPHONE)
        )
        assert (await refused(media)).peer == support
        assert (await hear(speaker, listener)).payload == b"voice"


async def refused(media: Media) -> MediaRefused:
    return await media.until(MediaRefused)
