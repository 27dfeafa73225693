"""The actor of one session: the only task that changes its state. It never waits for a media worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from rtc import Answer, Engine, LayersNeeded, PeerId, PicturesSqueezed, SlotFlowing
from signaling import protocol as p
from signaling.codec import encode
from signaling.core import commands as c
from signaling.core.errors import RefusedError
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash, StandbyHash, short
from signaling.core.session import deadline
from signaling.core.state import Here, Session
from signaling.shell import chatting, entering, negotiating
from signaling.shell.asking import command_of, with_words
from signaling.shell.auth import new_token, standby_hash
from signaling.shell.figures import EVERY, Meter, support_is_here
from signaling.shell.links import Admission, Links
from signaling.shell.media import LINGER, SessionMedia
from signaling.shell.pulse import Lines, board_is_watched, sending
from signaling.shell.telling import Client, places
from signaling.shell.turn import Relay
from signaling.shell.turns import Turns
from signaling.store.store import Store

IDLE: Final = 60.0  # seconds with nobody in the session before it leaves the memory; its events remain
NEAR: Final = 3600.0  # seconds. The gentle end of a group without a facilitator is ten minutes off
RETRY: Final = 1.0  # seconds until what time brings is tried again after the store could not

# A phone that stands by opens no microphone and no camera, its own or the laptop's, and has no pictures.
_NOT_BY_PHONE: Final = (p.Publish, p.Unpublish, p.Unmute, p.Look, p.Broadcast)

T = TypeVar("T")
log = structlog.get_logger()


class SessionActor:
    def __init__(
        self,
        session: Session,
        numbers: p.Numbers,
        engine: Engine,
        store: Store,
        links: Links,
        clock: Callable[[], float],
        relay: Relay | None,
    ) -> None:
        """`clock`: wall seconds."""
        self.media = SessionMedia(engine, engine.choose_worker())
        self._turns = Turns(session, numbers, self.media, store, links, clock, relay)
        self._meter = Meter()
        self._lines = Lines()
        self._clock = clock
        self._not_before = 0.0
        self._inbox: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._stopped = False
        self._post(self._send_away)  # before any newcomer's job

    @property
    def session(self) -> Session:
        return self._turns.session

    # --- the task --------------------------------------------------------------------------------------------------

    async def run(self, forget: Callable[[], None]) -> None:
        """Until nobody has been in the session for a while. `forget` is called before this returns."""
        while not self._stopped:
            try:
                async with asyncio.timeout(self._patience()):
                    job = await self._inbox.get()
            except TimeoutError:
                self._stopped = self._idle() and self._inbox.empty()
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
            for client in self._turns.audience.clients():
                self._turns.audience.drop(client.id)
                client.close(p.ByeReason.STOPPING)
            try:
                await self._send_away()
            finally:
                self._stopped = True

        await self._ask(job)

    def _gone(self) -> list[ConnectionId]:
        """Connections that people are on and that are no more: after a restart of the server, all."""
        return [connection for connection in places(self.session) if connection not in self._turns.audience]

    async def _send_away(self) -> None:
        for connection in self._gone():
            await self._turns.take(c.Server(), c.Disconnect(connection))

    def _idle(self) -> bool:
        """Nobody is here, and nothing that time will bring is near: an end is written down when it comes."""
        due = deadline(self.session)
        near = due is not None and due < self._clock() + NEAR
        return not (near or self.session.present() or len(self._turns.audience))

    def _patience(self) -> float:
        set_times = (deadline(self.session), self.media.next_drop(), self._turns.audience.renewal())
        due = [at for at in set_times if at is not None]
        if self._gone():
            due.append(self._turns.now)  # the store could not write it down
        if self._measures():
            due.append(self._meter.at + EVERY)
        return max(0.0, max(min(due), self._not_before) - self._clock()) if due else IDLE

    async def _tick(self) -> None:
        now = self._clock()
        self.media.drop_overdue(now)
        self._turns.audience.renew(now)
        await self._send_away()
        if self._measures() and now >= self._meter.at + EVERY:
            audience = self._turns.audience
            audience.measured = self._meter.measure(now, self.media)
            audience.lines = self._lines.step(audience.measured, self._meter.rtt_ms, sending(self.session))
        await self._turns.take(c.Server(), c.Tick())

    def _measures(self) -> bool:
        return support_is_here(self.session) or board_is_watched(self.session)

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

    async def join(self, client: Client, admission: Admission, request: p.Join) -> None:
        await self._ask(lambda: entering.join(self._turns, client, admission, request))

    async def resume(self, client: Client, secret: SecretHash, request: p.Resume) -> None:
        await self._ask(lambda: entering.resume(self._turns, client, secret, request))

    async def join_standby(self, client: Client, token: StandbyHash, request: int) -> None:
        await self._ask(lambda: entering.join_standby(self._turns, client, token, request))

    async def act(self, client: Client, request: p.Request) -> None:
        """Every request but offers and pings; replies `ok`."""
        await self._ask(lambda: self._act(client, request))

    async def _act(self, client: Client, request: p.Request) -> None:
        seat, place = self._turns.place_of(client)
        me = c.Member(seat.participant)

        def ok() -> None:
            client.tell(encode(p.Ok(request.id)))

        if place.standby and isinstance(request, _NOT_BY_PHONE) and request != p.Broadcast(request.id, on=False):
            raise RefusedError(p.ErrorCode.NOT_ALLOWED, "a phone that stands by has no media")
        match request:
            case p.View():
                negotiating.take_view(self._turns, client, request)
            case p.Say() | p.AnswerPerson():
                await chatting.say(self._turns, seat, request, ok)
            case p.CallHelp() | p.SendBack() | p.Rename():
                command, words = with_words(seat.participant, request)
                await self._turns.take(me, command, words=words, reply=ok)
            case p.MakeStandby():
                await self._make_standby(client, seat.participant, request.id)
            case p.Leave() if place.standby:
                await self._turns.take(me, c.DropStandby(), reply=ok)
            case _:
                await self._turns.take(me, command_of(request, client.id), reply=ok)

    async def _make_standby(self, client: Client, who: ParticipantId, request: int) -> None:
        token = new_token()

        def reply() -> None:
            _, until = self.session.standby_offers[standby_hash(token)]
            client.tell(encode(p.StandbyOffer(request, token, until)))

        await self._turns.take(c.Member(who), c.MakeStandby(standby_hash(token)), reply=reply)

    async def begin_offer(self, client: Client, fresh: bool) -> tuple[ParticipantId, PeerId]:
        async def job() -> tuple[ParticipantId, PeerId]:
            return negotiating.begin_offer(self._turns, client, fresh)

        return await self._ask(job)

    async def end_offer(self, client: Client, request: int, peer: PeerId, answer: Answer) -> None:
        async def job() -> None:
            negotiating.end_offer(self._turns, client, request, peer, answer)

        await self._ask(job)

    async def fail_offer(self, participant: ParticipantId, peer: PeerId) -> None:
        async def job() -> None:
            negotiating.fail_offer(self._turns, participant, peer)

        await self._ask(job)

    def disconnected(self, client: Client) -> None:
        async def job() -> None:
            self._turns.audience.drop(client.id)
            for seat in self.session.present():
                if seat.presence == Here(client.id):
                    self.media.linger(seat.participant, self._clock() + LINGER)
            await self._send_away()

        self._post(job)

    # --- what operators ask ----------------------------------------------------------------------------------------

    async def end(self) -> None:
        await self._ask(lambda: self._turns.take(c.Operator(), c.End()))

    async def revoke(self, link: LinkHash) -> None:
        """Whoever sits by that link leaves, and comes back by it no more."""
        await self._ask(lambda: self._turns.take(c.Operator(), c.RevokeLink(link)))

    # --- what the engine reports -----------------------------------------------------------------------------------

    def peer_lost(self, peer: PeerId) -> None:
        """Also for each peer of a worker that died: the page opens a new connection, the seat stays."""

        async def job() -> None:
            participant = self.media.person_of(peer)
            if participant is None:
                return
            self.media.drop(participant)
            self._turns.audience.tell_person(self.session, participant, p.MediaLost(peer))
            self._turns.switch()

        self._post(job)

    def flowing(self, flow: SlotFlowing) -> None:
        """Told only if the slot still carries that person: a late word must not open the next one's tile."""

        async def job() -> None:
            participant = self.media.person_of(flow.peer)
            if participant is not None and self.media.note_flow(participant, flow):
                self._turns.audience.tell_person(self.session, participant, p.Flowing(flow.mid, flow.rtp))

        self._post(job)

    def adapts(self, event: PicturesSqueezed | LayersNeeded) -> None:
        """Told to the page of that peer alone."""

        async def job() -> None:
            participant = self.media.person_of(event.peer)
            if participant is None:
                return
            if isinstance(event, PicturesSqueezed):
                message: p.ServerMessage = self.media.note_squeezed(participant, event.mids)
            else:
                told = p.SendLayers(event.source.value, event.layers, event.paused)
                message = self.media.note_layers(participant, told)
            self._turns.audience.tell_person(self.session, participant, message)

        self._post(job)

    def speakers(self, peers: Sequence[PeerId]) -> None:
        """Loudest first; peers of other sessions on the same worker are passed over."""

        async def job() -> None:
            self._turns.audience.loudest = peers
            self._turns.audience.tell_speakers(self.session)

        self._post(job)


def _put_away() -> RefusedError:
    return RefusedError(p.ErrorCode.UNAVAILABLE, "the session is being put away: try again")
