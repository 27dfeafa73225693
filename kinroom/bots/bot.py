"""One synthetic person: joins by a link, waits to be let in, sends picture and voice, comes back whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from kinroom.bots import picture, voice
from kinroom.bots.connection import Connection, ConnectionLostError, RefusedError
from kinroom.bots.media import MediaPeer, OnFrame
from kinroom.bots.persona import Persona
from kinroom.bots.tracks import Camera, Microphone
from signaling import protocol
from signaling.protocol import ByeReason, ErrorCode

FIRST_WAIT: Final = 0.25  # seconds before the first attempt to come back; doubles up to LONGEST_WAIT
LONGEST_WAIT: Final = 4.0  # seconds
FIRST_SLOT_PAIRS: Final = 4

_FOR_GOOD: Final = (
    ByeReason.LEFT,
    ByeReason.REPLACED,
    ByeReason.ENDED,
    ByeReason.CLOSED,
    ByeReason.DECLINED,
    ByeReason.REMOVED,
)


class Media(Struct, frozen=True):
    """What a persona sends. Made once; takes half a second of CPU."""

    picture: picture.Loop
    voice: voice.Speech

    @classmethod
    def of(cls, who: Persona) -> Media:
        return cls(picture.make_loop(who), voice.make_speech(who.pitch, who.index))


class Bot:
    """`run` until it returns. With `on_frame` the bot offers slots and decodes what arrives in them."""

    def __init__(
        self, link: str, who: Persona, media: Media, speaks: Callable[[], bool], on_frame: OnFrame | None = None
    ) -> None:
        self.who = who
        self.slots: list[protocol.Slot] = []
        self.place: protocol.Place | None = None  # the newest: waiting room or room
        self.snapshot: protocol.Snapshot | None = None  # the newest of a room
        self.connection: Connection | None = None
        self.media: MediaPeer | None = None
        self.arrived = asyncio.Event()  # has a seat, be it in the waiting room
        self.in_room = asyncio.Event()  # let in, and the media answer taken
        self._url = URL(link).with_path("/ws").with_fragment(None)
        self._token = URL(link).fragment
        self._made = media
        self._speaks = speaks
        self._on_frame = on_frame
        self._seat: tuple[str, str] | None = None  # session and resume secret
        self._peer: int | None = None
        self._wait = FIRST_WAIT

    async def run(self, give_up_after: float = 60.0) -> None:
        """Until the session ends for this person. Raises RefusedError, or ConnectionLostError after so many seconds."""
        now = asyncio.get_running_loop().time
        last_seen = now()
        try:
            async with aiohttp.ClientSession() as http:
                while True:
                    try:
                        async with http.ws_connect(self._url, compress=15) as socket:
                            await self._live(Connection(socket), http)
                    except (aiohttp.ClientError, ConnectionLostError, OSError) as lost:
                        if isinstance(lost, ConnectionLostError) and lost.bye in _FOR_GOOD:
                            return
                        if self.arrived.is_set():
                            last_seen = now()
                        if now() - last_seen > give_up_after:
                            raise ConnectionLostError(None) from lost
                    self.in_room.clear()
                    self.arrived.clear()
                    await self._pause()
        finally:
            await self._close_media()

    async def leave(self) -> None:
        """Say good-bye, for at most a second."""
        if self.connection is not None:
            with contextlib.suppress(RefusedError, ConnectionLostError, TimeoutError):
                request = self.connection.request(protocol.Leave(self.connection.next_id()))
                await asyncio.wait_for(request, 1.0)

    async def _live(self, connection: Connection, http: aiohttp.ClientSession) -> None:
        self.connection = connection
        reader = asyncio.create_task(connection.read())
        try:
            await self._arrive(connection, await self._enter(connection, http))
            self._wait = FIRST_WAIT
            while (message := await connection.inbox.get()) is not None:
                await self._obey(connection, message)
            raise ConnectionLostError(connection.bye)
        finally:
            self.connection = None
            reader.cancel()

    async def _enter(self, connection: Connection, http: aiohttp.ClientSession) -> protocol.Place:
        if self._seat is not None:
            try:
                return await self._resume(connection, *self._seat)
            except RefusedError as refused:
                if refused.code is not ErrorCode.RESUME_UNKNOWN:
                    raise
        try:
            return await self._join(connection, None)
        except RefusedError as refused:
            if refused.code is not ErrorCode.AGREEMENT_NEEDED:
                raise
        return await self._join(connection, await self._agreement(http))

    async def _join(self, connection: Connection, agreement: str | None) -> protocol.Place:
        place = await connection.request(
            protocol.Join(connection.next_id(), protocol.VERSION, self._token, self.who.name, agreement)
        )
        assert isinstance(place, protocol.Place)
        return place

    async def _resume(self, connection: Connection, session: str, secret: str) -> protocol.Place:
        place = await connection.request(
            protocol.Resume(connection.next_id(), protocol.VERSION, session, secret, self.who.name, self._peer)
        )
        assert isinstance(place, protocol.Place)
        return place

    async def _agreement(self, http: aiohttp.ClientSession) -> str | None:
        """The version that the group asks for. Nobody is bound by what a synthetic person agrees to."""
        url = self._url.with_path("/api/v1/link")
        async with http.post(url, json={"token": self._token}) as answer:
            answer.raise_for_status()
            found = msgspec.json.decode(await answer.read(), type=protocol.LinkOpen)
        return None if found.agreement is None else found.agreement.version

    async def _arrive(self, connection: Connection, place: protocol.Place) -> None:
        """At a place: the first, or another where a facilitator put us."""
        secret = place.secret or (self._seat[1] if self._seat is not None else None)
        assert secret is not None, "the first answer brings it"
        self._seat = (place.session, secret)
        self.place = place
        if isinstance(place, protocol.Snapshot):
            self.snapshot = place
            self.slots = place.slots
            if self.media is None or place.peer is None or place.peer != self._peer:
                await self._open_media(connection, place.me.may)
            self.in_room.set()
        else:
            self.in_room.clear()
            self.slots = []
            await self._close_media()
        self.arrived.set()

    async def _obey(self, connection: Connection, message: protocol.ServerMessage) -> None:
        match message:
            case protocol.Snapshot(id=None) | protocol.Waiting(id=None):
                await self._arrive(connection, message)
            case protocol.Slots():
                self.slots = message.slots
            case protocol.SlotsNeeded() if self.media is not None and self._on_frame is not None:
                self.media.add_slots(message.pairs)
                await self._offer(connection, self.media, fresh=False)
            case protocol.MediaLost() if message.peer == self._peer and self.snapshot is not None:
                await self._open_media(connection, self.snapshot.me.may)

    async def _open_media(self, connection: Connection, may: Sequence[protocol.SourceName]) -> None:
        """A new RTCPeerConnection, as often as it takes while the media worker is away. Sends what it may.

        Whoever is out of the room by now has a message waiting that says so.
        """
        while True:
            await self._close_media()
            self.media = media = self._new_media(connection)
            try:
                await self._offer(connection, media, fresh=True)
                break
            except RefusedError as refused:
                if refused.code is ErrorCode.WAITING:
                    return
                if refused.code is not ErrorCode.MEDIA_GONE:
                    raise
            await self._pause()
        for source in ("microphone", "camera"):
            if source in may:
                with contextlib.suppress(RefusedError):
                    await connection.request(protocol.Publish(connection.next_id(), source))

    def _new_media(self, connection: Connection) -> MediaPeer:
        def lost() -> None:
            if self._peer is not None:
                connection.inbox.put_nowait(protocol.MediaLost(self._peer))

        microphone = Microphone(self._made.voice, self._speaks)
        media = MediaPeer(microphone, Camera(self._made.picture, self._speaks), self._on_frame, lost)
        if self._on_frame is not None:
            media.add_slots(FIRST_SLOT_PAIRS)
        return media

    async def _offer(self, connection: Connection, media: MediaPeer, *, fresh: bool) -> None:
        sdp, sources = await media.offer()
        answer = await connection.request(protocol.Offer(connection.next_id(), sdp, sources, fresh))
        assert isinstance(answer, protocol.Answer)
        self._peer = answer.peer
        await media.accept(answer.sdp)

    async def _close_media(self) -> None:
        media, self.media, self._peer = self.media, None, None
        if media is not None:
            await media.close()

    async def _pause(self) -> None:
        await asyncio.sleep(self._wait)
        self._wait = min(2 * self._wait, LONGEST_WAIT)
