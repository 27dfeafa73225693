"""A facilitator and the pairs: dropping in, looking at a room's pictures, speaking to everybody.

None of the three is hidden. Who drops in is announced before they come and is a visible tile; a room that is looked at
reads by whom and until when; who speaks to everybody is named. A look and a broadcast belong to the device that asked,
and end by themselves: nobody is watched or heard because somebody forgot.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import own_seat
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN, ConnectionId, ParticipantId, RoomId
from signaling.core.lifecycles import BROADCAST, DROP_IN, LOOK, BroadcastState, DropInState, LookState, step
from signaling.core.module import Apply, Decide
from signaling.core.rooms import move
from signaling.core.state import Arrival, Broadcast, Here, Look, Seat, Session, with_seat
from signaling.protocol import ErrorCode

ANNOUNCED: Final = 3.0  # seconds ahead. Longer is kinder to who is in the middle of a sentence, and later help
LOOK_OPENS: Final = 0.5  # seconds after the room was told: a slow page has the words before anybody sees it
LOOK_LASTS: Final = 60.0  # seconds, unless renewed
BROADCAST_LASTS: Final = 120.0  # seconds. Nothing that is said to all in one go is longer; a forgotten microphone ends


# --- deciding --------------------------------------------------------------------------------------------------------
# Asking for what is already so changes nothing and is no error, but that another look lasts its time from now.


def _drop_in(session: Session, now: float, by: e.By, command: c.DropIn) -> list[e.Event]:
    seat = _awake(session, by)
    if session.rooms[seat.room].kind == "private":
        raise RefusedError(ErrorCode.BUSY, "you are in a private talk")
    room = _pair(session, command.room)
    if room == seat.room:
        raise RefusedError(ErrorCode.NOT_NOW, "you are in that room")
    if seat.drop_in is not None and seat.drop_in.room == room:
        return []
    return [e.DropInAnnounced(now, seat.participant, room, now + ANNOUNCED)]


def _cancel_drop_in(session: Session, now: float, by: e.By, command: c.CancelDropIn) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.drop_in is None else [e.DropInOff(now, seat.participant)]


def _look(session: Session, now: float, by: e.By, command: c.Look) -> list[e.Event]:
    seat = _in_main(session, by, command.connection)
    room = _pair(session, command.room)
    elsewhere = seat.look is not None and seat.look.room != room
    over: list[e.Event] = [e.LookOver(now, seat.participant)] if elsewhere else []
    return [*over, e.Looked(now, seat.participant, room, now + LOOK_LASTS, command.connection)]


def _close_look(session: Session, now: float, by: e.By, command: c.CloseLook) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.look is None else [e.LookOver(now, seat.participant)]


def _broadcast(session: Session, now: float, by: e.By, command: c.Broadcast) -> list[e.Event]:
    """Unmutes nobody: the microphone is the person's own."""
    running = session.broadcast
    if not command.on:
        mine = running is not None and running.by == by.participant
        return [e.BroadcastOver(now, own_seat(session, by).participant)] if mine else []
    seat = _in_main(session, by, command.connection)
    if not session.pairs():
        raise RefusedError(ErrorCode.NOT_NOW, "everybody is here")
    if running is None:
        return [e.BroadcastStarted(now, seat.participant, now + BROADCAST_LASTS, command.connection)]
    if running.by != seat.participant:
        raise RefusedError(ErrorCode.BUSY, "somebody else speaks to everybody")
    return []


def _awake(session: Session, by: e.By) -> Seat:
    seat = own_seat(session, by)
    if seat.resting is not None:
        raise RefusedError(ErrorCode.NOT_NOW, "come back first")
    return seat


def _in_main(session: Session, by: e.By, connection: ConnectionId) -> Seat:
    """On the seat's own device: a phone that stands by has neither picture nor voice."""
    seat = _awake(session, by)
    if seat.room != MAIN:
        raise RefusedError(ErrorCode.NOT_NOW, "that is done from the main room")
    if seat.on(connection) != "seat":
        raise RefusedError(ErrorCode.NOT_NOW, "that is not the device with your camera and microphone")
    return seat


def _pair(session: Session, room: RoomId) -> RoomId:
    """Raises RefusedError where there is no open pair of that id."""
    if session.need_room(room).kind != "pair":
        raise RefusedError(ErrorCode.NO_SUCH, "there is no such pair")
    return room


DECIDE: Final[Decide] = {
    c.DropIn: _drop_in,
    c.CancelDropIn: _cancel_drop_in,
    c.Look: _look,
    c.CloseLook: _close_look,
    c.Broadcast: _broadcast,
}


# --- applying --------------------------------------------------------------------------------------------------------


