"""Several encodings of one camera: which of them a viewer gets, what a change looks like to it, and what the publisher
is asked for."""

from __future__ import annotations

import pytest

from rtc.core.allocator import Rendition
from rtc.core.changes import Attach, Hold, Release
from rtc.core.encoding import OVERHEAD
from rtc.core.model import Mid, Source
from rtc.core.pacing import PICTURE_EVERY
from rtc.core.publication import CAMERA_ENDS_AFTER, SCREEN_ENDS_AFTER, Publication
from rtc.core.subscription import Forwarding, Subscription
from rtc.wire import rtcp, vp8
from tests.unit.rtc.core.group import Camera, Group, Person, Sent, delta_frame, key_frame

MIC, CAMERA, SCREEN = Source.MICROPHONE, Source.CAMERA, Source.SCREEN


def watching(person: Person, mid: str = "v0") -> Subscription:
    subscription = person.peer.slots[Mid(mid)].subscription
    assert subscription is not None
    return subscription


def select(group: Group, viewer: Person, layer: int | None, mid: str = "v0") -> list[Sent]:
    subscription = watching(viewer, mid)
    subscription.publication.select(group.now, subscription, layer, group.batch)
    return group.sent()


def asked(group: Group, person: Person) -> list[int]:
    """SSRCs of which a key frame is asked for."""
    group.now += 0.33
    return [m.media_ssrc for m in group.due(person) if isinstance(m, rtcp.PictureLossIndication)]


def one_viewer(layers: int = 3) -> tuple[Group, Camera, Person]:
    """Who gets the lowest of what flows."""
    group = Group()
    ana, sam = group.join(rids=["q", "h", "f"][:layers]), group.join()
    camera = Camera(group, ana)
    group.show(sam, "v0", ana, CAMERA)
    assert [len(camera.send(layer, key=True)) for layer in range(layers)] == [1] + [0] * (layers - 1)
    return group, camera, sam


def test_a_viewer_gets_the_lowest_from_the_start_and_stays_there() -> None:
    group, camera, sam = one_viewer()
    for _ in range(3):
        group.now += 0.033
        sent = [camera.send(layer) for layer in (2, 1, 0)]
        assert list(map(len, sent)) == [0, 0, 1]
    assert watching(sam).layer == 0
    assert asked(group, camera.person) == []


def test_a_viewer_who_comes_later_gets_the_newest_key_frame_of_the_lowest() -> None:
    group, camera, _ = one_viewer()
    group.now += 0.1
    camera.send(0), camera.send(2)
    kim = group.join()
    group.show(kim, "v0", camera.person, CAMERA)
    assert [vp8.parse(one.payload).key_frame for one in group.sent()] == [True, False]


@pytest.mark.parametrize(("before", "after"), [(0, 2), (2, 0), (0, 1), (1, 2), (2, 1)])
def test_a_switch_waits_for_a_key_frame_and_shows_no_seam(before: int, after: int) -> None:
    group, camera, sam = one_viewer()
    camera.report()
    sent: list[Sent] = []
    select(group, sam, before)
    group.now += 0.033
    sent += camera.send(before, key=True)
    select(group, sam, after)
    for _ in range(2):
        group.now += 0.033
        for layer in range(3):
            sent += camera.send(layer)
    assert camera.layers(sent) == [before] * 3
    assert asked(group, camera.person) == [camera.ssrcs[after]]
    sent += [one for layer in range(3) for one in camera.send(layer, key=layer == after)]
    group.now += 0.033
    sent += [one for layer in range(3) for one in camera.send(layer)]
    # The key frame of the new one ends the old one, whose frame of the same moment may be sent before.
    assert camera.layers(sent) == [before] * (4 if before < after else 3) + [after] * 2
    first = sent[0]
    assert [s.sequence for s in sent] == [(first.sequence + n) & 0xFFFF for n in range(len(sent))]
    descriptors = [vp8.parse(s.payload) for s in sent]
    ids = [d.picture_id for d in descriptors]
    assert ids == [((ids[0] or 0) + n) & 0x7FFF for n in range(len(sent))]
    levels = [d.tl0picidx for d in descriptors]
    assert levels == [((levels[0] or 0) + n) & 0xFF for n in range(len(sent))]
    assert watching(sam).layer == after
    # Each is where it was captured, but for the other rendition of what was sent already.
    times = [(s.packet.timestamp - first.packet.timestamp) & 0xFFFFFFFF for s in sent]
    captured = [camera.made(s).captured for s in sent]
    expected = [round((at - captured[0]) * 90_000) for at in captured]
    assert times == sorted(set(times))
    assert times == pytest.approx(expected, abs=2)


