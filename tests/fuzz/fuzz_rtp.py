"""Any bytes are an RTP packet or a WireError. What parses lies inside the bytes and says the same when built again."""

from __future__ import annotations

import contextlib

from rtc.wire import extensions, rtp
from rtc.wire.errors import WireError

# From aiortc's tests, pion/rtp's table tests, and libwebrtc's corpus and crashers (by way of mediasoup).
SEEDS = tuple(
    bytes.fromhex(text)
    for text in (
        "806400586543127812345678",
        "906400586543127812345678bede0001120056ce",
        "906400586543127812345678bede0002120056ce90da0000",
        "b264005865431278123456783456789032435465bede0001120056ce7061796c6f616470616464696e6708",
        "ff7090705e644142242a5c2a2168bede000a808080806f80808080808080806f80808080908180c588808080010a00808080806f808080809081",
        "90ef374c4f1ba1adf3753f70bede00019030000078800a6dc705f7a2a43c1800",
        "82003ed2000000905fbd169eabcdef01deadbeefffffffff",
        "80e55e58efb0f6bca6a144f2018a03c0",
        "a0786c6ff10b431ba91fbcbe" + "00" * 223 + "e0",
        "90e0698fd9c293da1c642782100000020502aabb14010300" + "9836be889e",
        "90e0698fd9c293da1c642782bede000210aaf0bb20cc0000" + "9836be889e",
        "b0e0698fd9c293da1c64278200010001ffffffff9836be8804",
        "906400586543127812345678bede0002120056ce90da00003b",
        "900100020000f90028345678bede0003080808080808001d0808070008",
        "856d000061726d657267655f636f6e74726f6c5f66696c657469666163745f7072656669780028",
        "906400706500000000345678bede000100001000e2",
        "9064ff7461ffff74ff80",
    )
)


def check(data: bytes) -> None:
    try:
        packet = rtp.parse(data)
    except WireError:
        return
    assert 12 <= packet.payload_start <= packet.payload_end
    assert packet.payload_end + packet.padding == len(data)
    rebuilt = rtp.build(*_header(packet), list(packet.extensions.items()), packet.payload)
    again = rtp.parse(rebuilt)
    assert _header(again) == _header(packet)
    assert again.extensions == packet.extensions
    assert again.payload == packet.payload
    original = rtp.unwrap_rtx(packet, 96, 1)
    assert (original is None) == (len(packet.payload) < 2)
    for value in packet.extensions.values():
        _read(value)


def _header(packet: rtp.RtpPacket) -> tuple[bool, int, int, int, int]:
    return packet.marker, packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc


def _read(value: bytes) -> None:
    with contextlib.suppress(WireError):
        assert extensions.write_identification(extensions.read_identification(value)) == value
    with contextlib.suppress(WireError):
        assert extensions.write_abs_send_time(extensions.read_abs_send_time(value)) == value
    with contextlib.suppress(WireError):
        assert extensions.write_audio_level(*extensions.read_audio_level(value)) == value[:1]
    with contextlib.suppress(WireError):
        assert extensions.write_transport_cc(extensions.read_transport_cc(value)) == value[:2]
