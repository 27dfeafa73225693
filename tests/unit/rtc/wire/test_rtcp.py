"""Vectors: aiortc tests/rtcp_*.bin, pion/rtcp table tests, libwebrtc's RTCP fuzzing corpus, mediasoup TestXr.cpp."""

from __future__ import annotations

import pytest

from rtc.wire.errors import WireError
from rtc.wire.rtcp import (
    CNAME,
    Bye,
    DelaySinceLastReport,
    ExtendedReport,
    FullIntraRequest,
    LastReceiverReport,
    Nack,
    OpaqueBlock,
    PictureLossIndication,
    ReceiverReferenceTime,
    ReceiverReport,
    Remb,
    ReportBlock,
    Rtcp,
    SenderReport,
    SourceChunk,
    SourceDescription,
    TransportFeedback,
    Unknown,
    build_compound,
    build_sender_reports,
    compact_ntp,
    parse_compound,
)

BLOCK = ReportBlock(0xBC5E9A40, 0, 0, 0x46E1, 273, 0x9F36432, 150137)
BLOCK_HEX = "bc5e9a40 00000000 000046e1 00000111 09f36432 00024a79"
RR = "81c90007 902f9e2e" + BLOCK_HEX


def parse(text: str) -> list[Rtcp]:
    return parse_compound(bytes.fromhex(text))


PACKETS: list[tuple[str, Rtcp]] = [
    (
        "81c8000c6d2453eade46475b151a005c66a8dd3e0000010d000034f58ef891ed00000000000000f60000007f0000000000000000",
        SenderReport(
            1831097322,
            16016567581311369308,
            1722342718,
            269,
            13557,
            (ReportBlock(2398654957, 0, 0, 246, 127, 0, 0),),
        ),
    ),
    ("80c8000600000001 0000000000000002 00000003 00000004 00000005", SenderReport(1, 2, 3, 4, 5)),
    (RR, ReceiverReport(0x902F9E2E, (BLOCK,))),
    (
        "81c9000700000001 00000002 ff7fffff 00000003 00000004 00000005 00000006",
        ReceiverReport(1, (ReportBlock(2, 255, 0x7FFFFF, 3, 4, 5, 6),)),
    ),
    (
        "81c9000700000001 00000002 01ffffff 00000003 00000004 00000005 00000006",
        ReceiverReport(1, (ReportBlock(2, 1, -1, 3, 4, 5, 6),)),
    ),
    (
        "81c9000700000001 00000002 00800000 00000003 00000004 00000005 00000006",
        ReceiverReport(1, (ReportBlock(2, 0, -0x800000, 3, 4, 5, 6),)),
    ),
    ("80c9000112345678", ReceiverReport(0x12345678)),
    (
        "81ca000c6d2453ea01267b36336634353965612d343166652d343437342d396433332d3937303763396565373964317d00000000",
        SourceDescription((SourceChunk(1831097322, ((CNAME, b"{63f459ea-41fe-4474-9d33-9707c9ee79d1}"),)),)),
    ),
    ("81ca000201020304 00000000", SourceDescription((SourceChunk(0x01020304, ()),))),
    ("81ca000201020304 01000000", SourceDescription((SourceChunk(0x01020304, ((CNAME, b""),)),))),
    (
        "82ca0006 01020304 01024142 00000000 05060708 01024344 00000000",  # items that fill whole words
        SourceDescription((SourceChunk(0x01020304, ((1, b"AB"),)), SourceChunk(0x05060708, ((1, b"CD"),)))),
    ),
    (
        "82ca0005 01020304 01014100 05060708 01034243 44000000",
        SourceDescription((SourceChunk(0x01020304, ((1, b"A"),)), SourceChunk(0x05060708, ((1, b"BCD"),)))),
    ),
    ("81ca0003 10000000 01014104 01420000", SourceDescription((SourceChunk(0x10000000, ((1, b"A"), (4, b"B"))),))),
    ("80ca0000", SourceDescription(())),
    ("81cb0001ae528b43", Bye((2924645187,))),
    ("80cb0000", Bye(())),
    ("81cb0002 902f9e2e 03464f4f", Bye((0x902F9E2E,), b"FOO")),
    ("81cb000312345678 04616161 61000000", Bye((0x12345678,), b"aaaa")),
    ("81ce00025450626523013fb9", PictureLossIndication(1414554213, 587284409)),
    (
        "84ce0006 00000000 4bc4fcb4 12345678 42000000 98765432 57000000",
        FullIntraRequest(0, 0x4BC4FCB4, ((0x12345678, 0x42), (0x98765432, 0x57))),
    ),
    ("8fce0005 00000001 00000000 52454d42 011a20df 4874ed16", Remb(1, 0, 8927168, (1215622422,))),
    ("8fce0004 00000000 00000000 52454d42 00ffffff", Remb(0, 0, 0x3FFFF << 63, ())),
    (
        "81cd000c8b4477bbf71deee4000c00000020004000360000004c0000006e1000008e000000b7000800df1000010f000001240000",
        Nack(2336520123, 4145934052, (12, 32, 39, 54, 76, 110, 123, 142, 183, 187, 223, 236, 271, 292)),
    ),
    ("81cd00030000000100000002 aaaa5555", Nack(1, 2, (*(0xAAAA + n for n in (0, 1, 3, 5, 7, 9, 11, 13, 15)),))),
    ("81cd00030000000100000002 002a8000", Nack(1, 2, (42, 58))),
    ("81cd00030000000100000002 ffff0003", Nack(1, 2, (65535, 0, 1))),
    (
        "80cf0004 01020304 04000002 0102030405060708",
        ExtendedReport(0x01020304, (ReceiverReferenceTime(0x0102030405060708),)),
    ),
    (
        "80cf0008 5d931534 05000006 11121314 00110011 11001100 21222324 00220022 22002200",
        ExtendedReport(
            0x5D931534,
            (
                DelaySinceLastReport(
                    (
                        LastReceiverReport(0x11121314, 0x00110011, 0x11001100),
                        LastReceiverReport(0x21222324, 0x00220022, 0x22002200),
                    )
                ),
            ),
        ),
    ),
    (
        "80cf000a 12345678 07000008 8b6ea85c 02c63208 26ab139f 05d93a92 5f2e5381 6cf9d97c f60090d0 1de17d46",
        ExtendedReport(
            0x12345678,
            (OpaqueBlock(7, 0, bytes.fromhex("8b6ea85c02c6320826ab139f05d93a925f2e53816cf9d97cf60090d01de17d46")),),
        ),
    ),
    ("80cf000112345678", ExtendedReport(0x12345678, ())),
    ("82cc0002 00000001 4e414d45", Unknown(204, 2, bytes.fromhex("000000014e414d45"))),
    ("82c300021112131422242628", Unknown(195, 2, bytes.fromhex("1112131422242628"))),
    ("83ce00031234567823456789 1864c1c2", Unknown(206, 3, bytes.fromhex("12345678234567891864c1c2"))),
    ("8fce000312345678 00000000 4e454d42", Unknown(206, 15, bytes.fromhex("12345678000000004e454d42"))),
]