def test_without_sender_reports_the_new_one_follows_right_on_the_old_one() -> None:
    group, camera, sam = one_viewer(2)
    select(group, sam, 1)
    group.now += 0.4
    (last,) = camera.send(0)
    (first,) = camera.send(1, key=True)
    assert (first.packet.timestamp - last.packet.timestamp) & 0xFFFFFFFF == 1


def test_a_key_frame_that_is_kept_does_not_take_a_viewer_back_in_time() -> None:
    group, camera, sam = one_viewer()
    kim = group.join()
    group.show(kim, "v0", camera.person, CAMERA)
    group.sent()
    select(group, kim, 2)
    camera.send(2, key=True)
    camera.send(0), camera.send(2)
    assert select(group, sam, 2) == []
    assert watching(sam).layer == 0


def test_nothing_of_the_old_encoding_is_sent_after_a_switch_not_even_again() -> None:
    group, camera, sam = one_viewer()
    camera.skip(0)
    (after_gap,) = camera.send(0)
    lost = (after_gap.sequence - 1) & 0xFFFF
    select(group, sam, 2)
    (switched,) = camera.send(2, key=True)
    assert switched.sequence == (after_gap.sequence + 1) & 0xFFFF
    assert camera.send_skipped(0) == []
    asked_again = rtcp.Nack(1, after_gap.ssrc, (lost, after_gap.sequence, switched.sequence))
    (again,) = group.control(sam, asked_again)
    assert again.payload[:2] == switched.sequence.to_bytes(2, "big")


def test_what_comes_late_of_the_new_encoding_finds_its_place_if_it_is_from_after_the_key_frame() -> None:
    group, camera, sam = one_viewer()
    camera.skip(2)
    select(group, sam, 2)
    (key,) = camera.send(2, key=True)
    assert camera.send_skipped(2) == []
    camera.skip(2)
    (after,) = camera.send(2)
    (late,) = camera.send_skipped(2)
    assert (key.sequence, late.sequence, after.sequence) == tuple((key.sequence + n) & 0xFFFF for n in range(3))


def test_a_choice_that_is_taken_back_changes_nothing() -> None:
    group, camera, sam = one_viewer()
    select(group, sam, 2)
    select(group, sam, 0)
    assert list(map(len, (camera.send(2, key=True), camera.send(0)))) == [0, 1]


def test_a_viewer_who_is_squeezed_gets_nothing_and_comes_back_at_a_key_frame() -> None:
    group, camera, sam = one_viewer()
    (before,) = camera.send(0)
    select(group, sam, None)
    assert watching(sam).forwarding is Forwarding.PAUSED
    assert [camera.send(layer, key=True) for layer in range(3)] == [[], [], []]
    group.apply(Hold(camera.person.id, CAMERA))
    group.apply(Release(camera.person.id, CAMERA))
    assert [camera.send(layer, key=True) for layer in range(3)] == [[], [], []]
    assert asked(group, camera.person) == []
    select(group, sam, 1)
    assert [camera.send(layer) for layer in range(3)] == [[], [], []]
    assert asked(group, camera.person) == [camera.ssrcs[1]]
    group.batch.started.clear()
    (after,) = camera.send(1, key=True)
    assert after.sequence == (before.sequence + 1) & 0xFFFF
    assert [(f.peer, f.mid, f.timestamp) for f in group.batch.started] == [(sam.id, "v0", after.packet.timestamp)]


def test_who_is_squeezed_before_anything_came_is_sent_nothing_at_all() -> None:
    group = Group()
    ana, sam = group.join(rids=["q", "h"]), group.join()
    camera = Camera(group, ana)
    group.show(sam, "v0", ana, CAMERA)
    select(group, sam, None)
    assert [camera.send(layer, key=True) for layer in range(2)] == [[], []]


