"""What viewers receive of a publication: continuity, switches, late packets, holds, and who gets nothing."""

from __future__ import annotations

import pytest

from rtc.core.changes import Attach, Detach, Hold, Release
from rtc.core.control import SOUND_HELPS_FOR
from rtc.core.model import Mid, Source
from rtc.wire import extensions as uris
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import CHROMIUM_IDS, FIREFOX_IDS, Group, Sent, delta_frame, key_frame

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA


def sequences(sent: list[Sent]) -> list[int]:
    return [one.sequence for one in sent]


def test_sound_starts_with_the_next_packet_and_stays_continuous() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    sent = [group.send(ana, MIC, 65_530 + i, 1000 + i * 960, b"opus") for i in range(12)]
    first = sent[0][0].sequence
    assert [s[0].sequence for s in sent] == [(first + i) & 0xFFFF for i in range(12)]
    assert {s[0].ssrc for s in sent} == {sam.peer.slots[Mid("a0")].ssrc}
    assert [s[0].packet.timestamp - sent[0][0].packet.timestamp for s in sent] == [i * 960 for i in range(12)]
    assert sent[5][0].payload == b"opus"


def test_a_picture_starts_with_a_key_frame_and_asks_for_one() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 1, 0, key_frame())
    group.now += 1
    group.show(sam, "v0", ana, CAMERA)
    assert any(isinstance(m, rtcp.PictureLossIndication) for m in group.due(ana))
    assert group.send(ana, CAMERA, 2, 3000) == []
    assert len(group.send(ana, CAMERA, 3, 6000, key_frame(2))) == 1
    assert len(group.send(ana, CAMERA, 4, 9000)) == 1
    assert [(f.peer, f.mid) for f in group.batch.started] == [(sam.id, "v0")]


def test_a_fresh_key_frame_is_replayed_to_a_new_viewer() -> None:
    group = Group()
    ana, sam, kim = group.join(), group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.now += 0.1
    group.send(ana, CAMERA, 11, 3000, delta_frame(8))
    group.due(ana)
    group.show(kim, "v0", ana, CAMERA)
    replayed = group.sent()
    assert [vp8.parse(s.payload).picture_id for s in replayed] == [7, 8]
    assert group.due(ana) == []
    (_, next_to_kim) = group.send(ana, CAMERA, 12, 6000, delta_frame(9))
    assert next_to_kim.sequence == (replayed[-1].sequence + 1) & 0xFFFF
    stats = kim.peer.stats().subscriptions[0]
    assert stats.packets == 3


def test_a_key_frame_with_a_hole_behind_it_is_not_replayed() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.send(ana, CAMERA, 12, 0)
    group.show(sam, "v0", ana, CAMERA)
    assert group.sent() == []


def test_a_new_source_on_a_slot_goes_on_where_the_old_one_ended() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    before = [group.send(ana, CAMERA, 100 + i, 90_000 + i * 3000, key_frame(50 + i))[0] for i in range(5)]
    group.now += 0.2
    group.show(sam, "v0", bo, CAMERA)
    assert group.send(ana, CAMERA, 105, 105_000) == []
    after = [group.send(bo, CAMERA, 60_000 + i, 5 + i * 3000, key_frame(9 + i))[0] for i in range(3)]
    assert sequences(after) == [(before[-1].sequence + 1 + i) & 0xFFFF for i in range(3)]
    assert [vp8.parse(s.payload).picture_id for s in after] == [55, 56, 57]
    assert 0 < (after[0].packet.timestamp - before[-1].packet.timestamp) & 0xFFFFFFFF < 90_000
    assert {s.ssrc for s in before + after} == {before[0].ssrc}


def test_a_repaired_packet_goes_to_its_own_place_but_not_before_a_viewers_start() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame())
    (after_gap,) = group.send(ana, CAMERA, 12, 0)
    (repaired,) = group.send(ana, CAMERA, 11, 0)
    assert repaired.sequence == (after_gap.sequence - 1) & 0xFFFF
    assert group.send(ana, CAMERA, 11, 0) == []
    assert group.send(ana, CAMERA, 9, 0) == []
    assert ana.peer.drops["duplicate"] == 2


def test_an_rtx_packet_repairs_a_hole() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame())
    group.send(ana, CAMERA, 12, 0)
    group.now += 0.05
    assert [m.sequences for m in group.due(ana) if isinstance(m, rtcp.Nack)] == [(11,)]
    original = (11).to_bytes(2, "big") + delta_frame(3, b"lost")
    (repaired,) = group.send(ana, CAMERA, 700, 0, original, ssrc=5555, payload_type=97)
    assert vp8.parse(repaired.payload).picture_id == 3
    assert repaired.payload.endswith(b"lost")
    assert ana.peer.stats().publications[0].repaired == 1


def test_sound_is_asked_for_and_sent_again_under_its_own_number() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.send(ana, MIC, 10, 0)
    group.send(ana, MIC, 12, 1920)
    group.now += 0.02
    (nack,) = [m for m in group.due(ana) if isinstance(m, rtcp.Nack)]
    assert (nack.media_ssrc, nack.sequences) == (ana.ssrc(MIC), (11,))
    before = sam.peer.slots[Mid("a0")]
    (repaired,) = group.send(ana, MIC, 11, 960, b"lost")
    assert (repaired.ssrc, repaired.payload) == (before.ssrc, b"lost")
    assert group.send(ana, MIC, 11, 960, b"lost") == []


def test_sound_that_would_come_too_late_is_not_asked_for() -> None:
    group = Group()
    ana = group.join()
    ana.peer.round_trip = SOUND_HELPS_FOR
    group.send(ana, MIC, 10, 0)
    group.send(ana, MIC, 12, 1920)
    group.now += 0.02
    assert not [m for m in group.due(ana) if isinstance(m, rtcp.Nack)]


