"""Raw peers that reach the real worker by TCP: media both ways, changes of the path, full lines, hostile clients."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack

import pytest

from bench.lab.peer import RawPeer
from bench.lab.sdp import VP8, read_answer
from rtc import Attach, Mid, Source
from rtc.wire import rtcp, rtp
from rtc.wire.feedback import PictureLossIndication
from tests.integration.test_worker import CAMERA_SSRC, Media, hear, running, voice
from tests.unit.rtc.core.group import delta_frame, key_frame

HOSTILE = (b"", b"\0", b"\xff\xff", b"\x08\0" + bytes(2048), b"GET / HTTP/1.1\r\n", b"\0\x14" + bytes(9))


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    async with running() as started:
        yield started


async def test_who_comes_by_tcp_hears_and_is_heard_and_the_statistics_say_how(media: Media) -> None:
    (ana, ana_raw), (sam, sam_raw) = await media.enter(), await media.enter(tcp=True)
    media.apply(
        Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE),
        Attach(ana, Mid(ana_raw.offer.slots[0][0]), sam, Source.MICROPHONE),
    )
    assert (await hear(ana_raw, sam_raw)).payload == b"voice"
    assert (await hear(sam_raw, ana_raw)).payload == b"voice"
    protocols = [(await media.stats_of(peer, lambda one: one.connected)).protocol for peer in (ana, sam)]
    assert protocols == ["udp", "tcp"]


async def test_two_by_tcp_hear_each_other(media: Media) -> None:
    (ana, ana_raw), (sam, sam_raw) = await media.enter(tcp=True), await media.enter(tcp=True)
    media.apply(Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE))
    assert (await hear(ana_raw, sam_raw)).payload == b"voice"


async def test_a_nomination_moves_a_peer_to_tcp_and_back_with_the_same_keys(media: Media) -> None:
    (ana, ana_raw), (sam, sam_raw) = await media.enter(), await media.enter()
    media.apply(Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE))
    await hear(ana_raw, sam_raw)
    for number, (tcp, protocol) in enumerate([(True, "tcp"), (False, "udp"), (True, "tcp")], 1):
        await sam_raw.move(tcp)
        assert (await hear(ana_raw, sam_raw, after=number * 1000)).payload == b"voice"
        await media.stats_of(sam, lambda one, protocol=protocol: one.protocol == protocol)


class Camera:
    """Ana's picture of 2 Mbit/s, with a key frame when one is asked for; what viewers get of it and of her voice."""

    def __init__(self, raw: RawPeer) -> None:
        self.raw = raw
        self.asked = 0
        self.sequence = 0
        self._loop = asyncio.get_running_loop()
        self._wants_key_frame = True
        self._loop.add_reader(raw.socket, self._read)
        self._timer = self._loop.call_later(0, self._tick)

    def stop(self) -> None:
        self._timer.cancel()
        self._loop.remove_reader(self.raw.socket)

    def _read(self) -> None:
        data = self.raw.socket.recv(2048)
        if 192 <= data[1] < 224:
            messages = rtcp.parse_compound(bytes(self.raw.receiving.unprotect_rtcp(data)))
            if any(isinstance(message, PictureLossIndication) for message in messages):
                self.asked += 1
                self._wants_key_frame = True

    def _tick(self) -> None:
        """Ten packets of a picture and one of sound every 40 ms."""
        self._timer = self._loop.call_later(0.04, self._tick)
        self.raw.send(voice(self.sequence // 10))
        for _ in range(10):
            number = self.sequence & 0x7FFF
            payload = key_frame(number) if self._wants_key_frame else delta_frame(number, bytes(1000))
            self._wants_key_frame = False
            data = rtp.build(True, VP8, self.sequence & 0xFFFF, self.sequence * 360, CAMERA_SSRC, [(4, b"1")], payload)
            self.raw.send(data)
            self.sequence += 1


class Viewer:
    """Counts what comes, as (sound, pictures, key frames)."""

    def __init__(self, raw: RawPeer) -> None:
        self.raw = raw
        self.sound = self.pictures = self.key_frames = 0
        self.sequences: list[int] = []
        asyncio.get_running_loop().add_reader(raw.socket, self._read)

    def _read(self) -> None:
        data = self.raw.socket.recv(2048)
        if not 128 <= data[0] < 192 or 192 <= data[1] < 224:
            return
        packet = rtp.parse(bytes(self.raw.receiving.unprotect(data)))
        if packet.payload_type != VP8:
            self.sound += 1
            return
        self.pictures += 1
        self.sequences.append(packet.sequence)
        self.key_frames += packet.payload[4] == 0

    async def until(self, there: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while not there():
                tick = loop.create_future()
                loop.call_later(0.02, tick.set_result, None)
                await tick


async def test_on_a_line_that_stands_still_pictures_stop_sound_stays_and_pictures_return_with_a_key_frame(
    media: Media,
) -> None:
    ana, ana_raw = await media.enter()
    kim, kim_raw = await media.enter()
    sam, sam_raw = await media.enter(tcp=True)
    for viewer, raw in ((kim, kim_raw), (sam, sam_raw)):
        media.apply(
            Attach(viewer, Mid(raw.offer.slots[0][0]), ana, Source.MICROPHONE),
            Attach(viewer, Mid(raw.offer.slots[0][1]), ana, Source.CAMERA),
        )
    camera, by_udp, by_tcp = Camera(ana_raw), Viewer(kim_raw), Viewer(sam_raw)
    await by_tcp.until(lambda: by_tcp.pictures > 300)
    sam_raw.framed.hear_nothing(True)
    # What is on its way fills some hundred kilobytes; then 200 ms wait, and no more.
    blocked = await media.stats_of(sam, lambda one: one.blocked)
    assert blocked.connected
    seen, asked = by_udp.pictures, camera.asked
    sam_raw.framed.hear_nothing(False)
    sound, keys = by_tcp.sound, by_tcp.key_frames
    await by_tcp.until(lambda: by_tcp.sound > sound + 5)
    await by_tcp.until(lambda: by_tcp.key_frames > keys)
    await media.stats_of(sam, lambda one: not one.blocked)
    assert camera.asked == asked + 1
    assert by_udp.pictures > seen
    assert by_udp.sequences == list(range(by_udp.sequences[0], by_udp.sequences[-1] + 1))
    camera.stop()


async def test_hostile_connections_cost_the_others_nothing(media: Media) -> None:
    (ana, ana_raw), (sam, sam_raw) = await media.enter(), await media.enter(tcp=True)
    media.apply(Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE))
    address = sam_raw.answer.passive[0]
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        for number in range(300):
            stranger = stack.enter_context(socket.socket())
            stranger.setblocking(False)
            await loop.sock_connect(stranger, address)
            stranger.send(
                [b"\0", b"\xff\xff", b"\x08\0" + bytes(2048), b"GET / HTTP/1.1\r\n", b"\0\x14" * 9][number % 5]
            )
        assert (await hear(ana_raw, sam_raw)).payload == b"voice"
        _, late = await media.enter(tcp=True)
        late.close()


async def test_a_connection_that_breaks_is_followed_by_the_next(media: Media) -> None:
    (ana, ana_raw), (sam, sam_raw) = await media.enter(), await media.enter(tcp=True)
    media.apply(Attach(sam, Mid(sam_raw.offer.slots[0][0]), ana, Source.MICROPHONE))
    await sam_raw.move(tcp=True)
    assert (await hear(ana_raw, sam_raw)).payload == b"voice"


async def test_a_stranger_cannot_take_over_by_guessing_the_name_alone(media: Media) -> None:
    _, raw, answer = await media.offer(tcp=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await raw.connect(answer.replace(f"a=ice-pwd:{read_answer(answer).pwd}", "a=ice-pwd:" + "0" * 48))
