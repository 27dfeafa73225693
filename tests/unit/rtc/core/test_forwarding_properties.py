"""Whatever publishers, networks, viewers and commands do in whatever order, these stay true:

- under one SSRC a number of the roll-over counter's line is used once, and a slot's numbers never leap;
- what moves on goes on right after what was sent: no number is left out but those that the publisher's stream lost;
- timestamps of a new source on a slot are after the old one's, and nobody gets media that the table does not give them;
- so once a command has moved people, no packet and no repetition of anybody whom it took away leaves for them.
"""

from __future__ import annotations

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rtc.core.changes import Attach, Change, Detach, Hold, Release, Renew
from rtc.core.model import Mid, PeerId, Source
from rtc.core.receive_log import MAX_MISSING
from rtc.wire import rtcp
from tests.unit.rtc.core.group import RTX, Group, Sent, delta_frame, key_frame

SOURCES = [Source.MICROPHONE, Source.CAMERA]
MIDS = ["a0", "v0", "v1"]
people = st.integers(1, 3).map(PeerId)
sources = st.sampled_from(SOURCES)
# Mostly the next packet; also losses, outages and other numberings.
steps = st.one_of(st.just(1), st.just(1), st.integers(2, 4), st.sampled_from([MAX_MISSING, 600, 20_000, 32_000]))


