"""Everything that one client may see, by where its person is; and the difference between two of these.

A client is told nothing else of a session: what does not change its view never reaches it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, assert_never

import msgspec
from msgspec import Struct

from signaling import protocol as p
from signaling.core.ids import LATE, ParticipantId
from signaling.core.lifecycles import Door, Phase
from signaling.core.persons import may_take_over
from signaling.core.roles import Role
from signaling.core.state import Here, Seat, Session
from signaling.shell import boarding, showing
from signaling.shell.memory import Memory


class WaitingView(Struct, frozen=True):
    """Neither people nor counts. `late`: let in, to be placed in one of the open rooms."""

    me: p.Me
    staff: p.Staff
    staff_names: list[str]
    note: str
    sent_back: bool
    knock_at: float
    take_over: bool
    over: bool
    late: bool


class RoomFullView(Struct, frozen=True):
    me: p.Me
    people: list[p.Person]
    room: p.RoomView
    team: p.Team | None
    board: p.Board | None


class SilentView(Struct, frozen=True):
    """A facilitator's phone beside their laptop: no media, no sound."""

    me: p.Me
    people: list[p.Person]
    room: p.RoomView
    team: p.Team
    board: p.Board | None
    laptop: bool


class DeskView(Struct, frozen=True):
    people: list[p.DeskPerson]
    waiting: int


class FiguresView(Struct, frozen=True):
    people: list[p.Figure]
    phase: str


View = WaitingView | RoomFullView | SilentView | DeskView | FiguresView
InRoom = RoomFullView | SilentView
Measured = Mapping[ParticipantId, p.Figure]

NAMES_SEEN: Final = frozenset({Role.COORDINATOR, Role.ADMIN})  # support sees figures only
_NOTHING: Final[Measured] = MappingProxyType({})


def view(
    session: Session, memory: Memory, who: ParticipantId, *, standby: bool, measured: Measured = _NOTHING
) -> View | None:
    """None for whoever has no seat any more. `measured`: what support sees of whom."""
    seat = session.seats.get(who)
    if seat is None or not seat.present:
        return None
    room = session.rooms[seat.room]
    match room.kind:
        case "waiting" | "late":
            return _waiting(session, memory, seat)
        case "desk":
            return _desk(session, memory, seat, measured)
        case "main" | "private" | "pair":
            own = showing.me(session, memory, who)
            people = showing.people(session, memory, who, room.id)
            where = showing.room_view(session, memory, who, room)
            leads = seat.is_facilitator and seat.door is Door.INSIDE
            team = showing.team(session, memory, room.id) if leads else None
            all_rooms = boarding.board(session, memory, who) if leads else None
            if standby and team is not None:
                return SilentView(own, people, where, team, all_rooms, isinstance(seat.presence, Here))
            return RoomFullView(own, people, where, team, all_rooms)
        case _:
            assert_never(room.kind)


def _waiting(session: Session, memory: Memory, seat: Seat) -> WaitingView:
    return WaitingView(
        me=showing.me(session, memory, seat.participant),
        staff=showing.staff(session, seat.participant),
        staff_names=showing.staff_names(session, memory)[:1],  # a name, not how many there are
        note=memory.notes.get(seat.participant, ""),
        sent_back=seat.door is Door.SENT_BACK,
        knock_at=seat.since,
        take_over=may_take_over(session, seat),
        over=session.phase is Phase.DRAINING,
        late=seat.room == LATE,
    )


def _desk(session: Session, memory: Memory, seat: Seat, measured: Measured) -> DeskView | FiguresView:
    if NAMES_SEEN & set(seat.roles):
        late = session.inside(LATE)
        return DeskView(showing.desk_people(session, memory), len(session.waiting()) + len(late))
    return FiguresView(figures(session, measured), session.phase.value)


