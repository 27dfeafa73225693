"""Frames that one viewer does without: what goes on looks whole to the viewer, and nobody else sees less."""

from __future__ import annotations

import pytest

from rtc.core.downlink import thin
from rtc.core.model import Mid, Source
from rtc.core.thinning import ALL, Thinning, offers
from rtc.wire import vp8
from rtc.wire.feedback import Nack
from tests.unit.rtc.core.group import Camera, Group, Person, Sent

FRAME = 3000  # of the video clock, at 30 a second


def frame(temporal: int, *, syncs: bool = False, key: bool = False) -> vp8.Vp8Descriptor:
    return vp8.parse(b"\x90\x20" + bytes((temporal << 6 | syncs << 5,)) + (b"\x00" if key else b"\x01") + b"frame")


class Slot:
    def __init__(self) -> None:
        self.thinning = Thinning()
        self.timestamp = 0

    def sends(self, *frames: vp8.Vp8Descriptor) -> list[bool]:
        sent = []
        for one in frames:
            self.timestamp += FRAME
            sent.append(not self.thinning.drops(one, self.timestamp))
        return sent


# --- from when on ----------------------------------------------------------------------------------------------------


def test_less_holds_from_the_next_frame_on() -> None:
    slot = Slot()
    assert slot.sends(frame(0), frame(2)) == [True, True]
    slot.thinning.limit = 0
    assert not slot.thinning.drops(frame(2), slot.timestamp), "its frame has begun to leave"
    assert slot.sends(frame(1), frame(2), frame(0)) == [False, False, True]


def test_more_holds_from_a_frame_on_that_needs_only_what_was_sent() -> None:
    slot = Slot()
    slot.thinning.limit = 0
    slot.sends(frame(0), frame(2), frame(1), frame(2))
    slot.thinning.limit = ALL
    assert slot.sends(frame(0), frame(2, syncs=True), frame(1), frame(2)) == [True, False, False, False]
    assert slot.thinning.active
    assert slot.sends(frame(0), frame(1, syncs=True), frame(2), frame(0)) == [True, True, False, True]
    assert slot.sends(frame(2, syncs=True), frame(1), frame(2)) == [True, True, True]
    assert not slot.thinning.active


def test_only_up_to_the_limit() -> None:
    slot = Slot()
    slot.thinning.limit = 0
    slot.sends(frame(0), frame(2))
    slot.thinning.limit = 1
    assert slot.sends(frame(1, syncs=True), frame(2, syncs=True), frame(1)) == [True, False, True]


def test_with_a_key_frame_all_begins_anew() -> None:
    slot = Slot()
    slot.thinning.limit = 0
    slot.sends(frame(0), frame(1))
    slot.thinning.limit = ALL
    assert slot.sends(frame(0, key=True), frame(2), frame(1)) == [True, True, True]
    assert not slot.thinning.active


def test_a_picture_without_layers_is_never_thinned() -> None:
    slot = Slot()
    slot.thinning.limit = 0
    plain = vp8.parse(b"\x10\x01frame")
    assert slot.sends(plain, plain) == [True, True]


# --- what there is ---------------------------------------------------------------------------------------------------


def of_three_layers(seconds: float) -> list[tuple[int, int, int | None]]:
    """The lowest has frames of two packets."""
    return [
        (n * FRAME & 0xFFFFFFFF, 500, temporal)
        for n in range(int(seconds * 30) + 1)
        for temporal in ((0, 0), (2,), (1,), (2,))[n % 4]
    ]


def test_frames_and_rates_are_those_of_the_layers_below() -> None:
    half, quarter = offers(of_three_layers(2.0), 90_000)
    assert (half.temporal, half.frames, half.share) == (1, pytest.approx(15, abs=0.6), pytest.approx(3 / 5, abs=0.02))
    assert (quarter.temporal, quarter.frames) == (0, pytest.approx(7.5, abs=0.6))
    assert quarter.share == pytest.approx(2 / 5, abs=0.02)


def test_what_is_too_short_or_has_no_layers_offers_nothing() -> None:
    assert offers([], 90_000) == ()
    assert offers(of_three_layers(0.3), 90_000) == ()
    assert offers([(n * FRAME, 500, None) for n in range(60)], 90_000) == ()
    assert offers([(n * FRAME, 500, 0) for n in range(60)], 90_000) == ()


