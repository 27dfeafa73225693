"""RTCP both ways: reports on one clock line, NACK and RTX, key frames, feedback, and hostile messages."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.core.budget import MAX_PACKETS
from rtc.core.clock import to_ntp
from rtc.core.control import REPORT_EVERY
from rtc.core.model import Mid, Source
from rtc.core.slot import MAX_RESENDS
from rtc.wire import extensions as uris
from rtc.wire import rtcp, transport_feedback, vp8
from tests.unit.rtc.core.group import CHROMIUM_IDS, WALL_OFFSET, Group, Person, Sent, delta_frame, key_frame

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA


def sender_report(group: Group, person: Person, source: Source, clock: float, rtp: int) -> None:
    """`clock`: what the person's own clock shows, in seconds."""
    report = rtcp.SenderReport(person.ssrc(source), int(clock * 2**32), rtp, 1, 1)
    group.control(person, report)


def reports_of(group: Group, person: Person) -> dict[int, rtcp.SenderReport]:
    """Of two rounds: each slot is reported once a second."""
    found: dict[int, rtcp.SenderReport] = {}
    for _ in range(3):
        group.now += REPORT_EVERY
        found |= {m.ssrc: m for m in group.due(person) if isinstance(m, rtcp.SenderReport)}
    return found


def seconds(ntp: int) -> float:
    return ntp / 2**32


def test_something_is_sent_every_half_second_even_to_someone_alone() -> None:
    group = Group()
    ana = group.join(slots=0)
    group.now += 1
    assert group.due(ana)
    group.now += REPORT_EVERY / 2
    assert not group.due(ana)
    group.now += REPORT_EVERY / 2
    assert group.due(ana)


def test_sound_and_picture_meet_on_the_servers_clock_although_the_senders_is_wrong() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.show(sam, "v0", ana, CAMERA)
    (sound,) = group.send(ana, MIC, 1, 48_000, b"voice")
    # The picture of the same moment comes 400 ms later.
    group.now += 0.4
    (picture,) = group.send(ana, CAMERA, 1, 900_000, key_frame())
    sender_report(group, ana, MIC, 5_000.0, 48_000)
    sender_report(group, ana, CAMERA, 5_000.0, 900_000)
    reports = reports_of(group, sam)
    moments = []
    for sent, rate in ((sound, 48_000), (picture, 90_000)):
        report = reports[sent.ssrc]
        behind = ((report.rtp_time - sent.packet.timestamp + 2**31) & 0xFFFFFFFF) - 2**31
        moments.append(seconds(report.ntp_time) - behind / rate)
    assert moments[0] == pytest.approx(moments[1], abs=0.003)
    assert moments[0] == pytest.approx(seconds(to_ntp(group.now + WALL_OFFSET)), abs=5)


@pytest.mark.parametrize(("source", "mid", "rate"), [(MIC, "a0", 48_000), (CAMERA, "v0", 90_000)])
@pytest.mark.parametrize("apart", [3.0, -3.0, 4_999.0])
def test_a_slot_keeps_its_line_when_another_publisher_with_another_clock_comes(
    source: Source, mid: str, rate: int, apart: float
) -> None:
    """And when the first one comes back: a viewer's buffers follow the line, and stay long for a while if it jumps."""
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    payload = key_frame() if source is CAMERA else b"voice"
    began = group.now
    clocks = {ana.id: 5_000.0, bo.id: 5_000.0 + apart}
    for person in (ana, bo):
        group.send(person, source, 1, 0, payload)
        sender_report(group, person, source, clocks[person.id], 0)
    ssrc = sam.peer.slots[Mid(mid)].ssrc
    reports: list[rtcp.SenderReport] = []
    for number, person in enumerate((ana, bo, ana), 2):
        group.show(sam, mid, person, source)
        group.send(person, source, number, int((group.now - began) * rate), payload)
        reports.append(reports_of(group, sam)[ssrc])
        group.now += 0.4
    for before, after in itertools.pairwise(reports):
        passed = seconds(after.ntp_time) - seconds(before.ntp_time)
        assert ((after.rtp_time - before.rtp_time) & 0xFFFFFFFF) / rate == pytest.approx(passed, abs=0.005)


def test_no_report_is_sent_while_the_publishers_clock_is_unknown() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.send(ana, MIC, 1, 48_000, b"voice")
    assert reports_of(group, sam) == {}


