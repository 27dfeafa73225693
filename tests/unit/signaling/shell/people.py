"""Seats for tests of what people are told."""

from __future__ import annotations

from signaling.core.ids import MAIN, ConnectionId, LinkHash, ParticipantId, RoomId, SecretHash, SessionId
from signaling.core.lifecycles import Door
from signaling.core.roles import Role
from signaling.core.state import Call, Here, Room, Seat, Session


def seat(who: str, role: Role = Role.PARTICIPANT, room: str = MAIN, door: Door = Door.INSIDE, **more: object) -> Seat:
    fields: dict[str, object] = {
        "participant": ParticipantId(who),
        "roles": (role,),
        "function": None,
        "person": None,
        "link": LinkHash("link"),
        "secret": SecretHash(f"secret of {who}"),
        "presence": Here(ConnectionId(sum(map(ord, who)))),
        "door": door,
        "since": 0.0,
        "room": RoomId(room),
    }
    return Seat(**(fields | more))  # type: ignore[arg-type]


def session(*seats: Seat, rooms: tuple[Room, ...] = (), calls: tuple[Call, ...] = (), **more: object) -> Session:
    made = Session(SessionId("s"), seats={seat.participant: seat for seat in seats}, **more)  # type: ignore[arg-type]
    return made.change(rooms=made.rooms | {room.id: room for room in rooms}, calls={call.id: call for call in calls})
