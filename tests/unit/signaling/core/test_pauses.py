"""Pause, break, stepping away. Nobody is woken by somebody else."""

from __future__ import annotations

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import WAITING
from signaling.core.lifecycles import Door
from signaling.core.pauses import LONGEST_BREAK
from signaling.core.roles import Standing
from signaling.core.session import deadline
from signaling.core.state import Gone
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import ANA, KIM, LEO, NEW, NOW, SAM, F, P, Seated, group, private

__all__ = ["group"]

BY_ANA = e.By(ANA, Standing.FACILITATOR)
UNTIL = NOW + 600


def test_a_pause_is_one_pause_and_says_whose(group: Seated) -> None:
    assert group.do(ANA, c.PauseGroup()) == [e.Paused(NOW, BY_ANA)]
    assert group.do(ANA, c.PauseGroup()) == []
    assert group.session.paused_by == ANA
    assert group.do(ANA, c.ResumeGroup()) == [e.Resumed(NOW, BY_ANA)]
    assert group.do(ANA, c.ResumeGroup()) == []


def test_a_pause_leaves_everybodys_own_mute_as_it_was(group: Seated) -> None:
    group.do(SAM, c.Mute())
    group.do(ANA, c.PauseGroup())
    group.do(ANA, c.ResumeGroup())
    assert [group.at(who).muted for who in (SAM, LEO)] == [True, False]


def test_who_steps_away_comes_back_by_themselves(group: Seated) -> None:
    assert group.do(SAM, c.StepAway()) == [e.Rested(NOW, SAM, "away")]
    assert group.do(SAM, c.StepAway()) == []
    group.drop(SAM)
    group.set(SAM, presence=Gone(NOW, "lost"))
    group.back(SAM)
    assert group.at(SAM).resting == "away"
    assert group.do(SAM, c.ComeBack()) == [e.Woke(NOW, SAM)]
    assert group.do(SAM, c.ComeBack()) == []


def test_a_break_sends_off_everybody_in_the_room_and_nobody_else(group: Seated) -> None:
    group.sit(KIM, F)
    group.sit(NEW, P, room=WAITING, door=Door.KNOCKING)
    group.do(KIM, c.TalkPrivately(LEO))
    group.do(SAM, c.StepAway())
    assert group.do(ANA, c.StartBreak(UNTIL)) == [e.BreakStarted(NOW, UNTIL, BY_ANA), e.Rested(NOW, ANA, "break")]
    assert [group.at(who).resting for who in (ANA, SAM, KIM, LEO, NEW)] == ["break", "away", None, None, None]


def test_at_its_time_a_break_is_over_and_each_taps_back_in(group: Seated) -> None:
    group.do(ANA, c.StartBreak(UNTIL))
    assert deadline(group.session) == UNTIL
    group.do(LEO, c.ComeBack())
    assert group.wait(599.0) == []
    assert group.wait(1.0) == [e.BreakEnded(UNTIL, None)]
    assert [group.at(who).resting for who in (SAM, LEO)] == ["break", None]
    group.do(SAM, c.ComeBack())
    assert (group.at(SAM).resting, deadline(group.session)) == (None, None)


def test_a_break_may_end_early_and_be_made_longer(group: Seated) -> None:
    group.do(ANA, c.StartBreak(UNTIL))
    group.do(LEO, c.ComeBack())
    group.do(ANA, c.StartBreak(UNTIL + 300))
    assert (group.session.break_until, group.at(LEO).resting) == (UNTIL + 300, "break")
    assert group.do(ANA, c.EndBreak()) == [e.BreakEnded(NOW, BY_ANA)]
    assert group.do(ANA, c.EndBreak()) == []
    assert group.at(SAM).resting == "break"


@pytest.mark.parametrize("until", [NOW, NOW - 1, NOW + LONGEST_BREAK + 1, float("nan"), float("inf")])
def test_a_break_ends_at_a_sensible_time(group: Seated, until: float) -> None:
    assert group.refused(ANA, c.StartBreak(until)) == ErrorCode.NOT_NOW


def test_who_is_taken_aside_during_a_break_is_awake(group: Seated) -> None:
    group.do(ANA, c.StartBreak(UNTIL))
    group.do(ANA, c.TalkPrivately(SAM))
    assert [group.at(who).resting for who in (ANA, SAM)] == [None, None]
    assert group.at(SAM).room == private(SAM)


def test_who_leaves_rests_no_more(group: Seated) -> None:
    group.do(SAM, c.StepAway())
    group.gone(SAM)
    assert group.at(SAM).resting is None
