"""What publishers should not send, or networks not do to it: leaps, late key frames, stray repairs, long holds."""

from __future__ import annotations

import msgspec
import pytest

from rtc.core.changes import Hold, Release
from rtc.core.model import Mid, Source
from rtc.core.receive_log import GIVE_UP_AFTER, MAX_MISSING
from rtc.wire import extensions as uris
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import RTX, Group, Person, Sent, delta_frame, key_frame

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA
RTX_SSRC = 5555


def watched(*, start: bool = True) -> tuple[Group, Person, Person]:
    """Sam watches and hears Ana; with `start` the picture flows: packet 10 was a key frame."""
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.show(sam, "a0", ana, MIC)
    if start:
        assert len(group.send(ana, CAMERA, 10, 0, key_frame(1))) == 1
    return group, ana, sam


def repair(group: Group, person: Person, sequence: int, payload: bytes, number: int = 700) -> list[Sent]:
    original = (sequence & 0xFFFF).to_bytes(2, "big") + payload
    return group.send(person, CAMERA, number, 0, original, ssrc=RTX_SSRC, payload_type=RTX)


def key_frames_asked(group: Group, person: Person) -> int:
    return sum(isinstance(m, rtcp.PictureLossIndication) for m in group.due(person))


# --- leaps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leap", [MAX_MISSING + 2, 4000, 32_000])
def test_a_leap_of_sound_is_no_leap_for_listeners(leap: int) -> None:
    """Two leaps with loss between would make a browser miss a roll-over and decrypt nothing more (RFC 3711 3.3.1)."""
    group, ana, _ = watched()
    first = group.send(ana, MIC, 1, 960, b"voice")
    out = [s for i in range(1, 6) for s in group.send(ana, MIC, 1 + i * leap, 960 + i * 960, b"voice")]
    assert [s.sequence for s in out] == [(first[0].sequence + i) & 0xFFFF for i in range(1, 6)]


def test_after_a_leap_a_picture_goes_on_at_a_key_frame() -> None:
    group, ana, _ = watched()
    (before,) = group.send(ana, CAMERA, 11, 3000)
    group.now += 1
    assert group.send(ana, CAMERA, 20_000, 6000) == []
    assert key_frames_asked(group, ana) == 1
    (after,) = group.send(ana, CAMERA, 20_001, 9000, key_frame(9))
    assert after.sequence == (before.sequence + 1) & 0xFFFF
    assert vp8.parse(after.payload).picture_id == vp8.parse(before.payload).picture_id + 1  # type: ignore[operator]


def test_a_repair_far_ahead_of_the_media_is_not_believed() -> None:
    group, ana, _ = watched()
    assert repair(group, ana, 10 + MAX_MISSING + 1, delta_frame()) == []
    assert len(group.send(ana, CAMERA, 11, 3000)) == 1


# --- repairs before media --------------------------------------------------------------------------------------------


def announced(group: Group, person: Person) -> None:
    """As in Firefox: SSRC and RTX SSRC are known from the offer."""
    negotiated = person.peer.negotiated
    assert negotiated is not None
    ssrc = person.ssrc(CAMERA)
    line = msgspec.structs.replace(negotiated.lines[Mid("1")], remote_ssrcs=[ssrc], remote_rtx={RTX_SSRC: ssrc})
    lines = {**negotiated.lines, Mid("1"): line}
    person.peer.adopt(msgspec.structs.replace(negotiated, lines=lines))


@pytest.mark.parametrize("payload", [b"", (12).to_bytes(2, "big") + delta_frame()])
def test_nothing_is_reported_of_a_stream_that_only_its_repairs_are_known_of(payload: bytes) -> None:
    group, ana, _ = watched(start=False)
    announced(group, ana)
    assert group.send(ana, CAMERA, 700, 0, payload, ssrc=RTX_SSRC, payload_type=RTX) == []
    group.now += 1
    assert [b for m in group.due(ana) if isinstance(m, rtcp.ReceiverReport) for b in m.reports] == []
    assert len(group.send(ana, CAMERA, 10, 0, key_frame())) == 1


# --- key frames that come late ---------------------------------------------------------------------------------------


def test_a_key_frame_whose_first_packet_comes_last_starts_those_who_wait() -> None:
    group, ana, _ = watched(start=False)
    assert group.send(ana, CAMERA, 10, 0, delta_frame(1)) == []
    assert group.send(ana, CAMERA, 12, 3000, delta_frame(2, b"rest of it")) == []
    out = group.send(ana, CAMERA, 11, 3000, key_frame(2))
    assert [s.packet.timestamp for s in out] == [3000, 3000]
    assert out[1].sequence == (out[0].sequence + 1) & 0xFFFF
    group.now += 1
    assert key_frames_asked(group, ana) == 0
    assert len(group.send(ana, CAMERA, 13, 6000)) == 1


