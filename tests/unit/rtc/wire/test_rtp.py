"""Vectors: aiortc tests/*.bin, pion/rtp packet_test.go, the RTP corpus of libwebrtc's fuzzers, RFC 8285."""

from __future__ import annotations

import pytest

from rtc.wire import rtp
from rtc.wire.errors import WireError

PION = "90e0698fd9c293da1c642782"  # marker, type 96, extension bit; sequence 27023, timestamp 3653407706


def parse(text: str) -> rtp.RtpPacket:
    return rtp.parse(bytes.fromhex(text))


def test_header_without_extensions() -> None:
    packet = parse("80e55e58efb0f6bca6a144f2018a03c0")  # rtp_dtmf.bin
    assert (packet.marker, packet.payload_type, packet.sequence) == (True, 101, 24152)
    assert (packet.timestamp, packet.ssrc) == (4021352124, 0xA6A144F2)
    assert (packet.extensions, packet.padding, packet.payload) == ({}, 0, bytes.fromhex("018a03c0"))


def test_marker_on_payload_type_0() -> None:
    packet = parse("80803d7feaaa63f4f01b40e9")
    assert (packet.marker, packet.payload_type) == (True, 0)


def test_csrcs_are_skipped() -> None:
    packet = parse("82003ed2000000905fbd169eabcdef01deadbeef" + "ff" * 160)  # rtp_with_csrc.bin
    assert (packet.marker, packet.sequence, packet.timestamp) == (False, 16082, 144)
    assert (packet.payload_start, packet.payload_end) == (20, 180)


def test_mid_in_a_one_byte_element() -> None:
    packet = parse("90ef374c4f1ba1adf3753f70bede000190300000788008")  # rtp_with_sdes_mid.bin, payload cut
    assert (packet.marker, packet.payload_type, packet.sequence) == (True, 111, 14156)
    assert packet.extensions == {9: b"0"}
    assert packet.payload == bytes.fromhex("788008")


def test_padding_only_with_extensions() -> None:
    packet = parse("b062567abd029f83597eaf6dbede000122f1cc8c" + "00" * 223 + "e0")
    assert packet.extensions == {2: bytes.fromhex("f1cc8c")}
    assert (packet.payload, packet.padding) == (b"", 224)


def test_everything_at_once() -> None:
    packet = parse("b264005865431278123456783456789032435465bede0001120056ce7061796c6f616470616464696e6708")
    assert packet.extensions == {1: bytes.fromhex("0056ce")}
    assert (packet.payload, packet.padding) == (b"payload", 8)


@pytest.mark.parametrize(
    ("block", "extensions"),
    [
        ("bede0001 50aa0000", {5: b"\xaa"}),
        ("bede0001 10aa20bb", {1: b"\xaa", 2: b"\xbb"}),
        # RFC 8285 4.2: lengths of 1, 2 and 4 with padding between them.
        ("bede0003 10aa21bb bb003303 03030300", {1: b"\xaa", 2: b"\xbb\xbb", 3: b"\x03\x03\x03\x03"}),
        ("bede0002 10aaf0bb 20cc0000", {1: b"\xaa"}),  # id 15 ends the block
        ("bede0002 10aa03bb 20cc0000", {1: b"\xaa"}),  # so does id 0 with a length
        ("bede0002 10aa10bb 00000000", {1: b"\xbb"}),  # repeated: the last one
        ("10000001 05000000", {5: b""}),
        ("10000002 0502aabb 14010300", {5: b"\xaa\xbb", 20: b"\x03"}),
        ("100f0002 0502aabb 00000000", {5: b"\xaa\xbb"}),  # appbits are ours to ignore
        ("bede0000", {}),
        ("00010001 ffffffff", {}),  # another profile's own block
    ],
)
def test_extension_forms(block: str, extensions: dict[int, bytes]) -> None:
    packet = parse(PION + block + "9836be889e")
    assert packet.extensions == extensions
    assert packet.payload.hex() == "9836be889e"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80003d7feaaa63f4f01b40",  # 11 bytes
        "c0003d7feaaa63f4f01b40e9",  # version 3
        "40003d7feaaa63f4f01b40e9",  # version 1
        "82003ed2000000905fbd169eabcdef01deadbe",  # CSRC list cut
        PION,  # no extension header
        PION + "bede00",
        PION + "99999999",  # block longer than the packet
        PION + "bede0001 50aa00",
        PION + "bede0001 53aaaaaa",  # element longer than its block
        PION + "bede0001 53aaaaaa 9836be889e",  # also where the packet goes on
        PION + "10000001 0503aaaa 9836be889e",
        PION + "bede0001 000000 10",
        PION + "10000001 05030000",
        PION + "10000001 00000005",  # two-byte element without its length
        "a0786c6ff10b431ba91fbcbe02",  # padding longer than what is left
        "a0786c6ff10b431ba91fbcbe00",
        "a0786c6ff10b431ba91fbcbe",  # padding would begin inside the header
        "b0e0698fd9c293da1c6427820001 0001 ffffffff 9836be8806",
    ],
)
def test_broken_packets(text: str) -> None:
    with pytest.raises(WireError):
        parse(text)


