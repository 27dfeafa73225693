"""Synthetic people in a real server, watched: what each decodes, frame by frame."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import socket
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from bench.lab.server import Server
from kinroom.bots.bot import Bot, Media
from kinroom.bots.persona import persona

PEOPLE = 25  # personas that a picture may be taken for
SOUND_KEPT = 25  # frames of 20 ms


@functools.cache
def media_of(index: int) -> Media:
    return Media.of(persona(index))


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Seen(Protocol):
    """Whom others may see."""

    index: int

    @property
    def me(self) -> str: ...


class Watched:
    """A bot and what it decodes, by mid."""

    def __init__(self, link: str, index: int, changed: asyncio.Event, receive: bool = True) -> None:
        self.index = index
        self.frames: Counter[str] = Counter()
        self.pictures: dict[str, av.VideoFrame] = {}
        self.sounds: dict[str, deque[av.AudioFrame]] = {}
        self._changed = changed
        self.bot = Bot(link, persona(index), media_of(index), lambda: True, self._take if receive else None)
        self.task = asyncio.create_task(self.bot.run())

    def __str__(self) -> str:
        shown = {mid: who_is_shown(picture) for mid, picture in self.pictures.items()}
        heard = {mid: who_speaks(sound) for mid, sound in self.sounds.items()}
        slots = [(slot.mid, slot.participant, slot.source) for slot in self.bot.slots]
        return f"{self.index} slots {slots} frames {dict(self.frames)} shows {shown} hears {heard} {self.task}"

    @property
    def me(self) -> str:
        assert self.bot.snapshot is not None
        return self.bot.snapshot.you

    def mid(self, other: Seen, source: str) -> str | None:
        """The slot in which the server says the other is."""
        found = [s.mid for s in self.bot.slots if s.participant == other.me and s.source == source]
        assert len(found) < 2, found
        return found[0] if found else None

    def sees(self, other: Seen) -> bool:
        """The newest picture in the other's slot is the other's."""
        mid = self.mid(other, "camera")
        return mid in self.pictures and who_is_shown(self.pictures[mid]) == other.index

    def hears(self, other: Seen) -> bool:
        """The sound of the last half second in the other's slot has the other's pitch."""
        mid = self.mid(other, "microphone")
        return mid in self.sounds and who_speaks(self.sounds[mid]) == other.index

    def forget(self) -> None:
        self.frames.clear()
        self.pictures.clear()
        self.sounds.clear()

    def _take(self, mid: str, frame: av.AudioFrame | av.VideoFrame) -> None:
        self.frames[mid] += 1
        if isinstance(frame, av.VideoFrame):
            self.pictures[mid] = frame
        else:
            self.sounds.setdefault(mid, deque(maxlen=SOUND_KEPT)).append(frame)
        self._changed.set()


def who_is_shown(picture: av.VideoFrame) -> int:
    corner = picture.to_ndarray(format="rgb24")[4:16, 4:16].mean((0, 1))
    return min(range(PEOPLE), key=lambda index: math.dist(corner, persona(index).background))


def who_speaks(sound: Sequence[av.AudioFrame]) -> int | None:
    """By pitch; None for silence or too little of it."""
    if len(sound) < SOUND_KEPT:
        return None
    samples = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in sound]).astype(float)
    return whose_pitch(pitch_of(samples, 48_000))


def pitch_of(samples: np.ndarray, rate: int) -> float | None:
    """By the shift at which the sound is most like itself; None for silence."""
    if np.sqrt(np.mean(samples**2)) < 100:
        return None
    likeness = np.fft.irfft(np.abs(np.fft.rfft(samples, 2 * len(samples))) ** 2)
    shortest, longest = rate // 400, rate // 80
    return rate / (shortest + int(np.argmax(likeness[shortest:longest])))


def whose_pitch(pitch: float | None) -> int | None:
    if pitch is None:
        return None
    return min(range(PEOPLE), key=lambda index: abs(math.log(pitch / persona(index).pitch)))


class Group:
    """People behind one link. `until` waits for something to become true of what they decode."""

    def __init__(self, link: str) -> None:
        self.link = link
        self.changed = asyncio.Event()
        self.people: list[Watched] = []

    async def join(self, index: int, receive: bool = True) -> Watched:
        await asyncio.to_thread(media_of, index)
        person = Watched(self.link, index, self.changed, receive)
        self.people.append(person)
        entered = asyncio.create_task(person.bot.in_room.wait())
        await asyncio.wait([entered, person.task], timeout=15, return_when=asyncio.FIRST_COMPLETED)
        if person.task.done():
            person.task.result()
        assert entered.done(), "not in the room after 15 s"
        return person

    async def leave(self, person: Watched) -> None:
        self.people.remove(person)
        await person.bot.leave()
        await asyncio.wait_for(person.task, 5)

    async def until(self, true: Callable[[], bool], within: float = 15.0) -> float:
        """Seconds waited. Looked at whenever anybody decodes something, and when nobody does."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        while not true():
            assert loop.time() - start < within, f"not within {within} s: " + "; ".join(map(str, self.people))
            self.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), 0.25)
        return loop.time() - start

    def all_see_and_hear_all(self) -> bool:
        pairs = [(one, other) for one in self.people for other in self.people if one is not other]
        return all(one.sees(other) and one.hears(other) for one, other in pairs)

    async def close(self) -> None:
        await asyncio.gather(*(person.bot.leave() for person in self.people))
        for person in self.people:
            person.task.cancel()
        await asyncio.gather(*(person.task for person in self.people), return_exceptions=True)


@contextlib.asynccontextmanager
async def meeting(data: Path, **options: object) -> AsyncIterator[tuple[Server, str, Group]]:
    """A real server on loopback, a session in it, and the group behind its link."""
    options = {"announce": "127.0.0.1", "media_host": "127.0.0.1", **options}
    async with Server(data, port=free_port(), **options) as server:  # type: ignore[arg-type]
        session = await server.create_session()
        group = Group(session.links[0].url)
        try:
            yield server, session.session, group
        finally:
            await group.close()