@pytest.mark.parametrize(("text", "packet"), PACKETS)
def test_packets_both_ways(text: str, packet: Rtcp) -> None:
    assert parse(text) == [packet]
    assert build_compound([packet]) == bytes.fromhex(text)


def test_compound() -> None:
    texts, packets = zip(*PACKETS, strict=True)
    assert parse("".join(texts)) == list(packets)
    assert build_compound(packets) == bytes.fromhex("".join(texts))


def test_what_chromium_sends() -> None:
    report, remb = parse(
        "81c9000700000001f2892c59000000000000be37000001d62c1af80c00005728"
        "8fce0005000000010000000052454d420112a994f2892c59"
    )
    assert report == ReceiverReport(1, (ReportBlock(0xF2892C59, 0, 0, 48695, 470, 0x2C1AF80C, 22312),))
    assert remb == Remb(1, 0, 0x2A994 << 4, (0xF2892C59,))
    (feedback,) = parse("8fcd000716ca50ceae6572570a74000a053f58bb200ae0000400000000001400")
    assert isinstance(feedback, TransportFeedback)


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        (RR.replace("81c90007", "81c90009") + "5445535444415441", ReceiverReport(0x902F9E2E, (BLOCK,))),
        (
            "80c8000d 2b7ec0c5 e020a2a952a53fc0 2e48a552 00000046 0000121d"
            "81ca0006 2b7ec0c5 01104c63 49667a58 6f6e446f 72645365 57360000",
            SenderReport(0x2B7EC0C5, 0xE020A2A952A53FC0, 0x2E48A552, 70, 4637),
        ),
    ],
)
def test_profile_extensions_are_skipped(text: str, packet: Rtcp) -> None:
    assert parse(text) == [packet]


@pytest.mark.parametrize(
    ("text", "packets"),
    [
        ("a0cb000104040404", [Bye(())]),
        ("a0cf0003 5d931534 05000000 00000004", [ExtendedReport(0x5D931534, (DelaySinceLastReport(()),))]),
        ("a2cc0001 aabbcc01 80cb0000", [Unknown(204, 2, b"\xaa\xbb\xcc"), Bye(())]),
    ],
)
def test_padding_is_not_content(text: str, packets: list[Rtcp]) -> None:
    assert parse(text) == packets


