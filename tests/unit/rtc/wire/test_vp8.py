"""Vectors: mediasoup TestVP8.cpp, pion/rtp vp8_packet_test.go, RFC 7741 4.6 (examples), RFC 6386 9.1."""

from __future__ import annotations

import pytest

from rtc.wire import vp8
from rtc.wire.errors import WireError

# Flags X, S; I, L, T; picture id 0x0123 (15 bits), tl0picidx 0x45, tid 1, y; then a key frame's header, 320 x 180.
KEY_FRAME = bytes.fromhex("90e0 8123 45 60 1002009d012a 4001 b400 0000")


def test_one_byte_picture_id() -> None:
    descriptor = vp8.parse(bytes.fromhex("d0801100"))
    assert (descriptor.start, descriptor.partition, descriptor.discardable) == (True, 0, False)
    assert (descriptor.picture_id, descriptor.picture_id_bits, descriptor.picture_id_offset) == (17, 7, 2)
    assert (descriptor.tl0picidx, descriptor.tid, descriptor.keyidx) == (None, None, None)
    assert (descriptor.size, descriptor.key_frame) == (3, True)


def test_layer_and_key_index_in_one_byte() -> None:
    descriptor = vp8.parse(bytes.fromhex("883ee400"))
    assert (descriptor.start, descriptor.picture_id, descriptor.picture_id_bits) == (False, None, 0)
    assert (descriptor.tid, descriptor.y, descriptor.keyidx) == (3, True, 4)
    assert (descriptor.size, descriptor.key_frame) == (3, False)


def test_all_fields() -> None:
    descriptor = vp8.parse(KEY_FRAME)
    assert (descriptor.picture_id, descriptor.picture_id_bits, descriptor.picture_id_offset) == (0x123, 15, 2)
    assert (descriptor.tl0picidx, descriptor.tl0picidx_offset) == (0x45, 4)
    assert (descriptor.tid, descriptor.y, descriptor.keyidx, descriptor.size) == (1, True, None, 6)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0011223344556690", 1),
        ("80000000", 2),
        ("80800000", 3),
        ("80808100", 4),
        ("80400000", 3),
        ("80200000", 3),
        ("80100000", 3),
        ("00", 1),  # seen in nature: nothing behind the descriptor
        ("002a94", 1),
        ("8000", 2),
        ("80802a", 3),
    ],
)
def test_header_sizes(text: str, size: int) -> None:
    assert vp8.parse(bytes.fromhex(text)).size == size


@pytest.mark.parametrize(
    "text", ["", "80", "d080", "ffff0000", "808081", "8040", "8020", "8010", "80e08123", "80e0812345"]
)
def test_cut_short(text: str) -> None:
    with pytest.raises(WireError):
        vp8.parse(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("text", "begins", "key"),
    [
        ("10 00", True, True),
        ("10 01", True, False),  # P: an inter frame
        ("00 00", False, False),  # not the start of a partition
        ("11 00", False, False),  # the start of the second
        ("30 00", True, True),  # N says nothing of the kind of frame
        ("10", True, False),
    ],
)
def test_key_frames_begin_in_the_first_partition(text: str, begins: bool, key: bool) -> None:
    payload = bytes.fromhex(text)
    assert vp8.is_key_frame(payload) is key
    assert vp8.parse(payload).begins_frame is begins


def test_discardable() -> None:
    assert vp8.parse(b"\x30\x01").discardable


def test_layer_fields_count_only_where_their_flags_say() -> None:
    only_tid = vp8.parse(bytes.fromhex("8020ff00"))
    assert (only_tid.tid, only_tid.y, only_tid.keyidx) == (3, True, None)
    only_key = vp8.parse(bytes.fromhex("8010ff00"))
    assert (only_key.tid, only_key.y, only_key.keyidx) == (None, False, 31)


def test_frame_size_ignores_the_scaling_bits() -> None:
    assert vp8.frame_size(KEY_FRAME, vp8.parse(KEY_FRAME)) == (320, 180)
    scaled = KEY_FRAME[:13] + b"\x41" + KEY_FRAME[14:15] + b"\xc0" + KEY_FRAME[16:]
    assert vp8.frame_size(scaled, vp8.parse(scaled)) == (320, 180)


def test_the_prefix_is_enough() -> None:
    prefix = KEY_FRAME[: vp8.MAX_PREFIX]
    assert vp8.parse(prefix) == vp8.parse(KEY_FRAME)
    assert vp8.frame_size(prefix, vp8.parse(prefix)) == (320, 180)


def test_no_size_in_other_packets() -> None:
    payload = bytes.fromhex("1001020304")
    assert vp8.frame_size(payload, vp8.parse(payload)) is None


@pytest.mark.parametrize("text", ["10 1002009d012a 4001 b4", "10 1002009d012b 4001 b400", "10 10"])
def test_a_key_frame_without_its_header(text: str) -> None:
    payload = bytes.fromhex(text)
    with pytest.raises(WireError):
        vp8.frame_size(payload, vp8.parse(payload))
