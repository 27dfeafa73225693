"""Who is kept apart and who together, and who was with whom: of the people of a group, from one session to the next."""

from __future__ import annotations

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core import placing
from signaling.core.about import accompanies
from signaling.core.errors import RefusedError
from signaling.core.ids import ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.roles import IN_GROUP
from signaling.core.state import Bond, Seat, Session, identity
from signaling.protocol import ErrorCode


def bonds(session: Session) -> placing.Bonds:
    """As ids of today, of those who have a seat."""
    here = {identity(seat): seat.participant for seat in session.seats.values() if seat.door is Door.INSIDE}

    def of_today(kept: frozenset[Bond]) -> frozenset[placing.Pair]:
        return frozenset(frozenset({here[one], here[other]}) for one, other in kept if one in here and other in here)

    last = tuple(frozenset(here[who] for who in room if who in here) for room in session.last)
    return placing.Bonds(of_today(session.apart), of_today(session.together), last)


def carried(previous: Session, now: float) -> list[e.Event]:
    """What the group's next session begins with; nothing if nothing was kept. Of persons of its list only."""
    strangers = {seat.participant for seat in previous.seats.values() if seat.person is None}

    def known(kept: frozenset[Bond]) -> tuple[Bond, ...]:
        return tuple(sorted(bond for bond in kept if strangers.isdisjoint(bond)))

    rooms = (tuple(who for who in room if who not in strangers) for room in previous.last)
    event = e.Carried(now, tuple(filter(None, rooms)), known(previous.apart), known(previous.together))
    return [event] if event.last or event.apart or event.together else []


def kept_apart(session: Session, now: float, by: e.By, command: c.KeepApart) -> list[e.Event]:
    bond = _bond(session, command.participant, command.other)
    if (bond in session.apart) == command.on:
        return []
    apart: e.Event = e.KeptApart(now, *bond, command.on, by)
    return [e.KeptTogether(now, *bond, False, by), apart] if command.on and bond in session.together else [apart]


def kept_together(session: Session, now: float, by: e.By, command: c.KeepTogether) -> list[e.Event]:
    bond = _bond(session, command.participant, command.other)
    if command.on and bond in session.apart:
        raise RefusedError(ErrorCode.NOT_NOW, "they are kept apart")
    return [] if (bond in session.together) == command.on else [e.KeptTogether(now, *bond, command.on, by)]


def with_apart(session: Session, event: e.KeptApart) -> Session:
    return session.change(apart=_changed(session.apart, event))


def with_together(session: Session, event: e.KeptTogether) -> Session:
    return session.change(together=_changed(session.together, event))


def with_carried(session: Session, event: e.Carried) -> Session:
    return session.change(last=event.last, apart=frozenset(event.apart), together=frozenset(event.together))


def _changed(kept: frozenset[Bond], event: e.KeptApart | e.KeptTogether) -> frozenset[Bond]:
    bond = {(event.one, event.other)}
    return kept | bond if event.on else kept - bond


def _bond(session: Session, one: ParticipantId, other: ParticipantId) -> Bond:
    """Raises RefusedError unless these are two of the group whom plans place."""
    seats = [session.seats.get(who) for who in (one, other)]
    found = [identity(seat) for seat in seats if seat is not None and _is_of_the_group(seat)]
    if one == other or len(found) < 2:
        raise RefusedError(ErrorCode.NO_SUCH, "these are not two of the group")
    first, second = sorted(found)
    return first, second


def _is_of_the_group(seat: Seat) -> bool:
    return (
        seat.door is Door.INSIDE
        and not IN_GROUP.isdisjoint(seat.roles)
        and not seat.is_facilitator
        and not accompanies(seat)
    )
