"""The contract that the pinned aiortc and aioice must keep for the two places where bots reach behind them."""

from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender
from aiortc.rtp import RTCP_PSFB_FIR, RTCP_PSFB_PLI, RtcpPsfbPacket

from kinroom.bots.aiortc_seams import LOOPBACK, answer_key_frame_requests, gather_on_loopback, tell_audio_levels
from kinroom.bots.picture import GROUP, LOOP, Loop
from kinroom.bots.tracks import Camera, Microphone
from kinroom.bots.voice import Speech

PICTURES = [b"%d" % number for number in range(LOOP)]


@pytest.mark.parametrize("kind", [RTCP_PSFB_PLI, RTCP_PSFB_FIR])
async def test_a_key_frame_request_reaches_the_camera(kind: int) -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    camera = Camera(Loop(PICTURES, PICTURES), lambda: False)
    sender = pc.addTransceiver(camera, "sendonly").sender
    answer_key_frame_requests(sender, camera)
    before = bytes(await camera.recv())
    await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=kind, ssrc=1, media_ssrc=sender._ssrc))
    assert [before, bytes(await camera.recv())] == [b"0", b"%d" % GROUP]
    await pc.close()


async def test_the_audio_level_goes_out_beside_each_packet() -> None:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    microphone = Microphone(Speech([b"a", b"b"], [20, 30], b"silence"), lambda: True)
    sender = pc.addTransceiver(microphone, "sendonly").sender
    tell_audio_levels(sender, microphone)
    opus = next(codec for codec in RTCRtpSender.getCapabilities("audio").codecs if codec.name == "opus")
    frames = [await sender._next_encoded_frame(opus) for _ in range(2)]
    assert [(frame.payloads, frame.timestamp, frame.audio_level) for frame in frames if frame] == [
        ([b"a"], 0, -20),  # in dBov, as rtp.compute_audio_level_dbov gives it
        ([b"b"], 960, -30),
    ]
    await pc.close()


async def test_candidates_include_loopback() -> None:
    gather_on_loopback()
    gather_on_loopback()
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTransceiver("audio", "recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    lines = [line.split() for line in pc.localDescription.sdp.splitlines() if line.startswith("a=candidate:")]
    assert [line[4] for line in lines].count(LOOPBACK) == 1
    await pc.close()
