"""When no facilitator is connected: what follows, and when.

A group that nobody is in misses no facilitator: who looks in early and goes neither locks it nor closes it.
"""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import DESK
from signaling.core.lifecycles import ABSENCE, Absence, Door, step
from signaling.core.module import Apply, Decide
from signaling.core.persons import let_in, may_take_over
from signaling.core.state import Session
from signaling.protocol import ErrorCode

# Seconds since no facilitator was connected.
TOLD: Final = 3.0  # shorter than that is a change of network, which nobody needs to hear of
LOCKED: Final = 30.0
OPEN_TO_TEAM: Final = 60.0

_MISSED: Final = frozenset(Absence) - {Absence.NONE, Absence.PRESENT}


def _take_over(session: Session, now: float, by: e.By, command: c.TakeOver) -> list[e.Event]:
    assert by.participant is not None, "only a member takes over"
    knock = session.seats[by.participant]
    if not may_take_over(session, knock):
        raise RefusedError(ErrorCode.NOT_NOW, "nothing to take over")
    came = let_in(session, now, by, knock)
    return [
        *came,
        *(e.TookOver(now, event.participant) for event in came if isinstance(event, e.Admitted | e.SeatMoved)),
    ]


DECIDE: Final[Decide] = {c.TakeOver: _take_over}


def _stepped(session: Session, event: e.AbsenceStep) -> Session:
    state = step(ABSENCE, session.absence, event.state.value)
    assert state is event.state
    since = None
    if state in _MISSED:
        since = event.at if session.absent_since is None else session.absent_since
    return session.change(absence=state, absent_since=since)


def _took_over(session: Session, event: e.TookOver) -> Session:
    """Told to everybody; that somebody is there again follows from their seat."""
    return session


APPLY: Final[Apply] = {e.AbsenceStep: _stepped, e.TookOver: _took_over}


def settle(session: Session, now: float) -> list[e.Event]:
    following = None if session.ended else _next(session, now)
    return [] if following is None else [e.AbsenceStep(now, following)]


def _next(session: Session, now: float) -> Absence | None:
    state = session.absence
    if session.staffed():
        return None if state is Absence.PRESENT else Absence.PRESENT
    if not _missed(session):
        return None if state is Absence.NONE else Absence.NONE
    if state is Absence.PRESENT:
        # Present, but not connected: may be back in a moment. Left or lost: will not.
        return Absence.UNSURE if session.facilitators() else Absence.TOLD
    at = due(session)
    return _AFTER[state] if at is not None and at <= now else None


def _missed(session: Session) -> bool:
    """By anybody of the group, sent back or staying on too; and while their connections are lost: they may return."""
    return any(
        not seat.is_facilitator
        and (
            session.rooms[seat.room].kind == "private"
            or (seat.door in (Door.INSIDE, Door.SENT_BACK) and seat.room != DESK)
        )
        for seat in session.seats.values()
    )


_AFTER: Final = {
    Absence.UNSURE: Absence.TOLD,
    Absence.TOLD: Absence.LOCKED,
    Absence.LOCKED: Absence.OPEN_TO_TEAM,
    Absence.OPEN_TO_TEAM: Absence.CLOSING,
}


def due(session: Session) -> float | None:
    if session.absent_since is None or session.ended:
        return None
    after = {
        Absence.UNSURE: TOLD,
        Absence.TOLD: LOCKED,
        Absence.LOCKED: OPEN_TO_TEAM,
        Absence.OPEN_TO_TEAM: session.rules.absence_closes,
    }.get(session.absence)
    return None if after is None else session.absent_since + after
