"""Dropping in, looking, speaking to everybody: from where, for how long, and what ends it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import MAIN, ConnectionId, ParticipantId, RoomId, SecretHash, pair_room
from signaling.core.roles import Standing
from signaling.core.session import deadline
from signaling.core.state import Away, Gone, Here, Standby
from signaling.core.visits import ANNOUNCED, BROADCAST_LASTS, LOOK_LASTS, LOOK_OPENS
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.paired import NOA, ONE, TWO, device, in_pairs, pairs, rooms
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NOW, SAM, Seated, group, private

__all__ = ["group", "pairs"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
NOBODYS = ConnectionId(99)

Disturb = Callable[[Seated], object]


def look(group: Seated, who: ParticipantId = ANA, room: RoomId = ONE) -> list[e.Event]:
    return group.do(who, c.Look(room, device(group, who)))


def speak(group: Seated, who: ParticipantId = ANA, *, on: bool = True) -> list[e.Event]:
    return group.do(who, c.Broadcast(on, device(group, who)))


def other_device(group: Seated) -> None:
    group.set(ANA, presence=Here(NOBODYS))
    group.settle()


def phone_only(group: Seated) -> None:
    """Her laptop drops while her phone stands by."""
    group.set(ANA, standby=Standby(Here(NOBODYS), SecretHash("phone")))
    group.drop(ANA)


def recall(group: Seated) -> None:
    group.do(KIM, c.RecallRooms(0.0))


# --- dropping in -----------------------------------------------------------------------------------------------------


def test_a_visit_is_announced_three_seconds_ahead_and_leads_in(pairs: Seated) -> None:
    assert pairs.do(ANA, c.DropIn(ONE)) == [e.DropInAnnounced(NOW, ANA, ONE, NOW + ANNOUNCED)]
    assert (rooms(pairs, ANA), deadline(pairs.session)) == ([MAIN], NOW + 3.0)
    assert pairs.wait(2.9) == []
    assert pairs.wait(0.1) == [e.DroppedIn(pairs.now, ANA), e.Moved(pairs.now, ANA, ONE, None, None)]
    assert (rooms(pairs, ANA), pairs.at(ANA).drop_in, deadline(pairs.session)) == ([ONE], None, None)


@pytest.mark.parametrize("muted", [True, False])
def test_who_comes_is_as_muted_as_before(pairs: Seated, muted: bool) -> None:
    pairs.set(ANA, muted=muted)
    pairs.do(ANA, c.DropIn(ONE))
    pairs.wait(3)
    assert pairs.at(ANA).muted is muted


def test_from_one_pair_into_the_next(pairs: Seated) -> None:
    pairs.set(ANA, room=ONE)
    pairs.do(ANA, c.DropIn(TWO))
    pairs.wait(3)
    assert rooms(pairs, ANA) == [TWO]


def test_a_second_tap_does_not_put_it_off_and_another_room_is_announced_anew(pairs: Seated) -> None:
    pairs.do(ANA, c.DropIn(ONE))
    pairs.wait(2)
    assert pairs.do(ANA, c.DropIn(ONE)) == []
    pairs.do(ANA, c.DropIn(TWO))
    assert pairs.wait(1) == []
    pairs.wait(2)
    assert rooms(pairs, ANA) == [TWO]


def test_a_visit_called_off(pairs: Seated) -> None:
    assert pairs.do(ANA, c.CancelDropIn()) == []
    pairs.do(ANA, c.DropIn(ONE))
    assert pairs.do(ANA, c.CancelDropIn()) == [e.DropInOff(NOW, ANA)]
    assert (pairs.wait(60), rooms(pairs, ANA)) == ([], [MAIN])


def test_where_nobody_drops_in(pairs: Seated) -> None:
    for room in (MAIN, pair_room(9), RoomId("late")):
        assert pairs.refused(ANA, c.DropIn(room)) == ErrorCode.NO_SUCH
    pairs.set(ANA, room=ONE)
    assert pairs.refused(ANA, c.DropIn(ONE)) == ErrorCode.NOT_NOW
    pairs.do(KIM, c.StepAway())
    assert pairs.refused(KIM, c.DropIn(ONE)) == ErrorCode.NOT_NOW
    pairs.do(ANA, c.BackToGroup())
    pairs.do(ANA, c.TalkPrivately(SAM))
    assert pairs.refused(ANA, c.DropIn(TWO)) == ErrorCode.BUSY
    assert pairs.refused(ANA, c.DropIn(private(SAM))) == ErrorCode.BUSY


@pytest.mark.parametrize(
    "disturb",
    [
        lambda group: group.drop(ANA),
        lambda group: group.set(ANA, presence=Away(NOW)),
        lambda group: group.gone(ANA),
        lambda group: group.do(ANA, c.StepAway()),
        lambda group: group.do(ANA, c.TalkPrivately(NOA)),
        recall,
    ],
    ids=["drops", "drops unnoticed", "leaves", "steps away", "talks privately", "pairs over"],
)
def test_what_calls_a_visit_off(disturb: Disturb) -> None:
    group = in_pairs((SAM, LEO), (NOA,))
    group.do(ANA, c.DropIn(ONE))
    disturb(group)
    group.settle()
    assert e.DropInOff(NOW, ANA) in group.events
    group.wait(3)
    assert not any(isinstance(event, e.DroppedIn) for event in group.events)


def test_going_back_to_the_group_calls_the_next_visit_off(pairs: Seated) -> None:
    pairs.set(ANA, room=ONE)
    pairs.do(ANA, c.DropIn(TWO))
    pairs.do(ANA, c.BackToGroup())
    assert (pairs.wait(3), rooms(pairs, ANA)) == ([], [MAIN])


def test_a_facilitator_drops_in_by_phone(pairs: Seated) -> None:
    phone_only(pairs)
    pairs.do(ANA, c.DropIn(ONE))
    pairs.wait(3)
    assert rooms(pairs, ANA) == [ONE]


# --- looking ---------------------------------------------------------------------------------------------------------


def test_a_look_lasts_a_minute(pairs: Seated) -> None:
    assert look(pairs) == [e.Looked(NOW, ANA, ONE, NOW + LOOK_LASTS, device(pairs, ANA))]
    assert deadline(pairs.session) == NOW + LOOK_OPENS
    assert pairs.wait(LOOK_OPENS) == [e.LookOpened(pairs.now, ANA)]
    assert deadline(pairs.session) == NOW + 60
    assert pairs.wait(59.4) == []
    assert pairs.wait(0.1) == [e.LookOver(pairs.now, ANA)]
    assert pairs.at(ANA).look is None


def test_again_is_a_minute_from_now_and_another_room_takes_its_place(pairs: Seated) -> None:
    look(pairs)
    pairs.wait(50)
    look(pairs)
    assert pairs.wait(50) == []
    look(pairs, room=TWO)
    seen = pairs.at(ANA).look
    assert seen is not None
    assert (seen.room, seen.until) == (TWO, pairs.now + 60)


def test_a_look_closed(pairs: Seated) -> None:
    assert pairs.do(ANA, c.CloseLook()) == []
    look(pairs)
    assert pairs.do(ANA, c.CloseLook()) == [e.LookOver(NOW, ANA)]


def test_where_nobody_looks(pairs: Seated) -> None:
    mine = device(pairs, ANA)
    for room in (MAIN, pair_room(9)):
        assert pairs.refused(ANA, c.Look(room, mine)) == ErrorCode.NO_SUCH
    assert pairs.refused(ANA, c.Look(ONE, NOBODYS)) == ErrorCode.NOT_NOW
    pairs.set(ANA, room=TWO)
    assert pairs.refused(ANA, c.Look(ONE, mine)) == ErrorCode.NOT_NOW
    pairs.set(ANA, room=MAIN, resting="away")
    assert pairs.refused(ANA, c.Look(ONE, mine)) == ErrorCode.NOT_NOW


def drops_in(group: Seated) -> None:
    group.do(ANA, c.DropIn(ONE))
    group.wait(3)


ENDS: dict[str, Disturb] = {
    "drops": lambda group: group.drop(ANA),
    "lost": lambda group: group.set(ANA, presence=Gone(NOW, "lost")),
    "leaves": lambda group: group.gone(ANA),
    "another device": other_device,
    "phone only": phone_only,
    "steps away": lambda group: group.do(ANA, c.StepAway()),
    "talks privately": lambda group: group.do(ANA, c.TalkPrivately(SAM)),
    "drops in": drops_in,
}


@pytest.mark.parametrize("disturb", [*ENDS.values(), recall], ids=[*ENDS, "pairs over"])
def test_what_ends_a_look_at_once(disturb: Disturb) -> None:
    group = in_pairs((SAM, LEO))
    look(group)
    disturb(group)
    group.settle()
    assert group.at(ANA).look is None
    assert e.LookOver(group.now, ANA) in group.events


def test_two_look_at_one_room_each_for_their_own_time(pairs: Seated) -> None:
    look(pairs)
    pairs.wait(30)
    look(pairs, KIM)
    pairs.wait(LOOK_OPENS)
    assert pairs.wait(30 - LOOK_OPENS) == [e.LookOver(pairs.now, ANA)]
    assert pairs.at(KIM).look is not None


# --- speaking to everybody -------------------------------------------------------------------------------------------


def test_a_broadcast_is_of_one_and_ends_by_itself(pairs: Seated) -> None:
    assert speak(pairs) == [e.BroadcastStarted(NOW, ANA, NOW + BROADCAST_LASTS, device(pairs, ANA))]
    assert speak(pairs) == []
    assert pairs.refused(KIM, c.Broadcast(True, device(pairs, KIM))) == ErrorCode.BUSY
    assert (speak(pairs, KIM, on=False), pairs.session.broadcast is None) == ([], False)
    assert pairs.wait(119.9) == []
    assert pairs.wait(0.1) == [e.BroadcastOver(pairs.now, ANA)]
    assert (pairs.session.broadcast, deadline(pairs.session)) == (None, None)


def test_a_broadcast_stopped(pairs: Seated) -> None:
    assert speak(pairs, on=False) == []
    speak(pairs)
    assert speak(pairs, on=False) == [e.BroadcastOver(NOW, ANA)]


def test_speaking_to_everybody_unmutes_nobody(pairs: Seated) -> None:
    pairs.set(ANA, muted=True)
    speak(pairs)
    assert pairs.at(ANA).muted
    speak(pairs, on=False)
    assert pairs.at(ANA).muted


def test_from_where_nobody_speaks_to_everybody(pairs: Seated) -> None:
    mine = device(pairs, ANA)
    assert pairs.refused(ANA, c.Broadcast(True, NOBODYS)) == ErrorCode.NOT_NOW
    pairs.set(ANA, room=ONE)
    assert pairs.refused(ANA, c.Broadcast(True, mine)) == ErrorCode.NOT_NOW
    pairs.set(ANA, room=MAIN, resting="away")
    assert pairs.refused(ANA, c.Broadcast(True, mine)) == ErrorCode.NOT_NOW


def test_nobody_speaks_to_everybody_while_everybody_is_here(group: Seated) -> None:
    assert group.refused(ANA, c.Broadcast(True, device(group, ANA))) == ErrorCode.NOT_NOW


@pytest.mark.parametrize("disturb", [*ENDS.values(), recall], ids=[*ENDS, "pairs over"])
def test_what_ends_a_broadcast_at_once(disturb: Disturb) -> None:
    group = in_pairs((SAM, LEO))
    speak(group)
    disturb(group)
    group.settle()
    assert group.session.broadcast is None
    assert e.BroadcastOver(group.now, ANA) in group.events
