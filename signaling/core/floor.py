"""Who has the floor: hands, spotlight, names, cover, and whom an interpreter goes with."""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import accompanies, actor, in_a_room, in_the_group, led, media_room, own_seat
from signaling.core.errors import RefusedError
from signaling.core.ids import ParticipantId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.module import Apply, Decide
from signaling.core.roles import IN_GROUP
from signaling.core.state import Seat, Session, with_room, with_seat
from signaling.protocol import ErrorCode


def hands(session: Session, room: RoomId) -> list[ParticipantId]:
    """The queue of one room, first come first."""
    raised = [(seat.hand, seat.participant) for seat in session.inside(room) if seat.hand is not None]
    return [participant for _, participant in sorted(raised, key=lambda pair: pair[0])]


# Asking for what is already so changes nothing and is no error.


def _raise_hand(session: Session, now: float, by: e.By, command: c.RaiseHand) -> list[e.Event]:
    seat = own_seat(session, by)
    return [e.HandRaised(now, seat.participant)] if seat.hand is None else []


def _lower_hand(session: Session, now: float, by: e.By, command: c.LowerHand) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.hand is None else [e.HandLowered(now, seat.participant)]


def _lower_hands(session: Session, now: float, by: e.By, command: c.LowerHands) -> list[e.Event]:
    room = media_room(session, command.room)
    return [e.HandLowered(now, participant, by) for participant in hands(session, room.id)]


def _lower_other(session: Session, now: float, by: e.By, command: c.LowerOther) -> list[e.Event]:
    seat = in_a_room(session, command.participant)
    return [] if seat.hand is None else [e.HandLowered(now, seat.participant, by)]


def _spotlight(session: Session, now: float, by: e.By, command: c.Spotlight) -> list[e.Event]:
    room = media_room(session, command.room)
    if command.participant is not None and in_a_room(session, command.participant).room != room.id:
        raise RefusedError(ErrorCode.NO_SUCH, "they are in another room")
    return [] if command.participant == room.spotlight else [e.Spotlit(now, room.id, command.participant, by)]


def _rename(session: Session, now: float, by: e.By, command: c.Rename) -> list[e.Event]:
    """Also before they are let in: a full name is hidden before the group reads it."""
    return [e.Renamed(now, in_the_group(session, command.participant).participant, by)]


def _cover(session: Session, now: float, by: e.By, command: c.Cover) -> list[e.Event]:
    seat = led(session, command.participant)
    return [e.Covered(now, seat.participant, by)] if seat.covered_by is None else []


def _uncover(session: Session, now: float, by: e.By, command: c.Uncover) -> list[e.Event]:
    seat = session.need_seat(command.participant)
    return [] if seat.covered_by is None else [e.Uncovered(now, seat.participant, by)]


def _follow(session: Session, now: float, by: e.By, command: c.Follow) -> list[e.Event]:
    """The move itself follows in `rooms.settle`."""
    seat = in_a_room(session, command.participant)
    if not accompanies(seat):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "only an interpreter goes with somebody")
    if command.whom is not None:
        followed = session.need_seat(command.whom)
        if accompanies(followed) or followed.role not in IN_GROUP:
            raise RefusedError(ErrorCode.NOT_ALLOWED, "nobody goes with an interpreter or with the desk")
    return [] if command.whom == seat.follows else [e.Following(now, seat.participant, command.whom, by)]


DECIDE: Final[Decide] = {
    c.RaiseHand: _raise_hand,
    c.LowerHand: _lower_hand,
    c.LowerHands: _lower_hands,
    c.LowerOther: _lower_other,
    c.Spotlight: _spotlight,
    c.Rename: _rename,
    c.Cover: _cover,
    c.Uncover: _uncover,
    c.Follow: _follow,
}

APPLY: Final[Apply] = {
    e.HandRaised: lambda s, event: with_seat(s, event.participant, hand=event.at),
    e.HandLowered: lambda s, event: with_seat(s, event.participant, hand=None),
    e.Spotlit: lambda s, event: with_room(s, event.room, spotlight=event.participant),
    e.Renamed: lambda s, event: s,  # the name lives in the shell's memory
    e.Covered: lambda s, event: with_seat(s, event.participant, covered_by=actor(event.by)),
    e.Uncovered: lambda s, event: with_seat(s, event.participant, covered_by=None),
    e.Following: lambda s, event: with_seat(s, event.participant, follows=event.whom),
}


def settle(session: Session, now: float) -> list[e.Event]:
    """Whoever is gone for good has no hand up, no follower, no spotlight. A cover waits for their return."""
    if session.ended:
        return []
    events = [event for seat in session.seats.values() for event in _tidied(session, now, seat)]
    for room in session.rooms.values():
        if room.spotlight is not None and all(seat.participant != room.spotlight for seat in session.inside(room.id)):
            events.append(e.Spotlit(now, room.id, None, None))
    return events


def _tidied(session: Session, now: float, seat: Seat) -> list[e.Event]:
    me, out = seat.participant, seat.door is Door.OUT
    events: list[e.Event] = []
    if out and seat.hand is not None:
        events.append(e.HandLowered(now, me))
    if seat.follows is not None and (out or _is_out(session, seat.follows)):
        events.append(e.Following(now, me, None, None))
    return events


def _is_out(session: Session, participant: ParticipantId) -> bool:
    seat = session.seats.get(participant)
    return seat is None or seat.door is Door.OUT


def due(session: Session) -> float | None:
    return None