def _announced(session: Session, event: e.DropInAnnounced) -> Session:
    step(DROP_IN, _coming(session, event.participant), "drop_in")
    return with_seat(session, event.participant, drop_in=Arrival(event.room, event.at_time))


def _dropped_in(session: Session, event: e.DroppedIn) -> Session:
    """The move itself is an event of its own."""
    step(DROP_IN, _coming(session, event.participant), "dropped_in")
    return with_seat(session, event.participant, drop_in=None)


def _drop_in_off(session: Session, event: e.DropInOff) -> Session:
    step(DROP_IN, _coming(session, event.participant), "drop_in_off")
    return with_seat(session, event.participant, drop_in=None)


def _coming(session: Session, participant: ParticipantId) -> DropInState | None:
    return None if session.seats[participant].drop_in is None else DropInState.COMING


def _looked(session: Session, event: e.Looked) -> Session:
    step(LOOK, _looking(session, event.participant), "look")
    before = session.seats[event.participant].look
    opens = event.at + LOOK_OPENS if before is None else before.opens
    again = before is not None and before.open
    return with_seat(
        session, event.participant, look=Look(event.room, opens, event.until, event.connection, open=again)
    )


def _look_opened(session: Session, event: e.LookOpened) -> Session:
    step(LOOK, _looking(session, event.participant), "look_opened")
    look = session.seats[event.participant].look
    assert look is not None
    return with_seat(session, event.participant, look=structs.replace(look, open=True))


def _look_over(session: Session, event: e.LookOver) -> Session:
    step(LOOK, _looking(session, event.participant), "look_over")
    return with_seat(session, event.participant, look=None)


def _looking(session: Session, participant: ParticipantId) -> LookState | None:
    look = session.seats[participant].look
    if look is None:
        return None
    return LookState.OPEN if look.open else LookState.TOLD


def _broadcast_started(session: Session, event: e.BroadcastStarted) -> Session:
    step(BROADCAST, _speaking(session), "broadcast")
    return session.change(broadcast=Broadcast(event.participant, event.until, event.connection))


def _broadcast_over(session: Session, event: e.BroadcastOver) -> Session:
    step(BROADCAST, _speaking(session), "broadcast_over")
    return session.change(broadcast=None)


def _speaking(session: Session) -> BroadcastState | None:
    return None if session.broadcast is None else BroadcastState.ON


APPLY: Final[Apply] = {
    e.DropInAnnounced: _announced,
    e.DroppedIn: _dropped_in,
    e.DropInOff: _drop_in_off,
    e.Looked: _looked,
    e.LookOpened: _look_opened,
    e.LookOver: _look_over,
    e.BroadcastStarted: _broadcast_started,
    e.BroadcastOver: _broadcast_over,
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    if session.ended:
        return []
    events: list[e.Event] = []
    for seat in session.seats.values():
        if seat.drop_in is not None:
            events += _arrival(session, now, seat, seat.drop_in)
        if seat.look is not None:
            events += _looks(session, now, seat, seat.look)
    on = session.broadcast
    if on is not None and not (_speaks(session, on) and now < on.until):
        events.append(e.BroadcastOver(now, on.by))
    return events


def _arrival(session: Session, now: float, seat: Seat, arrival: Arrival) -> list[e.Event]:
    """Their mute is as it was: the page says where they are heard."""
    in_a_talk = session.rooms[seat.room].kind == "private"
    if arrival.room not in session.rooms or in_a_talk or not seat.here or seat.resting is not None:
        return [e.DropInOff(now, seat.participant)]
    if now < arrival.at:
        return []
    return [
        e.DroppedIn(now, seat.participant),
        *move(session, now, None, [(seat.participant, arrival.room)]),
    ]


def _looks(session: Session, now: float, seat: Seat, look: Look) -> list[e.Event]:
    if look.room not in session.rooms or not _at_it(seat, look.connection) or now >= look.until:
        return [e.LookOver(now, seat.participant)]
    return [e.LookOpened(now, seat.participant)] if not look.open and now >= look.opens else []


def _speaks(session: Session, on: Broadcast) -> bool:
    return bool(session.pairs()) and _at_it(session.seats[on.by], on.connection)


def _at_it(seat: Seat, connection: ConnectionId) -> bool:
    """Still in the main room, awake, and on the device that asked."""
    return seat.room == MAIN and seat.resting is None and seat.presence == Here(connection)


def due(session: Session) -> float | None:
    if session.ended:
        return None
    times = [seat.drop_in.at for seat in session.seats.values() if seat.drop_in is not None]
    looks = [seat.look for seat in session.seats.values() if seat.look is not None]
    times += [look.until if look.open else look.opens for look in looks]
    times += [] if session.broadcast is None else [session.broadcast.until]
    return min(times, default=None)
