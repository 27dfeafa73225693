"""When others than before get to see somebody, they see nothing from before; who sees them already is not disturbed.

Signalling sends the renewal and the new attachments in one message. Nothing that was there by then leaves for a
newcomer, nor what the network brings late of it. (What is on its way to us at that moment, and is newer than all that
has come, cannot be told from what follows.)
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.core.changes import Attach, Change, Detach, Hold, Release, Renew
from rtc.core.model import Mid, Source
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import Group, Sent, delta_frame, key_frame

CAMERA, MIC = Source.CAMERA, Source.MICROPHONE
SLOT = Mid("v0")


def pictures(sent: list[Sent]) -> list[int | None]:
    return [vp8.parse(one.payload).picture_id for one in sent]


def test_without_it_a_newcomer_is_shown_the_last_key_frame() -> None:
    """What it is for."""
    group = Group()
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.show(sam, SLOT, ana, CAMERA)
    assert pictures(group.sent()) == [7]


def test_a_newcomer_waits_for_the_next_key_frame_and_one_is_asked_for() -> None:
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    group.show(leo, SLOT, ana, CAMERA)
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.due(ana)
    # As given, the attachment stands first: what is in one message is one moment.
    group.apply(Attach(sam.id, SLOT, ana.id, CAMERA), Detach(leo.id, SLOT), Renew(ana.id, CAMERA))
    assert group.sent() == []
    group.now += 0.4
    assert any(isinstance(message, rtcp.PictureLossIndication) for message in group.due(ana))
    assert group.send(ana, CAMERA, 11, 3000, delta_frame(8)) == []
    (sent,) = group.send(ana, CAMERA, 12, 6000, key_frame(9))
    assert sent.ssrc == sam.peer.slots[SLOT].ssrc


def test_who_goes_on_watching_notices_nothing() -> None:
    """A facilitator sees a covered person throughout. What was lost on the way to them is sent again as ever."""
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    group.show(sam, SLOT, ana, CAMERA)
    (before,) = group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.apply(Renew(ana.id, CAMERA), Attach(leo.id, SLOT, ana.id, CAMERA))
    (after,) = group.send(ana, CAMERA, 11, 3000, delta_frame(8))
    assert after.ssrc == before.ssrc
    assert after.sequence == (before.sequence + 1) & 0xFFFF
    (again,) = group.control(sam, rtcp.Nack(1, before.ssrc, (before.sequence,)))
    assert again.payload[2:].endswith(before.payload[4:])
    assert sam.peer.stats().subscriptions[0].largest_hold_ms == 0


def test_a_key_frame_whose_beginning_comes_late_is_no_newer_for_it() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 10, 0, delta_frame(1))
    group.send(ana, CAMERA, 12, 6000, delta_frame(3))
    group.apply(Renew(ana.id, CAMERA), Attach(sam.id, SLOT, ana.id, CAMERA))
    assert group.send(ana, CAMERA, 11, 3000, key_frame(2)) == []
    assert group.send(ana, CAMERA, 13, 9000, delta_frame(4)) == []


@pytest.mark.parametrize("source", [CAMERA, MIC])
def test_before_anything_was_sent_it_changes_nothing(source: Source) -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    mid = SLOT if source is CAMERA else Mid("a0")
    group.apply(Renew(ana.id, source), Attach(sam.id, mid, ana.id, source))
    payload = key_frame(1) if source is CAMERA else b"voice"
    assert len(group.send(ana, source, 1, 0, payload)) == 1


def test_a_hold_is_a_renewal_for_everybody() -> None:
    """After a pause nobody is shown what came before or in it, not even again."""
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    group.show(sam, SLOT, ana, CAMERA)
    (before,) = group.send(ana, CAMERA, 10, 0, key_frame(7))
    nack = rtcp.Nack(1, before.ssrc, (before.sequence,))
    group.apply(Hold(ana.id, CAMERA), Attach(leo.id, SLOT, ana.id, CAMERA))
    group.send(ana, CAMERA, 11, 3000, key_frame(8))
    group.apply(Release(ana.id, CAMERA))
    assert group.sent() == []
    assert group.control(sam, nack) == []
    sent = group.send(ana, CAMERA, 12, 6000, key_frame(9))
    assert {one.ssrc for one in sent} == {sam.peer.slots[SLOT].ssrc, leo.peer.slots[SLOT].ssrc}
    assert group.control(sam, nack) == []


# What the publisher sends: (frame starts with a key frame, packet is lost on the way and comes later or never).
FRAMES = st.lists(st.tuples(st.booleans(), st.sampled_from(["sent", "sent", "late", "lost"])), max_size=12)


@settings(max_examples=300, deadline=None)
@given(FRAMES, FRAMES, st.sampled_from(["nobody", "leaves", "stays"]), st.booleans())
def test_no_packet_from_before_reaches_a_newcomer(
    before: list[tuple[bool, str]], after: list[tuple[bool, str]], other: str, held: bool
) -> None:
    """`held`: the same promise, as a hold keeps it; then also to who watched before."""
    group = Group()
    ana, sam, leo = group.join(), group.join(), group.join()
    if other != "nobody":
        group.show(leo, SLOT, ana, CAMERA)
    sequence, delayed, gone = 100, [], []
    for key, fate in before:
        sequence += 1
        if fate == "sent":
            gone += group.send(ana, CAMERA, sequence, sequence * 3000, frame(key, b"old "))
        elif fate == "late":
            delayed.append((sequence, key))
    watched = any(one.ssrc == leo.peer.slots[SLOT].ssrc for one in gone)
    changes: list[Change] = [Hold(ana.id, CAMERA)] if held else [Renew(ana.id, CAMERA)]
    changes += [Detach(leo.id, SLOT)] if other == "leaves" else []
    changes += [Attach(sam.id, SLOT, ana.id, CAMERA)]
    changes += [Release(ana.id, CAMERA)] if held else []
    group.apply(*changes)
    gone = group.sent()
    newest = max((number for number, (_, fate) in enumerate(before, 101) if fate == "sent"), default=0)
    for late, key in delayed:
        if late <= newest:
            gone += group.send(ana, CAMERA, late, late * 3000, frame(key, b"old "))
    started = False
    for key, fate in after:
        sequence += 1
        if fate != "lost":
            sent = group.send(ana, CAMERA, sequence, sequence * 3000, frame(key, b"new "))
            gone += sent
            started = started or key
            seeing = {one.ssrc for one in sent}
            assert not started or sam.peer.slots[SLOT].ssrc in seeing
            if other == "stays" and watched and not held:
                assert leo.peer.slots[SLOT].ssrc in seeing, "who watched was interrupted"
    for viewer in (sam, leo):
        slot = viewer.peer.slots[SLOT]
        asked = tuple(sorted({one.sequence for one in gone if one.ssrc == slot.ssrc} | set(range(16))))
        gone += group.control(viewer, rtcp.Nack(1, slot.ssrc, asked))
    promised = {sam.peer.slots[SLOT].ssrc, sam.peer.slots[SLOT].rtx_ssrc}
    if held or other == "leaves":
        promised |= {leo.peer.slots[SLOT].ssrc, leo.peer.slots[SLOT].rtx_ssrc}
    assert all(one.payload.endswith(b"new ") for one in gone if one.ssrc in promised), "something from before"


def frame(key: bool, text: bytes) -> bytes:
    return (key_frame() if key else delta_frame()) + text