def test_timestamps_may_wrap() -> None:
    wrapped = [((at - 30 * FRAME) & 0xFFFFFFFF, size, layer) for at, size, layer in of_three_layers(2.0)]
    assert offers(wrapped, 90_000) == offers(of_three_layers(2.0), 90_000)


# --- in a room -------------------------------------------------------------------------------------------------------


class Room:
    """Two who watch a third; the first one's line is short."""

    def __init__(self) -> None:
        self.group = Group()
        publisher = self.group.join(rids=["q", "h"])
        self.narrow, self.wide = self.group.join(), self.group.join()
        for viewer in (self.narrow, self.wide):
            self.group.show(viewer, "v0", publisher, Source.CAMERA)
        self.camera = Camera(self.group, publisher)
        self.camera.send(0, key=True)

    def frames(self, *temporal: int, syncs: bool = False) -> list[Sent]:
        sent = []
        for layer in temporal:
            self.group.now += 1 / 30
            sent += self.camera.send(0, temporal=layer, syncs=syncs)
        return sent

    def of(self, viewer: Person, sent: list[Sent]) -> list[Sent]:
        ssrc = viewer.peer.slots[Mid("v0")].ssrc
        return [one for one in sent if one.ssrc == ssrc]


@pytest.fixture
def room() -> Room:
    return Room()


def picture_id(sent: Sent) -> int:
    number = vp8.parse(sent.payload).picture_id
    assert number is not None
    return number


def test_who_has_fewer_frames_sees_no_gap(room: Room) -> None:
    before = room.of(room.narrow, room.frames(0, 2, 1, 2))
    assert len(before) == 4
    thin(room.narrow.peer.slots[Mid("v0")], 0)
    sent = room.frames(*(0, 2, 1, 2) * 20)
    narrow, wide = room.of(room.narrow, sent), room.of(room.wide, sent)
    assert (len(narrow), len(wide)) == (20, 80)
    for stream in (before + narrow, wide):
        first = stream[0]
        assert [one.sequence - first.sequence for one in stream] == list(range(len(stream)))
        assert [picture_id(one) - picture_id(first) for one in stream] == list(range(len(stream)))
    (stats,) = room.narrow.peer.stats().subscriptions
    assert stats.packets == 1 + len(before) + len(narrow)


def test_what_is_asked_for_again_is_what_was_sent_under_that_number(room: Room) -> None:
    slot = room.narrow.peer.slots[Mid("v0")]
    thin(slot, 0)
    sent = room.of(room.narrow, room.frames(*(0, 2, 1, 2) * 8))
    for one in sent[-5:]:
        (again,) = room.group.control(room.narrow, Nack(1, slot.ssrc, (one.sequence & 0xFFFF,)))
        assert again.payload == (one.sequence & 0xFFFF).to_bytes(2, "big") + one.payload
        assert again.packet.timestamp == one.packet.timestamp


def test_all_frames_come_back(room: Room) -> None:
    slot = room.narrow.peer.slots[Mid("v0")]
    thin(slot, 0)
    before = room.of(room.narrow, room.frames(*(0, 1) * 8))
    thin(slot, ALL)
    after = room.of(room.narrow, room.frames(0, 1, 0))
    assert len(after) == 2, "no frame of the upper layer can be decoded yet"
    back = room.of(room.narrow, room.frames(1, syncs=True) + room.frames(0, 1))
    thin(slot, ALL)
    assert slot.receivers.alone is None
    back += room.of(room.narrow, room.frames(0, 1))
    stream = before + after + back
    assert len(back) == 5
    assert [one.sequence - stream[0].sequence for one in stream] == list(range(len(stream)))
    assert [picture_id(one) - picture_id(stream[0]) for one in stream] == list(range(len(stream)))


def test_packets_of_a_thinned_picture_need_a_look(room: Room) -> None:
    encoding = room.camera.person.peer.publications[Source.CAMERA].encodings[0]
    assert encoding.stream is not None
    assert encoding.ordinary(encoding.stream) is not None
    thin(room.narrow.peer.slots[Mid("v0")], 0)
    assert encoding.ordinary(encoding.stream) is None