def test_sound_can_be_squeezed_too() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, "a0", ana, MIC)
    (before,) = group.send(ana, MIC, 1, 960, b"voice")
    select(group, sam, None, "a0")
    assert group.send(ana, MIC, 2, 1920, b"voice") == []
    select(group, sam, 0, "a0")
    (after,) = group.send(ana, MIC, 3, 2880, b"voice")
    assert after.sequence == (before.sequence + 1) & 0xFFFF


def test_an_encoding_that_ends_hands_its_viewers_down_and_takes_them_back() -> None:
    group, camera, sam = one_viewer()
    select(group, sam, 2)
    camera.send(2, key=True)
    publication = watching(sam).publication
    flows_for(group, camera, [0, 1], CAMERA_ENDS_AFTER - 0.2)
    assert layers_of(publication, group) == [0, 1, 2]
    flows_for(group, camera, [0, 1], 0.4)
    assert layers_of(publication, group) == [0, 1]
    assert asked(group, camera.person) == [camera.ssrcs[1]]
    assert len(camera.send(1, key=True)) == 1
    assert (watching(sam).layer, watching(sam).wanted) == (1, 2)
    flows_for(group, camera, [0, 1, 2], 0.2)
    assert asked(group, camera.person) == [camera.ssrcs[2]]
    assert len(camera.send(2, key=True)) == 1
    assert watching(sam).layer == 2


def test_who_watches_the_lowest_goes_up_when_that_alone_ends() -> None:
    group, camera, sam = one_viewer()
    flows_for(group, camera, [1, 2], CAMERA_ENDS_AFTER + 0.2)
    assert asked(group, camera.person) == [camera.ssrcs[1]]
    assert len(camera.send(1, key=True)) == 1
    assert watching(sam).layer == 1


def test_when_all_stop_together_nobody_is_led_anywhere() -> None:
    group, camera, sam = one_viewer()
    group.pass_time(10)
    assert asked(group, camera.person) == []
    assert len(camera.send(0)) == 1
    group.pass_time(0.2)
    assert watching(sam).layer == 0


def test_a_still_screen_has_not_ended() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    publication = ana.peer.publications[SCREEN]
    assert publication._ends_after == SCREEN_ENDS_AFTER > 1 > CAMERA_ENDS_AFTER
    assert sam.peer.publications[CAMERA]._ends_after == CAMERA_ENDS_AFTER


def flows_for(group: Group, camera: Camera, layers: list[int], seconds: float) -> list[Sent]:
    sent: list[Sent] = []
    end = group.now + seconds
    while group.now < end:
        sent += group.pass_time(0.033)
        for layer in layers:
            sent += camera.send(layer)
    return sent


def layers_of(publication: Publication, group: Group) -> list[int]:
    group.now += 0.1
    return [rendition.layer for rendition in publication.renditions(group.now)]


def test_what_may_be_given_is_measured_as_it_leaves() -> None:
    group, camera, sam = one_viewer(2)
    publication = watching(sam).publication
    publication.renditions(group.now)
    octets = 0
    for _ in range(30):
        group.pass_time(0.033)
        camera.send(0)
        octets += len(delta_frame()) + 12 + OVERHEAD
        camera.send(1), camera.send(1)
    low, high = publication.renditions(group.now)
    assert low == Rendition(0, 180, pytest.approx(octets * 8, rel=0.05))
    assert high == Rendition(1, 360, pytest.approx(octets * 16, rel=0.05))
    stats = camera.person.peer.stats().publications[0]
    assert [(e.layer, e.height, e.packets, e.viewers) for e in stats.encodings] == [(0, 180, 31, 1), (1, 360, 61, 0)]
    assert sam.peer.stats().subscriptions[0].layer == 0


