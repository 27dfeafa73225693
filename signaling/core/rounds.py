"""The round of rooms as it goes on: what its events make of the state."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from signaling.core import events as e
from signaling.core.bonds import with_apart, with_carried, with_together
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN
from signaling.core.lifecycles import ROUND, RoundState, step
from signaling.core.module import Apply
from signaling.core.state import Round, Session, identity
from signaling.protocol import ErrorCode

PAIR: Final = 3  # people. Rooms of no more than these are called pairs

_RUNNING: Final = (RoundState.OPEN, RoundState.RECALLING)


def running(session: Session) -> Round | None:
    """The round, while its rooms are open."""
    now = session.round
    return now if now is not None and now.state in _RUNNING else None


def need_open(session: Session) -> Round:
    """Raises RefusedError."""
    now = running(session)
    if now is None:
        raise RefusedError(ErrorCode.NOT_NOW, "no rooms are open")
    return now


def _with(session: Session, tag: str, **changes: Any) -> Session:
    """The round after an event of that tag."""
    state = step(ROUND, None if session.round is None else session.round.state, tag)
    if state is None:
        return session.change(round=None)
    before = session.round or Round(state, (), True)
    return session.change(round=msgspec.structs.replace(before, state=state, **changes))


def _planned(session: Session, event: e.RoomsPlanned) -> Session:
    known = frozenset(seat.participant for seat in session.inside())
    return _with(session, "rooms_planned", plan=event.rooms, small=_are_small(event.rooms), known=known)


def _opened(session: Session, event: e.RoomsOpened) -> Session:
    """Who talks privately meanwhile comes late, as everybody does who is not in the main room now. And who would be
    the only one left there: facilitators may drop in, and nobody would notice."""
    known = frozenset(seat.participant for seat in session.inside(MAIN))
    in_rooms = {who for room in event.rooms for who in room}
    left = {seat.participant for seat in session.partners(MAIN) if seat.participant in known - in_rooms}
    known = known - left if len(left) == 1 else known
    last = tuple(tuple(identity(session.seats[who]) for who in room) for room in event.rooms)
    times = {"until": event.until, "warns_at": event.warns_at, "late": event.late}
    small = _are_small(event.rooms)
    return _with(session.change(last=last), "rooms_opened", plan=event.rooms, small=small, known=known, **times)


def _are_small(rooms: e.Rooms) -> bool:
    return all(len(room) <= PAIR for room in rooms)


APPLY: Final[Apply] = {
    e.RoomsPlanned: _planned,
    e.PlanDropped: lambda s, event: _with(s, "plan_dropped"),
    e.RoomsOpened: _opened,
    e.RoomsUntil: lambda s, event: _with(s, "rooms_until", until=event.until, warns_at=event.warns_at),
    e.Recalled: lambda s, event: _with(s, "recall", until=event.at_time, warns_at=None),
    e.RoomsOver: lambda s, event: _with(s, "rooms_over"),
    e.KeptApart: with_apart,
    e.KeptTogether: with_together,
    e.Carried: with_carried,
}
