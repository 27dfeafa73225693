"""Pictures on a narrow line wait for one another, and never for longer than is worth it; sound does not wait at all."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rtc.core.batch import Entry, Fan, Form
from rtc.core.changes import Attach, Detach, Hold, Release
from rtc.core.downlink import NARROW, thin
from rtc.core.model import Mid, Source
from rtc.core.munger import Munger
from rtc.core.pacer import AT_ONCE, LONGEST, OVER_TARGET, OVERHEAD, Pacer
from rtc.core.slot import ReceiverClass, Slot
from rtc.wire.feedback import Nack
from tests.unit.rtc.core.group import Camera, Group, Sent, Wire

SIZE = 1000 - OVERHEAD  # octets of a form that takes 1,000 on the wire
TICK = 0.010


def slot_of(ssrc: int) -> Slot:
    return Slot(Mid(f"v{ssrc}"), True, 90_000, ssrc, None, None, ReceiverClass(96, None), 0)


def entry(number: int) -> Entry:
    return Form(False, 96, [], bytes(SIZE - 12)), Fan(((Wire(1), 0, 0, 0, 0),)), number, 0


class Line:
    def __init__(self, target: float | None) -> None:
        self.pacer = Pacer()
        self.pacer.target = target
        self.now = 100.0
        self.left: list[tuple[float, int]] = []
        self.slot = slot_of(1)
        self.ticks(5)

    def put(self, *numbers: int, slot: Slot | None = None, repair: bool = False) -> None:
        entries: list[Entry] = []
        for number in numbers:
            self.pacer.put(slot or self.slot, entry(number), entries, repair=repair)
        self._note(entries)

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.now += TICK
            entries: list[Entry] = []
            self.pacer.release(self.now, entries)
            self._note(entries)

    def _note(self, entries: list[Entry]) -> None:
        self.left += [(self.now, number) for _, _, number, _ in entries]

    @property
    def order(self) -> list[int]:
        return [number for _, number in self.left]


def test_a_burst_leaves_at_half_more_than_the_line_carries() -> None:
    line = Line(400e3)
    line.put(*range(30))
    at_once = len(line.left)
    assert 0 < at_once * 1000 - 1000 <= AT_ONCE * OVER_TARGET * 400e3 / 8, "no more than an ordinary frame"
    line.ticks(40)
    assert line.order == list(range(30))
    between = [after - before for (before, _), (after, _) in pairwise(line.left[at_once:])]
    assert sum(between) / len(between) == pytest.approx(8000 / (OVER_TARGET * 400e3), rel=0.1)


def test_what_comes_evenly_waits_for_nothing() -> None:
    line = Line(400e3)
    for number in range(50):
        line.put(number)
        assert line.order[-1] == number
        line.ticks(2)


def test_nothing_waits_for_longer_than_half_a_second() -> None:
    line = Line(50e3)
    line.put(*range(60))
    line.ticks(round(LONGEST / TICK) + 1)
    assert line.order == list(range(60))


def test_repairs_go_first() -> None:
    line = Line(400e3)
    line.put(*range(20))
    before = len(line.left)
    line.put(100, 101, repair=True)
    line.ticks(50)
    assert before < 20
    assert line.order == [*range(before), 100, 101, *range(before, 20)]


def test_what_is_forgotten_never_leaves() -> None:
    line, other = Line(400e3), slot_of(2)
    line.put(*range(20))
    line.put(*range(50, 53), slot=other)
    line.put(100, repair=True)
    gone = line.order[:]
    assert [number for _, _, number, _ in line.pacer.forget(line.slot)] == [n for n in range(20) if n not in gone]
    line.ticks(50)
    assert line.order == [*gone, 50, 51, 52]


def test_a_line_that_has_become_wide_gets_all_at_once() -> None:
    line = Line(400e3)
    line.put(*range(20))
    entries: list[Entry] = []
    line.pacer.release_all(entries)
    assert line.order + [number for _, _, number, _ in entries] == list(range(20))


def test_only_the_end_of_what_was_numbered_can_be_taken_back() -> None:
    """Under one key no number goes out twice."""
    munger = Munger(10)
    munger.sync(0)
    munger.stop(9)
    munger.take_back({12, 13, 17, 18, 19})
    assert munger.last_out == 16


# --- in a room -------------------------------------------------------------------------------------------------------


class Room:
    """One looks at two cameras; the line carries a third of a megabit a second."""

    def __init__(self) -> None:
        self.group = Group()
        self.publishers = [self.group.join(rids=["q"]) for _ in range(2)]
        self.viewer = self.group.join()
        self.cameras = [Camera(self.group, publisher) for publisher in self.publishers]
        pacer = self.viewer.peer.downlink.pacer
        pacer.target = 300e3
        for mid in ("v0", "v1"):
            slot = self.viewer.peer.slots[Mid(mid)]
            slot.pacer = pacer
            thin(slot, slot.thinning.limit)
        self.group.show(self.viewer, "v0", self.publishers[0], Source.CAMERA)
        self.group.pass_time(TICK)
        self.group.pass_time(TICK)

    def burst(self, camera: Camera, packets: int) -> list[Sent]:
        """A key frame of so many packets."""
        self.group.now += 0.5
        self.group.pass_time(0)
        sent = camera.send(0, key=True)
        for _ in range(packets - 1):
            sent += camera.more(0)
        return sent

    def rest(self) -> list[Sent]:
        return [one for _ in range(100) for one in self.group.pass_time(TICK)]


@pytest.fixture
def room() -> Room:
    return Room()


def sequences(sent: list[Sent]) -> list[int]:
    return [one.sequence for one in sent]


def test_a_key_frame_leaves_bit_by_bit_and_whole(room: Room) -> None:
    at_once = room.burst(room.cameras[0], 200)
    assert 0 < len(at_once) < 150
    rest = room.rest()
    first = at_once[0].sequence
    assert sequences(at_once + rest) == list(range(first, first + 200))


def test_a_picture_that_goes_takes_along_what_waits_and_the_next_one_follows_without_a_gap(room: Room) -> None:
    """Nothing of it is seen after it was taken away: not a packet that waited either."""
    at_once = room.burst(room.cameras[0], 200)
    room.group.apply(Attach(room.viewer.id, Mid("v0"), room.publishers[1].id, Source.CAMERA))
    assert room.rest() == []
    other = room.burst(room.cameras[1], 3) + room.rest()
    assert sequences(other) == [at_once[-1].sequence + 1 + n for n in range(3)]


@pytest.mark.parametrize("how", ["hold", "detach"])
def test_what_waits_of_a_covered_picture_is_not_shown(room: Room, how: str) -> None:
    at_once = room.burst(room.cameras[0], 200)
    publisher = room.publishers[0]
    if how == "hold":
        room.group.apply(Hold(publisher.id, Source.CAMERA))
        room.group.control(room.viewer, Nack(1, at_once[-1].ssrc, (at_once[-1].sequence & 0xFFFF,)))
        assert room.rest() == []
        (stats,) = room.viewer.peer.stats().subscriptions
        assert (stats.packets, stats.octets) == (len(at_once), sum(len(one.payload) for one in at_once))
        room.group.apply(Release(publisher.id, Source.CAMERA))
    else:
        room.group.apply(Detach(room.viewer.id, Mid("v0")))
        assert room.rest() == []
        room.group.show(room.viewer, "v0", publisher, Source.CAMERA)
    again = room.burst(room.cameras[0], 2) + room.rest()
    assert sequences(again) == [at_once[-1].sequence + 1, at_once[-1].sequence + 2]


def test_repairs_are_paced_too(room: Room) -> None:
    sent = room.burst(room.cameras[0], 150) + room.rest()
    lost = tuple(one.sequence & 0xFFFF for one in sent)
    first = room.group.control(room.viewer, Nack(1, sent[0].ssrc, lost))
    assert 0 < len(first) < 150
    assert len(first + room.rest()) == 150


def test_lines_that_are_wide_or_were_never_full_are_not_paced() -> None:
    group = Group()
    viewer = group.join()
    slot = viewer.peer.slots[Mid("v0")]
    pace = viewer.peer.downlink._pace
    for target, troubled_at, paced in (
        (None, float("-inf"), False),
        (NARROW - 1, group.now, True),
        (NARROW + 1, group.now, False),
        (NARROW / 2, group.now - 29.0, True),
        (NARROW / 2, group.now - 31.0, False),
    ):
        pace(group.now, target, troubled_at, group.batch)
        assert (slot.pacer is not None) == paced
        assert (slot.receivers.alone is slot) == paced