def test_an_encoding_that_nobody_uses_is_asked_for_nothing() -> None:
    group, camera, sam = one_viewer()
    for layer in range(3):
        camera.skip(layer)
        camera.send(layer)
    group.now += 0.05
    nacked = [m.media_ssrc for m in group.due(camera.person) if isinstance(m, rtcp.Nack)]
    assert nacked == [camera.ssrcs[0]]
    ssrc = sam.peer.slots[Mid("v0")].ssrc
    group.control(sam, rtcp.PictureLossIndication(1, ssrc))
    assert asked(group, camera.person) == [camera.ssrcs[0]]


def test_an_encoding_that_somebody_waits_for_is_repaired_too() -> None:
    group, camera, sam = one_viewer()
    select(group, sam, 2)
    camera.skip(2)
    camera.send(2)
    group.now += 0.05
    assert [m.media_ssrc for m in group.due(camera.person) if isinstance(m, rtcp.Nack)] == [camera.ssrcs[2]]


def test_each_rid_has_its_repairs() -> None:
    group, camera, sam = one_viewer()
    select(group, sam, 2)
    camera.send(2, key=True)
    for layer in range(3):
        camera.skip(layer)
        camera.send(layer)
    repaired = [camera.repair(layer) for layer in range(3)]
    assert list(map(len, repaired)) == [0, 0, 1]
    assert camera.layers(repaired[2]) == [2]


def test_pictures_with_several_encodings_start_at_once_and_rise_one_after_the_other() -> None:
    group = Group()
    people = [group.join(rids=["q", "h"], slots=3) for _ in range(3)]
    cameras = [Camera(group, person) for person in people]
    for camera in cameras:
        for layer in range(2):
            camera.send(layer, key=True)
    kim = group.join()
    assert group.apply(*[Attach(kim.id, Mid(f"v{n}"), person.id, CAMERA) for n, person in enumerate(people)]) == []
    assert len(group.sent()) == 3
    rises = sorted(round((watching(kim, f"v{n}").rises_at - group.now) / PICTURE_EVERY) for n in range(3))
    assert rises == [0, 1, 2]


def test_an_encoding_that_comes_first_serves_until_the_lowest_is_there() -> None:
    group = Group()
    ana, sam = group.join(rids=["q", "h"]), group.join()
    camera = Camera(group, ana)
    group.show(sam, "v0", ana, CAMERA)
    assert camera.send(1, key=True) == []
    assert group.pass_time(0.11) == []
    assert asked(group, ana) == [camera.ssrcs[1]]
    assert len(camera.send(1, key=True)) == 1
    camera.send(0, key=False)
    group.pass_time(0.11)
    assert asked(group, ana) == [camera.ssrcs[0]]
    assert len(camera.send(0, key=True)) == 1
    assert watching(sam).layer == 0


def test_an_encoding_begins_anew_under_another_ssrc_without_a_seam() -> None:
    group, camera, _ = one_viewer()
    (before,) = camera.send(0)
    camera.begin_anew(0)
    assert camera.send(0) == []
    assert asked(group, camera.person) == [camera.ssrcs[0]]
    (after,) = camera.send(0, key=True)
    assert after.sequence == (before.sequence + 1) & 0xFFFF


def test_packets_that_do_not_say_which_encoding_they_are_wait_for_one_that_does() -> None:
    group = Group()
    ana, sam = group.join(rids=["q", "h"]), group.join()
    group.show(sam, "v0", ana, CAMERA)
    assert group.send(ana, CAMERA, 1, 0, key_frame(), ssrc=71) == []
    rid = (10, b"q")
    assert len(group.send(ana, CAMERA, 2, 3000, key_frame(), ssrc=71, extensions=[rid])) == 1
    assert ana.peer.drops["unknown_ssrc"] == 1


def test_many_ssrcs_of_one_encoding_cost_its_own_viewers_and_nobody_else() -> None:
    group, camera, sam = one_viewer()
    bo = group.join(rids=["q"])
    other = Camera(group, bo)
    group.show(sam, "v1", bo, CAMERA)
    other.send(0, key=True)
    for _ in range(100):
        camera.begin_anew(0)
        camera.send(0, key=True)
    assert len(other.send(0)) == 1
    assert len(camera.person.peer.demuxer.streams) == 3
    assert camera.person.peer.drops["unknown_ssrc"] > 0
