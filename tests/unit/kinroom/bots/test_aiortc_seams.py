"""The contract that the pinned aiortc and aioice must keep for the two places where bots reach behind them."""

from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.rtp import RTCP_PSFB_FIR, RTCP_PSFB_PLI, RtcpPsfbPacket

from kinroom.bots.aiortc_seams import LOOPBACK, answer_key_frame_requests, gather_on_loopback
from kinroom.bots.picture import GROUP, LOOP, Loop
from kinroom.bots.tracks import Camera

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


async def test_candidates_include_loopback() -> None:
    gather_on_loopback()
    gather_on_loopback()
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTransceiver("audio", "recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    lines = [line.split() for line in pc.localDescription.sdp.splitlines() if line.startswith("a=candidate:")]
    assert [line[4] for line in lines].count(LOOPBACK) == 1
    await pc.close()
