"""The session as a pure state machine: `decide` makes events of a command, `apply` makes the next state of an event.

The rules are in the modules named below, each with its own commands and events. After the events of a command every
module says what follows of them, until none has anything to say. Replaying a session's events gives the same state.
`now` is wall-clock seconds and never decreases. Raises `RefusedError` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

from signaling.core import (
    absence,
    breakouts,
    door,
    endings,
    floor,
    help,
    partners,
    pauses,
    rights,
    rooms,
    standby,
    visits,
)
from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.effects import effects
from signaling.core.errors import RefusedError as RefusedError
from signaling.core.ids import DESK, LATE, SecretHash
from signaling.core.lifecycles import Door
from signaling.core.module import Module
from signaling.core.roles import DESK_MAY, TALKING_MAY, WAITING_MAY, Standing, may, role_for
from signaling.core.state import Seat, Session
from signaling.protocol import ErrorCode

# In the order of settling.
MODULES: Final[tuple[Module, ...]] = (
    door,
    standby,
    absence,
    rights,
    floor,
    pauses,
    rooms,
    breakouts,
    visits,
    partners,
    help,
    endings,
)
MOST_ROUNDS: Final = 20  # of settling. Real sessions need two or three; more is a circle

_DECIDE: Final[Mapping[type[Any], Any]] = {kind: f for module in MODULES for kind, f in module.DECIDE.items()}
_APPLY: Final[Mapping[type[Any], Any]] = {kind: f for module in MODULES for kind, f in module.APPLY.items()}

Outcome = tuple[list[e.Event], list[c.Effect]]


def decide(session: Session, now: float, actor: c.Actor, command: c.Command) -> Outcome:
    """Events to be stored and applied, and effects to be performed after that."""
    by = authorise(session, actor, command)
    decided: list[e.Event] = [] if isinstance(command, c.Tick) else _DECIDE[type(command)](session, now, by, command)
    events, after = _settled(replay(session, decided), now, decided)
    done = effects(session, after, events)
    if isinstance(command, c.Say | c.Answer) and by.participant is not None:
        done.append(c.Deliver(help.recipients(session, by.participant, command)))
    return events, done


def _settled(session: Session, now: float, events: list[e.Event]) -> tuple[list[e.Event], Session]:
    """What follows, and what follows of that. One module's events are applied before the next is asked."""
    events = list(events)
    for _ in range(MOST_ROUNDS):
        quiet = True
        for module in MODULES:
            if more := module.settle(session, now):
                quiet = False
                events += more
                session = replay(session, more)
        if quiet:
            return events, session
    raise AssertionError("the rules go round in a circle")


def apply(session: Session, event: e.Event) -> Session:
    """The state after one event. Total over events that `decide` made."""
    after: Session = _APPLY[type(event)](session, event)
    return after.change(n=session.n + 1)


def replay(session: Session, events: Iterable[e.Event]) -> Session:
    for event in events:
        session = apply(session, event)
    return session


def deadline(session: Session) -> float | None:
    """When the next `Tick` is due; None while time alone changes nothing."""
    return min((at for module in MODULES if (at := module.due(session)) is not None), default=None)


def seat_of_secret(session: Session, secret: SecretHash) -> tuple[Seat, bool] | None:
    """The seat that this secret resumes, and whether as its standby phone."""
    for seat in session.seats.values():
        if seat.secret == secret:
            return seat, False
        if seat.standby is not None and seat.standby.secret == secret:
            return seat, True
    return None


# --- authorising -----------------------------------------------------------------------------------------------------


def authorise(session: Session, actor: c.Actor, command: c.Command) -> e.By:
    """Who acts, and under which role. Raises RefusedError."""
    if session.ended and not isinstance(command, c.Disconnect | c.Tick | c.End):
        raise RefusedError(ErrorCode.ENDED, "the session is over")
    kind = type(command).__name__
    match actor:
        case c.Member(participant):
            return _member(session, session.seats.get(participant), kind)
        case c.Newcomer():
            standing = Standing.NEWCOMER
        case c.Operator():
            standing = Standing.OPERATOR
        case c.Server():
            standing = Standing.SERVER
        case _:
            assert_never(actor)
    if not may(standing, kind):
        raise RefusedError(ErrorCode.NOT_ALLOWED, f"{standing} may not {kind}")
    return e.By(None, standing)


def _member(session: Session, seat: Seat | None, kind: str) -> e.By:
    if seat is None or not seat.here:
        raise RefusedError(ErrorCode.NOT_JOINED, "not in this session")
    standing = role_for(seat.roles, kind)
    if standing is None:
        raise RefusedError(ErrorCode.NOT_ALLOWED, f"a {seat.role} may not {kind}")
    if seat.room == DESK and kind not in DESK_MAY:
        raise RefusedError(ErrorCode.NOT_ALLOWED, f"nobody at the desk may {kind}")
    if seat.door is not Door.INSIDE:
        in_talk = session.rooms[seat.room].kind == "private"
        if kind not in (TALKING_MAY if in_talk else WAITING_MAY):
            raise RefusedError(ErrorCode.WAITING, "not let in yet")
    if seat.room == LATE and kind not in WAITING_MAY:
        raise RefusedError(ErrorCode.WAITING, "not placed yet")
    return e.By(seat.participant, standing)
