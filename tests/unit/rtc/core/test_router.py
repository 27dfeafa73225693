"""Who may be attached to whom, and what a leaving peer takes along."""

from __future__ import annotations

import pytest

from rtc.core.changes import Attach, Change, Detach, Hold, Release
from rtc.core.model import Grant, Mid, PeerId, Source
from tests.unit.rtc.core.group import EVERYTHING, Group, key_frame

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA
BLIND = Grant(frozenset(), may_receive=False)


def test_support_is_refused_any_slot_and_any_source() -> None:
    group = Group()
    ana, support = group.join(), group.join(grant=BLIND)
    for change in (Attach(support.id, Mid("a0"), ana.id, MIC), Attach(ana.id, Mid("a0"), support.id, MIC)):
        assert len(group.apply(change)) == 1
    assert group.send(ana, MIC, 1, 0, b"voice") == []


def test_a_source_that_is_not_granted_is_refused() -> None:
    group = Group()
    ana = group.join(grant=Grant(frozenset({MIC}), may_receive=True))
    sam = group.join()
    assert [r.peer for r in group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA))] == [sam.id]


@pytest.mark.parametrize("mid", ["a0", "nonsense", "0"])
def test_a_slot_of_the_wrong_kind_or_none_is_refused(mid: str) -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    assert len(group.apply(Attach(sam.id, Mid(mid), ana.id, CAMERA))) == 1


def test_nobody_is_sent_their_own_picture() -> None:
    group = Group()
    ana = group.join()
    assert len(group.apply(Attach(ana.id, Mid("v0"), ana.id, CAMERA))) == 1


def test_changes_about_people_who_left_meanwhile_are_dropped() -> None:
    group = Group()
    ana, gone = group.join(), PeerId(99)
    changes: list[Change] = [
        Attach(ana.id, Mid("a0"), gone, MIC),
        Attach(gone, Mid("a0"), ana.id, MIC),
        Detach(gone, Mid("a0")),
        Hold(gone, MIC),
        Release(gone, MIC),
    ]
    assert group.apply(*changes) == []


def test_sound_goes_before_pictures_in_one_command() -> None:
    group = Group()
    ana, first, second = group.join(), group.join(grant=BLIND), group.join(grant=BLIND)
    refused = group.apply(Attach(first.id, Mid("v0"), ana.id, CAMERA), Attach(second.id, Mid("a0"), ana.id, MIC))
    assert [refusal.peer for refusal in refused] == [second.id, first.id]


def test_who_leaves_is_gone_from_every_slot_and_every_fan_out() -> None:
    group = Group()
    ana, sam, kim = group.join(), group.join(), group.join()
    for viewer in (sam, kim):
        group.show(viewer, "a0", ana, MIC)
    group.show(ana, "a0", sam, MIC)
    group.router.remove_peer(group.now, sam.id)
    assert len(group.send(ana, MIC, 1, 0, b"voice")) == 1
    group.router.remove_peer(group.now, ana.id)
    assert kim.peer.slots[Mid("a0")].subscription is None
    assert list(group.router.peers) == [kim.id]
    group.router.remove_peer(group.now, ana.id)


def test_a_viewer_may_be_attached_before_the_publishers_offer() -> None:
    group = Group()
    sam = group.join()
    late = group.router.add_peer(group.now, PeerId(50), EVERYTHING)
    assert group.apply(Attach(sam.id, Mid("a0"), late.id, MIC)) == []


def test_fan_out_to_twenty_costs_one_entry_each() -> None:
    group = Group()
    ana = group.join(slots=0)
    viewers = [group.join(slots=1) for _ in range(19)]
    for viewer in viewers:
        group.show(viewer, "a0", ana, MIC)
    sent = group.send(ana, MIC, 1, 0, b"voice")
    assert len({one.ssrc for one in sent}) == 19


def test_a_full_line_has_no_pictures_until_it_has_room_and_then_begins_with_a_key_frame() -> None:
    group = Group()
    ana, sam, kim = group.join(), group.join(), group.join()
    for viewer in (sam, kim):
        group.show(viewer, "v0", ana, CAMERA)
        group.show(viewer, "a0", ana, MIC)
    ssrc = sam.peer.slots[Mid("v0")].ssrc
    before = [sent for sent in group.send(ana, CAMERA, 1, 0, key_frame()) if sent.ssrc == ssrc]
    group.router.block(group.now, sam.peer, True, group.batch)
    assert len(group.send(ana, CAMERA, 2, 3000)) == 1
    assert len(group.send(ana, MIC, 1, 0, b"voice")) == 2
    group.apply(Hold(ana.id, CAMERA), Release(ana.id, CAMERA))  # nothing else makes them flow
    assert len(group.send(ana, CAMERA, 3, 6000, key_frame())) == 1
    group.now += 1
    group.router.block(group.now, sam.peer, False, group.batch)
    assert len(group.send(ana, CAMERA, 4, 90_000)) == 1
    assert ana.peer.publications[CAMERA].asks_for_key_frame
    after = [sent for sent in group.send(ana, CAMERA, 5, 93_000, key_frame()) if sent.ssrc == ssrc]
    # What was not sent leaves no hole.
    assert [sent.sequence for sent in after] == [before[0].sequence + 1]


def test_the_page_is_told_what_a_full_line_keeps_back_and_when_it_comes_again() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.show(sam, "a0", ana, MIC)
    group.send(ana, CAMERA, 1, 0, key_frame())
    told = []
    for blocked in (True, False):
        group.now += 1
        group.batch.started.clear()
        group.router.block(group.now, sam.peer, blocked, group.batch)
        told.append(sam.peer.downlink.decide(group.now, group.router.speakers, group.batch))
    assert told == [["v0"], []]
    group.send(ana, CAMERA, 2, 180_000, key_frame())
    assert [(flow.mid, flow.publisher) for flow in group.batch.started] == [("v0", ana.id)]


def test_a_slot_that_is_new_on_a_full_line_waits_with_the_others() -> None:
    group = Group()
    ana, sam = group.join(), group.join(slots=0)
    group.router.block(group.now, sam.peer, True, group.batch)
    other = group.join(slots=1)
    assert other.peer.negotiated is not None
    sam.peer.adopt(other.peer.negotiated)
    group.connect(sam)
    group.show(sam, "v0", ana, CAMERA)
    assert group.send(ana, CAMERA, 1, 0, key_frame()) == []
