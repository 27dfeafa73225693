"""On a move of many each viewer's new pictures start one after the other, and sound waits for none of it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.changes import Attach, Change, Detach, Hold, Release
from rtc.core.model import Mid, PeerId, Source
from rtc.core.pacing import PICTURE_EVERY, steps
from rtc.core.subscription import Forwarding
from rtc.wire import rtcp
from tests.unit.rtc.core.group import Group, Person, Sent, key_frame

STEP = PICTURE_EVERY + 0.001  # seconds: the tick comes when it comes
MIC, CAMERA, SCREEN = Source.MICROPHONE, Source.CAMERA, Source.SCREEN


def sees(viewer: int, publisher: int, source: Source = CAMERA) -> Attach:
    return Attach(PeerId(viewer), Mid(f"v{publisher}"), PeerId(publisher), source)


def room(*people: int) -> list[Attach]:
    """Everybody sees everybody."""
    return [sees(*pair) for pair in itertools.permutations(people, 2)]


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        pytest.param([], {}, id="none"),
        pytest.param(room(1, 2) + room(3, 4) + room(5, 6), dict.fromkeys(range(1, 7), 0), id="pairs"),
        pytest.param(room(1, 2) + room(3, 4, 5), {2: 0, 1: 0, 4: 0, 5: 1, 3: 2}, id="a trio beside a pair"),
        pytest.param(room(*range(1, 13)), {n: (n - 2) % 12 for n in range(1, 13)}, id="twelve in the main room"),
        pytest.param([*room(1, 2), sees(1, 2, SCREEN)], {1: 0, 2: 0}, id="camera and screen of one"),
        # 3 drops in with 1 and 2, who see each other already.
        pytest.param([sees(1, 3), sees(2, 3), sees(3, 1), sees(3, 2)], {3: 0, 1: 0, 2: 1}, id="a visit"),
        # 4 is free in step 0 for its own viewer: the first free step, not the next one.
        pytest.param([*room(1, 2, 3), sees(9, 4)], {2: 0, 3: 1, 1: 2, 4: 0}, id="others need not wait"),
    ],
)
def test_steps(pictures: list[Attach], expected: dict[int, int]) -> None:
    assert steps(pictures) == expected


@given(st.lists(st.builds(sees, st.integers(1, 8), st.integers(11, 18)), max_size=60))
def test_no_viewer_gets_two_publishers_in_one_step_and_no_step_is_left_out(pictures: list[Attach]) -> None:
    found = steps(pictures)
    assert set(found) == {picture.publisher for picture in pictures}
    begins: dict[tuple[PeerId, int], set[PeerId]] = {}
    for picture in pictures:
        begins.setdefault((picture.peer, found[picture.publisher]), set()).add(picture.publisher)
    assert all(len(publishers) == 1 for publishers in begins.values())
    for publisher, step in found.items():
        viewers = {picture.peer for picture in pictures if picture.publisher == publisher}
        for earlier in range(step):
            assert any((viewer, earlier) in begins for viewer in viewers), "it could have started earlier"


# --- in the router ---------------------------------------------------------------------------------------------------


def meet(group: Group, people: list[Person]) -> None:
    """All of them in one room, in one command."""
    changes: list[Change] = []
    for viewer in people:
        others = [person for person in people if person is not viewer]
        for slot, publisher in enumerate(others):
            changes.append(Attach(viewer.id, Mid(f"v{slot}"), publisher.id, CAMERA))
            changes.append(Attach(viewer.id, Mid(f"a{slot}"), publisher.id, MIC))
    assert group.apply(*changes) == []


def asked(group: Group, person: Person) -> bool:
    return any(isinstance(message, rtcp.PictureLossIndication) for message in group.due(person))


def everybody_sends(group: Group, people: list[Person], number: int) -> list[Sent]:
    """A key frame and a word of each."""
    sent: list[Sent] = []
    for person in people:
        sent += group.send(person, CAMERA, number, number * 3000, key_frame())
        sent += group.send(person, MIC, number, number * 960, b"voice")
    return sent


def started(group: Group, people: list[Person]) -> dict[PeerId, int]:
    """How many pictures each viewer gets."""
    return {
        person.id: sum(
            slot.is_video and slot.subscription is not None and slot.subscription.forwarding is Forwarding.FLOWING
            for slot in person.peer.slots.values()
        )
        for person in people
    }


def test_each_gets_one_more_picture_each_100_ms_and_all_the_sound_at_once() -> None:
    group = Group()
    people = [group.join(slots=4) for _ in range(5)]
    everybody_sends(group, people, 1)
    group.now += 1
    meet(group, people)
    sound = [one for one in everybody_sends(group, people, 2) if one.payload == b"voice"]
    assert len(sound) == 5 * 4
    before = started(group, people)  # after step 0
    for step in range(1, 5):
        assert all(step - 1 <= count <= step for count in before.values())
        group.pass_time(STEP)
        everybody_sends(group, people, step + 2)
        after = started(group, people)
        assert all(after[who] - before[who] <= 1 for who in after)
        before = after
    assert before == dict.fromkeys(before, 4)


def test_a_publisher_is_asked_for_its_key_frame_when_its_step_comes() -> None:
    group = Group()
    people = [group.join() for _ in range(3)]
    everybody_sends(group, people, 1)
    group.now += 1
    meet(group, people)
    assert [asked(group, person) for person in people] == [False, True, False]  # the first that viewers were given
    group.pass_time(STEP)
    assert [asked(group, person) for person in people][2] is True


def test_a_kept_key_frame_leaves_when_the_step_comes() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    group.send(ana, CAMERA, 1, 0, key_frame(1))
    group.send(bo, CAMERA, 1, 0, key_frame(1))
    group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA), Attach(sam.id, Mid("v1"), bo.id, CAMERA))
    assert [one.ssrc for one in group.sent()] == [sam.peer.slots[Mid("v0")].ssrc]
    assert [one.ssrc for one in group.pass_time(STEP)] == [sam.peer.slots[Mid("v1")].ssrc]


@pytest.mark.parametrize("after", ["detach", "other", "leave", "hold"])
def test_what_changed_before_its_step_does_not_start(after: str) -> None:
    group = Group()
    ana, bo, kim, sam = group.join(), group.join(), group.join(), group.join()
    slot = sam.peer.slots[Mid("v1")]
    group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA), Attach(sam.id, slot.mid, bo.id, CAMERA))
    match after:
        case "detach":
            group.apply(Detach(sam.id, slot.mid))
        case "other":
            group.apply(Attach(sam.id, slot.mid, kim.id, CAMERA))
        case "leave":
            group.router.remove_peer(group.now, bo.id)
        case _:
            group.apply(Hold(bo.id, CAMERA))
    group.pass_time(STEP)
    if after != "leave":
        assert group.send(bo, CAMERA, 1, 0, key_frame()) == []
    assert slot.packets == 0


def test_a_release_does_not_start_it_before_its_step() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    group.apply(Hold(bo.id, CAMERA))
    group.apply(
        Attach(sam.id, Mid("v0"), ana.id, CAMERA), Attach(sam.id, Mid("v1"), bo.id, CAMERA), Release(bo.id, CAMERA)
    )
    assert group.send(bo, CAMERA, 1, 0, key_frame()) == []
    group.pass_time(STEP)
    assert len(group.send(bo, CAMERA, 2, 3000, key_frame())) == 1


def test_who_stays_on_a_slot_takes_no_step_and_goes_on() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    group.show(sam, "v0", ana, CAMERA)
    group.send(ana, CAMERA, 1, 0, key_frame())
    group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA), Attach(sam.id, Mid("v1"), bo.id, CAMERA))
    assert len(group.send(ana, CAMERA, 2, 3000)) == 1
    assert len(group.send(bo, CAMERA, 1, 0, key_frame())) == 1


def test_viewers_whose_transport_is_not_there_make_nobody_wait() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    late = group.join(connect=False)
    group.apply(
        Attach(late.id, Mid("v0"), ana.id, CAMERA),
        Attach(late.id, Mid("v1"), bo.id, CAMERA),
        Attach(sam.id, Mid("v1"), bo.id, CAMERA),
    )
    assert len(group.send(bo, CAMERA, 1, 0, key_frame())) == 1


def test_waiting_for_its_step_is_not_a_hold() -> None:
    group = Group()
    ana, bo, sam = group.join(), group.join(), group.join()
    group.apply(Attach(sam.id, Mid("v0"), ana.id, CAMERA), Attach(sam.id, Mid("v1"), bo.id, CAMERA))
    group.pass_time(STEP)
    group.send(bo, CAMERA, 1, 0, key_frame())
    assert [one.largest_hold_ms for one in sam.peer.stats().subscriptions] == [0.0, 0.0]
