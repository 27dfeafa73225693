"""Hands, spotlight, names, cover, and whom an interpreter goes with."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.floor import hands
from signaling.core.ids import MAIN, WAITING, ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.roles import Standing
from signaling.core.state import Away, Gone
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import ANA, EVA, KIM, LEO, NEW, NOW, SAM, F, G, P, Seated, group

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)


def test_hands_wait_in_the_order_in_which_they_were_raised(group: Seated) -> None:
    group.do(LEO, c.RaiseHand())
    group.now += 1
    group.do(SAM, c.RaiseHand())
    assert group.do(LEO, c.RaiseHand()) == []
    assert hands(group.session, MAIN) == [LEO, SAM]
    group.do(LEO, c.LowerHand())
    group.now += 1
    group.do(LEO, c.RaiseHand())
    assert hands(group.session, MAIN) == [SAM, LEO]
    assert group.do(LEO, c.LowerHand()) == [e.HandLowered(group.now, LEO)]
    assert group.do(LEO, c.LowerHand()) == []


def test_facilitators_lower_one_hand_or_all(group: Seated) -> None:
    for who in (SAM, LEO, ANA):
        group.do(who, c.RaiseHand())
    assert group.do(ANA, c.LowerOther(SAM)) == [e.HandLowered(NOW, SAM, BY_ANA)]
    assert len(group.do(ANA, c.LowerHands(MAIN))) == 2
    assert group.do(ANA, c.LowerHands(MAIN)) == []


def test_a_hand_stays_up_while_its_connection_is_lost_and_falls_when_they_leave(group: Seated) -> None:
    group.do(SAM, c.RaiseHand())
    group.drop(SAM)
    assert hands(group.session, MAIN) == [SAM]
    group.set(SAM, presence=Gone(NOW, "lost"))
    assert group.settle() == []
    group.back(SAM)
    assert group.at(SAM).hand == NOW
    group.gone(SAM)
    assert group.at(SAM).hand is None


def test_the_spotlight_is_on_one_person_of_the_room(group: Seated) -> None:
    assert group.do(ANA, c.Spotlight(MAIN, SAM)) == [e.Spotlit(NOW, MAIN, SAM, BY_ANA)]
    assert group.do(ANA, c.Spotlight(MAIN, SAM)) == []
    assert group.do(ANA, c.Spotlight(MAIN, None)) == [e.Spotlit(NOW, MAIN, None, BY_ANA)]
    group.do(ANA, c.TalkPrivately(SAM))
    assert group.refused(ANA, c.Spotlight(MAIN, SAM)) == ErrorCode.NO_SUCH
    group.do(ANA, c.Spotlight(MAIN, LEO))
    group.gone(LEO)
    assert group.session.rooms[MAIN].spotlight is None


def test_the_spotlight_ends_when_its_person_goes_to_another_room(group: Seated) -> None:
    group.do(ANA, c.Spotlight(MAIN, SAM))
    group.do(ANA, c.TalkPrivately(SAM))
    assert group.session.rooms[MAIN].spotlight is None


def test_a_new_name_is_no_part_of_the_record(group: Seated) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    for who in (SAM, NEW):
        before = group.session
        assert group.do(ANA, c.Rename(who)) == [e.Renamed(NOW, who, BY_ANA)]
        assert group.session.change(n=0) == before.change(n=0)
    assert group.refused(ANA, c.Rename(ParticipantId("nobody"))) == ErrorCode.NO_SUCH


def test_cover_stays_until_a_facilitator_lifts_it_also_over_leaving(group: Seated) -> None:
    assert group.do(ANA, c.Cover(SAM)) == [e.Covered(NOW, SAM, BY_ANA)]
    assert group.do(ANA, c.Cover(SAM)) == []
    group.drop(SAM)
    group.set(SAM, presence=Gone(NOW, "lost"))
    group.back(SAM)
    assert group.at(SAM).covered_by == ANA
    assert group.do(ANA, c.Uncover(SAM)) == [e.Uncovered(NOW, SAM, BY_ANA)]
    assert group.do(ANA, c.Uncover(SAM)) == []
    group.do(ANA, c.Cover(SAM))
    group.gone(SAM)
    assert group.at(SAM).covered_by == ANA


@pytest.mark.parametrize("whom", [ANA, KIM])
def test_no_facilitator_is_covered(group: Seated, whom: ParticipantId) -> None:
    group.sit(KIM, F)
    assert group.refused(ANA, c.Cover(whom)) == ErrorCode.NOT_ALLOWED


def test_an_interpreter_goes_with_one_person(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter")
    assert group.do(ANA, c.Follow(EVA, SAM)) == [e.Following(NOW, EVA, SAM, BY_ANA)]
    assert group.do(ANA, c.Follow(EVA, SAM)) == []
    group.gone(SAM)
    assert group.at(EVA).follows is None


def test_only_interpreters_follow_and_nobody_follows_them(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter")
    assert group.refused(ANA, c.Follow(SAM, LEO)) == ErrorCode.NOT_ALLOWED
    assert group.refused(ANA, c.Follow(EVA, EVA)) == ErrorCode.NOT_ALLOWED
    assert group.refused(ANA, c.Follow(EVA, ParticipantId("nobody"))) == ErrorCode.NO_SUCH


def test_who_leaves_the_interpreter_free_is_not_followed_any_more(group: Seated) -> None:
    group.sit(EVA, G, function="interpreter")
    group.do(ANA, c.Follow(EVA, SAM))
    group.set(SAM, presence=Away(NOW))
    assert group.settle() == []
    group.gone(EVA)
    assert group.at(EVA).follows is None
