"""People put straight into a session, wherever a test wants them: what the door makes of them is tested at the door."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN, WAITING, ConnectionId, LinkHash, ParticipantId, RoomId, SecretHash, SessionId
from signaling.core.lifecycles import Absence, Door
from signaling.core.programme import Rules
from signaling.core.roles import Role
from signaling.core.session import decide, replay
from signaling.core.state import Away, Gone, Here, Room, Seat, Session, with_seat
from signaling.protocol import ErrorCode

NOW = 1000.0

ANA, KIM = ParticipantId("ana"), ParticipantId("kim")  # facilitators
SAM, LEO = ParticipantId("sam"), ParticipantId("leo")  # participants
EVA = ParticipantId("eva")  # an interpreter
NEW = ParticipantId("new")  # knocks

F, P, G = Role.FACILITATOR, Role.PARTICIPANT, Role.GUEST


def private(participant: ParticipantId) -> RoomId:
    return RoomId(f"private.{participant}")


class Seated:
    """A session that goes on by commands, and time that only the test moves."""

    def __init__(self, rules: Rules = Rules()) -> None:  # noqa: B008 - frozen
        self.session = Session(SessionId("s"), rules, absence=Absence.PRESENT)
        self.now = NOW
        self.events: list[e.Event] = []
        self._connections = itertools.count(1)

    def sit(self, participant: ParticipantId, role: Role, **fields: Any) -> None:
        connection = ConnectionId(next(self._connections))
        seat = Seat(
            participant=participant,
            roles=(role,),
            function=fields.pop("function", None),
            person=None,
            link=LinkHash("link"),
            secret=SecretHash(f"secret of {participant}"),
            presence=Here(connection),
            door=fields.pop("door", Door.INSIDE),
            since=self.now,
            room=fields.pop("room", MAIN),
        )
        self.session = self.session.change(seats={**self.session.seats, participant: seat})
        self.set(participant, **fields)

    def set(self, participant: ParticipantId, **fields: Any) -> None:
        self.session = with_seat(self.session, participant, **fields)

    def set_room(self, room: RoomId, **fields: Any) -> None:
        before = self.session.rooms.get(room, Room(room, "private", self.now))
        self.session = self.session.change(
            rooms={**self.session.rooms, room: msgspec.structs.replace(before, **fields)}
        )

    def drop(self, participant: ParticipantId) -> None:
        self.set(participant, presence=Away(self.now))
        self.settle()

    def back(self, participant: ParticipantId) -> None:
        self.set(participant, presence=Here(ConnectionId(next(self._connections))))
        self.settle()

    def gone(self, participant: ParticipantId) -> None:
        """For good, as `Left` leaves a seat."""
        self.set(participant, presence=Gone(self.now, "left"), door=Door.OUT, room=WAITING, sources=frozenset())
        self.settle()

    def at(self, participant: ParticipantId) -> Seat:
        return self.session.seats[participant]

    def do(self, who: ParticipantId, command: c.Command) -> list[e.Event]:
        return self._decide(c.Member(who), command)

    def settle(self) -> list[e.Event]:
        return self._decide(c.Server(), c.Tick())

    def wait(self, seconds: float) -> list[e.Event]:
        self.now += seconds
        return self.settle()

    def refused(self, who: ParticipantId, command: c.Command) -> ErrorCode:
        with pytest.raises(RefusedError) as caught:
            decide(self.session, self.now, c.Member(who), command)
        return caught.value.code

    def _decide(self, actor: c.Actor, command: c.Command) -> list[e.Event]:
        events, _ = decide(self.session, self.now, actor, command)
        self.session = replay(self.session, events)
        again, _ = decide(self.session, self.now, c.Server(), c.Tick())
        assert again == [], "what follows is all there at once"
        self.events += events
        return events


def kinds(events: list[e.Event]) -> list[type[e.Event]]:
    return [type(event) for event in events]


@pytest.fixture
def group() -> Seated:
    """Ana leads; Sam and Leo take part; all in the main room."""
    group = Seated()
    group.sit(ANA, F)
    group.sit(SAM, P, forbidden=frozenset({"screen", "screen_sound"}))
    group.sit(LEO, P, forbidden=frozenset({"screen", "screen_sound"}))
    return group