def test_every_truncation_is_refused_or_shorter() -> None:
    whole = bytes.fromhex(PION + "bede0002 10aa21bbbb000000" + "9836be889e")
    for size in range(24):
        with pytest.raises(WireError):
            rtp.parse(whole[:size])
    assert [rtp.parse(whole[:size]).payload_end for size in range(24, 30)] == list(range(24, 30))


def test_build_is_what_others_write() -> None:
    data = rtp.build(True, 96, 27023, 3653407706, 476325762, [(1, b"\xaa"), (2, b"\xbb")], bytes.fromhex("9836be889e"))
    assert data.hex() == PION + "bede000110aa20bb9836be889e"
    plain = rtp.build(True, 101, 24152, 4021352124, 0xA6A144F2, [], bytes.fromhex("018a03c0"))
    assert plain.hex() == "80e55e58efb0f6bca6a144f2018a03c0"


def test_build_pads_the_block_to_words() -> None:
    header = rtp.build_header(False, 0, 1, 2, 3, [(3, b"\x01\x02")])
    assert header.hex() == "900000010000000200000003" + "bede0001" + "31010200"


@pytest.mark.parametrize(
    "extension",
    [(15, b"x"), (255, b"x"), (1, b""), (1, bytes(17)), (200, bytes(255))],
    ids=lambda e: f"{e[0]}:{len(e[1])}",
)
def test_build_takes_the_two_byte_form_where_one_byte_does_not_fit(extension: tuple[int, bytes]) -> None:
    header = rtp.build_header(False, 0, 1, 2, 3, [(2, b"ab"), extension])
    assert header[12:14].hex() == "1000"
    assert rtp.parse(header).extensions == {2: b"ab", extension[0]: extension[1]}


def test_the_one_byte_form_reaches_to_14_and_16() -> None:
    header = rtp.build_header(False, 0, 1, 2, 3, [(14, bytes(16))])
    assert header[12:14].hex() == "bede"
    assert rtp.parse(header).extensions == {14: bytes(16)}


@pytest.mark.parametrize("extension", [(0, b"x"), (256, b"x"), (1, bytes(256))])
def test_build_refuses_what_no_form_holds(extension: tuple[int, bytes]) -> None:
    with pytest.raises(ValueError, match="extension form"):
        rtp.build_header(False, 0, 1, 2, 3, [extension])


def test_the_first_value_stands_where_the_docstring_says() -> None:
    assert rtp.build_header(False, 0, 1, 2, 3, [(3, b"\xab\xcd")])[17:19] == b"\xab\xcd"
    assert rtp.build_header(False, 0, 1, 2, 3, [(30, b"\xab\xcd")])[18:20] == b"\xab\xcd"


def test_rtx_gives_the_original_back() -> None:
    rtx = rtp.parse(rtp.build(True, 97, 7, 1000, 0xAAAA, [(1, b"\x01")], bytes.fromhex("beef") + b"frame"))
    original = rtp.unwrap_rtx(rtx, 96, 0xBBBB)
    assert original is not None
    assert (original.payload_type, original.ssrc, original.sequence) == (96, 0xBBBB, 0xBEEF)
    assert (original.marker, original.timestamp, original.extensions) == (True, 1000, {1: b"\x01"})
    assert original.payload == b"frame"


def test_rtx_of_an_empty_payload_is_still_a_packet() -> None:
    original = rtp.unwrap_rtx(rtp.parse(rtp.build(False, 97, 7, 0, 1, [], b"\x00\x05")), 96, 2)
    assert original is not None
    assert (original.sequence, original.payload) == (5, b"")


@pytest.mark.parametrize("tail", ["00" * 223 + "e0", "00" * 254 + "ff", "aa 01"])
def test_rtx_of_padding_only_holds_nothing(tail: str) -> None:
    assert rtp.unwrap_rtx(parse("a0786c6ff10b431ba91fbcbe" + tail), 96, 2) is None
