"""Moving people by hand between open rooms: all of one command at once, and nobody left alone by accident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import accompanies
from signaling.core.bonds import bonds
from signaling.core.errors import RefusedError
from signaling.core.ids import LATE, MAIN, ParticipantId, RoomId, pair_room
from signaling.core.placing import are_apart
from signaling.core.rooms import move
from signaling.core.rounds import need_open
from signaling.core.state import Alone, Seat, Session, is_partner
from signaling.protocol import ErrorCode

MOST_ROOMS: Final = 40  # more is a slip; a group has fewer people


def move_people(session: Session, now: float, by: e.By, command: c.MovePeople) -> list[e.Event]:
    need_open(session)
    people = [who for who, _ in command.moves]
    if len(people) != len(set(people)):
        raise RefusedError(ErrorCode.NO_SUCH, "nobody is in two rooms")
    for who in people:
        _need_movable(session, who)
    opened = _new_room(session, {room for _, room in command.moves})
    moves = with_those_left(session, dict(command.moves))
    alone = _left_alone(session, moves)
    if alone and not command.anyway:
        raise RefusedError(ErrorCode.ALONE, "somebody would be left alone")
    return [
        *([] if opened is None else [e.RoomOpened(now, opened, "pair", by)]),
        *move(session, now, by, moves.items()),
        *(event for room, who in alone.items() for event in _meant(session, now, room, who)),
    ]


def _need_movable(session: Session, who: ParticipantId) -> None:
    seat = session.need_seat(who)
    kind = session.rooms[seat.room].kind
    if not is_placed(seat):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "facilitators drop in, and interpreters follow")
    if kind == "private":
        raise RefusedError(ErrorCode.BUSY, "they are in a private talk")
    if not seat.inside or kind not in ("main", "pair", "late"):
        raise RefusedError(ErrorCode.NO_SUCH, "they are not in the group")


def _new_room(session: Session, targets: Iterable[RoomId]) -> RoomId | None:
    """Main, open pairs, and one that is opened by going there: that of the next number."""
    number = max((room.number or 0 for room in session.pairs()), default=0) + 1
    open_ = {MAIN, *(room.id for room in session.pairs())}
    new = set(targets) - open_
    if new - {pair_room(number)} or (new and number > MOST_ROOMS):
        raise RefusedError(ErrorCode.NO_SUCH, "there is no such room")
    return pair_room(number) if new else None


def with_those_left(session: Session, moves: Mapping[ParticipantId, RoomId]) -> dict[ParticipantId, RoomId]:
    """Nobody returns into an empty room: who is not connected goes along when nobody else would be left.

    Who is kept apart from somebody there waits for a place instead: only a facilitator's word puts these two together.
    """
    all_moves, wishes = dict(moves), bonds(session)
    for who, target in moves.items():
        room = session.seats[who].room
        left = [seat for seat in session.members(room) if seat.participant not in all_moves]
        if session.rooms[room].kind != "pair" or room == target or _is_anybody_here(left):
            continue
        for seat in filter(is_placed, left):
            there = [other for other in session.seats if all_moves.get(other, session.seats[other].room) == target]
            apart = target != MAIN and are_apart(seat.participant, there, wishes)
            all_moves[seat.participant] = LATE if apart else target
    return all_moves


def _is_anybody_here(left: Iterable[Seat]) -> bool:
    """An interpreter is on their way after who is gone."""
    return any(seat.here and not accompanies(seat) for seat in left)


def _left_alone(session: Session, moves: Mapping[ParticipantId, RoomId]) -> dict[RoomId, ParticipantId]:
    """Pair, new ones too -> the one partner who these moves would leave or put there without anybody."""
    going = {who: room for who, room in moves.items() if session.seats[who].room != room}
    touched = {*going.values(), *(session.seats[who].room for who in going)} - {MAIN, LATE}
    alone = {}
    for room in sorted(touched):
        there = [seat for seat in session.present() if moves.get(seat.participant, seat.room) == room and seat.inside]
        partners = [seat.participant for seat in there if is_partner(seat)]
        if len(partners) == 1 and not any(seat.is_facilitator for seat in there):
            alone[room] = partners[0]
    return alone


def _meant(session: Session, now: float, room: RoomId, who: ParticipantId) -> list[e.Event]:
    """They are alone because a facilitator says so. Nobody need be told who is not connected."""
    before: Alone | None = session.rooms[room].alone if room in session.rooms else None
    over: list[e.Event] = [] if before is None else [e.PartnerBack(now, room)]
    return [*over, e.PartnerGone(now, room, who, True)] if session.seats[who].here else over


def is_placed(seat: Seat) -> bool:
    """Facilitators drop in, interpreters follow."""
    return not seat.is_facilitator and not accompanies(seat)