class Forwarding(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.group = Group()
        self.table: dict[tuple[PeerId, Mid], tuple[PeerId, Source]] = {}  # what the changes so far say
        self.held: set[tuple[PeerId, Source]] = set()
        self.sequences: dict[tuple[PeerId, Source], int] = {}
        self.fresh: dict[tuple[PeerId, Source], int] = {}  # which SSRC of the source it is
        self.skipped: dict[tuple[PeerId, Source], list[int]] = {}  # of the last gap
        self.out: dict[int, dict[int, bytes]] = {}  # SSRC -> unbounded number -> what went under it
        self.newest: dict[int, int] = {}  # SSRC -> newest unbounded number
        self.last: dict[int, tuple[bytes, int]] = {}  # SSRC -> who was sent last, and the timestamp
        self.frame = 0  # counts up: makes every payload another
        for _ in range(3):
            self.group.join(slots=2)
        # Everybody hears the next one and sees both others.
        for viewer in (1, 2, 3):
            for mid, publisher in (("a0", viewer % 3 + 1), ("v0", viewer % 3 + 1), ("v1", (viewer + 1) % 3 + 1)):
                self.attach(PeerId(viewer), mid, PeerId(publisher))

    # --- publishers --------------------------------------------------------------------------------------------------

    def packet(self, person: PeerId, source: Source, sequence: int, payload: bytes, ssrc: int | None = None) -> None:
        group = self.group
        name = f"{person}/{source}/".encode()
        body = payload + name if payload else b""
        fresh = self.fresh.get((person, source), 0)
        own = group.people[person].ssrc(source) + 100_000 * fresh
        timestamp = (sequence * 3000 if source is Source.CAMERA else sequence * 960) & 0xFFFFFFFF
        if ssrc is None:
            sent = group.send(group.people[person], source, sequence, timestamp, body, ssrc=own)
        else:
            original = (sequence & 0xFFFF).to_bytes(2, "big") + body
            self.frame += 1
            sent = group.send(
                group.people[person], source, self.frame, timestamp, original, ssrc=ssrc, payload_type=RTX
            )
        self.check(sent)

    @rule(person=people, source=sources, step=steps, key=st.booleans(), more=st.integers(0, 4))
    def media(self, person: PeerId, source: Source, step: int, key: bool, more: int) -> None:
        at = (person, source)
        before = self.sequences.get(at, 100)
        self.sequences[at] = before + step + more
        self.skipped[at] = list(range(before + 1, before + step))[-5:]
        for n in range(more + 1):
            self.packet(person, source, before + step + n, self.payload(source, key and n == 0))

    @rule(person=people, source=sources, key=st.booleans(), repair=st.booleans())
    def late(self, person: PeerId, source: Source, key: bool, repair: bool) -> None:
        skipped = self.skipped.get((person, source))
        if skipped:
            sequence = skipped.pop()
            rtx = person * 77 if repair and source is Source.CAMERA else None
            self.packet(person, source, sequence, self.payload(source, key), rtx)

    @rule(person=people, source=sources)
    def again(self, person: PeerId, source: Source) -> None:
        if (person, source) in self.sequences:
            self.packet(person, source, self.sequences[person, source], self.payload(source, True))

    @rule(person=people, late=st.booleans())
    def padding(self, person: PeerId, late: bool) -> None:
        at = (person, Source.CAMERA)
        skipped = self.skipped.get(at)
        if late and skipped:
            self.packet(person, Source.CAMERA, skipped.pop(), b"")
        elif not late:
            self.sequences[at] = self.sequences.get(at, 100) + 1
            self.packet(person, Source.CAMERA, self.sequences[at], b"")

    @rule(person=people, number=st.integers(0, 0xFFFF))
    def stray_repair(self, person: PeerId, number: int) -> None:
        self.packet(person, Source.CAMERA, number, self.payload(Source.CAMERA, True), person * 77)

    @rule(person=people, source=sources)
    def new_ssrc(self, person: PeerId, source: Source) -> None:
        self.fresh[person, source] = self.fresh.get((person, source), 0) + 1
        self.sequences[person, source] = self.sequences.get((person, source), 0) * 7 % 60_000
        self.skipped[person, source] = []

    def payload(self, source: Source, key: bool) -> bytes:
        self.frame += 1
        if source is Source.MICROPHONE:
            return b"voice %d " % self.frame
        return key_frame(self.frame & 0x7FFF) if key else delta_frame(self.frame & 0x7FFF)

    # --- commands ----------------------------------------------------------------------------------------------------

    @rule(viewer=people, mid=st.sampled_from(MIDS), publisher=people)
    def attach(self, viewer: PeerId, mid: str, publisher: PeerId) -> None:
        source = Source.MICROPHONE if mid[0] == "a" else Source.CAMERA
        if viewer != publisher:
            self.table[viewer, Mid(mid)] = (publisher, source)
        self.apply(Attach(viewer, Mid(mid), publisher, source))

    @rule(viewer=people, mid=st.sampled_from(MIDS))
    def detach(self, viewer: PeerId, mid: str) -> None:
        self.table.pop((viewer, Mid(mid)), None)
        self.apply(Detach(viewer, Mid(mid)))

    @rule(person=people, source=sources)
    def hold(self, person: PeerId, source: Source) -> None:
        self.held.add((person, source))
        self.apply(Hold(person, source))

    @rule(person=people, source=sources)
    def release(self, person: PeerId, source: Source) -> None:
        self.held.discard((person, source))
        self.apply(Release(person, source))

    @rule(person=people, source=sources)
    def renew(self, person: PeerId, source: Source) -> None:
        self.apply(Renew(person, source))

    @rule(rooms=st.tuples(*[st.integers(1, 2)] * 3), renewed=st.sets(people), order=st.randoms(use_true_random=False))
    def move(self, rooms: tuple[int, ...], renewed: set[PeerId], order: random.Random) -> None:
        """All into these rooms, in one command: each hears one of the others there and sees all of them."""
        changes: list[Change] = [Renew(person, Source.CAMERA) for person in sorted(renewed)]
        for viewer, room in zip(self.group.people, rooms, strict=True):
            others = [one for one, its in zip(self.group.people, rooms, strict=True) if its == room and one != viewer]
            wanted = {mid: others[n] for n, mid in enumerate(["v0", "v1"]) if n < len(others)}
            wanted |= {"a0": others[-1]} if others else {}
            for mid in map(Mid, MIDS):
                source = Source.MICROPHONE if mid[0] == "a" else Source.CAMERA
                if mid in wanted:
                    self.table[viewer, mid] = (wanted[mid], source)
                    changes.append(Attach(viewer, mid, wanted[mid], source))
                else:
                    self.table.pop((viewer, mid), None)
                    changes.append(Detach(viewer, mid))
        order.shuffle(changes)
        self.apply(*changes)

    def apply(self, *changes: Change) -> None:
        assert self.group.apply(*changes) == [] or len(changes) == 1
        self.check(self.group.sent())

    # --- viewers, and time -------------------------------------------------------------------------------------------

    @rule(viewer=people, mid=st.sampled_from(["v0", "v1"]), back=st.lists(st.integers(-1, 12), min_size=1, max_size=5))
    def nack(self, viewer: PeerId, mid: str, back: list[int]) -> None:
        person = self.group.people[viewer]
        ssrc = person.peer.slots[Mid(mid)].ssrc
        newest = self.newest.get(ssrc)
        if newest is not None:
            asked = tuple((newest - n) & 0xFFFF for n in back)
            self.check(self.group.control(person, rtcp.Nack(1, ssrc, asked), rtcp.PictureLossIndication(1, ssrc)))

    @rule(person=people, source=sources, clock=st.integers(0, 2**40), moment=st.integers(0, 2**32 - 1))
    def sender_report(self, person: PeerId, source: Source, clock: int, moment: int) -> None:
        who = self.group.people[person]
        ssrc = who.ssrc(source) + 100_000 * self.fresh.get((person, source), 0)
        self.check(self.group.control(who, rtcp.SenderReport(ssrc, clock, moment, 1, 1)))

    @rule(seconds=st.sampled_from([0.01, 0.1, 0.5, 3]))
    def wait(self, seconds: float) -> None:
        self.check(self.group.pass_time(seconds))
        for person in self.group.people.values():
            self.group.due(person)
            person.peer.refill(self.group.now)

    # --- what must hold ----------------------------------------------------------------------------------------------

    def check(self, sent: list[Sent]) -> None:
        for one in sent:
            viewer, mid, repairs = self.owner(one.ssrc)
            number, payload = self.number(one), one.payload
            used = self.out.setdefault(one.ssrc, {})
            assert number not in used, "one index protected twice"
            used[number] = payload
            newest = self.newest.get(one.ssrc, number - 1)
            assert number - newest <= MAX_MISSING + 1, "a viewer would see a leap"
            self.newest[one.ssrc] = max(newest, number)
            publisher, source = self.table[viewer, mid]
            assert publisher != viewer
            assert (publisher, source) not in self.held
            name = f"{publisher}/{source}/".encode()
            if len(payload) > 2:
                assert payload.endswith(name)
            if not repairs and number > newest:
                last_name, last_timestamp = self.last.get(one.ssrc, (name, 0))
                after = (one.packet.timestamp - last_timestamp) & 0xFFFFFFFF
                assert last_name == name or 0 < after < 2**31, "time went back at a change of source"
                self.last[one.ssrc] = (name, one.packet.timestamp)
            if repairs:
                original = self.out[self.group.people[viewer].peer.slots[mid].ssrc]
                assert payload[2:] in {p for n, p in original.items() if n & 0xFFFF == int.from_bytes(payload[:2])}

    def owner(self, ssrc: int) -> tuple[PeerId, Mid, bool]:
        for person in self.group.people.values():
            for mid, slot in person.peer.slots.items():
                if ssrc in (slot.ssrc, slot.rtx_ssrc):
                    return person.id, mid, ssrc == slot.rtx_ssrc
        raise AssertionError("nobody's SSRC")

    def number(self, one: Sent) -> int:
        newest = self.newest.get(one.ssrc)
        if newest is None:
            return one.sequence + 0x10000
        return newest + ((one.sequence - newest + 0x8000) & 0xFFFF) - 0x8000

    @invariant()
    def who_waits_is_who_should(self) -> None:
        for (viewer, mid), (publisher, source) in self.table.items():
            subscription = self.group.people[viewer].peer.slots[mid].subscription
            assert subscription is not None
            assert subscription.publication is self.group.people[publisher].peer.publications[source]
            waits = (publisher, source) in self.held or self.group.now < subscription.starts_at
            assert (subscription.forwarding.value == "paused") == waits

    @invariant()
    def counts_add_up(self) -> None:
        for person in self.group.people.values():
            for slot in person.peer.slots.values():
                if slot.subscription is not None:
                    assert slot.subscription.slot_totals()[0] == len(self.out.get(slot.ssrc, {}))


Forwarding.TestCase.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
TestForwarding = Forwarding.TestCase