def test_a_repair_within_a_key_frame_starts_those_who_wait() -> None:
    group, ana, sam = watched()
    group.send(ana, CAMERA, 11, 3000, key_frame(2))
    group.send(ana, CAMERA, 13, 3000, delta_frame(2, b"rest of it"))
    kim = group.join()
    group.show(kim, "v0", ana, CAMERA)
    assert group.sent() == []
    out = repair(group, ana, 12, delta_frame(2, b"middle"))
    ssrcs = [person.peer.slots[Mid("v0")].ssrc for person in (sam, kim)]
    assert [s.ssrc for s in out] == [ssrcs[0]] + [ssrcs[1]] * 3
    assert len({(s.ssrc, s.sequence) for s in out}) == 4


def test_a_late_key_frame_with_holes_keeps_asking_for_another() -> None:
    group, ana, _ = watched(start=False)
    group.send(ana, CAMERA, 10, 0, delta_frame(1))
    group.send(ana, CAMERA, 13, 3000, delta_frame(2))
    group.now += 1
    assert key_frames_asked(group, ana) == 1
    assert group.send(ana, CAMERA, 11, 3000, key_frame(2)) == []
    group.now += 0.4
    assert key_frames_asked(group, ana) == 1


def test_an_older_key_frame_that_comes_late_is_not_what_a_new_viewer_starts_from() -> None:
    group, ana, _ = watched()
    group.send(ana, CAMERA, 12, 6000, key_frame(3))
    group.send(ana, CAMERA, 11, 3000, key_frame(2))
    group.show(group.join(), "v0", ana, CAMERA)
    assert [vp8.parse(s.payload).picture_id for s in group.sent()] == [3]


# --- holds -----------------------------------------------------------------------------------------------------------


def test_nothing_that_came_during_a_hold_is_shown_after_it() -> None:
    group, ana, _ = watched()
    group.apply(Hold(ana.id, CAMERA))
    group.send(ana, CAMERA, 11, 3000, key_frame(2))
    group.apply(Release(ana.id, CAMERA))
    assert group.sent() == []


def test_nothing_from_before_a_hold_is_shown_after_it() -> None:
    group, ana, _ = watched()
    group.apply(Hold(ana.id, CAMERA))
    group.apply(Release(ana.id, CAMERA))
    assert group.sent() == []
    assert len(group.send(ana, CAMERA, 11, 3000, key_frame(2))) == 1


def test_nobody_asks_a_held_camera_for_pictures() -> None:
    group, ana, sam = watched()
    group.apply(Hold(ana.id, CAMERA))
    for _ in range(3):
        group.now += 1
        group.control(sam, rtcp.PictureLossIndication(1, sam.peer.slots[Mid("v0")].ssrc))
        assert key_frames_asked(group, ana) == 0


def test_a_hold_while_waiting_for_a_key_frame_is_not_the_workers_fault() -> None:
    group, ana, sam = watched()
    group.send(ana, CAMERA, 9000, 0, ssrc=42)  # a new SSRC: Sam waits
    group.apply(Hold(ana.id, CAMERA))
    group.now += 60
    group.apply(Release(ana.id, CAMERA))
    assert len(group.send(ana, CAMERA, 9001, 0, key_frame(2), ssrc=42)) == 1
    assert [s.largest_hold_ms for s in sam.peer.stats().subscriptions] == [0, 0]


# --- holes -----------------------------------------------------------------------------------------------------------


def test_holes_in_sound_are_given_up_too() -> None:
    group, ana, _ = watched()
    for i in range(100):
        group.now += GIVE_UP_AFTER / 5
        group.send(ana, MIC, 1 + 2 * i, i * 960, b"voice")
    stream = ana.peer.publications[MIC].encodings[0].stream
    assert stream is not None
    assert stream.log.missing <= 6
    assert stream.log.lost == 99


def test_all_that_is_missing_is_asked_for_at_once() -> None:
    group, ana, _ = watched()
    group.send(ana, CAMERA, 10 + 450, 3000)
    group.now += 0.05
    nacks = [m for m in group.due(ana) if isinstance(m, rtcp.Nack)]
    assert [s for nack in nacks for s in nack.sequences] == list(range(11, 460))


def test_late_padding_leaves_no_hole() -> None:
    group, ana, _ = watched()
    (after,) = group.send(ana, CAMERA, 12, 3000)
    (padding,) = group.send(ana, CAMERA, 11, 3000, b"")
    assert (padding.sequence, padding.payload) == ((after.sequence - 1) & 0xFFFF, b"")


def test_an_audio_level_is_one_byte_whatever_the_sender_makes_of_it() -> None:
    group, ana, _ = watched()
    level = ana.ids[uris.AUDIO_LEVEL]
    (sent,) = group.send(ana, MIC, 1, 960, b"voice", extensions=[(level, b"\x85" + bytes(200))])
    assert sent.packet.extensions[level] == b"\x85"
    (sent,) = group.send(ana, MIC, 2, 1920, b"voice", extensions=[(level, b""), (200, bytes(20))])
    assert level not in sent.packet.extensions
