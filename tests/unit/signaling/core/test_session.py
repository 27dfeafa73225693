"""The session as a whole: its modules share the work without gap or overlap, effects follow from the state, the end."""

from __future__ import annotations

import typing
from collections import Counter

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import ConnectionId, ParticipantId
from signaling.core.session import MODULES, apply, deadline
from signaling.protocol import ByeReason, ErrorCode
from tests.unit.signaling.core.history import SAM, F, History, group, join, join_standby, resume


def test_every_command_is_decided_by_one_module() -> None:
    decided = Counter(kind for module in MODULES for kind in module.DECIDE)
    assert decided == Counter(set(typing.get_args(c.Command)) - {c.Tick})


def test_every_event_is_applied_by_one_module() -> None:
    applied = Counter(kind for module in MODULES for kind in module.APPLY)
    assert applied == Counter(typing.get_args(e.Event))


def test_apply_leaves_the_state_before_alone() -> None:
    before = group().session
    apply(before, e.Muted(1.0, SAM, None))
    assert not before.seats[SAM].muted


def test_the_numbers_of_events_have_no_holes() -> None:
    history = group()
    assert history.session.n == len(history.events)


def test_the_end_is_for_everybody_and_for_good() -> None:
    history = group()
    history.join("leo", 3)
    history.drop(3)
    events, effects = history.do(c.Operator(), c.End())
    assert events[-1] == e.Ended(0.0)
    assert [effect for effect in effects if isinstance(effect, c.Close)] == [
        c.Close(ConnectionId(1), ByeReason.ENDED),
        c.Close(ConnectionId(2), ByeReason.ENDED),
    ]
    assert history.session.present() == []
    assert history.do(c.Operator(), c.End()) == ([], [])
    assert history.wait(1e6) == ([], [])
    assert deadline(history.session) is None
    for actor, command in (
        (c.Newcomer(), join("eli", 4)),
        (c.Newcomer(), resume("sam", 4)),
        (c.Newcomer(), join_standby("code", 4)),
        (c.Member(SAM), c.Mute()),
    ):
        assert history.refused(actor, command) == ErrorCode.ENDED


@pytest.mark.parametrize(
    ("leave", "reason"),
    [
        (lambda h: h.as_("sam", c.Leave()), ByeReason.LEFT),
        (lambda h: h.as_("ana", c.Remove(SAM)), ByeReason.REMOVED),
        (lambda h: h.as_("ana", c.Ban(SAM, 1e9)), ByeReason.REMOVED),
        (lambda h: h.as_("ana", c.CloseGroup(0)), ByeReason.CLOSED),
        (lambda h: h.as_("ana", c.End()), ByeReason.ENDED),
    ],
)
def test_who_goes_is_told_why(leave: typing.Callable[[History], typing.Any], reason: ByeReason) -> None:
    _, effects = leave(group())
    assert c.DropMedia(SAM) in effects
    assert c.Close(ConnectionId(2), reason) in effects


def test_a_line_is_delivered_and_leaves_no_event() -> None:
    history = group()
    history.join("kim", 3, F)
    assert history.as_("sam", c.Say("facilitators")) == ([], [c.Deliver((ParticipantId("ana"), ParticipantId("kim")))])
