"""All live sessions of this node: finds or rebuilds their actors and routes what the engine reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from rtc import (
    Engine,
    EngineEvent,
    LayersNeeded,
    MediaRefused,
    PeerConnected,
    PeerId,
    PeerLost,
    PicturesSqueezed,
    SlotFlowing,
    SpeakersChanged,
    WorkerDied,
    WorkerStats,
)
from signaling.core import events as e
from signaling.core.bonds import carried
from signaling.core.errors import RefusedError
from signaling.core.ids import LinkHash, ParticipantId, SecretHash, SessionId, StandbyHash, short
from signaling.core.session import replay
from signaling.core.state import Session
from signaling.protocol import ErrorCode, Numbers
from signaling.shell.actor import SessionActor
from signaling.shell.limits import Buckets
from signaling.shell.links import Links
from signaling.shell.turn import Relay
from signaling.store.store import Link, Store

KNOCKS: Final = 10.0  # by one person's link at once, and one more every half minute
KNOCK_RATE: Final = 1 / 30
RESUMES: Final = 20.0  # of one seat at once, and one more every three seconds: a bad line needs fewer
RESUME_RATE: Final = 1 / 3
RECENT: Final = 86_400.0  # seconds. Sessions with a younger event are rebuilt at start, so that time goes on in them

log = structlog.get_logger()


class SessionStats(Struct, frozen=True):
    worker: WorkerStats | None
    participants: dict[ParticipantId, PeerId]


class Hub:
    def __init__(
        self, engine: Engine, store: Store, clock: Callable[[], float] = time.time, relay: Relay | None = None
    ) -> None:
        """`clock`: wall seconds. `relay`: None where browsers are given none."""
        self.engine = engine
        self.links = Links(store, clock, self._occupied)
        self._store = store
        self._clock = clock
        self._relay = relay
        self._knocks = Buckets(KNOCK_RATE, KNOCKS)
        self._resumes = Buckets(RESUME_RATE, RESUMES)
        self._actors: dict[SessionId, SessionActor] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loading = asyncio.Lock()

    async def start(self) -> None:
        for session in await self._store.active_since(self._clock() - RECENT):
            await self.session(session)

    async def stop(self) -> None:
        """Everybody is told `bye stopping`."""
        await asyncio.gather(*(actor.stop() for actor in self._actors.values()), return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def count_knock(self, link: Link) -> None:
        """Raises RefusedError when too many came by one link in a short time; a link for many may be used by many."""
        if link.knocks and not self._knocks.take(self._clock(), link.hash, 1.0 / link.people):
            raise RefusedError(ErrorCode.TOO_MANY, "too many knocks by this link: wait a moment")

    def count_resume(self, secret: SecretHash) -> None:
        """Raises RefusedError: each costs an event, and everybody who sees that person is told."""
        if not self._resumes.take(self._clock(), secret):
            raise RefusedError(ErrorCode.TOO_MANY, "too many returns in a short time: wait a moment")

    async def session(self, session: SessionId) -> SessionActor | None:
        """The session's actor, rebuilt from its events if it is not in memory. None if there is no such session."""
        async with self._loading:
            if session not in self._actors:
                programme, rules = await self.links.programme(session), await self.links.rules(session)
                if programme is None or rules is None:
                    return None
                start = Session(session, rules=rules)
                events = await self._store.events(session) or await self._begin(start)
                state = replay(start, events)
                self._run(state, programme.numbers)
            return self._actors[session]

    async def _begin(self, session: Session) -> list[e.Event]:
        """What the newest session of the group before this one leaves to it, which is stored as its beginning."""
        group = await self._store.group_of(session.id)
        assert group is not None, "it has a programme"
        slots = await self._store.schedule(group.id)
        this = next(slot for slot in slots if slot.id == session.id)
        for slot in sorted(slots, key=lambda slot: slot.starts, reverse=True):
            if slot.starts < this.starts and (events := await self._store.events(slot.id)):
                try:
                    before = replay(Session(slot.id, rules=session.rules), events)
                except Exception as error:
                    # People are at the door: last week's rooms are not worth sending them home.
                    log.error("earlier session not read", session=short(slot.id), error=type(error).__name__)
                    return []
                if kept := carried(before, self._clock()):
                    await self._store.append(session.id, 0, kept)
                return kept
        return []

    async def end(self, session: SessionId) -> bool:
        actor = await self.session(session)
        if actor is not None:
            await actor.end()
        return actor is not None

    async def revoke(self, link: LinkHash) -> None:
        """Wherever somebody came by it. Sessions that are not in memory read the record at each resume."""
        for actor in list(self._actors.values()):
            if any(seat.link == link for seat in actor.session.seats.values()):
                await actor.revoke(link)

    def standby_session(self, token: StandbyHash) -> SessionActor | None:
        """The session in which a facilitator's laptop shows this code now."""
        return next((actor for actor in self._actors.values() if token in actor.session.standby_offers), None)

    def _occupied(self, session: SessionId) -> bool:
        """People are in it now: it is not over, whatever its times say."""
        actor = self._actors.get(session)
        return actor is not None and bool(actor.session.present())

    async def stats(self, session: SessionId) -> SessionStats | None:
        """Without who is shown to whom, and so who is in which room, unless the engine traces that."""
        actor = await self.session(session)
        if actor is None:
            return None
        peers = {seat.participant: actor.media.peer_of(seat.participant) for seat in actor.session.present()}
        stats = actor.media.stats()
        if stats is not None and not self.engine.trace:
            stats = replace(stats, peers=[replace(peer, subscriptions=[]) for peer in stats.peers])
        return SessionStats(stats, {who: peer for who, peer in peers.items() if peer is not None})

    def on_engine_event(self, event: EngineEvent) -> None:
        """The engine's `notify`. Never blocks."""
        match event:
            case PeerLost(peer, reason):
                log.info("peer lost", peer=peer, reason=reason)
                self._peers_gone([peer])
            case WorkerDied(worker, peers):
                log.warning("worker died", worker=worker, peers=len(peers))
                self._peers_gone(peers)
            case SlotFlowing():
                actor = self._actor_of(event.peer)
                if actor is not None:
                    actor.flowing(event)
            case PicturesSqueezed() | LayersNeeded():
                actor = self._actor_of(event.peer)
                if actor is not None:
                    actor.adapts(event)
            case SpeakersChanged(worker, peers):
                for actor in self._actors.values():
                    if actor.media.worker == worker:
                        actor.speakers(peers)
            case MediaRefused(peer, text):
                log.warning("media refused", peer=peer, text=text)
            case PeerConnected(peer):
                log.info("peer connected", peer=peer)

    def _peers_gone(self, peers: Sequence[PeerId]) -> None:
        for peer in peers:
            actor = self._actor_of(peer)
            if actor is not None:
                actor.peer_lost(peer)

    def _actor_of(self, peer: PeerId) -> SessionActor | None:
        return next((actor for actor in self._actors.values() if actor.media.person_of(peer) is not None), None)

    def _run(self, session: Session, numbers: Numbers) -> None:
        actor = SessionActor(session, numbers, self.engine, self._store, self.links, self._clock, self._relay)
        self._actors[session.id] = actor
        task = asyncio.create_task(actor.run(lambda: self._forget(session.id)), name=f"session {short(session.id)}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self, session: SessionId) -> None:
        self._actors.pop(session, None)
