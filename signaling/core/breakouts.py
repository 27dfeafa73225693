"""Rooms of the group: planned, opened, left and called back, all of one command at once."""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core import placing
from signaling.core.bonds import bonds, kept_apart, kept_together
from signaling.core.errors import RefusedError
from signaling.core.ids import LATE, MAIN, ParticipantId, RoomId, pair_room
from signaling.core.latecomers import late
from signaling.core.lifecycles import Phase, RoundState
from signaling.core.module import Decide
from signaling.core.moving import MOST_ROOMS, is_placed, move_people
from signaling.core.rooms import move
from signaling.core.rounds import APPLY as APPLY
from signaling.core.rounds import need_open, running
from signaling.core.state import Session, is_partner
from signaling.protocol import ErrorCode

# --- planning --------------------------------------------------------------------------------------------------------


def _plan(session: Session, now: float, by: e.By, command: c.PlanRooms) -> list[e.Event]:
    _need_plan(session)
    people = [seat.participant for seat in session.present() if seat.inside and is_partner(seat)]
    wishes = bonds(session)
    match command.how:
        case "size":
            rooms = placing.place(people, placing.sizes(len(people), size=command.count), wishes, command.seed)
        case "number":
            rooms = placing.place(people, placing.sizes(len(people), number=command.count), wishes, command.seed)
        case "again":
            rooms = placing.again(people, wishes, command.seed)
    if not rooms:
        raise RefusedError(ErrorCode.NOT_NOW, "there is nobody to put together")
    return [e.RoomsPlanned(now, rooms, by)]


def _edit(session: Session, now: float, by: e.By, command: c.EditPlan) -> list[e.Event]:
    _need_plan(session)
    people = [who for room in command.rooms for who in room]
    if len(people) != len(set(people)) or not all(_may_be_planned(session, who) for who in people):
        raise RefusedError(ErrorCode.NO_SUCH, "somebody of the plan is not there, twice in it, or not for rooms")
    if len(command.rooms) > MOST_ROOMS:
        raise RefusedError(ErrorCode.NO_SUCH, "so many rooms there are not")
    return [e.RoomsPlanned(now, command.rooms, by)]


def _drop(session: Session, now: float, by: e.By, command: c.DropPlan) -> list[e.Event]:
    _need_plan(session)
    return [] if session.round is None else [e.PlanDropped(now, by)]


def _need_plan(session: Session) -> None:
    if running(session) is not None:
        raise RefusedError(ErrorCode.NOT_NOW, "the rooms are open")


def _may_be_planned(session: Session, who: ParticipantId) -> bool:
    seat = session.seats.get(who)
    return seat is not None and seat.inside and session.rooms[seat.room].kind != "desk" and is_placed(seat)


# --- opening, more time, and the way back ----------------------------------------------------------------------------


def _open(session: Session, now: float, by: e.By, command: c.OpenRooms) -> list[e.Event]:
    """Who came since the plan was made is placed too; whom it left out stays in the main room."""
    planned = session.round
    if planned is None or planned.state is not RoundState.PLANNED:
        raise RefusedError(ErrorCode.NOT_NOW, "there is no plan")
    if session.phase is not Phase.OPEN or session.break_until is not None:
        raise RefusedError(ErrorCode.NOT_NOW, "the group is on a break, or closes")
    here = [seat for seat in session.inside(MAIN) if is_placed(seat)]
    came = [seat.participant for seat in here if is_partner(seat) and seat.participant not in planned.known]
    rooms = _mended(session, planned.plan, [seat.participant for seat in here], came)
    if not rooms:
        raise RefusedError(ErrorCode.NOT_NOW, "nobody of the plan is here")
    until = None if command.minutes is None else now + 60 * command.minutes
    moves = [(who, pair_room(number)) for number, room in enumerate(rooms, 1) for who in room]
    return [
        e.RoomsOpened(now, rooms, until, None if until is None else _warns_at(session, now, until), command.late, by),
        *(e.RoomOpened(now, pair_room(number), "pair", by) for number in range(1, len(rooms) + 1)),
        *move(session, now, by, moves),
    ]


def _mended(
    session: Session, plan: placing.Rooms, here: list[ParticipantId], came: list[ParticipantId]
) -> placing.Rooms:
    wishes = bonds(session)
    planned = {who for room in plan for who in room}
    there = [[who for who in room if who in here] for room in plan]
    return placing.mend(placing.joined(there, [who for who in came if who not in planned], wishes), here, wishes)


def _warns_at(session: Session, now: float, until: float) -> float:
    """Not before half of a short time is over."""
    return until - min(session.rules.recall_warning, (until - now) / 2)


def _extend(session: Session, now: float, by: e.By, command: c.ExtendRooms) -> list[e.Event]:
    """Also while everybody is called back; of rooms without a clock: from now."""
    until = max(now, need_open(session).until or now) + 60 * command.minutes
    return [e.RoomsUntil(now, until, _warns_at(session, now, until), by)]


def _recall(session: Session, now: float, by: e.By, command: c.RecallRooms) -> list[e.Event]:
    need_open(session)
    return _over(session, now, by) if command.seconds <= 0 else [e.Recalled(now, now + command.seconds, by)]


def _over(session: Session, now: float, by: e.By | None) -> list[e.Event]:
    """Everybody is in the main room again. They come as they were, as they were told before; facilitators muted."""
    pairs = session.pairs()
    members = [seat for room in (*pairs, session.rooms[LATE]) for seat in session.members(room.id)]
    return [
        *(e.Muted(now, seat.participant, None) for seat in members if seat.is_facilitator and not seat.muted),
        *move(session, now, by, [(seat.participant, MAIN) for seat in members]),
        *(e.RoomClosed(now, room.id, by) for room in pairs),
        e.RoomsOver(now, by),
    ]


DECIDE: Final[Decide] = {
    c.PlanRooms: _plan,
    c.EditPlan: _edit,
    c.DropPlan: _drop,
    c.OpenRooms: _open,
    c.ExtendRooms: _extend,
    c.RecallRooms: _recall,
    c.MovePeople: move_people,
    c.KeepApart: kept_apart,
    c.KeepTogether: kept_together,
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    if session.ended:
        return []
    open_ = running(session)
    if open_ is None:
        return move(session, now, None, [(seat.participant, MAIN) for seat in session.members(LATE)])
    if not any(_is_used(session, room.id) for room in session.pairs()):
        return _over(session, now, None)
    if open_.state is RoundState.OPEN and open_.warns_at is not None and open_.until is not None:
        if now >= open_.warns_at:
            return [e.Recalled(now, open_.until, None)]
    elif open_.state is RoundState.RECALLING and open_.until is not None and now >= open_.until:
        return _over(session, now, None)
    return late(session, now, open_)


def _is_used(session: Session, room: RoomId) -> bool:
    """Somebody has their place there, also while lost; or two will be back from private talks."""
    placed = [seat for seat in session.placed(room) if is_placed(seat)]
    return len(placed) > 1 or any(seat.room == room for seat in placed)


def due(session: Session) -> float | None:
    open_ = running(session)
    if open_ is None or session.ended:
        return None
    return open_.warns_at if open_.state is RoundState.OPEN else open_.until
