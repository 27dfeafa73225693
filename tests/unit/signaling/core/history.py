"""A session made by commands alone, as the server makes it, and the events that led to it."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, PersonId, SecretHash, SessionId, StandbyHash
from signaling.core.programme import Rules
from signaling.core.roles import GuestFunction, Role
from signaling.core.session import decide, replay
from signaling.core.state import Seat, Session
from signaling.protocol import ErrorCode

F, P, G = Role.FACILITATOR, Role.PARTICIPANT, Role.GUEST
ANA, SAM, LEO = ParticipantId("ana"), ParticipantId("sam"), ParticipantId("leo")

Outcome = tuple[list[e.Event], list[c.Effect]]


def join(
    who: str,
    connection: int,
    *roles: Role,
    person: str | None = "",
    link: str = "",
    people: int = 1,
    knocks: bool = True,
    function: GuestFunction | None = None,
    **more: Any,
) -> c.Join:
    """By a link of their own, unless `person` is None."""
    return c.Join(
        ParticipantId(who),
        SecretHash(f"secret of {who}"),
        ConnectionId(connection),
        LinkHash(link or f"link of {person or who}"),
        None if person is None else PersonId(person or who),
        roles or (P,),
        function,
        people,
        knocks,
        **{"banned_until": None, "agreement": None} | more,
    )


def resume(who: str, connection: int, *, kept: bool = False) -> c.Resume:
    return c.Resume(SecretHash(f"secret of {who}"), ConnectionId(connection), kept)


class History:
    def __init__(self, rules: Rules | None = None) -> None:
        self.start = Session(SessionId("s"), rules or Rules())
        self.session = self.start
        self.events: list[e.Event] = []
        self.now = 0.0

    def do(self, actor: c.Actor, command: c.Command, *, after: float = 0.0) -> Outcome:
        """`after`: seconds later."""
        self.now += after
        events, effects = decide(self.session, self.now, actor, command)
        self.session = replay(self.session, events)
        self.events += events
        return events, effects

    def refused(self, actor: c.Actor, command: c.Command) -> ErrorCode:
        with pytest.raises(RefusedError) as caught:
            decide(self.session, self.now, actor, command)
        return caught.value.code

    def seat(self, who: str) -> Seat:
        return self.session.seats[ParticipantId(who)]

    def join(self, who: str, connection: int, *roles: Role, **more: Any) -> Outcome:
        return self.do(c.Newcomer(), join(who, connection, *roles, **more))

    def as_(self, who: str, command: c.Command) -> Outcome:
        return self.do(c.Member(ParticipantId(who)), command)

    def admit(self, who: str, by: str = "ana") -> Outcome:
        return self.as_(by, c.Admit(ParticipantId(who)))

    def drop(self, connection: int) -> Outcome:
        return self.do(c.Server(), c.Disconnect(ConnectionId(connection)))

    def wait(self, seconds: float) -> Outcome:
        return self.do(c.Server(), c.Tick(), after=seconds)

    def stand_by(self, token: str = "code", connection: int = 90, who: str = "ana") -> None:
        self.as_(who, c.MakeStandby(StandbyHash(token)))
        self.do(c.Newcomer(), join_standby(token, connection))


def join_standby(token: str, connection: int) -> c.JoinStandby:
    return c.JoinStandby(StandbyHash(token), SecretHash(f"secret of {token}"), ConnectionId(connection))


def group() -> History:
    """Ana leads on connection 1; Sam is inside on 2."""
    history = History()
    history.join("ana", 1, F)
    history.join("sam", 2)
    history.admit("sam")
    return history
