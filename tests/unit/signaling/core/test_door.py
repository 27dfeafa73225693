"""The door: who comes in by themselves, who knocks, who comes back, who goes; and that nobody else gets in."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.door import KNOCKS_BEYOND, MOST_KNOCKS, SEATS_PER_PLACE
from signaling.core.ids import DESK, MAIN, WAITING, ConnectionId, LinkHash, ParticipantId
from signaling.core.lifecycles import CallState, Door
from signaling.core.presence import AWAY_KEPT, SECRET_LIVES
from signaling.core.programme import Rules
from signaling.core.roles import Role, Standing
from signaling.core.session import deadline
from signaling.core.state import Away, Gone, Here, call_id
from signaling.protocol import ByeReason, ErrorCode
from tests.unit.signaling.core.history import ANA, LEO, SAM, F, G, History, P, group, join, resume

BY_ANA = e.By(ANA, Standing.FACILITATOR)


@pytest.fixture
def room() -> History:
    return group()


def kinds(history: History) -> dict[str, str | None]:
    return {seat.participant: seat.knock for seat in history.session.waiting()}


# --- coming in -------------------------------------------------------------------------------------------------------


def test_a_facilitator_comes_in_and_everybody_else_knocks() -> None:
    history = History()
    history.join("ana", 1, F)
    history.join("sam", 2)
    assert (history.seat("ana").door, history.seat("ana").room) == (Door.INSIDE, MAIN)
    assert (history.seat("sam").door, history.seat("sam").room) == (Door.KNOCKING, WAITING)
    assert history.session.inside() == [history.seat("ana")]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SUPPORT, Role.ADMIN])
def test_who_only_helps_the_practice_sits_at_the_desk(role: Role) -> None:
    history = History()
    history.join("kim", 1, role)
    assert (history.seat("kim").door, history.seat("kim").room) == (Door.INSIDE, DESK)
    history.join("kim2", 2, role, person="kim")
    assert history.seat("kim").presence == Here(ConnectionId(2)), "the same person on another device"
    assert len(history.session.present()) == 1


def test_a_coordinator_who_takes_part_sits_in_the_group() -> None:
    history = History()
    history.join("kim", 1, Role.COORDINATOR, P)
    assert (history.seat("kim").room, history.seat("kim").role) == (WAITING, P)


def test_being_let_in(room: History) -> None:
    room.join("leo", 3)
    assert room.admit("leo") == ([e.Admitted(0.0, LEO, BY_ANA)], [])
    assert (room.seat("leo").door, room.seat("leo").room, room.seat("leo").knock) == (Door.INSIDE, MAIN, None)
    assert room.admit("leo") == ([], []), "once is enough"


def test_a_test_server_may_make_links_that_do_not_knock() -> None:
    history = History()
    history.join("bot", 1, person=None, knocks=False)
    assert history.seat("bot").room == MAIN


def test_no_join_ever_admits_others(room: History) -> None:
    room.join("leo", 3)
    room.join("kim", 4, F)
    assert room.seat("leo").door is Door.KNOCKING


@pytest.mark.parametrize(
    ("function", "forbidden"),
    [
        ("interpreter", {"screen", "screen_sound"}),
        ("captioner", {"screen", "screen_sound", "microphone"}),
        ("supervisor", {"screen", "screen_sound", "microphone", "camera"}),
        ("trainee", {"screen", "screen_sound", "microphone", "camera"}),
    ],
)
def test_a_guest_starts_with_what_their_function_needs(function: str, forbidden: set[str]) -> None:
    history = History()
    history.join("eva", 1, G, function=function)
    assert history.seat("eva").forbidden == forbidden


def test_screens_are_shared_only_when_allowed(room: History) -> None:
    assert room.seat("sam").forbidden == {"screen", "screen_sound"}
    assert room.seat("ana").forbidden == frozenset()


# --- what facilitators are told of a knock ---------------------------------------------------------------------------


def test_the_kinds_of_knocks(room: History) -> None:
    room.join("leo", 3)
    room.join("guest", 4, person=None)
    room.join("sam2", 5, person="sam")
    assert kinds(room) == {"leo": "expected", "guest": "stranger", "sam2": "other_device"}
    assert room.seat("sam2").claims == SAM
    room.as_("sam", c.Leave())
    assert (room.seat("sam2").knock, room.seat("sam2").claims) == ("again", None)
    room.admit("sam2")
    room.as_("ana", c.Remove(ParticipantId("sam2")))
    room.join("sam3", 6, person="sam")
    assert kinds(room)["sam3"] == "removed"


def test_everyone_expected_is_nobody_else(room: History) -> None:
    for number, (who, person) in enumerate([("leo", "leo"), ("eli", "eli"), ("x", None), ("sam2", "sam")], 3):
        room.join(who, number, person=person)
    room.drop(4)  # Eli reconnects: let in later
    events, _ = room.as_("ana", c.AdmitExpected())
    assert events == [e.Admitted(0.0, LEO, BY_ANA)]


def test_two_devices_with_one_unused_link(room: History) -> None:
    """Neither can be told to be the right one: the second is marked, and only one gets in."""
    room.join("leo", 3)
    room.join("thief", 4, person="leo")
    assert kinds(room) == {"leo": "expected", "thief": "other_device"}
    room.as_("ana", c.AdmitExpected())
    assert room.seat("thief").claims == LEO
    room.as_("ana", c.Decline(ParticipantId("thief")))
    assert room.seat("leo").door is Door.INSIDE


def test_two_devices_that_knock_in_the_same_moment_and_return_are_one_person(room: History) -> None:
    for who, connection in (("leo", 3), ("leo2", 4)):
        room.join(who, connection, person="leo")
        room.drop(connection)
        room.do(c.Newcomer(), resume(who, connection + 10))
    assert kinds(room) == {"leo": "expected", "leo2": "other_device"}
    room.as_("ana", c.AdmitExpected())
    assert room.seat("leo2").door is Door.KNOCKING


# --- another device --------------------------------------------------------------------------------------------------


def test_letting_another_device_in_moves_the_seat_and_closes_the_old(room: History) -> None:
    room.as_("sam", c.RaiseHand())
    room.as_("sam", c.Mute())
    room.join("sam2", 7, person="sam")
    events, effects = room.admit("sam2")
    assert [type(event) for event in events] == [e.SeatMoved]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(2), ByeReason.REPLACED)]
    seat = room.seat("sam")
    assert (seat.presence, seat.muted, seat.hand) == (Here(ConnectionId(7)), True, 0.0)
    assert ParticipantId("sam2") not in room.session.seats
    assert room.refused(c.Newcomer(), resume("sam", 8)) == ErrorCode.RESUME_UNKNOWN, "the old device has no secret"
    room.do(c.Newcomer(), resume("sam2", 8))


def test_a_forwarded_link_cannot_take_a_live_seat(room: History) -> None:
    room.join("thief", 7, person="sam")
    assert room.seat("sam").presence == Here(ConnectionId(2))
    assert room.refused(c.Member(ParticipantId("thief")), c.Publish("camera")) == ErrorCode.WAITING
    room.join("thief2", 8, F, person="ana")
    assert room.seat("thief2").door is Door.KNOCKING, "a facilitator's neither"
    assert room.refused(c.Member(ParticipantId("thief2")), c.Admit(ParticipantId("thief"))) == ErrorCode.WAITING


def test_a_person_who_was_lost_takes_their_seat_along_to_another_device(room: History) -> None:
    room.as_("sam", c.RaiseHand())
    room.drop(2)
    room.wait(AWAY_KEPT)
    room.join("sam2", 7, person="sam")
    assert (room.seat("sam2").knock, room.seat("sam2").claims) == ("again", SAM)
    room.admit("sam2")
    assert (room.seat("sam").presence, room.seat("sam").hand) == (Here(ConnectionId(7)), 0.0)
    assert len(room.session.inside()) == 2


def test_somebody_with_a_spoken_code_may_change_devices_too(room: History) -> None:
    room.join("x", 3, person=None, link="spoken")
    room.admit("x")
    room.as_("ana", c.LockDoor(True))
    room.join("x2", 4, person=None, link="spoken")
    assert (room.seat("x2").knock, room.seat("x2").claims) == ("other_device", ParticipantId("x"))
    room.admit("x2")
    assert room.seat("x").presence == Here(ConnectionId(4))
    room.join("x3", 5, person=None, link="spoken")
    room.as_("x", c.Leave())
    assert (room.seat("x3").knock, room.seat("x3").claims) == ("stranger", None)


def test_the_device_that_knocks_must_be_there_to_take_the_seat(room: History) -> None:
    room.join("sam2", 7, person="sam")
    room.drop(7)
    assert room.refused(c.Member(ANA), c.Admit(ParticipantId("sam2"))) == ErrorCode.NOT_NOW


def test_a_facilitator_who_was_lost_comes_in_by_their_link(room: History) -> None:
    room.join("kim", 3, F)
    room.drop(1)
    room.wait(AWAY_KEPT)
    room.join("ana2", 4, F, person="ana")
    assert room.seat("ana").presence == Here(ConnectionId(4))
    assert len(room.session.facilitators()) == 2


# --- refused at the door ---------------------------------------------------------------------------------------------


def test_the_lock_stops_new_knocks_only(room: History) -> None:
    room.as_("ana", c.LockDoor(True))
    assert room.refused(c.Newcomer(), join("leo", 3)) == ErrorCode.LOCKED
    room.join("kim", 4, F)
    room.join("sam2", 6, person="sam")
    room.do(c.Newcomer(), resume("sam", 5))
    assert room.as_("ana", c.LockDoor(True)) == ([], [])
    room.as_("kim", c.LockDoor(False))
    room.join("leo", 3)


def test_the_agreement_is_accepted_once_per_version() -> None:
    history = History(Rules(agreement="2"))
    assert history.refused(c.Newcomer(), join("sam", 1)) == ErrorCode.AGREEMENT_NEEDED
    assert history.refused(c.Newcomer(), join("sam", 1, agreement="1", agreed="1")) == ErrorCode.AGREEMENT_NEEDED
    events, _ = history.join("sam", 1, agreement="2")
    assert events[1] == e.AgreementAccepted(0.0, SAM, "2")
    events, _ = history.join("leo", 2, agreed="2")
    assert [type(event) for event in events] == [e.Knocked], "recorded once"


def test_a_shared_link_is_for_a_number_of_people() -> None:
    history = History()
    history.join("ana", 1, F)
    for number in (2, 3):
        history.join(f"p{number}", number, person=None, link="shared", people=2)
        history.admit(f"p{number}")
    full = join("p4", 4, person=None, link="shared", people=2)
    assert history.refused(c.Newcomer(), full) == ErrorCode.LINK_FULL
    history.drop(2)
    history.wait(SECRET_LIVES - 1)
    assert history.refused(c.Newcomer(), full) == ErrorCode.LINK_FULL, "who is lost holds the place"
    history.wait(1)
    history.do(c.Newcomer(), full)


def test_a_shared_link_that_is_used_in_a_loop_wears_out_alone_and_a_personal_one_never() -> None:
    history = History()
    for number in range(SEATS_PER_PLACE):
        history.join(f"p{number}", number, person=None, link="shared", knocks=False)
        history.as_(f"p{number}", c.Leave())
    again = join("more", 99, person=None, link="shared", knocks=False)
    assert history.refused(c.Newcomer(), again) == ErrorCode.LINK_FULL
    for number in range(3 * SEATS_PER_PLACE):
        history.join(f"q{number}", 100 + number, person="sam", knocks=False)
        history.as_(f"q{number}", c.Leave())
    assert len(history.session.seats) == SEATS_PER_PLACE + 1, "of earlier times nothing is kept"


def test_one_link_knocks_on_few_devices_at_once(room: History) -> None:
    for number in range(1 + KNOCKS_BEYOND):
        room.join(f"k{number}", 10 + number, person="leo")
    assert room.refused(c.Newcomer(), join("more", 20, person="leo")) == ErrorCode.LINK_FULL
    room.drop(10)
    room.wait(AWAY_KEPT)
    room.join("more", 20, person="leo")
    assert ParticipantId("k0") not in room.session.seats, "the one that is out of view gave way"


def test_a_thousand_knocks(room: History) -> None:
    for number in range(MOST_KNOCKS):
        room.join(f"k{number}", 10 + number)
    assert room.refused(c.Newcomer(), join("more", 2000)) == ErrorCode.TOO_MANY
    for number in range(MOST_KNOCKS):
        room.drop(10 + number)
    room.wait(AWAY_KEPT)
    for number in range(1000):
        room.join(f"n{number}", 2000 + number)
        room.drop(2000 + number)
        room.wait(AWAY_KEPT)
    assert len(room.session.seats) <= 2 * MOST_KNOCKS + 2
    room.as_("sam", c.RaiseHand())


# --- dropping out and coming back ------------------------------------------------------------------------------------


def test_a_dropped_connection_keeps_the_seat_then_loses_it(room: History) -> None:
    assert room.drop(2) == ([e.WentAway(0.0, SAM)], [])
    assert deadline(room.session) == AWAY_KEPT
    assert room.wait(AWAY_KEPT - 0.01) == ([], [])
    assert room.wait(0.01) == ([e.Lost(AWAY_KEPT, SAM)], [c.DropMedia(SAM)])
    assert (room.seat("sam").presence, room.seat("sam").door) == (Gone(0.0, "lost"), Door.INSIDE)
    assert deadline(room.session) == SECRET_LIVES
    events, _ = room.wait(SECRET_LIVES - AWAY_KEPT)
    assert events == [e.Left(SECRET_LIVES, SAM, "lost")]
    assert deadline(room.session) is None


def test_the_secret_brings_back_seat_room_mute_and_hand(room: History) -> None:
    room.as_("sam", c.Mute())
    room.as_("sam", c.RaiseHand())
    room.as_("sam", c.Publish("camera"))
    room.drop(2)
    room.as_("ana", c.LockDoor(True))
    room.wait(SECRET_LIVES - 1)
    room.do(c.Newcomer(), resume("sam", 3))
    seat = room.seat("sam")
    assert (seat.presence, seat.room, seat.door) == (Here(ConnectionId(3)), MAIN, Door.INSIDE)
    assert (seat.muted, seat.hand, seat.sources) == (True, 0.0, frozenset())


def test_an_old_secret_is_unknown_even_before_time_was_told(room: History) -> None:
    room.drop(2)
    room.now = SECRET_LIVES
    assert room.refused(c.Newcomer(), resume("sam", 3)) == ErrorCode.RESUME_UNKNOWN
    assert room.refused(c.Newcomer(), resume("nobody", 3)) == ErrorCode.RESUME_UNKNOWN


def test_whoever_is_here_has_a_fresh_secret(room: History) -> None:
    room.wait(SECRET_LIVES * 24)
    room.do(c.Newcomer(), resume("sam", 3))
    assert room.seat("sam").presence == Here(ConnectionId(3))


def test_a_new_connection_replaces_the_old_at_once(room: History) -> None:
    events, effects = room.do(c.Newcomer(), resume("sam", 7))
    assert events == [e.Returned(0.0, SAM, ConnectionId(7), False)]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(2), ByeReason.REPLACED)]
    assert room.drop(2) == ([], [])
    assert room.seat("sam").presence == Here(ConnectionId(7))


def test_media_that_lived_on_is_kept_with_what_it_publishes(room: History) -> None:
    room.as_("sam", c.Publish("microphone"))
    room.drop(2)
    _, effects = room.do(c.Newcomer(), resume("sam", 7, kept=True))
    assert effects == []
    assert room.seat("sam").sources == {"microphone"}


def test_who_waits_keeps_their_place_at_the_door_too(room: History) -> None:
    room.join("leo", 3)
    room.drop(3)
    room.wait(AWAY_KEPT)
    assert room.session.waiting() == []
    room.do(c.Newcomer(), resume("leo", 4))
    assert (room.seat("leo").door, room.seat("leo").knock) == (Door.KNOCKING, "expected")


# --- going, and being put out ----------------------------------------------------------------------------------------


def test_who_leaves_has_left(room: History) -> None:
    events, effects = room.as_("sam", c.Leave())
    assert events == [e.Left(0.0, SAM, "left")]
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(2), ByeReason.LEFT)]
    assert room.refused(c.Newcomer(), resume("sam", 3)) == ErrorCode.RESUME_UNKNOWN
    assert room.refused(c.Member(SAM), c.Mute()) == ErrorCode.NOT_JOINED


def test_declined(room: History) -> None:
    room.join("leo", 3)
    events, effects = room.as_("ana", c.Decline(LEO))
    assert events == [e.Left(0.0, LEO, "declined", BY_ANA)]
    assert effects == [c.Close(ConnectionId(3), ByeReason.DECLINED)]
    assert room.refused(c.Newcomer(), resume("leo", 4)) == ErrorCode.RESUME_UNKNOWN
    assert room.refused(c.Member(ANA), c.Decline(SAM)) == ErrorCode.NOT_NOW


@pytest.mark.parametrize("command", [c.Decline, c.Remove])
def test_who_was_turned_away_is_not_expected_again(room: History, command: type[c.Decline | c.Remove]) -> None:
    room.join("leo", 3)
    room.as_("ana", command(LEO))
    for number in range(50):
        room.join(f"leo{number}", 4 + number, person="leo")
        assert room.as_("ana", c.AdmitExpected()) == ([], [])
        room.as_("ana", command(ParticipantId(f"leo{number}")))
    assert len(room.session.seats) == 3, "of all that only the last is kept"


def test_a_stranger_who_was_declined_is_a_stranger(room: History) -> None:
    room.join("x", 3, person=None)
    room.as_("ana", c.Decline(ParticipantId("x")))
    assert ParticipantId("x") not in room.session.seats


def test_locks_and_cover_are_not_shaken_off_by_leaving(room: History) -> None:
    room.as_("ana", c.Forbid(SAM, "camera"))
    room.as_("ana", c.Allow(SAM, "screen"))
    room.as_("ana", c.Cover(SAM))
    room.as_("sam", c.Leave())
    room.join("sam2", 3, person="sam")
    room.admit("sam2")
    seat = room.seat("sam2")
    assert (seat.forbidden, seat.covered_by) == ({"camera", "screen_sound"}, ANA)


def test_locks_and_cover_are_not_shaken_off_with_two_devices(room: History) -> None:
    room.join("sam2", 3, person="sam")
    room.as_("ana", c.Forbid(SAM, "camera"))
    room.as_("ana", c.Cover(SAM))
    room.as_("sam", c.Leave())
    room.admit("sam2")
    seat = room.seat("sam2")
    assert (seat.door, seat.covered_by) == (Door.INSIDE, ANA)
    assert "camera" in seat.forbidden


def test_a_ban_counts_on_every_device(room: History) -> None:
    room.join("sam2", 3, person="sam")
    room.as_("ana", c.Ban(SAM, 50.0))
    assert room.session.waiting() == []
    assert room.refused(c.Newcomer(), join("sam3", 5, person="sam")) == ErrorCode.BANNED


def test_who_is_inside_is_not_banned_by_way_of_a_device_that_knocks(room: History) -> None:
    room.join("sam2", 3, person="sam")
    events, _ = room.as_("ana", c.Ban(ParticipantId("sam2"), 50.0))
    assert events == [e.Left(0.0, ParticipantId("sam2"), "declined", BY_ANA)]
    assert room.seat("sam").inside
    room.join("sam3", 5, person="sam")


def test_a_ban_puts_out_every_device_that_knocks(room: History) -> None:
    for number in (3, 4):
        room.join(f"leo{number}", number, person="leo")
    _, effects = room.as_("ana", c.Ban(ParticipantId("leo3"), 50.0))
    assert len(effects) == 2
    assert room.refused(c.Newcomer(), join("leo5", 5, person="leo")) == ErrorCode.BANNED


def test_what_was_asked_for_at_the_door_goes_on_for_the_seat(room: History) -> None:
    room.join("sam2", 7, person="sam")
    room.as_("sam2", c.CallHelp("private"))
    room.as_("ana", c.CheckOn(ParticipantId("sam2")))
    room.admit("sam2")
    call = room.session.calls[call_id("private", SAM)]
    assert (call.about, call.state) == (SAM, CallState.OPEN)
    assert room.seat("sam").check is not None
    assert len(room.session.calls) == 1


def test_sent_back_keeps_the_seat_and_stops_the_media(room: History) -> None:
    room.as_("sam", c.Publish("camera"))
    events, effects = room.as_("ana", c.SendBack(SAM))
    assert events == [e.SentBack(0.0, SAM, BY_ANA)]
    assert effects == [c.DropMedia(SAM)]
    assert (room.seat("sam").room, room.seat("sam").sources) == (WAITING, frozenset())
    room.do(c.Newcomer(), resume("sam", 3))
    assert room.seat("sam").door is Door.SENT_BACK, "a reload does not let anybody in"
    room.admit("sam")
    assert (room.seat("sam").door, room.seat("sam").room) == (Door.INSIDE, MAIN)


def test_removed_may_knock_again_and_banned_may_not(room: History) -> None:
    _, effects = room.as_("ana", c.Remove(SAM))
    assert effects == [c.DropMedia(SAM), c.Close(ConnectionId(2), ByeReason.REMOVED)]
    assert room.refused(c.Newcomer(), resume("sam", 3)) == ErrorCode.RESUME_UNKNOWN
    room.join("sam2", 3, person="sam")
    room.as_("ana", c.Ban(ParticipantId("sam2"), 100.0))
    assert room.refused(c.Newcomer(), join("sam3", 4, person="sam")) == ErrorCode.BANNED
    assert room.refused(c.Newcomer(), resume("sam2", 4)) == ErrorCode.RESUME_UNKNOWN
    room.wait(100.0)
    room.join("sam3", 4, person="sam")


def test_a_ban_on_the_record_counts(room: History) -> None:
    assert room.refused(c.Newcomer(), join("leo", 3, banned_until=5.0)) == ErrorCode.BANNED


def test_somebody_lost_can_be_removed_too(room: History) -> None:
    room.drop(2)
    room.wait(AWAY_KEPT)
    room.as_("ana", c.Remove(SAM))
    assert room.refused(c.Newcomer(), resume("sam", 3)) == ErrorCode.RESUME_UNKNOWN


@pytest.mark.parametrize("command", [c.Remove(ANA), c.SendBack(ANA), c.Ban(ANA, 1e9)])
def test_facilitators_do_not_put_each_other_out(room: History, command: c.Command) -> None:
    room.join("kim", 3, F)
    for who in ("kim", "ana"):
        assert room.refused(c.Member(ParticipantId(who)), command) == ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("command", [c.Admit(LEO), c.Decline(LEO), c.Remove(LEO), c.SendBack(LEO), c.Ban(LEO, 9e9)])
def test_forged_ids_are_nobody(room: History, command: c.Command) -> None:
    assert room.refused(c.Member(ANA), command) == ErrorCode.NO_SUCH


def test_a_revoked_link_puts_out_whoever_came_by_it(room: History) -> None:
    events, effects = room.do(c.Operator(), c.RevokeLink(LinkHash("link of ana")))
    assert [type(event) for event in events][:2] == [e.LinkRevoked, e.Left]
    assert c.Close(ConnectionId(1), ByeReason.REMOVED) in effects
    assert room.do(c.Operator(), c.RevokeLink(LinkHash("link of ana"))) == ([], [])


def test_being_away_is_no_leave(room: History) -> None:
    room.drop(2)
    assert room.seat("sam").presence == Away(0.0)
    assert room.refused(c.Member(SAM), c.Mute()) == ErrorCode.NOT_JOINED


# --- a private talk with somebody at the door ------------------------------------------------------------------------


def test_who_waits_may_be_talked_to_and_leads_nothing_there(room: History) -> None:
    room.join("kim", 3, F)
    room.join("ana2", 4, F, person="ana")  # a stranger's device, as far as anybody knows
    room.as_("kim", c.TalkPrivately(ParticipantId("ana2")))
    assert room.seat("ana2").door is Door.KNOCKING
    room.as_("ana2", c.Publish("microphone"))
    for command in (c.Admit(ParticipantId("ana2")), c.End(), c.MuteAll(MAIN), c.LockDoor(True)):
        assert room.refused(c.Member(ParticipantId("ana2")), command) == ErrorCode.WAITING


def test_let_in_during_a_private_talk_returns_to_the_group(room: History) -> None:
    room.join("leo", 3)
    room.as_("ana", c.TalkPrivately(LEO))
    room.admit("leo")
    talk = room.seat("leo").room
    assert talk == room.seat("ana").room
    room.as_("leo", c.EndPrivate(talk))
    assert room.seat("leo").room == MAIN


def test_mute_all_is_over_for_who_goes_out_of_the_room(room: History) -> None:
    room.as_("ana", c.MuteAll(MAIN))
    assert room.session.rooms[MAIN].muted == {SAM}
    room.as_("ana", c.SendBack(SAM))
    assert room.session.rooms[MAIN].muted == frozenset()