def test_rtx_padding_probes_reach_nobody() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame())
    assert group.send(ana, CAMERA, 700, 0, b"", ssrc=5555, payload_type=97) == []


def test_padding_on_the_media_stream_leaves_no_gap() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    (first,) = group.send(ana, CAMERA, 10, 0, key_frame())
    assert group.send(ana, CAMERA, 11, 0, b"") == []
    (second,) = group.send(ana, CAMERA, 12, 0)
    assert second.sequence == (first.sequence + 1) & 0xFFFF


def test_a_muted_microphone_reaches_nobody_and_comes_back_without_a_gap() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    (before,) = group.send(ana, MIC, 1, 960, b"voice")
    group.apply(Hold(ana.id, MIC))
    assert [group.send(ana, MIC, 2 + i, 1920 + i * 960, b"voice") for i in range(5)] == [[]] * 5
    group.apply(Release(ana.id, MIC))
    (after,) = group.send(ana, MIC, 7, 7 * 960, b"voice")
    assert after.sequence == (before.sequence + 1) & 0xFFFF


def test_a_viewer_that_joins_during_a_mute_hears_nothing() -> None:
    group = Group()
    ana = group.join()
    group.apply(Hold(ana.id, MIC))
    sam = group.join()
    group.show(sam, "a0", ana, MIC)
    assert group.send(ana, MIC, 1, 960, b"voice") == []


def test_nothing_is_sent_before_the_viewers_transport_is_up() -> None:
    group = Group()
    ana, sam = group.join(), group.join(connect=False)
    group.show(sam, "a0", ana, MIC)
    assert group.send(ana, MIC, 1, 960, b"voice") == []
    group.connect(sam)
    assert len(group.send(ana, MIC, 2, 1920, b"voice")) == 1


def test_after_detach_nothing_of_the_old_source_is_sent_not_even_again() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    (sent,) = group.send(ana, CAMERA, 10, 0, key_frame())
    nack = rtcp.Nack(1, sam.peer.slots[Mid("v0")].ssrc, (sent.sequence,))
    assert len(group.control(sam, nack)) == 1
    group.apply(Detach(sam.id, Mid("v0")))
    assert group.send(ana, CAMERA, 11, 0, key_frame()) == []
    assert group.control(sam, nack) == []


@pytest.mark.parametrize(("sender", "receiver"), [(CHROMIUM_IDS, FIREFOX_IDS), (FIREFOX_IDS, CHROMIUM_IDS)])
def test_header_extensions_are_mapped_between_browsers(sender: dict[str, int], receiver: dict[str, int]) -> None:
    group = Group()
    ana, sam = group.join(ids=sender), group.join(ids=receiver)
    group.show(sam, "a0", ana, MIC)
    level = bytes((0x80 | 30,))
    cc = (sender[uris.TRANSPORT_CC], b"\x00\x07")
    (sent,) = group.send(ana, MIC, 1, 960, b"voice", extensions=[(sender[uris.AUDIO_LEVEL], level), cc])
    number = receiver[uris.TRANSPORT_CC], bytes(2)  # filled in as it leaves
    assert list(sent.packet.extensions.items()) == [number, (receiver[uris.AUDIO_LEVEL], level)]


def test_three_rids_are_latched_and_one_encoding_is_forwarded() -> None:
    group = Group()
    ana, sam = group.join(rids=["q", "h", "f"]), group.join()
    group.show(sam, "v0", ana, CAMERA)
    rid, rrid = ana.ids[uris.RID], ana.ids[uris.RRID]
    counts = []
    for ssrc, name in ((71, b"q"), (72, b"h"), (73, b"f")):
        counts.append(len(group.send(ana, CAMERA, 5, 0, key_frame(), ssrc=ssrc, extensions=[(rid, name)])))
    assert counts == [1, 0, 0]
    # The extensions end after our first report: the SSRC alone must do, and a repair must find its encoding.
    assert len(group.send(ana, CAMERA, 7, 3000, ssrc=71, mid=False)) == 1
    lost = (6).to_bytes(2, "big") + delta_frame()
    repair = group.send(ana, CAMERA, 1, 3000, lost, ssrc=81, payload_type=97, extensions=[(rrid, b"q")])
    assert len(repair) == 1
    group.now += 1
    blocks = [b for m in group.due(ana) if isinstance(m, rtcp.ReceiverReport) for b in m.reports]
    assert {b.ssrc for b in blocks} == {71, 72, 73}


def test_a_rid_that_was_not_offered_is_not_taken() -> None:
    group = Group()
    ana = group.join(rids=["q"])
    group.send(ana, CAMERA, 5, 0, key_frame(), ssrc=71, extensions=[(ana.ids[uris.RID], b"x")])
    assert ana.peer.drops["unknown_ssrc"] == 1


def test_a_new_ssrc_of_the_same_source_continues_the_slot() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    (before,) = group.send(ana, CAMERA, 10, 0, key_frame(), ssrc=41)
    assert group.send(ana, CAMERA, 9000, 77, ssrc=42) == []
    (after,) = group.send(ana, CAMERA, 9001, 77, key_frame(), ssrc=42)
    assert after.sequence == (before.sequence + 1) & 0xFFFF


def test_attaching_the_same_source_again_changes_nothing() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame())
    group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA))
    assert len(group.send(ana, CAMERA, 11, 3000)) == 1


def test_a_hold_of_the_worker_is_noted_for_those_who_watched() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    group.send(ana, MIC, 1, 960, b"voice")
    (encoding,) = ana.peer.publications[MIC].encodings
    encoding.note_delay(0.002)
    encoding.note_delay(0.150)
    assert sam.peer.stats().subscriptions[0].largest_hold_ms == pytest.approx(148)
