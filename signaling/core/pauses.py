"""Pause, break, stepping away: media stands still, seats are kept.

Nobody is woken by somebody else: whoever rests taps back in.
"""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import actor, own_seat
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN
from signaling.core.lifecycles import Door
from signaling.core.module import Apply, Decide
from signaling.core.rounds import running
from signaling.core.state import Seat, Session, with_seat
from signaling.protocol import ErrorCode

LONGEST_BREAK: Final = 4 * 3600.0  # seconds. More is a slip of the clock that was picked


def _pause(session: Session, now: float, by: e.By, command: c.PauseGroup) -> list[e.Event]:
    return [e.Paused(now, by)] if session.paused_by is None else []


def _resume(session: Session, now: float, by: e.By, command: c.ResumeGroup) -> list[e.Event]:
    return [] if session.paused_by is None else [e.Resumed(now, by)]


def _step_away(session: Session, now: float, by: e.By, command: c.StepAway) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.resting == "away" else [e.Rested(now, seat.participant, "away")]


def _come_back(session: Session, now: float, by: e.By, command: c.ComeBack) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.resting is None else [e.Woke(now, seat.participant)]


def _start_break(session: Session, now: float, by: e.By, command: c.StartBreak) -> list[e.Event]:
    """Sends everybody in the main room off, facilitators too; again with another time: also who was back.

    Not while the group is in pairs: their clock would run on, and who is in one would not know.
    """
    if running(session) is not None:
        raise RefusedError(ErrorCode.NOT_NOW, "the group is in pairs")
    if not now < command.until <= now + LONGEST_BREAK:
        raise RefusedError(ErrorCode.NOT_NOW, "a break ends later than now, within four hours")
    awake = [seat for seat in session.inside(MAIN) if seat.resting is None]
    return [e.BreakStarted(now, command.until, by), *(e.Rested(now, seat.participant, "break") for seat in awake)]


def _end_break(session: Session, now: float, by: e.By, command: c.EndBreak) -> list[e.Event]:
    return [] if session.break_until is None else [e.BreakEnded(now, by)]


DECIDE: Final[Decide] = {
    c.PauseGroup: _pause,
    c.ResumeGroup: _resume,
    c.StepAway: _step_away,
    c.ComeBack: _come_back,
    c.StartBreak: _start_break,
    c.EndBreak: _end_break,
}

APPLY: Final[Apply] = {
    e.Paused: lambda s, event: s.change(paused_by=actor(event.by)),
    e.Resumed: lambda s, event: s.change(paused_by=None),
    e.Rested: lambda s, event: with_seat(s, event.participant, resting=event.why),
    e.Woke: lambda s, event: with_seat(s, event.participant, resting=None),
    e.BreakStarted: lambda s, event: s.change(break_until=event.until),
    e.BreakEnded: lambda s, event: s.change(break_until=None),
}


def settle(session: Session, now: float) -> list[e.Event]:
    """A break is one of the main room, and ends by the clock; those who rest go on resting until they tap."""
    if session.ended:
        return []
    woken = [seat.participant for seat in session.seats.values() if _rests_no_more(session, seat)]
    events: list[e.Event] = [e.Woke(now, participant) for participant in woken]
    if session.break_until is not None and now >= session.break_until:
        events.append(e.BreakEnded(now, None))
    return events


def _rests_no_more(session: Session, seat: Seat) -> bool:
    """Who was taken aside is awake, and who is where there is nothing to arrive in. Stepping away is their own."""
    if seat.resting is None or seat.door is Door.OUT:
        return seat.resting is not None
    return seat.resting != "away" and session.rooms[seat.room].kind not in ("main", "pair")


def due(session: Session) -> float | None:
    return None if session.ended else session.break_until