def test_counts_in_the_report_go_on_over_a_change_of_source() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    for person in (ana, bo):
        group.show(sam, "a0", person, MIC)
        for i in range(5):
            group.send(person, MIC, i, i * 960, b"12345")
        sender_report(group, person, MIC, 50.0, 0)
    (report,) = reports_of(group, sam).values()
    assert (report.packet_count, report.octet_count) == (10, 50)


def shown(group: Group) -> tuple[Person, Person, list[Sent]]:
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    sent = group.send(ana, CAMERA, 500, 0, key_frame(1))
    for i in range(1, 20):
        sent += group.send(ana, CAMERA, 500 + i, i * 3000, delta_frame(1 + i, b"frame %d" % i))
    return ana, sam, sent


def test_a_nack_is_answered_on_the_rtx_stream_with_the_original_inside() -> None:
    group = Group()
    _, sam, sent = shown(group)
    slot = sam.peer.slots[Mid("v0")]
    lost = sent[7]
    (again,) = group.control(sam, rtcp.Nack(1, slot.ssrc, (lost.sequence,)))
    assert again.ssrc == slot.rtx_ssrc
    assert again.packet.payload_type == 97
    assert again.packet.timestamp == lost.packet.timestamp
    assert again.payload[:2] == lost.sequence.to_bytes(2, "big")
    assert again.payload[2:] == lost.payload


def test_a_retransmission_carries_the_rewritten_picture_id() -> None:
    group = Group()
    _, sam, _ = shown(group)
    bo = group.join()
    group.show(sam, "v0", bo, CAMERA)
    group.send(bo, CAMERA, 1, 0, key_frame(300))
    (second,) = group.send(bo, CAMERA, 2, 3000, delta_frame(301))
    (again,) = group.control(sam, rtcp.Nack(1, second.ssrc, (second.sequence,)))
    assert vp8.parse(again.payload[2:]).picture_id == vp8.parse(second.payload).picture_id == 22


def test_the_same_packet_is_not_resent_within_a_round_trip_nor_for_ever() -> None:
    group = Group()
    _, sam, sent = shown(group)
    nack = rtcp.Nack(1, sam.peer.slots[Mid("v0")].ssrc, (sent[3].sequence,))
    assert len(group.control(sam, nack)) == 1
    assert group.control(sam, nack) == []
    again = 1
    for _ in range(20):
        group.now += 0.2
        again += len(group.control(sam, nack))
    assert again == MAX_RESENDS


def test_rtx_numbers_never_repeat() -> None:
    group = Group()
    _, sam, sent = shown(group)
    slot = sam.peer.slots[Mid("v0")]
    again = group.control(sam, rtcp.Nack(1, slot.ssrc, tuple(s.sequence for s in sent)))
    assert len({s.sequence for s in again}) == len(sent)


def test_a_nack_for_what_was_never_sent_or_is_not_ours_is_ignored() -> None:
    group = Group()
    _, sam, sent = shown(group)
    slot = sam.peer.slots[Mid("v0")]
    never = (sent[-1].sequence + 1000) & 0xFFFF
    assert group.control(sam, rtcp.Nack(1, slot.ssrc, (never,)), rtcp.Nack(1, 4242, (1, 2))) == []


def test_a_viewer_without_rtx_gets_no_second_packet_under_the_same_index() -> None:
    group = Group()
    ana, sam = group.join(), group.join(rtx=None)
    group.show(sam, "v0", ana, CAMERA)
    (sent,) = group.send(ana, CAMERA, 1, 0, key_frame())
    assert group.control(sam, rtcp.Nack(1, sent.ssrc, (sent.sequence,))) == []


@pytest.mark.parametrize("full", [False, True])
def test_a_viewers_request_for_a_key_frame_reaches_the_publisher_once(full: bool) -> None:
    group = Group()
    ana, sam, sent = shown(group)
    ssrc = sent[0].ssrc
    request = rtcp.FullIntraRequest(1, 0, ((ssrc, 1),)) if full else rtcp.PictureLossIndication(1, ssrc)
    group.due(ana)
    group.now += 1
    for _ in range(5):
        group.control(sam, request)
    asked = [m for _ in range(3) for m in group.due(ana) if isinstance(m, rtcp.PictureLossIndication)]
    assert [m.media_ssrc for m in asked] == [ana.ssrc(CAMERA)]


