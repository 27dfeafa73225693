"""A persona's microphone and camera as aiortc tracks, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from kinroom.bots.picture import GROUP, LOOP, RATE, Loop
from kinroom.bots.voice import FRAME, SAMPLE_RATE, SILENT, Speech

CATCH_UP: Final = 0.5  # seconds. Further behind than this (the machine slept) a track goes on from now, not in a burst.

Speaks = Callable[[], bool]


class Pace:
    """Hands out frame numbers in real time."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._start: float | None = None
        self._count = 0

    async def next(self) -> int:
        """The number of the next frame, when its time has come. Numbers skip what was slept through."""
        now = asyncio.get_running_loop().time()
        if self._start is None:
            self._start = now
        late = now - self._start - self._count * self._interval
        if late > CATCH_UP:
            self._count += int(late / self._interval)
        elif late < 0:
            await asyncio.sleep(-late)
        self._count += 1
        return self._count - 1


class Microphone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, speech: Speech, speaks: Speaks) -> None:
        super().__init__()
        self._speech = speech
        self._speaks = speaks
        self._pace = Pace(SAMPLE_RATE / FRAME)
        self.level = SILENT
        """-dBov of the newest packet"""

    async def recv(self) -> av.Packet[Any]:
        if self.readyState != "live":
            raise MediaStreamError
        number = await self._pace.next()
        at = number % len(self._speech.packets)
        speaks = self._speaks()
        self.level = self._speech.levels[at] if speaks else SILENT
        packet: av.Packet[Any] = av.Packet(self._speech.packets[at] if speaks else self._speech.silence)
        packet.pts, packet.time_base = number * FRAME, Fraction(1, SAMPLE_RATE)
        return packet


class Camera(MediaStreamTrack):
    kind = "video"

    def __init__(self, loop: Loop, speaks: Speaks) -> None:
        super().__init__()
        self._loops = loop
        self._speaks = speaks
        self._pace = Pace(RATE)
        self._position = 0
        self._speaking = False
        self._key_frame_asked = False

    def ask_key_frame(self) -> None:
        """The next frame will be a key frame."""
        self._key_frame_asked = True

    async def recv(self) -> av.Packet[Any]:
        if self.readyState != "live":
            raise MediaStreamError
        number = await self._pace.next()
        packet: av.Packet[Any] = av.Packet(self._next_picture())
        packet.pts, packet.time_base = number, Fraction(1, RATE)
        return packet

    def _next_picture(self) -> bytes:
        """Which loop is playing changes at key frames only, so a change asks for one."""
        speaking = self._speaks()
        if self._key_frame_asked or speaking != self._speaking:
            self._position += -self._position % GROUP
            self._key_frame_asked = False
            self._speaking = speaking
        pictures = self._loops.speaking if self._speaking else self._loops.quiet
        picture = pictures[self._position % LOOP]
        self._position += 1
        return picture
