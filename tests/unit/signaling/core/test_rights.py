"""What people may send, and what facilitators change of it. Nobody is ever unmuted by somebody else."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import MAIN, WAITING, ParticipantId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.roles import Standing
from signaling.core.sight import held, may_start, muted
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, NOW, SAM, F, P, Seated, group, private

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)


def silent(group: Seated, who: ParticipantId) -> bool:
    assert muted(group.session, group.at(who)) <= ("microphone" in held(group.session, who))
    return muted(group.session, group.at(who))


# --- the own seat ----------------------------------------------------------------------------------------------------


def test_what_is_asked_twice_happens_once(group: Seated) -> None:
    assert group.do(SAM, c.Publish("camera")) == [e.Published(NOW, SAM, "camera")]
    assert group.do(SAM, c.Publish("camera")) == []
    assert group.at(SAM).sources == {"camera"}
    assert group.do(SAM, c.Unpublish("camera")) == [e.Unpublished(NOW, SAM, "camera")]
    assert group.do(SAM, c.Unpublish("camera")) == []
    assert group.do(SAM, c.Mute()) == [e.Muted(NOW, SAM, None)]
    assert group.do(SAM, c.Mute()) == []
    assert group.do(SAM, c.Unmute()) == [e.Unmuted(NOW, SAM, None)]
    assert group.do(SAM, c.Unmute()) == []


def test_participants_share_a_screen_only_when_allowed(group: Seated) -> None:
    assert group.refused(SAM, c.Publish("screen")) == ErrorCode.NOT_ALLOWED
    assert group.do(ANA, c.Allow(SAM, "screen")) == [e.Allowed(NOW, SAM, "screen", BY_ANA)]
    group.do(SAM, c.Publish("screen"))
    group.do(ANA, c.Publish("screen"))


# --- mute ------------------------------------------------------------------------------------------------------------


def test_a_facilitator_mutes_one_who_may_unmute_again(group: Seated) -> None:
    assert group.do(ANA, c.MuteOther(SAM)) == [e.Muted(NOW, SAM, BY_ANA)]
    assert (silent(group, SAM), group.at(SAM).muted_by) == (True, ANA)
    assert group.do(ANA, c.MuteOther(SAM)) == []
    group.do(SAM, c.Unmute())
    assert (silent(group, SAM), group.at(SAM).muted_by) == (False, None)


def test_mute_all_spares_the_team_and_counts_whoever_it_silenced(group: Seated) -> None:
    group.sit(KIM, F)
    group.do(LEO, c.Mute())
    assert group.do(ANA, c.MuteAll(MAIN)) == [e.RoomMuted(NOW, MAIN, BY_ANA, (SAM,))]
    assert [silent(group, who) for who in (ANA, KIM, SAM, LEO)] == [False, False, True, True]
    assert group.do(ANA, c.MuteAll(MAIN)) == []


def test_whoever_comes_after_a_mute_all_is_heard(group: Seated) -> None:
    group.do(ANA, c.MuteAll(MAIN))
    group.sit(NEW, P)
    assert not silent(group, NEW)


def test_own_mute_follows_a_person_and_mute_all_stays_with_its_room(group: Seated) -> None:
    group.do(ANA, c.MuteAll(MAIN))
    group.do(ANA, c.TalkPrivately(SAM))
    assert not silent(group, SAM)
    group.do(ANA, c.EndPrivate(private(SAM)))
    group.do(SAM, c.Unmute())
    group.do(ANA, c.MuteAll(MAIN))
    group.do(SAM, c.Mute())
    group.do(ANA, c.TalkPrivately(SAM))
    assert silent(group, SAM)


def test_unmute_lifts_both_mutes_at_once(group: Seated) -> None:
    group.do(SAM, c.Mute())
    group.set_room(MAIN, muted=frozenset({SAM}))
    group.do(SAM, c.Unmute())
    assert not silent(group, SAM)


def test_a_hard_mute_lasts_until_allowed_and_even_then_nobody_is_unmuted_by_others(group: Seated) -> None:
    assert group.do(ANA, c.Forbid(SAM, "microphone")) == [
        e.Forbidden(NOW, SAM, "microphone", BY_ANA),
        e.Muted(NOW, SAM, BY_ANA),
    ]
    assert group.refused(SAM, c.Unmute()) == ErrorCode.NOT_ALLOWED
    group.do(ANA, c.Allow(SAM, "microphone"))
    assert silent(group, SAM)
    group.do(SAM, c.Unmute())
    assert not silent(group, SAM)


def test_a_room_that_keeps_microphones_off_keeps_them_off_for_who_comes_later(group: Seated) -> None:
    events = group.do(ANA, c.ForbidAll(MAIN, "microphone"))
    assert events == [e.RoomLocked(NOW, MAIN, "microphone", BY_ANA), e.RoomMuted(NOW, MAIN, BY_ANA, (SAM, LEO))]
    group.sit(NEW, P, muted=True)
    for who in (SAM, NEW):
        assert group.refused(who, c.Unmute()) == ErrorCode.NOT_ALLOWED
    group.do(ANA, c.Unmute())
    assert group.refused(ANA, c.Allow(SAM, "microphone")) == ErrorCode.NOT_NOW  # it is the room that keeps it off
    group.do(ANA, c.AllowAll(MAIN, "microphone"))
    assert silent(group, SAM)
    group.do(SAM, c.Unmute())


def test_the_locks_of_a_room_are_not_those_of_the_next(group: Seated) -> None:
    group.do(ANA, c.ForbidAll(MAIN, "camera"))
    group.do(ANA, c.Forbid(SAM, "microphone"))
    group.do(ANA, c.TalkPrivately(SAM))
    assert may_start(group.session, SAM) == {"camera"}  # an individual lock follows


def test_what_is_brought_into_a_room_that_keeps_it_off_does_not_start_with_the_end_of_the_lock(group: Seated) -> None:
    """A camera started in a private talk, and a microphone unmuted there."""
    group.do(ANA, c.ForbidAll(MAIN, "camera"))
    group.do(ANA, c.ForbidAll(MAIN, "microphone"))
    group.do(ANA, c.TalkPrivately(SAM))
    group.do(SAM, c.Publish("camera"))
    group.do(SAM, c.Unmute())
    assert e.Stopped(NOW, SAM, "camera", None) in group.do(ANA, c.EndPrivate(private(SAM)))
    for source in ("camera", "microphone"):
        group.do(ANA, c.AllowAll(MAIN, source))
        assert source in held(group.session, SAM)
    group.do(SAM, c.Unmute())
    assert "microphone" not in held(group.session, SAM)


def test_whoever_comes_into_a_silent_room_starts_muted(group: Seated) -> None:
    group.do(ANA, c.ForbidAll(MAIN, "microphone"))
    group.sit(NEW, P)
    assert group.settle() == [e.Muted(NOW, NEW, None)]
    group.do(ANA, c.AllowAll(MAIN, "microphone"))
    assert silent(group, NEW)


# --- asked to unmute -------------------------------------------------------------------------------------------------


def test_a_facilitator_asks_and_the_person_decides(group: Seated) -> None:
    group.do(SAM, c.Mute())
    assert group.do(ANA, c.AskToUnmute(SAM)) == [e.AskedToUnmute(NOW, SAM, BY_ANA)]
    assert (group.at(SAM).asked_to_unmute, silent(group, SAM)) == (ANA, True)
    assert group.do(SAM, c.DeclineUnmute()) == [e.UnmuteDeclined(NOW, SAM)]
    group.do(ANA, c.AskToUnmute(SAM))
    group.do(SAM, c.Unmute())
    assert (group.at(SAM).asked_to_unmute, silent(group, SAM)) == (None, False)


def test_nobody_is_asked_who_speaks_or_may_not(group: Seated) -> None:
    assert group.do(ANA, c.AskToUnmute(SAM)) == []
    group.do(ANA, c.Forbid(SAM, "microphone"))
    assert group.refused(ANA, c.AskToUnmute(SAM)) == ErrorCode.NOT_NOW
    assert group.refused(ANA, c.AskToUnmute(ANA)) == ErrorCode.NOT_ALLOWED


def test_the_question_is_gone_with_the_mute_it_was_about(group: Seated) -> None:
    group.do(ANA, c.MuteAll(MAIN))
    group.do(ANA, c.AskToUnmute(SAM))
    assert e.UnmuteDeclined(NOW, SAM) in group.do(ANA, c.TalkPrivately(SAM))


# --- pictures --------------------------------------------------------------------------------------------------------


def test_a_stopped_picture_is_held_until_it_is_started_anew(group: Seated) -> None:
    group.do(SAM, c.Publish("camera"))
    assert group.do(ANA, c.StopSource(SAM, "camera")) == [e.Stopped(NOW, SAM, "camera", BY_ANA)]
    assert group.do(ANA, c.StopSource(SAM, "camera")) == []
    assert group.do(SAM, c.Publish("camera")) == []
    assert "camera" in held(group.session, SAM)
    group.do(SAM, c.Unpublish("camera"))
    group.do(SAM, c.Publish("camera"))
    assert "camera" not in held(group.session, SAM)


def test_forbidding_stops_and_allowing_starts_nothing(group: Seated) -> None:
    group.do(SAM, c.Publish("camera"))
    group.do(ANA, c.Forbid(SAM, "camera"))
    group.do(ANA, c.Allow(SAM, "camera"))
    assert "camera" in held(group.session, SAM)
    group.do(LEO, c.Publish("camera"))
    group.do(ANA, c.ForbidAll(MAIN, "camera"))
    group.do(ANA, c.AllowAll(MAIN, "camera"))
    assert "camera" in held(group.session, LEO)


def test_a_picture_whose_page_is_gone_is_stopped_no_more(group: Seated) -> None:
    group.do(SAM, c.Publish("camera"))
    group.do(ANA, c.StopSource(SAM, "camera"))
    group.set(SAM, sources=frozenset())
    assert group.settle() == [e.Unpublished(NOW, SAM, "camera")]
    assert group.at(SAM).stopped == frozenset()


def test_stopping_the_microphone_is_muting(group: Seated) -> None:
    assert group.do(ANA, c.StopSource(SAM, "microphone")) == [e.Muted(NOW, SAM, BY_ANA)]


def test_what_is_not_sent_cannot_be_stopped(group: Seated) -> None:
    assert group.do(ANA, c.StopSource(SAM, "camera")) == []


# --- whom it may not be done to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("whom", [KIM, ANA])
@pytest.mark.parametrize(
    "command",
    [
        lambda whom: c.MuteOther(whom),
        lambda whom: c.StopSource(whom, "microphone"),
        lambda whom: c.StopSource(whom, "screen"),
        lambda whom: c.Forbid(whom, "camera"),
        lambda whom: c.Allow(whom, "camera"),
    ],
)
def test_facilitators_do_not_moderate_each_other_nor_themselves(group: Seated, command, whom: ParticipantId) -> None:
    group.sit(KIM, F)
    assert group.refused(ANA, command(whom)) == ErrorCode.NOT_ALLOWED


@pytest.mark.parametrize("whom", [NEW, ParticipantId("nobody")])
def test_nobody_is_muted_who_is_in_no_room(group: Seated, whom: ParticipantId) -> None:
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    assert group.refused(ANA, c.MuteOther(whom)) == ErrorCode.NO_SUCH


@pytest.mark.parametrize("room", [WAITING, RoomId("desk"), RoomId("nowhere")])
def test_a_room_without_media_is_not_muted(group: Seated, room: RoomId) -> None:
    for command in (c.MuteAll(room), c.ForbidAll(room, "camera"), c.AllowAll(room, "camera")):
        assert group.refused(ANA, command) == ErrorCode.NO_SUCH