def test_the_microphones_report_carries_the_worst_loss_among_its_listeners() -> None:
    group = Group()
    ana, sam, kim = group.join(), group.join(), group.join()
    for viewer, lost in ((sam, 10), (kim, 64)):
        group.show(viewer, "a0", ana, MIC)
        block = rtcp.ReportBlock(viewer.peer.slots[Mid("a0")].ssrc, lost, 0, 0, 0, 0, 0)
        group.control(viewer, rtcp.ReceiverReport(1, (block,)))
    group.send(ana, MIC, 1, 960, b"voice")
    group.now += 1
    (block,) = [b for m in group.due(ana) if isinstance(m, rtcp.ReceiverReport) for b in m.reports]
    assert block.fraction_lost == 64


def test_what_a_listeners_line_loses_is_told_before_the_listener_reports_on_the_voice() -> None:
    """A fifth, for two seconds."""
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.send(ana, MIC, 1, 960, b"voice")
    log, began = sam.peer.sent_log, group.now
    first = log.next
    for number in range(first, first + 100):
        group.now = began + 0.02 * (number - first)
        log.note(int(group.now * 1e6), 120)
        if number % 5 == 0:
            received = [(one, int(group.now * 1e6)) for one in range(number - 3, number + 1) if one >= first]
            for message in transport_feedback.report(1, 1, number & 0xFF, received, max(first, number - 4) & 0xFFFF):
                group.control(sam, message)
    (block,) = [b for m in group.due(ana) if isinstance(m, rtcp.ReceiverReport) for b in m.reports]
    assert 0.15 < block.fraction_lost / 256 < 0.25


def test_the_round_trip_comes_from_our_report_and_its_echo() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.send(ana, MIC, 1, 48_000, b"voice")
    sender_report(group, ana, MIC, 50.0, 48_000)
    (report,) = reports_of(group, sam).values()
    last = rtcp.compact_ntp(to_ntp(group.now + WALL_OFFSET))
    group.now += 0.250
    block = rtcp.ReportBlock(report.ssrc, 0, 0, 0, 0, last, int(0.2 * 65536))
    group.control(sam, rtcp.ReceiverReport(1, (block,)))
    assert sam.peer.round_trip == pytest.approx(0.05, abs=0.001)


def test_an_absurd_round_trip_is_not_believed() -> None:
    group = Group()
    _, sam, sent = shown(group)
    group.control(sam, rtcp.ReceiverReport(1, (rtcp.ReportBlock(sent[0].ssrc, 0, 0, 0, 0, 1, 0),)))
    assert sam.peer.round_trip is None


def test_feedback_for_the_uplink_names_a_stream_that_the_browser_sends() -> None:
    group = Group()
    ana = group.join()
    for i in range(4):
        number = (7 + i).to_bytes(2, "big")
        group.send(ana, MIC, i, i * 960, b"voice", extensions=[(ana.ids[uris.TRANSPORT_CC], number)])
    group.now += 0.1
    (feedback,) = [m for m in group.due(ana) if isinstance(m, rtcp.TransportFeedback)]
    assert feedback.media_ssrc == ana.ssrc(MIC)
    assert [n for n, arrival in feedback.packets if arrival is not None] == [7, 8, 9, 10]


@pytest.mark.parametrize(
    ("narrow", "messages"), [(None, 20), (500e3, 20), (80e3, 10), (30e3, 8)], ids=["wide", "enough", "narrow", "least"]
)
def test_a_narrow_line_is_not_filled_with_feedback(narrow: float | None, messages: int) -> None:
    group = Group()
    ana = group.join()
    ana.peer.downlink.pacer.target = narrow
    told: list[int] = []
    count = 0
    for i in range(100):
        group.now += 0.02
        group.send(ana, MIC, i, i * 960, b"voice", extensions=[(ana.ids[uris.TRANSPORT_CC], i.to_bytes(2, "big"))])
        feedback = [m for m in group.due(ana) if isinstance(m, rtcp.TransportFeedback)]
        count += len(feedback)
        told += [n for m in feedback for n, arrival in m.packets if arrival is not None]
    assert abs(count - messages) <= 1
    assert told == list(range(len(told)))
    assert len(told) >= 85


def test_every_datagram_fits_an_mtu_in_a_large_group() -> None:
    group = Group()
    ana = group.join(slots=24)
    people = [group.join(slots=0) for _ in range(24)]
    for i, person in enumerate(people):
        group.show(ana, f"a{i}", person, MIC)
        group.show(ana, f"v{i}", person, CAMERA)
        group.send(person, MIC, 1, 960, b"voice")
        group.send(person, CAMERA, 1, 960, key_frame())
        sender_report(group, person, MIC, 50.0, 960)
        sender_report(group, person, CAMERA, 50.0, 960)
    group.now += 1
    datagrams = ana.control.due(group.now)
    assert max(map(len, datagrams)) <= 1200
    assert len(reports_of(group, ana)) == 48