def figures(session: Session, measured: Measured) -> list[p.Figure]:
    """Everybody who has to do with media, sorted by code, so that the order tells nobody who came when."""
    found = []
    for seat in session.inside():
        if session.rooms[seat.room].kind in ("main", "private", "pair"):
            code, here = showing.figure_code(session, seat.participant), isinstance(seat.presence, Here)
            figure = measured.get(seat.participant)
            found.append(
                p.Figure(code, here, 0, 0, 0.0, 0.0, 0.0)
                if figure is None
                else msgspec.structs.replace(
                    figure, code=code, here=here, up_kbps=coarse(figure.up_kbps), down_kbps=coarse(figure.down_kbps)
                )
            )
    return sorted(found, key=lambda figure: figure.code)


def coarse(kbps: float) -> float:
    """The next 1, 2 or 5 times a power of ten below; 0 under 10 kbit/s. In a pair one gets what the other sends: finer
    rates would show support who is with whom.
    """
    if kbps < 10:
        return 0.0
    decade = 10.0 ** math.floor(math.log10(kbps))
    return decade * next(step for step in (5, 2, 1) if kbps >= step * decade)


# --- messages --------------------------------------------------------------------------------------------------------


class Head(Struct, frozen=True):
    """What every snapshot begins with."""

    id: int | None
    session: str
    you: ParticipantId
    secret: str | None
    now: float
    numbers: p.Numbers


class Beside(Struct, frozen=True):
    """What is not of the view: words and media."""

    lines: list[p.Said]
    peer: int | None = None
    slots: list[p.Slot] = []
    speakers: list[ParticipantId] = []
    pairs: int = 0
    ice: list[p.IceServer] = []


def snapshot(seen: View, head: Head, beside: Beside) -> p.Place:
    common = msgspec.structs.asdict(head)
    match seen:
        case WaitingView():
            return p.Waiting(**common, **_fields(seen))
        case RoomFullView():
            return p.Snapshot(**common, **_fields(seen), **_fields(beside))
        case SilentView():
            return p.Silent(**common, **_fields(seen), lines=beside.lines)
        case DeskView():
            return p.Desk(**common, **_fields(seen))
        case FiguresView():
            del common["numbers"]  # nobody there is cared for
            return p.Figures(**common, **_fields(seen))
        case _:
            assert_never(seen)


def _fields(shape: Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(shape)


def changes(before: View | None, after: View) -> list[p.Change] | None:
    """What leads from one to the other; None: another place, or what no change can say, which needs a snapshot."""
    if before == after:
        return []
    if isinstance(before, WaitingView) and isinstance(after, WaitingView) and before.sent_back == after.sent_back:
        own = (after.staff, after.staff_names, after.note, after.me, after.take_over, after.over, after.late)
        return [p.WaitingIs(*own)]
    if isinstance(before, InRoom) and isinstance(after, InRoom) and type(before) is type(after):
        return _in_room(before, after)
    if isinstance(before, DeskView) and isinstance(after, DeskView):
        return [p.DeskIs(after.people, after.waiting)]
    if isinstance(before, FiguresView) and isinstance(after, FiguresView) and before.phase == after.phase:
        return [p.FiguresIs(after.people)]
    return None


def _in_room(before: InRoom, after: InRoom) -> list[p.Change] | None:
    if before.room.id != after.room.id or (before.team is None) != (after.team is None):
        return None
    known = {person.id: person for person in before.people}
    still = {person.id for person in after.people}
    found: list[p.Change] = [p.PersonGone(who) for who in known if who not in still]
    found += [p.PersonIs(person) for person in after.people if known.get(person.id) != person]
    if before.me != after.me:
        found.append(p.MeIs(after.me))
    if before.room != after.room:
        found.append(p.RoomIs(after.room))
    if after.team is not None and before.team != after.team:
        found.append(p.TeamIs(after.team))
    if before.board != after.board:
        found.append(p.BoardIs(after.board))
    if isinstance(before, SilentView) and isinstance(after, SilentView) and before.laptop != after.laptop:
        found.append(p.LaptopIs(after.laptop))
    return found
