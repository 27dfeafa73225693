"""The raw peer's reports and its reading of the server's, against the server's own RTCP."""

from __future__ import annotations

from bench.lab import rtcp as lab
from rtc.wire import rtcp
from rtc.wire.rtcp import FullIntraRequest, Nack, PictureLossIndication, ReceiverReport, SenderReport


def test_sender_report_is_read_by_the_server() -> None:
    parts = rtcp.parse_compound(lab.sender_report(1000.5, lab.Sent(ssrc=7, timestamp=90_000, packets=3, octets=400)))
    report = next(part for part in parts if isinstance(part, SenderReport))
    assert (report.ssrc, report.packet_count, report.octet_count) == (7, 3, 400)
    assert lab.ntp(1000.5) >> 32 == 2_208_988_800 + 1000


def test_many_blocks_are_several_reports() -> None:
    blocks = [lab.Heard(ssrc=n, highest=5, report_middle=0, report_age=1.0) for n in range(38)]
    reports = [
        part
        for compound in lab.receiver_reports(9, blocks)
        for part in rtcp.parse_compound(compound)
        if isinstance(part, ReceiverReport)
    ]
    assert [len(report.reports) for report in reports] == [31, 7]
    assert [block.ssrc for report in reports for block in report.reports] == list(range(38))


def test_without_blocks_there_is_one_empty_report() -> None:
    assert len(lab.receiver_reports(9, [])) == 1


def test_reads_requests_of_the_server() -> None:
    compound = rtcp.build_compound(
        [
            PictureLossIndication(sender_ssrc=1, media_ssrc=42),
            FullIntraRequest(sender_ssrc=1, media_ssrc=0, entries=((43, 1),)),
            Nack(sender_ssrc=1, media_ssrc=42, sequences=(1, 2)),
        ]
    )
    received = lab.read(compound)
    assert received.key_frame_wanted == [42, 43]
    assert received.nacks == 1


def test_reads_the_time_of_sender_reports_for_the_answer() -> None:
    received = lab.read(lab.sender_report(2.0, lab.Sent(ssrc=7, timestamp=0, packets=1, octets=1)))
    assert received.reports == [(7, lab.ntp(2.0) >> 16 & 0xFFFFFFFF)]


def test_reads_what_reports_say_was_lost() -> None:
    lost = [rtcp.ReportBlock(ssrc, 64, 10, 100, 0, 0, 0) for ssrc in (7, 8)]
    for report in (rtcp.ReceiverReport(1, tuple(lost)), rtcp.SenderReport(1, 0, 0, 0, 0, tuple(lost))):
        assert lab.read(rtcp.build_compound([report])).losses == [(7, 0.25), (8, 0.25)]


def test_garbage_is_skipped() -> None:
    for junk in (b"", b"\x81", b"\x81\xce\x00\x00", b"\x81\xce\xff\xff" + bytes(8), bytes(40)):
        assert lab.read(junk).key_frame_wanted in ([], [0])
