"""RTP header extensions: their URIs in SDP, and the values inside their elements."""

from __future__ import annotations

from typing import Final

from rtc.wire.errors import WireError

MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"  # RFC 9143 15.2
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"  # RFC 8852
RRID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"  # RFC 8852
AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
PLAYOUT_DELAY: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
VIDEO_ORIENTATION: Final = "urn:3gpp:video-orientation"  # 3GPP TS 26.114
TRANSMISSION_OFFSET: Final = "urn:ietf:params:rtp-hdrext:toffset"  # RFC 5450
VIDEO_CONTENT_TYPE: Final = "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"
VIDEO_TIMING: Final = "http://www.webrtc.org/experiments/rtp-hdrext/video-timing"
COLOR_SPACE: Final = "http://www.webrtc.org/experiments/rtp-hdrext/color-space"
VIDEO_LAYERS_ALLOCATION: Final = "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"
ABS_CAPTURE_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
DEPENDENCY_DESCRIPTOR: Final = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

ABS_SEND_TIME_PERIOD: Final = 64.0  # seconds until the 24 bits wrap

_ABS_SEND_TIME_UNIT: Final = 1 << 18  # fixed point, 6.18 bits
_MAX_IDENTIFICATION: Final = 255  # a two-byte element holds no more


def read_audio_level(value: bytes) -> tuple[bool, int]:
    """(voice, level): the level in -dBov, 0 the loudest to 127 silence (RFC 6464 3)."""
    if not value:
        raise WireError("audio level is empty")
    first = value[0]
    return first > 0x7F, first & 0x7F


def write_audio_level(voice: bool, level: int) -> bytes:
    """The element for `level` in -dBov, 0 to 127."""
    return bytes(((0x80 if voice else 0) | level,))


def read_abs_send_time(value: bytes) -> float:
    """Seconds on the sender's clock, modulo `ABS_SEND_TIME_PERIOD`."""
    if len(value) != 3:
        raise WireError("abs-send-time is not 3 bytes")
    return int.from_bytes(value, "big") / _ABS_SEND_TIME_UNIT


def write_abs_send_time(seconds: float) -> bytes:
    """The element for a time on our clock, not negative."""
    return (int(seconds * _ABS_SEND_TIME_UNIT) & 0xFFFFFF).to_bytes(3, "big")


def read_transport_cc(value: bytes) -> int:
    """The transport-wide sequence number, 16 bits. (Version 02 of the extension adds 2 bytes: ignored.)"""
    if len(value) < 2:
        raise WireError("transport-cc number is shorter than 2 bytes")
    return value[0] << 8 | value[1]


def write_transport_cc(number: int) -> bytes:
    """The element for a transport-wide sequence number, 0 to 65535."""
    return number.to_bytes(2, "big")


def read_identification(value: bytes) -> str:
    """A MID, RID or repaired RID: visible ASCII (RFC 8852 3.1 has letters and digits; a mid is an SDP token)."""
    if not value or not value.isascii():
        raise WireError("stream identification is not ASCII text")
    text = value.decode("ascii")
    if not text.isprintable() or " " in text:
        raise WireError("stream identification has control characters")
    return text


def write_identification(text: str) -> bytes:
    """The element for a MID, RID or repaired RID."""
    if not 0 < len(text) <= _MAX_IDENTIFICATION:
        raise ValueError("a stream identification has 1 to 255 characters")
    return text.encode("ascii")