def test_odd_bodies_are_padded_on_the_way_out() -> None:
    assert build_compound([Unknown(204, 1, b"abcde")]).hex() == "a1cc0002" + b"abcde".hex() + "000003"


@pytest.mark.parametrize(
    "size", ["04000001 00000001", "04000003 000000010000000200000003", "05000002 0000000100000002"]
)
def test_xr_blocks_of_a_size_that_their_type_does_not_have_stay_opaque(size: str) -> None:
    data = bytes.fromhex(size)
    (report,) = parse(f"80cf00{len(data) // 4 + 1:02x} 00000001" + size)
    assert report == ExtendedReport(1, (OpaqueBlock(data[0], 0, data[4:]),))
    assert parse_compound(build_compound([report])) == [report]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80",
        "80c900",
        "40c9000112345678",  # version 1
        "c0c9000112345678",
        "81c90007" + RR[8:-2],  # longer than the datagram
        RR + "80",  # a second header cut short
        RR + "80c90001",
        "81c90001ae528b43",  # fewer blocks than the count says
        "82c90007" + RR[8:],
        "81c80001ae528b43",
        "80c80005" + "00" * 20,
        "80c90000",
        "81ca000730b68407479437af0000000000000276000007720000000000000000",  # an SDES item longer than the packet
        "81ca00009000001b10000080d100",
        "82ca0002 01020304 00000000",
        "81ca0003123456780202616201016403",  # no end of the chunk
        "91cb0001ae528b43",
        "81cb0002 ae528b43 08616263",  # a reason longer than the packet
        "81cd0001ae528b43",
        "81ce0001ae528b43",
        "a1cd0003 0000000100000002 00640002",  # half a pair before the padding
        "84ce0003 0000000100000002 12345678",
        "8fce0003 0000000100000000 52454d42",  # REMB without its numbers
        "8fce0004 0000000100000000 52454d42 0112a994",
        "80cf0000",
        "80cf0002 00000001 04000002",
        "a0cb0000",  # padding bit, nothing to hold it
        "a0cb000100000000",
        "a0cb000104040408",
    ],
)
def test_broken(text: str) -> None:
    with pytest.raises(WireError):
        parse(text)


@pytest.mark.parametrize(
    ("sequences", "pairs"),
    [
        ((100,), "00640000"),
        ((100, 101, 105, 115), "00644011"),
        ((100, 117, 500, 501, 502), "006400000075000001f40003"),
        ((65530, 65535, 3, 11), "fffa0110000b0000"),
        ((7, 6, 7, 7), "000700000006000100070000"),  # order and repetitions are kept
        ((), ""),
    ],
)
def test_nack_pairs(sequences: tuple[int, ...], pairs: str) -> None:
    data = build_compound([Nack(1, 2, sequences)])
    assert data[12:].hex() == pairs
    assert parse_compound(data) == [Nack(1, 2, sequences)]


@pytest.mark.parametrize(
    ("bitrate", "kept"), [(8927168, 8927168), (8927167, 8927104), (262143, 262143), (262145, 262144), (0, 0)]
)
def test_remb_keeps_18_bits(bitrate: int, kept: int) -> None:
    assert parse_compound(build_compound([Remb(1, 0, bitrate, ())])) == [Remb(1, 0, kept, ())]


def test_counts_of_five_bits() -> None:
    full = ReceiverReport(1, (BLOCK,) * 31)
    assert parse_compound(build_compound([full])) == [full]
    for packet in (
        ReceiverReport(1, (BLOCK,) * 32),
        SenderReport(1, 2, 3, 4, 5, (BLOCK,) * 32),
        Bye(tuple(range(32))),
        SourceDescription((SourceChunk(1, ()),) * 32),
    ):
        with pytest.raises(ValueError, match="too many"):
            build_compound([packet])


@pytest.mark.parametrize("count", [1, 2, 31])
@pytest.mark.parametrize("cname", [b"k", b"kinroom", b"kin"])
def test_many_sender_reports_are_built_as_each_alone(count: int, cname: bytes) -> None:
    reports = [SenderReport(i, i << 40, 0xFFFFFFFF - i, i, 2 * i) for i in range(count)]
    names = SourceDescription(tuple(SourceChunk(report.ssrc, ((CNAME, cname),)) for report in reports))
    assert build_sender_reports(reports, cname) == build_compound([*reports, names])


def test_more_sender_reports_than_a_packet_holds() -> None:
    with pytest.raises(ValueError, match="too many"):
        build_sender_reports([SenderReport(i, 0, 0, 0, 0) for i in range(32)], b"kinroom")


def test_compact_ntp() -> None:
    assert compact_ntp(0x0123456789ABCDEF) == 0x456789AB
