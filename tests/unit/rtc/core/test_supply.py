"""What a publisher's page is told to send: as many encodings as somebody could use and its own line carries."""

from __future__ import annotations

from rtc.core.changes import Attach, Detach, Rank, Want
from rtc.core.demand import LESS_AFTER, LOSS_WINDOW, NONE_AFTER
from rtc.core.model import Mid, Source
from rtc.core.supply import Needs
from rtc.wire import extensions as uris
from tests.unit.rtc.core.group import CHROMIUM_IDS, Group, Person, delta_frame, key_frame

CAMERA = Source.CAMERA
RIDS = ["q", "h", "f"]
TICK = 0.020  # seconds


class Room:
    """Ana sends three encodings of 180, 360 and 720 lines; Sam may watch."""

    def __init__(self) -> None:
        self.group = Group()
        self.ana, self.sam = self.group.join(rids=RIDS), self.group.join()
        self.told: list[Needs] = []
        self._sequence = 0

    def run(self, seconds: float, loss: float = 0.0) -> list[Needs]:
        """What Ana is told meanwhile. `loss`: share of her packets that do not arrive."""
        self.told.clear()
        for _ in range(round(seconds / TICK)):
            self.group.now += TICK
            self._send(loss)
            for person in (self.ana, self.sam):
                _, needed = self.group.adapt(person)
                self.told += [needs for source, needs in needed if person is self.ana and source is CAMERA]
            self.group.batch.clear()
        return list(self.told)

    def _send(self, loss: float) -> None:
        self._sequence += 1
        if self._sequence * loss % 1 + loss > 1:
            return
        for layer, rid in enumerate(RIDS):
            payload = key_frame() if self._sequence == 1 else delta_frame()
            extensions = [(CHROMIUM_IDS[uris.RID], rid.encode())]
            timestamp = self._sequence * 1800
            self.group.send(
                self.ana, CAMERA, self._sequence, timestamp, payload, extensions=extensions, ssrc=7000 + layer
            )

    def watch(self, height: int, viewer: Person | None = None) -> None:
        person = viewer or self.sam
        self.group.apply(Attach(person.id, Mid("v0"), self.ana.id, CAMERA), Rank(person.id, [Want(Mid("v0"), height)]))


def test_nothing_is_told_of_what_is_used_nor_of_what_never_came() -> None:
    room = Room()
    room.watch(720)
    assert room.run(40.0) == []
    assert room.sam.peer.supply.decide(room.group.now + 40.0) == []


def test_encodings_that_no_tile_can_show_are_not_needed_until_one_can() -> None:
    room = Room()
    room.watch(120)
    assert room.run(LESS_AFTER - 1.0) == []
    assert room.run(2.0) == [Needs(1)]
    room.group.apply(Rank(room.sam.id, [Want(Mid("v0"), 720)]))
    assert room.run(TICK) == [Needs(3)]


def test_the_largest_tile_counts() -> None:
    room = Room()
    room.watch(120)
    kim = room.group.join()
    room.watch(400, kim)
    assert room.run(LESS_AFTER + 1.0) == [Needs(2)]


def test_a_picture_that_nobody_watches_stops_and_comes_back_with_the_first_who_does() -> None:
    room = Room()
    room.watch(720)
    room.run(1.0)
    room.group.apply(Detach(room.sam.id, Mid("v0")))
    assert room.run(NONE_AFTER + 1.0) == [Needs(1), Needs(0)], "nobody looks: nothing for its person to know"
    room.watch(720)
    assert room.run(TICK) == [Needs(3)]


def test_a_line_that_loses_much_gives_up_the_upper_ones() -> None:
    room = Room()
    room.watch(720)
    assert room.run(3.0) == []
    assert room.run(LOSS_WINDOW + 1.0, loss=0.15) == [Needs(2)]
    assert room.run(LOSS_WINDOW + 0.5, loss=0.15) == [Needs(1)]


def test_a_line_that_loses_much_of_the_last_one_as_well_is_left_to_the_sound() -> None:
    room = Room()
    room.watch(720)
    room.run(3.0)
    told = room.run(3 * LOSS_WINDOW + 3.0, loss=0.15)
    assert told == [Needs(2), Needs(1), Needs(0, paused=True)]
