"""Who sees and hears whom, place by place; the promises of it hold in any history (test_session_properties.py)."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core.events import SourceKind
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ParticipantId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.roles import Role
from signaling.core.sight import (
    EVERYTHING,
    NOTHING,
    Exception_,
    exceptions,
    grants,
    held,
    in_media_room,
    lookers,
    may_start,
    seen_by,
    sources_for,
    voice_of,
)
from signaling.core.state import Away, Gone
from signaling.core.visits import LOOK_OPENS
from tests.unit.signaling.core.paired import MIA, NOA, ONE, TWO, device, pairs
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, SAM, F, G, P, Seated, group, private

__all__ = ["group", "pairs"]

MICROPHONE, CAMERA = frozenset[SourceKind]({"microphone"}), frozenset[SourceKind]({"camera"})
SHARED = frozenset[SourceKind]({"screen", "screen_sound"})


def sees(group: Seated, viewer: ParticipantId, publisher: ParticipantId) -> bool:
    seen = sources_for(group.session, viewer, publisher)
    assert seen in (EVERYTHING, NOTHING)
    return seen == EVERYTHING


def test_people_of_one_room_see_each_other(group: Seated) -> None:
    assert all(sees(group, one, other) for one in (ANA, SAM, LEO) for other in (ANA, SAM, LEO))


@pytest.mark.parametrize(
    ("room", "door"),
    [
        (WAITING, Door.KNOCKING),
        (WAITING, Door.SENT_BACK),
        (DESK, Door.INSIDE),
        (LATE, Door.INSIDE),
        (MAIN, Door.KNOCKING),
    ],
)
def test_nobody_sees_or_hears_in_the_waiting_room_or_at_the_desk(group: Seated, room: RoomId, door: Door) -> None:
    for who in (NEW, KIM):
        group.sit(who, P, room=room, door=door)
    for other in (SAM, ANA, KIM):
        assert not sees(group, NEW, other)
        assert not sees(group, other, NEW)
    assert held(group.session, NEW) == EVERYTHING
    assert may_start(group.session, NEW) == NOTHING
    assert not in_media_room(group.session, group.at(NEW))


def test_two_rooms_do_not_meet(group: Seated) -> None:
    group.do(ANA, c.TalkPrivately(SAM))
    assert sees(group, ANA, SAM)
    assert sees(group, SAM, ANA)
    assert not any(sees(group, one, other) for one in (ANA, SAM) for other in (LEO,))
    assert not any(sees(group, LEO, other) for other in (ANA, SAM))


def test_a_waiting_person_in_a_private_talk_is_seen_there_and_nowhere_else(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(ANA, c.TalkPrivately(NEW))
    assert sees(group, ANA, NEW)
    assert sees(group, NEW, ANA)
    assert not sees(group, LEO, NEW)
    assert not sees(group, NEW, LEO)


def test_media_goes_on_while_somebody_reconnects_and_ends_when_they_are_lost(group: Seated) -> None:
    group.set(SAM, presence=Away(1000.0))
    assert sees(group, LEO, SAM)
    group.set(SAM, presence=Gone(1000.0, "lost"))
    assert not sees(group, LEO, SAM)
    assert not sees(group, SAM, LEO)


def test_who_is_covered_is_seen_by_facilitators_only_and_is_told_by_whom(group: Seated) -> None:
    group.sit(KIM, F)
    assert seen_by(group.session, SAM) is None
    group.do(ANA, c.Cover(SAM))
    assert [sees(group, viewer, SAM) for viewer in (ANA, KIM, LEO, SAM)] == [True, True, False, True]
    assert sees(group, SAM, LEO)  # they see the others as before
    assert seen_by(group.session, SAM) == [ANA, KIM]
    assert exceptions(group.session) == [(ANA, SAM, Exception_.COVERED), (KIM, SAM, Exception_.COVERED)]
    group.do(KIM, c.Uncover(SAM))
    assert sees(group, LEO, SAM)
    assert (seen_by(group.session, SAM), exceptions(group.session)) == (None, [])


def test_a_facilitator_elsewhere_is_not_named_as_seeing(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(ANA, c.Cover(SAM))
    group.do(ANA, c.TalkPrivately(LEO))
    assert seen_by(group.session, SAM) == [KIM]


def test_who_stepped_away_neither_sees_nor_is_seen(group: Seated) -> None:
    group.do(SAM, c.StepAway())
    assert held(group.session, SAM) == EVERYTHING
    assert not sees(group, SAM, LEO)
    group.do(SAM, c.ComeBack())
    assert sees(group, SAM, LEO)
    assert held(group.session, SAM) == SHARED


def test_a_break_holds_ones_own_media_and_lets_the_rest_be_heard(group: Seated) -> None:
    group.do(ANA, c.StartBreak(group.now + 600))
    group.do(ANA, c.ComeBack())
    assert held(group.session, SAM) == EVERYTHING
    assert held(group.session, ANA) == NOTHING
    assert sees(group, SAM, ANA)


def test_a_pause_holds_everybody_in_the_group_but_the_team_and_no_private_talk(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(EVA, G, function="interpreter")
    group.do(KIM, c.TalkPrivately(LEO))
    group.do(ANA, c.PauseGroup())
    assert [held(group.session, who) for who in (ANA, SAM, EVA)] == [NOTHING, EVERYTHING, EVERYTHING]
    assert held(group.session, LEO) == SHARED
    group.do(ANA, c.ResumeGroup())
    assert held(group.session, SAM) == SHARED


def test_what_is_held_for_every_reason(group: Seated) -> None:
    group.set(SAM, sources=frozenset({"microphone", "camera"}), forbidden=frozenset())
    assert held(group.session, SAM) == NOTHING
    group.do(ANA, c.MuteAll(MAIN))
    assert held(group.session, SAM) == MICROPHONE
    group.do(ANA, c.StopSource(SAM, "camera"))
    assert held(group.session, SAM) == MICROPHONE | CAMERA
    group.do(ANA, c.Forbid(SAM, "screen"))
    assert held(group.session, SAM) == MICROPHONE | CAMERA | {"screen"}
    group.do(ANA, c.ForbidAll(MAIN, "screen_sound"))
    assert held(group.session, SAM) == EVERYTHING
    assert may_start(group.session, SAM) == MICROPHONE | CAMERA


def test_a_rooms_lock_is_not_for_facilitators(group: Seated) -> None:
    group.do(ANA, c.ForbidAll(MAIN, "camera"))
    assert may_start(group.session, ANA) == EVERYTHING
    assert held(group.session, ANA) == NOTHING
    assert "camera" not in may_start(group.session, LEO)


@pytest.mark.parametrize(
    ("roles", "granted"),
    [
        ((Role.PARTICIPANT,), (EVERYTHING, True)),
        ((Role.GUEST,), (EVERYTHING, True)),
        ((Role.FACILITATOR, Role.ADMIN), (EVERYTHING, True)),
        ((Role.SUPPORT,), (NOTHING, False)),
        ((Role.COORDINATOR,), (NOTHING, False)),
        ((Role.ADMIN,), (NOTHING, False)),
        ((Role.COORDINATOR, Role.SUPPORT, Role.ADMIN), (NOTHING, False)),
    ],
)
def test_the_desk_is_granted_no_media(roles: tuple[Role, ...], granted: tuple[frozenset[SourceKind], bool]) -> None:
    assert grants(roles) == granted


def test_nobody_unknown_is_seen(group: Seated) -> None:
    nobody = ParticipantId("nobody")
    assert not sees(group, SAM, nobody)
    assert not sees(group, nobody, SAM)
    assert held(group.session, nobody) == EVERYTHING
    assert (may_start(group.session, nobody), seen_by(group.session, nobody)) == (NOTHING, None)
    assert private(SAM) not in group.session.rooms


# --- pairs, and what leads into and out of them ----------------------------------------------------------------------


def looks(group: Seated, who: ParticipantId = ANA, room: RoomId = ONE) -> None:
    group.do(who, c.Look(room, device(group, who)))
    group.wait(LOOK_OPENS)


def speaks(group: Seated, who: ParticipantId = ANA) -> None:
    group.do(who, c.Broadcast(True, device(group, who)))


def across(group: Seated) -> dict[tuple[ParticipantId, ParticipantId], frozenset[SourceKind]]:
    """(viewer, publisher) of two rooms -> what reaches them."""
    found = {}
    for viewer in group.session.seats.values():
        for publisher in group.session.seats.values():
            sources = sources_for(group.session, viewer.participant, publisher.participant)
            if viewer.room != publisher.room and sources:
                found[viewer.participant, publisher.participant] = sources
    return found


def test_a_pair_is_a_room_like_any_other(pairs: Seated) -> None:
    assert [sees(pairs, SAM, other) for other in (LEO, MIA, NOA, ANA)] == [True, False, False, False]
    assert [sees(pairs, ANA, other) for other in (KIM, SAM, MIA)] == [True, False, False]
    assert (across(pairs), exceptions(pairs.session)) == ({}, [])
    assert may_start(pairs.session, SAM) == EVERYTHING


def test_who_visits_is_of_the_room_and_of_no_other(pairs: Seated) -> None:
    pairs.set(ANA, room=ONE)
    assert [sees(pairs, ANA, other) for other in (SAM, LEO, KIM, MIA)] == [True, True, False, False]
    assert across(pairs) == {}


def test_a_look_leads_to_the_cameras_of_one_room_and_to_no_sound(pairs: Seated) -> None:
    looks(pairs)
    assert across(pairs) == {(ANA, SAM): CAMERA, (ANA, LEO): CAMERA}
    assert exceptions(pairs.session) == [(ANA, SAM, Exception_.LOOK), (ANA, LEO, Exception_.LOOK)]
    assert [seat.participant for seat in lookers(pairs.session, ONE)] == [ANA]
    assert lookers(pairs.session, TWO) == []
    assert seen_by(pairs.session, SAM) is None
    pairs.wait(60)
    assert (across(pairs), lookers(pairs.session, ONE)) == ({}, [])


def test_who_looks_again_elsewhere_sees_the_first_room_no_more(pairs: Seated) -> None:
    looks(pairs)
    looks(pairs, room=TWO)
    assert set(across(pairs)) == {(ANA, MIA), (ANA, NOA)}


def test_a_room_is_told_of_a_look_before_it_is_seen(pairs: Seated) -> None:
    pairs.do(ANA, c.Look(ONE, device(pairs, ANA)))
    assert (across(pairs), lookers(pairs.session, ONE)) == ({}, [])
    pairs.wait(LOOK_OPENS - 0.1)
    pairs.do(ANA, c.Look(ONE, device(pairs, ANA)))
    assert across(pairs) == {}
    pairs.wait(0.1)
    assert set(across(pairs)) == {(ANA, SAM), (ANA, LEO)}
    pairs.do(ANA, c.Look(TWO, device(pairs, ANA)))
    assert across(pairs) == {}, "another room is told first, too"


def test_no_look_shows_who_is_covered(pairs: Seated) -> None:
    looks(pairs)
    pairs.do(KIM, c.Cover(SAM))
    assert set(across(pairs)) == {(ANA, LEO)}
    assert seen_by(pairs.session, SAM) == []


def test_a_broadcast_is_one_voice_into_every_pair_and_nothing_is_heard_back(pairs: Seated) -> None:
    pairs.set(KIM, room=TWO)
    speaks(pairs)
    assert across(pairs) == {(hearer, ANA): MICROPHONE for hearer in (SAM, LEO, MIA, NOA, KIM)}
    assert set(exceptions(pairs.session)) == {(who, ANA, Exception_.BROADCAST) for who in (SAM, LEO, MIA, NOA, KIM)}


def test_a_broadcast_reaches_neither_a_private_talk_nor_who_waits(pairs: Seated) -> None:
    pairs.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    pairs.sit(EVA, P, room=LATE)
    pairs.do(KIM, c.TalkPrivately(SAM))
    speaks(pairs)
    assert {hearer for hearer, _ in across(pairs)} == {LEO, MIA, NOA}


def test_who_hears_everybody_else_of_the_main_room_hears_them_too(pairs: Seated) -> None:
    speaks(pairs)
    assert sees(pairs, KIM, ANA)


@pytest.mark.parametrize("resting", ["away", "arriving"])
def test_nothing_reaches_who_is_not_at_the_screen(pairs: Seated, resting: str) -> None:
    speaks(pairs)
    pairs.set(SAM, resting=resting)
    assert [sees(pairs, SAM, LEO), (SAM, ANA) in across(pairs)] == [False, False]
    assert held(pairs.session, SAM) == EVERYTHING
    pairs.do(SAM, c.ComeBack())
    assert [sees(pairs, SAM, LEO), (SAM, ANA) in across(pairs)] == [True, True]


def test_a_voice_has_one_place(pairs: Seated) -> None:
    places = [voice_of(pairs.session, who) for who in (ANA, SAM, MIA)]
    assert places == [MAIN, ONE, TWO]
    speaks(pairs)
    assert voice_of(pairs.session, ANA) == "everyone"
    pairs.do(KIM, c.DropIn(TWO))
    pairs.wait(3)
    assert voice_of(pairs.session, KIM) == TWO
    pairs.sit(NEW, P, room=LATE)
    assert voice_of(pairs.session, NEW) is None


def test_a_muted_broadcaster_is_held_like_anybody(pairs: Seated) -> None:
    speaks(pairs)
    pairs.set(ANA, muted=True)
    assert "microphone" in held(pairs.session, ANA)


def test_a_pause_holds_the_pairs_too(pairs: Seated) -> None:
    pairs.set(KIM, room=TWO)
    pairs.do(ANA, c.PauseGroup())
    assert [held(pairs.session, who) for who in (SAM, MIA, KIM)] == [EVERYTHING, EVERYTHING, NOTHING]
