"""A bot's RTCPeerConnection: microphone, camera and, when it also receives, pairs of slots."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

from kinroom.bots.aiortc_seams import (
    answer_key_frame_requests,
    gather_on_loopback,
    route_retransmissions,
    tell_audio_levels,
)
from kinroom.bots.tracks import Camera, Microphone
from signaling.protocol import SourceName

OnFrame = Callable[[str, av.AudioFrame | av.VideoFrame], None]  # mid, decoded frame


class MediaPeer:
    """Lives from one fresh offer until `close`. `on_lost` is called when the transport fails."""

    def __init__(self, microphone: Microphone, camera: Camera, on_frame: OnFrame | None, on_lost: Callable[[], None]):
        gather_on_loopback()
        # No STUN server: aiortc would ask a public one.
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.pc = RTCPeerConnection(configuration)
        self._on_frame = on_frame
        self._on_lost = on_lost
        self._accepted = False
        self._watchers: set[asyncio.Task[None]] = set()
        self._sending: dict[SourceName, RTCRtpTransceiver] = {
            "microphone": self.pc.addTransceiver(microphone, "sendonly"),
            "camera": self.pc.addTransceiver(camera, "sendonly"),
        }
        _prefer_vp8(self._sending["camera"])
        answer_key_frame_requests(self._sending["camera"].sender, camera)
        tell_audio_levels(self._sending["microphone"].sender, microphone)
        self.pc.on("track", self._watch)
        self.pc.on("connectionstatechange", self._check)

    def add_slots(self, pairs: int) -> None:
        """Up to `pairs` in all. They exist for the server after the next offer."""
        for _ in range(pairs - self.slot_pairs):
            self.pc.addTransceiver("audio", "recvonly")
            _prefer_vp8(self.pc.addTransceiver("video", "recvonly"))

    @property
    def slot_pairs(self) -> int:
        return (len(self.pc.getTransceivers()) - len(self._sending)) // 2

    async def offer(self) -> tuple[str, dict[str, SourceName]]:
        """The offer's SDP, with all candidates, and which mid carries what."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        sources: dict[str, SourceName] = {_mid(line): source for source, line in self._sending.items()}
        return self.pc.localDescription.sdp, sources

    async def accept(self, answer: str) -> None:
        """aiortc looks for candidates in the last bundled m-line, where RFC 9143 7.1.3 puts none: so they are added."""
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        route_retransmissions(self.pc, answer)
        if not self._accepted:
            self._accepted = True
            for line in answer.splitlines():
                if line.startswith("a=candidate:"):
                    candidate = candidate_from_sdp(line.removeprefix("a=candidate:"))
                    candidate.sdpMid = _mid(self._sending["microphone"])
                    await self.pc.addIceCandidate(candidate)
            await self.pc.addIceCandidate(None)

    async def close(self) -> None:
        self.pc.remove_all_listeners()
        await asyncio.shield(self.pc.close())  # aiortc cannot bear to have it cancelled
        for task in self._watchers:
            task.cancel()

    def _check(self) -> None:
        if self.pc.connectionState in ("failed", "closed"):
            self._on_lost()

    def _watch(self, track: MediaStreamTrack) -> None:
        mid = next(_mid(line) for line in self.pc.getTransceivers() if line.receiver.track is track)
        task = asyncio.create_task(self._receive(mid, track))
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)

    async def _receive(self, mid: str, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if self._on_frame is not None and isinstance(frame, av.AudioFrame | av.VideoFrame):
                    self._on_frame(mid, frame)
        except MediaStreamError:
            pass


def _mid(transceiver: RTCRtpTransceiver) -> str:
    assert transceiver.mid is not None, "asked before the first offer"
    return transceiver.mid


def _prefer_vp8(transceiver: RTCRtpTransceiver) -> None:
    codecs = [c for c in RTCRtpSender.getCapabilities("video").codecs if c.mimeType in ("video/VP8", "video/rtx")]
    transceiver.setCodecPreferences(codecs)
