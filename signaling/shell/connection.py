"""One signalling WebSocket: reads requests one after another, writes what its outbox holds, ends by one close."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Final

import structlog
from aiohttp import WSMessage, WSMsgType, web

from rtc import Mid, OfferRefusedError, Source, WorkerGoneError
from signaling import protocol as p
from signaling.codec import BadMessageError, decode_client, encode
from signaling.core.errors import RefusedError
from signaling.core.ids import ConnectionId, SessionId
from signaling.shell.actor import SessionActor
from signaling.shell.auth import secret_hash, standby_hash
from signaling.shell.hub import Hub
from signaling.shell.limits import full
from signaling.shell.links import Closed
from signaling.shell.outbox import Outbox

FIRST_MESSAGE: Final = 10.0  # seconds to take a seat
RATE: Final = 20.0  # messages a second in the long run; a page sends one or two
BURST: Final = 100.0  # messages at once
BYTES_RATE: Final = 200_000.0  # bytes a second in the long run; an offer is up to 400 KB
BYTES_BURST: Final = 3_000_000.0
WORDS_RATE: Final = 1.0  # lines, notes and names a second in the long run
WORDS_BURST: Final = 15.0
MOST_BAD: Final = 20  # unreadable messages before the connection is closed
MOST_OFFERS: Final = 2  # that wait for an answer at once
OFFER_TIMEOUT: Final = 10.0  # seconds a worker may take; it needs some milliseconds
GOODBYE_TIMEOUT: Final = 1.0  # seconds to take in the last messages

# Pings and pongs too: whoever sends nothing else can still flood.
_COUNTED: Final = (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG)

log = structlog.get_logger()

_Quick = (
    p.First | p.Own | p.Help | p.Partner | p.AtDoor | p.Sources | p.Floor | p.Group | p.Private | p.Phone | p.Breakouts
)
# Each makes others look up. Who takes a call for help back too often has one that stays.
_WORDS: Final = (p.Say, p.AnswerPerson, p.Rename, p.SendBack, p.CancelHelp)
_GUESSES: Final = (p.ErrorCode.RESUME_UNKNOWN, p.ErrorCode.STANDBY_UNKNOWN)


class _GuessedTooOftenError(RefusedError):
    """The one refusal after which the connection is closed."""


class Connection:
    """The actor's `Client`."""

    def __init__(
        self,
        id: ConnectionId,
        ws: web.WebSocketResponse,
        hub: Hub,
        guess: Callable[[], bool],
        abort: Callable[[], None],
    ) -> None:
        """`guess` counts one wrong link or secret; False when there were too many from this address.

        `abort` drops the socket, whatever still waits in it.
        """
        self.id = id
        self._abort = abort
        self._offers: set[asyncio.Task[None]] = set()
        self._ws = ws
        self._hub = hub
        self._guess = guess
        self._outbox = Outbox()
        self._actor: SessionActor | None = None
        self._entered = False
        self._bad = 0
        now = time.monotonic()
        self._messages = full(RATE, BURST, now)
        self._bytes = full(BYTES_RATE, BYTES_BURST, now)
        self._words = full(WORDS_RATE, WORDS_BURST, now)

    # --- as the actor sees it --------------------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        self._outbox.put(time.monotonic(), text)

    def close(self, reason: p.ByeReason) -> None:
        self._outbox.close(reason)

    # --- the tasks -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until either side closes. Never raises for what the client did."""
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._outbox.drain(self._ws))
        closing = asyncio.create_task(self._outbox.wait_closed())
        try:
            await asyncio.wait([reader, writer, closing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, closing, *self._offers):
                task.cancel()
            # Before the goodbye, so that others are told at once, however slowly this one takes it in.
            if self._actor is not None:
                self._actor.disconnected(self)
            try:
                await self._say_goodbye(writer)
            finally:
                writer.cancel()
                await _settle(reader, writer, closing, *self._offers)

    async def _say_goodbye(self, writer: asyncio.Task[None]) -> None:
        if self._outbox.closed is p.ByeReason.TOO_SLOW:
            log.warning("client was too slow and is cut", connection=self.id)
        if self._outbox.closed is not None:
            await asyncio.wait([writer], timeout=GOODBYE_TIMEOUT)
        writer.cancel()
        try:
            async with asyncio.timeout(GOODBYE_TIMEOUT):
                await self._ws.close()
        except (TimeoutError, ConnectionError):
            self._abort()

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(FIRST_MESSAGE) as patience:
                async for message in self._ws:
                    if message.type not in _COUNTED or self._flooded(len(message.data)):
                        return
                    await self._take_frame(message)
                    if self._entered:
                        patience.reschedule(None)
        except TimeoutError:
            self.close(p.ByeReason.BAD_MESSAGE)

    def _flooded(self, octets: int) -> bool:
        now = time.monotonic()
        if self._messages.take(now) and self._bytes.take(now, octets):
            return False
        self.close(p.ByeReason.TOO_MANY)
        log.warning("client sent too much and is cut", connection=self.id)
        return True

    async def _take_frame(self, message: WSMessage) -> None:
        match message.type:
            case WSMsgType.TEXT:
                await self._take(message.data)
            case WSMsgType.BINARY:
                await self._take("")
            case WSMsgType.PING:
                await self._ws.pong(message.data)
            case _:
                pass  # a pong has done its work by arriving

    async def _take(self, text: str) -> None:
        """One message: a reply or a coded error. Offers are answered beside the reading, so that pings are too."""
        try:
            message = decode_client(text)
        except BadMessageError as error:
            self._refuse(error.id, p.ErrorCode.BAD_MESSAGE, error.text)
            self._bad += 1
            if self._bad >= MOST_BAD:
                self.close(p.ByeReason.BAD_MESSAGE)
            return
        if not isinstance(message, p.Offer):
            await self._answer(message.id, self._handle(message))
        elif len(self._offers) < MOST_OFFERS:
            task = asyncio.create_task(self._answer(message.id, self._offer(message)))
            self._offers.add(task)
            task.add_done_callback(self._offers.discard)
        else:
            self._refuse(message.id, p.ErrorCode.TOO_MANY, "wait for the answers to your offers")

    async def _answer(self, request: int, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except RefusedError as error:
            self._refuse(request, error.code, error.text)
            if isinstance(error, _GuessedTooOftenError):
                self.close(p.ByeReason.TOO_MANY)
        except Exception:
            log.exception("a request raised", connection=self.id)
            self._refuse(request, p.ErrorCode.UNAVAILABLE, "something went wrong in the server")

    def _refuse(self, request: int | None, code: p.ErrorCode, text: str) -> None:
        self.tell(encode(p.Refused(request, code, text)))

    async def _handle(self, message: _Quick) -> None:
        match message:
            case p.Ping(request):
                self.tell(encode(p.Ok(request)))
            case p.Join():
                await self._join(message)
            case p.Resume():
                await self._resume(message)
            case p.JoinStandby():
                await self._join_standby(message)
            case _:
                await self._seated().act(self, self._calmed(message))

    async def _join(self, message: p.Join) -> None:
        self._need_newcomer(message.version)
        admission = await self._hub.links.admission(message.token)
        if isinstance(admission, Closed):
            if admission.code is p.ErrorCode.BAD_LINK:
                raise self._wrong(admission.code, "unknown, revoked or expired")
            raise RefusedError(admission.code, "" if admission.next is None else str(admission.next))
        self._hub.count_knock(admission.link)
        actor = await self._hub.session(admission.session)
        if actor is None:
            raise self._wrong(p.ErrorCode.BAD_LINK, "its session is gone")
        await self._enter(actor, actor.join(self, admission, message))

    async def _resume(self, message: p.Resume) -> None:
        self._need_newcomer(message.version)
        actor = await self._hub.session(SessionId(message.session))
        if actor is None:
            raise self._wrong(p.ErrorCode.RESUME_UNKNOWN, "no such session")
        secret = secret_hash(message.secret)
        self._hub.count_resume(secret)
        await self._enter(actor, actor.resume(self, secret, message))

    async def _join_standby(self, message: p.JoinStandby) -> None:
        self._need_newcomer(message.version)
        token = standby_hash(message.token)
        actor = self._hub.standby_session(token)
        if actor is None:
            raise self._wrong(p.ErrorCode.STANDBY_UNKNOWN, "used up, too old, or never was")
        await self._enter(actor, actor.join_standby(self, token, message.id))

    async def _enter(self, actor: SessionActor, entering: Coroutine[None, None, None]) -> None:
        self._actor = actor  # told of a connection that breaks while it enters
        try:
            await entering
        except RefusedError as error:
            raise (self._wrong(error.code, error.text) if error.code in _GUESSES else error) from None
        self._entered = True

    async def _offer(self, message: p.Offer) -> None:
        actor = self._seated()
        me, peer = await actor.begin_offer(self, message.fresh)
        try:
            async with asyncio.timeout(OFFER_TIMEOUT):
                sources = {Mid(mid): Source(source) for mid, source in message.sources.items()}
                answer = await self._hub.engine.offer(peer, message.sdp, sources)
        except OfferRefusedError as error:
            if message.fresh:
                await actor.fail_offer(me, peer)
            raise RefusedError(p.ErrorCode.BAD_OFFER, str(error)) from None
        except (WorkerGoneError, TimeoutError):
            await actor.fail_offer(me, peer)
            raise RefusedError(p.ErrorCode.MEDIA_GONE, "the media worker is restarting: offer again, fresh") from None
        await actor.end_offer(self, message.id, peer, answer)

    def _seated(self) -> SessionActor:
        if self._actor is None or not self._entered:
            raise RefusedError(p.ErrorCode.NOT_JOINED, "join or resume first")
        return self._actor

    def _need_newcomer(self, version: int) -> None:
        if self._entered:
            raise RefusedError(p.ErrorCode.NOT_ALLOWED, "this connection has its seat already")
        if version != p.VERSION:
            raise RefusedError(p.ErrorCode.BAD_VERSION, f"this server speaks version {p.VERSION}")

    def _calmed(self, message: p.Request) -> p.Request:
        """Everybody in the room reads each line. Only a call for help is never too many: at most its note is."""
        if isinstance(message, _WORDS) or (isinstance(message, p.CallHelp) and message.note):
            calm = self._words.take(time.monotonic())
            if isinstance(message, p.CallHelp):
                return message if calm else p.CallHelp(message.id, message.kind)
            if not calm:
                raise RefusedError(p.ErrorCode.TOO_MANY, "too many words in a short time: wait a moment")
        return message

    def _wrong(self, code: p.ErrorCode, text: str) -> RefusedError:
        """Guessing is made slow; who knows a link does not notice."""
        if self._guess():
            return RefusedError(code, text)
        return _GuessedTooOftenError(p.ErrorCode.TOO_MANY, "too many wrong links or secrets")


async def _settle(*tasks: asyncio.Task[None]) -> None:
    """Waits for tasks that were told to end. A lost connection is no news; anything else is a bug."""
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            log.error("a connection's task broke", exc_info=outcome)
