"""A raw peer that repairs as a browser does: asks for what it misses, and sends again what it is asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from pylibsrtp import Error

from bench.lab.peer import RawPeer
from bench.lab.sdp import RTX, VP8
from rtc.wire import rtcp, rtp

TICK = 0.005  # seconds
ASK_AFTER = 0.010  # seconds, then again after
ASK_AGAIN = 0.040


class RepairingPeer:
    """Drives a connected RawPeer from the running loop until `stop`."""

    def __init__(self, peer: RawPeer) -> None:
        self.peer = peer
        self.highest = -1
        self.first = -1
        self.missing: dict[int, tuple[float, float]] = {}  # unbounded number -> (noticed, last asked)
        self.repaired = 0
        self.arrived = 0
        self.nacks_received = 0
        self.seen_ssrcs: set[int] = set()
        self.after_packet: Callable[[rtp.RtpPacket], None] = lambda _: None
        self._sent: dict[int, bytes] = {}
        self._sound: dict[int, bytes] = {}  # protected
        self._rtx_sequence = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(peer.socket, self._read)
        self._timer = self._loop.call_later(TICK, self._tick)

    def stop(self) -> None:
        self._loop.remove_reader(self.peer.socket)
        self._timer.cancel()

    # --- as a sender -------------------------------------------------------------------------------------------------

    def send_video(self, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> None:
        mid = (4, b"1")
        data = rtp.build(True, VP8, sequence & 0xFFFF, timestamp, ssrc, [mid], payload)
        self._sent[sequence & 0xFFFF] = payload
        self._stamp, self._ssrc = timestamp, ssrc
        self.peer.send(data)

    def send_sound(self, data: bytes) -> None:
        protected = self._sound[rtp.parse(data).sequence] = bytes(self.peer.sending.protect(data))
        self.peer.socket.send(protected)

    def _send_again(self, sequences: tuple[int, ...]) -> None:
        for sequence in sequences:
            self.nacks_received += 1
            sound = self._sound.get(sequence)
            if sound is not None:
                self.peer.socket.send(sound)
            payload = self._sent.get(sequence)
            if payload is not None:
                self._rtx_sequence += 1
                body = sequence.to_bytes(2, "big") + payload
                extensions = [(4, b"1")]
                self.peer.send(rtp.build(True, RTX, self._rtx_sequence, self._stamp, self._ssrc ^ 1, extensions, body))

    # --- as a receiver -----------------------------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            try:
                data = self.peer.socket.recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if 128 <= data[0] < 192:
                try:
                    self._take(data)
                except Error:
                    continue

    def _take(self, data: bytes) -> None:
        if 192 <= data[1] < 224:
            for message in rtcp.parse_compound(bytes(self.peer.receiving.unprotect_rtcp(data))):
                if isinstance(message, rtcp.Nack):
                    self._send_again(message.sequences)
            return
        packet = rtp.parse(bytes(self.peer.receiving.unprotect(data)))
        self.seen_ssrcs.add(packet.ssrc)
        if packet.payload_type == RTX:
            number = int.from_bytes(packet.payload[:2], "big")
            if self.missing.pop(self._unbounded(number), None) is not None:
                self.repaired += 1
        elif packet.payload_type == VP8:
            self._arrived(self._unbounded(packet.sequence))
            self._media_ssrc = packet.ssrc
        self.after_packet(packet)

    def _unbounded(self, sequence: int) -> int:
        if self.highest < 0:
            return sequence + 0x10000
        return self.highest + ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000

    def _arrived(self, number: int) -> None:
        self.arrived += 1
        if self.highest < 0:
            self.first = self.highest = number
        elif number > self.highest:
            now = time.monotonic()
            self.missing |= dict.fromkeys(range(self.highest + 1, number), (now, 0.0))
            self.highest = number
        else:
            self.missing.pop(number, None)

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK, self._tick)
        now = time.monotonic()
        ask: list[int] = []
        for number, (noticed, asked) in self.missing.items():
            # After a second a browser gives up as well.
            if now - noticed < 1 and now - noticed > ASK_AFTER and now - asked > ASK_AGAIN:
                self.missing[number] = (noticed, now)
                ask.append(number & 0xFFFF)
        if ask:
            nack = rtcp.Nack(1, self._media_ssrc, tuple(ask[:100]))
            self.peer.send_rtcp(rtcp.build_compound([rtcp.ReceiverReport(1), nack]))

    @property
    def span(self) -> int:
        """Numbers from the first to the newest."""
        return self.highest - self.first + 1
