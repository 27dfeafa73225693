"""All live sessions of this node: finds or rebuilds their actors and routes what the engine reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from msgspec import Struct

from rtc import (
    Engine,
    EngineEvent,
    MediaRefused,
    PeerConnected,
    PeerId,
    PeerLost,
    SlotFlowing,
    SpeakersChanged,
    WorkerDied,
    WorkerStats,
)
from signaling.core.ids import ParticipantId, SessionId, short
from signaling.core.roles import Role
from signaling.core.session import replay
from signaling.core.state import Session
from signaling.shell.actor import SessionActor
from signaling.shell.auth import link_hash, new_session_id, new_token
from signaling.store.store import Link, Store

LINK_LIVES: Final = 30 * 86_400.0  # seconds
RECENT: Final = 86_400.0  # seconds. Sessions with a younger event are rebuilt at start, so that time goes on in them

log = structlog.get_logger()


class NewLink(Struct, frozen=True):
    role: Role
    people: int
    token: str


class SessionStats(Struct, frozen=True):
    worker: WorkerStats | None
    participants: dict[ParticipantId, PeerId]


class Hub:
    def __init__(self, engine: Engine, store: Store, clock: Callable[[], float] = time.time) -> None:
        """`clock`: wall seconds."""
        self.engine = engine
        self._store = store
        self._clock = clock
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

    async def create(self, wanted: Sequence[tuple[Role, int]]) -> tuple[SessionId, list[NewLink]]:
        """A session and its links: (role, people) each. The tokens are known only to the caller."""
        now = self._clock()
        session = new_session_id()
        links = [NewLink(role, people, new_token()) for role, people in wanted]
        records = [Link(link_hash(link.token), session, link.role, link.people, now + LINK_LIVES) for link in links]
        await self._store.create(session, now, records)
        log.info("session made", session=short(session), links=len(links))
        return session, links

    async def link(self, token: str) -> Link | None:
        """None if it is unknown or expired."""
        link = await self._store.link(link_hash(token))
        return link if link is not None and link.expires > self._clock() else None

    async def session(self, session: SessionId) -> SessionActor | None:
        """The session's actor, rebuilt from its events if it is not in memory. None if there is no such session."""
        async with self._loading:
            if session not in self._actors:
                if not await self._store.exists(session):
                    return None
                self._run(replay(Session(session), await self._store.events(session)))
            return self._actors[session]

    async def end(self, session: SessionId) -> bool:
        actor = await self.session(session)
        if actor is not None:
            await actor.end()
        return actor is not None

    async def stats(self, session: SessionId) -> SessionStats | None:
        actor = await self.session(session)
        if actor is None:
            return None
        peers = {seat.participant: actor.media.peer_of(seat.participant) for seat in actor.session.present()}
        return SessionStats(actor.media.stats(), {who: peer for who, peer in peers.items() if peer is not None})

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

    def _run(self, session: Session) -> None:
        actor = SessionActor(session, self.engine, self._store, self._clock)
        self._actors[session.id] = actor
        task = asyncio.create_task(actor.run(lambda: self._forget(session.id)), name=f"session {short(session.id)}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self, session: SessionId) -> None:
        self._actors.pop(session, None)
