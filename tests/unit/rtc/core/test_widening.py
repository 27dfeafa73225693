"""When other people than before get to see somebody, they see nothing from before.

Signalling sends a hold, the new attachments and a release in one message. Nothing that was there by then leaves for
anybody after it, nor what the network brings late of it. (What is on its way to us at that moment, and is newer than
all that has come, cannot be told from what follows.)
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.core.changes import Attach, Change, Detach, Hold, Release
from rtc.core.model import Mid, Source
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import Group, Person, Sent, delta_frame, key_frame

CAMERA, MIC = Source.CAMERA, Source.MICROPHONE
SLOT = Mid("v0")


def picture_ids(sent: list[Sent]) -> list[bytes]:
    return [one.payload[-4:] for one in sent]


def moved(group: Group, ana: Person, old: Person, new: Person, how: list[Change]) -> None:
    group.apply(Hold(ana.id, CAMERA), Detach(old.id, SLOT), *how, Release(ana.id, CAMERA))


def test_without_the_hold_a_newcomer_is_shown_the_last_key_frame() -> None:
    """What the hold is for."""
    group = Group()
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.show(sam, SLOT, ana, CAMERA)
    assert [vp8.parse(one.payload).picture_id for one in group.sent()] == [7]


def test_with_it_the_newcomer_waits_for_the_next_and_one_is_asked_for() -> None:
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    group.show(leo, SLOT, ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.due(ana)
    moved(group, ana, leo, sam, [Attach(sam.id, SLOT, ana.id, CAMERA)])
    assert group.sent() == []
    assert any(isinstance(message, rtcp.PictureLossIndication) for message in group.due(ana))
    assert group.send(ana, CAMERA, 11, 3000, delta_frame(8)) == []
    (sent,) = group.send(ana, CAMERA, 12, 6000, key_frame(9))
    assert sent.ssrc == sam.peer.slots[SLOT].ssrc


def test_who_goes_on_watching_is_not_sent_again_what_was_before() -> None:
    """A facilitator sees a covered person throughout; their old losses are not repaired across the change."""
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    group.show(sam, SLOT, ana, CAMERA)
    (before,) = group.send(ana, CAMERA, 10, 0, key_frame(7))
    nack = rtcp.Nack(1, sam.peer.slots[SLOT].ssrc, (before.sequence,))
    group.apply(Hold(ana.id, CAMERA), Attach(leo.id, SLOT, ana.id, CAMERA), Release(ana.id, CAMERA))
    assert group.control(sam, nack) == []
    sent = group.send(ana, CAMERA, 11, 3000, key_frame(8))
    assert {one.ssrc for one in sent} == {sam.peer.slots[SLOT].ssrc, leo.peer.slots[SLOT].ssrc}
    assert group.control(sam, nack) == []


@pytest.mark.parametrize("source", [CAMERA, MIC])
def test_a_hold_before_anything_was_sent_is_as_good(source: Source) -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    mid = SLOT if source is CAMERA else Mid("a0")
    group.apply(Hold(ana.id, source), Attach(sam.id, mid, ana.id, source), Release(ana.id, source))
    payload = key_frame(1) if source is CAMERA else b"voice"
    assert len(group.send(ana, source, 1, 0, payload)) == 1


# What the publisher sends: (frame starts with a key frame, packet is lost on the way and comes later or never).
FRAMES = st.lists(st.tuples(st.booleans(), st.sampled_from(["sent", "sent", "late", "lost"])), max_size=12)


@settings(max_examples=200, deadline=None)
@given(FRAMES, FRAMES, st.booleans(), st.booleans())
def test_no_packet_from_before_the_hold_leaves_after_it(
    before: list[tuple[bool, str]], after: list[tuple[bool, str]], watched: bool, both: bool
) -> None:
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    if watched:
        group.show(leo, SLOT, ana, CAMERA)
    sequence, delayed = 100, []
    for key, fate in before:
        sequence += 1
        if fate == "sent":
            group.send(ana, CAMERA, sequence, sequence * 3000, frame(key, b"old "))
        elif fate == "late":
            delayed.append((sequence, key))
    keep = [] if both or not watched else [Detach(leo.id, SLOT)]
    group.apply(Hold(ana.id, CAMERA), *keep, Attach(sam.id, SLOT, ana.id, CAMERA), Release(ana.id, CAMERA))
    gone = group.sent()
    newest = max((number for number, (_, fate) in enumerate(before, 101) if fate == "sent"), default=0)
    for late, key in delayed:
        if late > newest:
            continue
        gone += group.send(ana, CAMERA, late, late * 3000, frame(key, b"old "))
    started = False
    for key, fate in after:
        sequence += 1
        if fate != "lost":
            sent = group.send(ana, CAMERA, sequence, sequence * 3000, frame(key, b"new "))
            gone += sent
            started = started or key
            assert not started or {one.ssrc for one in sent} >= {sam.peer.slots[SLOT].ssrc}
    for viewer in (sam, leo):
        ssrc = viewer.peer.slots[SLOT].ssrc
        asked = tuple(sorted({one.sequence for one in gone if one.ssrc == ssrc} | set(range(16))))
        gone += group.control(viewer, rtcp.Nack(1, ssrc, asked))
    assert all(one.payload.endswith(b"new ") for one in gone), "something from before the hold"


def frame(key: bool, text: bytes) -> bytes:
    return (key_frame() if key else delta_frame()) + text
