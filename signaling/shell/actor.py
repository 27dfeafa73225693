"""The actor of one session: the only task that changes its state. It never waits for a media worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

import structlog
from msgspec import Struct

from rtc import Answer, Engine, PeerId, SlotFlowing
from signaling import protocol as p
from signaling.codec import encode
from signaling.core import commands as c
from signaling.core.events import Event
from signaling.core.ids import ConnectionId, ParticipantId, SecretHash, short
from signaling.core.names import clean_name
from signaling.core.session import RefusedError, apply, deadline, decide, seat_of_secret
from signaling.core.state import Here, Seat, Session
from signaling.core.telling import people, told
from signaling.shell.auth import new_participant_id, new_token, secret_hash
from signaling.shell.media import LINGER, SessionMedia
from signaling.store.store import Link, Store

IDLE: Final = 60.0  # seconds with nobody in the room before the session leaves the memory; its events remain
RETRY: Final = 1.0  # seconds until what time brings is tried again after the store could not

T = TypeVar("T")
log = structlog.get_logger()


class Client(Protocol):
    """One signalling connection, as the actor sees it."""

    @property
    def id(self) -> ConnectionId: ...

    def tell(self, text: str) -> None:
        """An encoded message. Never blocks, never raises."""

    def close(self, reason: p.ByeReason) -> None: ...


class Entered(Struct, frozen=True):
    """A client has its seat."""

    participant: ParticipantId


class SessionActor:
    def __init__(self, session: Session, engine: Engine, store: Store, clock: Callable[[], float]) -> None:
        self.session = session
        self.media = SessionMedia(engine, engine.choose_worker())
        self._store = store
        self._clock = clock
        self._now = 0.0
        self._not_before = 0.0
        self._names: dict[ParticipantId, str] = {}
        self._clients: dict[ConnectionId, Client] = {}
        self._loudest: Sequence[PeerId] = ()  # as the engine said last
        self._speakers: list[ParticipantId] = []  # as pages were told last
        self._inbox: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._stopped = False
        self._post(self._send_away)  # before any newcomer's job

    # --- the task --------------------------------------------------------------------------------------------------

    async def run(self, forget: Callable[[], None]) -> None:
        """Until nobody has been in the room for a while. `forget` is called before this returns."""
        while not self._stopped:
            try:
                async with asyncio.timeout(self._patience()):
                    job = await self._inbox.get()
            except TimeoutError:
                self._stopped = not self._busy() and self._inbox.empty()
                job = self._tick
            try:
                await job()
            except Exception:
                log.exception("a session's job raised", session=short(self.session.id))
                self._not_before = self._clock() + RETRY
        while not self._inbox.empty():
            await self._inbox.get_nowait()()  # nobody is left waiting
        forget()

    async def stop(self) -> None:
        """Tells everybody that the server stops, and stores when they were last seen."""

        async def job() -> None:
            for client in self._clients.values():
                client.close(p.ByeReason.STOPPING)
            self._clients.clear()
            try:
                await self._send_away()
            finally:
                self._stopped = True

        await self._ask(job)

    def _gone(self) -> list[ConnectionId]:
        """Connections that people are on and that are no more: after a restart of the server, all."""
        here = [seat.presence.connection for seat in self.session.present() if isinstance(seat.presence, Here)]
        return [connection for connection in here if connection not in self._clients]

    async def _send_away(self) -> None:
        for connection in self._gone():
            await self._do(c.Server(), c.Disconnect(connection))

    def _busy(self) -> bool:
        return bool(self.session.present() or self._clients)

    def _patience(self) -> float:
        due = [at for at in (deadline(self.session), self.media.next_drop()) if at is not None]
        if self._gone():
            due.append(self._now)  # the store could not write it down
        return max(0.0, max(min(due), self._not_before) - self._clock()) if due else IDLE

    async def _tick(self) -> None:
        self.media.drop_overdue(self._clock())
        await self._send_away()
        await self._do(c.Server(), c.Tick())

    async def _ask(self, job: Callable[[], Awaitable[T]]) -> T:
        """Runs the job in the actor's task. Raises what the job raises."""
        if self._stopped:
            raise _put_away()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def run() -> None:
            try:
                if self._stopped:
                    raise _put_away()
                result = await job()
            except Exception as error:
                if not done.cancelled():
                    done.set_exception(error)
                elif not isinstance(error, RefusedError):
                    raise
            else:
                if not done.cancelled():
                    done.set_result(result)

        self._inbox.put_nowait(run)
        return await done

    def _post(self, job: Callable[[], Awaitable[None]]) -> None:
        """As `_ask`, but nobody waits."""

        async def run() -> None:
            if not self._stopped:
                await job()

        self._inbox.put_nowait(run)

    # --- what connections ask --------------------------------------------------------------------------------------

    async def join(self, client: Client, link: Link, request: p.Join) -> Entered:
        name = clean_name(request.name)

        async def job() -> Entered:
            participant, secret = new_participant_id(), new_token()
            command = c.Join(participant, secret_hash(secret), client.id, link.hash, link.role, link.people)
            self._names[participant] = name
            self._clients[client.id] = client
            try:
                await self._do(c.Newcomer(), command, lambda: self._snapshot(client, participant, request.id, secret))
            except BaseException:
                del self._names[participant], self._clients[client.id]
                raise
            return Entered(participant)

        return await self._ask(job)

    async def resume(self, client: Client, secret: SecretHash, request: p.Resume) -> Entered:
        name = clean_name(request.name)

        async def job() -> Entered:
            seat = seat_of_secret(self.session, secret)
            link = None if seat is None else await self._store.link(seat.link)
            if seat is None or link is None:
                raise RefusedError(p.ErrorCode.RESUME_UNKNOWN, "unknown secret")
            return await self._take_back(client, seat, link, name, request)

        return await self._ask(job)

    async def _take_back(self, client: Client, seat: Seat, link: Link, name: str, request: p.Resume) -> Entered:
        participant = seat.participant
        kept = self.media.kept_peer(participant, request.peer) is not None
        command = c.Resume(seat.secret, client.id, link.people, kept)
        before = self._names.get(participant)
        self._names[participant] = name
        self._clients[client.id] = client

        def reply() -> None:
            self.media.returned(participant)
            if not kept:
                self.media.forget_view(participant)
            self._snapshot(client, participant, request.id, None)
            # What was said while nobody listened.
            for mid, rtp in self.media.flows_of(participant):
                client.tell(encode(p.Flowing(mid, rtp)))

        try:
            await self._do(c.Newcomer(), command, reply)
        except BaseException:
            del self._clients[client.id]
            self._names[participant] = before or name
            raise
        return Entered(participant)

    async def command(self, client: Client, participant: ParticipantId, request: int, command: c.Command) -> None:
        async def job() -> None:
            self._need_seat(client, participant)
            await self._do(c.Member(participant), command, lambda: client.tell(encode(p.Ok(request))))

        await self._ask(job)

    async def view(self, client: Client, participant: ParticipantId, request: p.View) -> None:
        async def job() -> None:
            self._need_seat(client, participant)
            self.media.view(participant, [(ParticipantId(tile.participant), tile.source) for tile in request.tiles])
            client.tell(encode(p.Ok(request.id)))
            self._replan()

        await self._ask(job)

    async def begin_offer(self, client: Client, participant: ParticipantId, fresh: bool) -> PeerId:
        """The peer that the offer is for; a fresh one replaces the old. The caller then waits for the engine."""

        async def job() -> PeerId:
            seat = self._need_seat(client, participant)
            peer = self.media.add(participant, seat.role) if fresh else self.media.peer_of(participant)
            if peer is None:
                raise RefusedError(p.ErrorCode.MEDIA_GONE, "there is no live peer: offer fresh")
            self._replan()
            return peer

        return await self._ask(job)

    async def end_offer(
        self, client: Client, participant: ParticipantId, request: int, peer: PeerId, answer: Answer
    ) -> None:
        async def job() -> None:
            seat = self._need_seat(client, participant)
            if self.media.peer_of(participant) != peer:
                raise RefusedError(p.ErrorCode.MEDIA_GONE, "the peer is gone: offer fresh")
            self.media.answered(participant, answer.slots, seat.muted)
            client.tell(encode(p.Answer(request, answer.sdp, peer, [(a, v) for a, v in answer.slots])))
            self._replan()

        await self._ask(job)

    async def fail_offer(self, participant: ParticipantId, peer: PeerId) -> None:
        """A peer that never got an answer is of no use."""

        async def job() -> None:
            if self.media.peer_of(participant) == peer:
                self.media.drop(participant)
                self._replan()

        await self._ask(job)

    def disconnected(self, client: Client) -> None:
        async def job() -> None:
            self._clients.pop(client.id, None)
            for seat in self.session.present():
                if seat.presence == Here(client.id):
                    self.media.linger(seat.participant, self._clock() + LINGER)
            await self._send_away()

        self._post(job)

    async def end(self) -> None:
        await self._ask(lambda: self._do(c.Operator(), c.End()))

    # --- what the engine reports -----------------------------------------------------------------------------------

    def peer_lost(self, peer: PeerId) -> None:
        """Also for each peer of a worker that died: the page opens a new connection, the seat stays."""

        async def job() -> None:
            participant = self.media.person_of(peer)
            if participant is None:
                return
            self.media.drop(participant)
            self._tell(participant, p.MediaLost(peer))
            self._replan()

        self._post(job)

    def flowing(self, flow: SlotFlowing) -> None:
        """Told only if the slot still carries that person: a late word must not open the next one's tile."""

        async def job() -> None:
            participant = self.media.person_of(flow.peer)
            if participant is not None and self.media.note_flow(participant, flow):
                self._tell(participant, p.Flowing(flow.mid, flow.rtp))

        self._post(job)

    def speakers(self, peers: Sequence[PeerId]) -> None:
        """Loudest first; peers of other sessions on the same worker are passed over."""

        async def job() -> None:
            self._loudest = peers
            self._tell_speakers()

        self._post(job)

    # --- inside the task -------------------------------------------------------------------------------------------

    async def _do(self, actor: c.Actor, command: c.Command, reply: Callable[[], None] = lambda: None) -> None:
        """Decide, store, then tell. Raises RefusedError, or the store's error with nothing changed."""
        self._now = max(self._now, self._clock())
        before = self.session
        events, effects = decide(before, self._now, actor, command)
        if events:
            await self._store.append(before.id, before.n, events)
        steps = []
        for event in events:
            self.session = apply(self.session, event)
            steps.append((event, self.session))
        self._perform([effect for effect in effects if isinstance(effect, c.DropMedia | c.SilenceMicrophone)])
        reply()
        self._tell_events(before, steps, actor, command)
        self._perform([effect for effect in effects if isinstance(effect, c.Close)])
        self._replan()

    def _tell_events(
        self, before: Session, steps: list[tuple[Event, Session]], actor: c.Actor, command: c.Command
    ) -> None:
        """To everybody connected; but who came by this command has it all in the snapshot."""
        newcomer = command.connection if isinstance(command, c.Join | c.Resume) else None
        for event, after in steps:
            message = told(before, after, event, self._names)
            before = after
            if message is not None:
                self._tell_all(p.Event(after.n, message), but=newcomer)

    def _perform(self, effects: Sequence[c.Effect]) -> None:
        for effect in effects:
            match effect:
                case c.Close(connection, reason):
                    client = self._clients.pop(connection, None)
                    if client is not None:
                        client.close(p.ByeReason(reason))
                case c.DropMedia(participant):
                    self.media.drop(participant)
                case c.SilenceMicrophone(participant, on):
                    self.media.silence(participant, on)

    def _replan(self) -> None:
        """Pages hear of their slots before the engine does: no face ever stands under another's name."""
        signals, changes = self.media.replan(self.session)
        for participant, message in signals:
            self._tell(participant, message)
        self.media.apply(changes)
        self._tell_speakers()

    def _tell_speakers(self) -> None:
        """Also when nobody said so: who is muted or has lost their media speaks no more."""
        people = [who for peer in self._loudest if (who := self.media.person_of(peer)) is not None]
        heard = [who for who in people if not self.session.seats[who].muted]
        if heard != self._speakers:
            self._speakers = heard
            self._tell_all(p.Speakers(list(heard)))

    def _snapshot(self, client: Client, participant: ParticipantId, request: int, secret: str | None) -> None:
        snapshot = p.Snapshot(
            id=request,
            n=self.session.n,
            session=self.session.id,
            you=participant,
            secret=secret,
            peer=self.media.peer_of(participant),
            people=people(self.session, self._names),
            slots=self.media.slots_of(participant),
            speakers=list(self._speakers),
        )
        client.tell(encode(snapshot))

    def _need_seat(self, client: Client, participant: ParticipantId) -> Seat:
        """A connection that was replaced meanwhile has no say any more."""
        seat = self.session.seats.get(participant)
        if seat is None or seat.presence != Here(client.id):
            raise RefusedError(p.ErrorCode.NOT_JOINED, "this connection has no seat")
        return seat

    def _client_of(self, participant: ParticipantId) -> Client | None:
        presence = self.session.seats[participant].presence
        return self._clients.get(presence.connection) if isinstance(presence, Here) else None

    def _tell(self, participant: ParticipantId, message: p.ServerMessage) -> None:
        client = self._client_of(participant)
        if client is not None:
            client.tell(encode(message))

    def _tell_all(self, message: p.ServerMessage, but: ConnectionId | None = None) -> None:
        text = encode(message)
        for connection, client in self._clients.items():
            if connection != but:
                client.tell(text)


def _put_away() -> RefusedError:
    return RefusedError(p.ErrorCode.UNAVAILABLE, "the session is being put away: try again")
