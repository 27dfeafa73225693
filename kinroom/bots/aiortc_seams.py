"""The four places where a bot reaches behind aiortc's public interface; tests hold them."""

from __future__ import annotations

import re
from typing import Any

import aioice.ice
from aiortc import RTCPeerConnection, RTCRtpCodecParameters, RTCRtpSender
from aiortc.rtcrtpsender import RTCEncodedFrame

from kinroom.bots.tracks import Camera, Microphone

LOOPBACK = "127.0.0.1"


def gather_on_loopback() -> None:
    """aioice leaves 127.0.0.1 out of its candidates, but a bot mostly runs beside its server. May be called again."""
    found = aioice.ice.get_host_addresses
    if getattr(found, "with_loopback", False):
        return

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        # Loopback alone would do beside the server, but the link may lead to another machine.
        return ([LOOPBACK] if use_ipv4 else []) + [a for a in found(use_ipv4, use_ipv6) if ":" not in a]

    patched: Any = with_loopback
    patched.with_loopback = True
    aioice.ice.get_host_addresses = patched


def answer_key_frame_requests(sender: RTCRtpSender, camera: Camera) -> None:
    """aiortc would tell its encoder, which a camera that sends ready packets does not use."""
    sender._send_keyframe = camera.ask_key_frame  # type: ignore[method-assign]


def tell_audio_levels(sender: RTCRtpSender, microphone: Microphone) -> None:
    """aiortc measures only frames that it encodes itself, and so would tell no level of ready packets."""
    encode = sender._next_encoded_frame

    async def with_level(codec: RTCRtpCodecParameters) -> RTCEncodedFrame | None:
        frame = await encode(codec)
        if frame is not None:
            frame.audio_level = -microphone.level
        return frame

    sender._next_encoded_frame = with_level  # type: ignore[method-assign]


def route_retransmissions(pc: RTCPeerConnection, answer: str) -> None:
    """aiortc knows a retransmission's receiver by payload type alone, and all slots of one kind share theirs."""
    repairs = {}
    for section in re.split(r"^m=", answer.replace("\r", ""), flags=re.MULTILINE)[1:]:
        mid, group = (
            re.search(r"^a=mid:(.+)$", section, re.M),
            re.search(r"^a=ssrc-group:FID \d+ (\d+)$", section, re.M),
        )
        if mid and group:
            repairs[mid[1]] = int(group[1])
    for line in pc.getTransceivers():
        if line.mid in repairs:
            line.receiver.transport._rtp_router.ssrc_table[repairs[line.mid]] = line.receiver