def test_one_viewer_cannot_make_the_publisher_send_key_frames_all_the_time() -> None:
    group = Group()
    ana, sam, sent = shown(group)
    asked = 0
    for i in range(500):
        group.now += 0.010
        group.control(sam, rtcp.PictureLossIndication(1, sent[0].ssrc))
        asked += sum(isinstance(m, rtcp.PictureLossIndication) for m in group.due(ana))
        group.send(ana, CAMERA, 520 + i, 60_000 + i * 900, key_frame(21 + i))
    assert 4 <= asked <= 6


def test_a_flood_of_requests_to_send_again_is_cut_and_forgiven() -> None:
    group = Group()
    _, sam, sent = shown(group)
    nack = rtcp.Nack(1, sent[0].ssrc, (sent[5].sequence,))
    slot = sam.peer.slots[Mid("v0")]
    again = 0
    for _ in range(2 * MAX_PACKETS):
        slot.forget_resends()
        again += len(group.control(sam, nack))
    assert again == MAX_PACKETS
    group.now += 1
    sam.peer.refill(group.now)
    assert len(group.control(sam, nack)) == 1


@settings(deadline=None)  # of the code, not of a busy machine
@given(st.binary(max_size=200))
def test_random_bytes_hurt_nobody(data: bytes) -> None:
    group = Group()
    _, sam, _ = shown(group)
    sam.control.receive(group.now, data, group.batch)
    sam.peer.receive_rtp(group.now, data, group.batch, group.router.speakers)
    group.due(sam)


def test_a_broken_datagram_is_counted() -> None:
    group = Group()
    ana = group.join()
    ana.control.receive(group.now, b"\x80\xc8\xff\xff", group.batch)
    assert ana.peer.drops["malformed_rtcp"] == 1


# --- the line to a viewer --------------------------------------------------------------------------------------------


def of_line(*, numbered: bool) -> tuple[Group, Person]:
    group = Group()
    ids = {uri: id_ for uri, id_ in CHROMIUM_IDS.items() if numbered or uri != uris.TRANSPORT_CC}
    sam = group.join(ids=ids)
    return group, sam


def target(group: Group, person: Person) -> float | None:
    group.now += 1.0
    group.adapt(person)
    return person.peer.downlink.stats.target


def test_feedback_on_arrivals_makes_the_estimate_of_a_line() -> None:
    group, sam = of_line(numbered=True)
    assert target(group, sam) is None
    for n in range(40):
        sam.peer.sent_log.note(int(group.now * 1e6) + n * 10_000, 1000)
    arrivals = [(n, int((group.now + 5) * 1e6) + n * 10_000) for n in range(40)]
    group.now += 0.5
    group.control(sam, *transport_feedback.report(1, 1, 0, arrivals))
    assert target(group, sam) == pytest.approx(1.25 * 800e3, rel=0.1)


@pytest.mark.parametrize("numbered", [True, False])
def test_an_estimate_of_the_viewers_own_counts_where_nothing_better_is(numbered: bool) -> None:
    group, sam = of_line(numbered=numbered)
    group.control(sam, rtcp.Remb(1, 0, 400_000, ()))
    found = target(group, sam)
    assert found is None if numbered else found == pytest.approx(400e3, rel=0.01)


@pytest.mark.parametrize("numbered", [True, False])
def test_losses_of_receiver_reports_count_where_nothing_better_is(numbered: bool) -> None:
    group, sam = of_line(numbered=numbered)
    slots = list(sam.peer.slots.values())

    def report(highest: int, *lost: int) -> None:
        """Of each slot so many 256ths since the last report, which was 100 packets before."""
        blocks = [rtcp.ReportBlock(slot.ssrc, one, 0, highest, 0, 0, 0) for slot, one in zip(slots, lost, strict=False)]
        group.control(sam, rtcp.ReceiverReport(1, tuple(blocks)))

    for n in range(3):  # the worst of them loses more than a tenth, all together do not
        report(0xFFF0 + 100 * n, 0, 64, 0)
    assert target(group, sam) == (None if numbered else float("inf"))
    report(0xFFF0, 255, 255, 255)  # late, and so of packets that were counted already
    assert target(group, sam) == (None if numbered else float("inf"))
    report(0xFFF0 + 100, 64, 64, 64)
    assert (target(group, sam) == 0.0) is not numbered, "nothing is sent here"
