"""Whatever is selected, held, lost, late, ended or begun anew in whatever order, of each picture's encodings these stay
true for each viewer:

- one encoding flows at a time, and another one begins with a key frame of its own;
- what is sent is numbered without a hole but for what the encoding itself lost, and nothing is sent twice;
- timestamps never go back, and picture ids go up with the frames;
- nothing is sent to who is squeezed, and nobody stays with an encoding that was not selected while the selected one is
  there to be had;
- the publisher is asked for repairs and key frames of what somebody uses, and of nothing else.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rtc.core.changes import Attach, Change, Detach, Hold, Release, Renew
from rtc.core.model import Mid, Source
from rtc.core.subscription import Subscription
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import Camera, Group, Made, Person, Sent

RIDS = ["q", "h", "f"]
MIDS = [Mid("v0"), Mid("v1")]
publishers = st.integers(0, 1)
layers = st.integers(0, 2)
mids = st.sampled_from(MIDS)
viewers = st.integers(2, 3)


class Shown:
    """What one slot has been sent."""

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.newest: tuple[int, Sent, Made] | None = None  # (unbounded number, ...)
        self.first = 0  # number of the present encoding's first packet
        self.flow: tuple[Subscription, int, int] | None = None  # (..., SSRC, what is added to timestamps)


class Encodings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.group = Group()
        self.people = [self.group.join(rids=RIDS) for _ in range(2)] + [self.group.join() for _ in range(2)]
        self.cameras = [Camera(self.group, person) for person in self.people[:2]]
        self.shown: dict[int, Shown] = {}
        self.held: set[int] = set()
        for viewer in self.people:
            others = [person for person in self.people[:2] if person is not viewer]
            for mid, other in zip(MIDS, others, strict=False):
                self.group.show(viewer, mid, other, Source.CAMERA)

    # --- publishers --------------------------------------------------------------------------------------------------

    @rule(n=publishers, of=st.lists(layers, min_size=1, max_size=3, unique=True), keys=st.sets(layers), more=layers)
    def frame(self, n: int, of: list[int], keys: set[int], more: int) -> None:
        """Of some of its encodings, in any order."""
        self.group.now += 0.033
        for layer in of:
            self.check(self.cameras[n].send(layer, key=layer in keys))
            for _ in range(more):
                self.check(self.cameras[n].more(layer))

    @rule(n=publishers, of=layers, frames=st.integers(1, 25))
    def alone(self, n: int, of: int, frames: int) -> None:
        """The others have ended."""
        for _ in range(frames):
            self.check(self.group.pass_time(0.05))
            self.check(self.cameras[n].send(of))

    @rule(n=publishers, layer=layers, key=st.booleans())
    def lose(self, n: int, layer: int, key: bool) -> None:
        self.cameras[n].skip(layer, key=key)

    @rule(n=publishers, layer=layers, repair=st.booleans())
    def come_late(self, n: int, layer: int, repair: bool) -> None:
        self.check(self.cameras[n].repair(layer) if repair else self.cameras[n].send_skipped(layer))

    @rule(n=publishers, layer=layers)
    def begin_anew(self, n: int, layer: int) -> None:
        self.cameras[n].begin_anew(layer)

    @rule(n=publishers)
    def report(self, n: int) -> None:
        self.cameras[n].report()

    # --- commands ----------------------------------------------------------------------------------------------------

    @rule(viewer=viewers, mid=mids, layer=st.sampled_from([0, 1, 2, 2, None]))
    def select(self, viewer: int, mid: Mid, layer: int | None) -> None:
        subscription = self.people[viewer].peer.slots[mid].subscription
        if subscription is not None:
            subscription.publication.select(self.group.now, subscription, layer, self.group.batch)
            self.check(self.group.sent())

    @rule(viewer=viewers, mid=mids, n=publishers, off=st.booleans())
    def put(self, viewer: int, mid: Mid, n: int, off: bool) -> None:
        who = self.people[viewer].id
        self.apply(Detach(who, mid) if off else Attach(who, mid, self.people[n].id, Source.CAMERA))

    @rule(n=publishers)
    def hold(self, n: int) -> None:
        self.held.add(n)
        self.apply(Hold(self.people[n].id, Source.CAMERA))

    @precondition(lambda self: self.held)
    @rule()
    def release(self) -> None:
        self.apply(Release(self.people[self.held.pop()].id, Source.CAMERA))

    @rule(n=publishers)
    def renew(self, n: int) -> None:
        self.apply(Renew(self.people[n].id, Source.CAMERA))

    def apply(self, change: Change) -> None:
        self.group.apply(change)
        self.check(self.group.sent())

    # --- viewers, and time -------------------------------------------------------------------------------------------

    @rule(viewer=viewers, mid=mids, back=st.lists(st.integers(-1, 12), min_size=1, max_size=5))
    def nack(self, viewer: int, mid: Mid, back: list[int]) -> None:
        person = self.people[viewer]
        slot = person.peer.slots[mid]
        shown = self.shown.get(slot.ssrc)
        if shown is None or shown.newest is None:
            return
        asked = tuple((shown.newest[0] - n) & 0xFFFF for n in back)
        for again in self.group.control(person, rtcp.Nack(1, slot.ssrc, asked)):
            assert slot.subscription is not None
            made = self.made(again)
            assert made.layer == slot.subscription.layer, "of an encoding that does not flow any more"
            assert int.from_bytes(again.payload[:2], "big") in asked

    @rule(viewer=viewers, mid=mids)
    def ask(self, viewer: int, mid: Mid) -> None:
        person = self.people[viewer]
        self.group.control(person, rtcp.PictureLossIndication(1, person.peer.slots[mid].ssrc))

    @rule(seconds=st.sampled_from([0.02, 0.35, 1.2]))
    def wait(self, seconds: float) -> None:
        self.check(self.group.pass_time(seconds))
        for person in self.people:
            person.peer.refill(self.group.now)
        for camera in self.cameras:
            used = {
                camera.ssrcs[e.layer] if e.stream is None else e.stream.ssrc
                for e in camera.person.peer.publications[Source.CAMERA].encodings
                if any(e in (s.encoding, s.awaited) for s in self.watching(camera.person))
            }
            for message in self.group.due(camera.person):
                if isinstance(message, rtcp.Nack | rtcp.PictureLossIndication):
                    assert message.media_ssrc in used, "nobody uses it"

    # --- what must hold ----------------------------------------------------------------------------------------------

    def check(self, sent: list[Sent]) -> None:
        for one in sent:
            person, subscription = self.owner(one.ssrc)
            assert subscription is not None, "nothing is on that slot"
            assert subscription.wanted is not None, "it is squeezed"
            made = self.made(one)
            assert one.payload[-12:-8] == subscription.publication.publisher.to_bytes(4, "big")
            assert made.layer == subscription.layer
            shown = self.shown.setdefault(one.ssrc, Shown())
            self.follow(shown, one, made, subscription)
            assert person.id != subscription.publication.publisher

    def follow(self, shown: Shown, one: Sent, made: Made, subscription: Subscription) -> None:
        before, flow = shown.newest, (subscription, made.ssrc, subscription.ts_delta)
        number = 0x10000 + one.sequence
        if before is not None:
            number = before[0] + ((one.sequence - before[0] + 0x8000) & 0xFFFF) - 0x8000
        assert number not in shown.numbers, "sent twice"
        shown.numbers.add(number)
        if before is None:
            assert made.key
            shown.newest, shown.first, shown.flow = (number, one, made), number, flow
            return
        at, newest, last = before
        same = shown.flow == flow
        if number < at:
            assert same
            assert shown.first <= number
            assert number - at == made.sequence - last.sequence
            return
        after = (one.packet.timestamp - newest.packet.timestamp) & 0xFFFFFFFF
        steps = (picture_id(one) - picture_id(newest)) & 0x7FFF
        if same and number - at == made.sequence - last.sequence:
            assert after == (made.timestamp - last.timestamp) & 0xFFFFFFFF
            assert steps == made.picture_id - last.picture_id
        else:  # another encoding, or the same one after a pause
            assert number == at + 1, "a hole of our own making"
            assert made.key, "a picture begins in the middle"
            assert 0 < after < 2**31, "time went back"
            assert steps == 1
            shown.first = number
        shown.newest, shown.flow = (number, one, made), flow

    def made(self, one: Sent) -> Made:
        publisher = int.from_bytes(one.payload[-12:-8], "big")
        return next(camera for camera in self.cameras if camera.person.id == publisher).made(one)

    def owner(self, ssrc: int) -> tuple[Person, Subscription | None]:
        for person in self.people:
            slot = person.peer.slot_by_ssrc.get(ssrc)
            if slot is not None:
                return person, slot.subscription
        raise AssertionError("nobody's SSRC")

    def watching(self, publisher: Person) -> list[Subscription]:
        return publisher.peer.publications[Source.CAMERA].subscriptions

    @invariant()
    def each_is_where_it_should_be(self) -> None:
        for n, camera in enumerate(self.cameras):
            publication = camera.person.peer.publications[Source.CAMERA]
            for subscription in publication.subscriptions:
                assert subscription.encoding is None or subscription.encoding is not subscription.awaited
                at_rest = subscription.encoding is None and subscription.awaited is None
                paused = n in self.held or subscription.wanted is None or self.group.now < subscription.starts_at
                assert at_rest == paused
                for encoding in publication.encodings:
                    fed = [s for flow in encoding._flowing.values() for s in flow]
                    assert (subscription in fed) == (subscription.encoding is encoding)
                    assert (subscription in encoding._waiting) == (subscription.awaited is encoding)

    @rule()
    def look_after_a_while(self) -> None:
        """Once ends and returns are noticed, everybody has or awaits what was selected, as far as it lives."""
        self.check(self.group.pass_time(0.11))
        for camera in self.cameras:
            publication = camera.person.peer.publications[Source.CAMERA]
            live = [encoding.layer for encoding in publication.live]
            for subscription in publication.subscriptions:
                coming = subscription.awaited or subscription.encoding
                if coming is not None and live and subscription.wanted is not None:
                    below = [layer for layer in live if layer <= subscription.wanted]
                    assert coming.layer == (max(below) if below else min(live))

    @invariant()
    def counts_add_up(self) -> None:
        for ssrc, shown in self.shown.items():
            _, subscription = self.owner(ssrc)
            if subscription is not None:
                assert subscription.slot_totals()[0] == len(shown.numbers)


def picture_id(one: Sent) -> int:
    number = vp8.parse(one.payload).picture_id
    assert number is not None
    return number


Encodings.TestCase.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
TestEncodings = Encodings.TestCase
