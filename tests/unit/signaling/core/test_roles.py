"""Every role and every command: who may, who may not, and that a refusal always has a code.

The table here is written by hand and compared with the one that authorises: who changes rights changes both.
"""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.errors import RefusedError
from signaling.core.ids import DESK, LATE, MAIN, WAITING, ConnectionId, ParticipantId, RoomId, pair_room
from signaling.core.lifecycles import Door
from signaling.core.roles import (
    ALLOWED,
    DESK_MAY,
    IN_GROUP,
    TALKING_MAY,
    WAITING_MAY,
    Role,
    Standing,
    may,
    role_for,
    sits_as,
)
from signaling.core.session import authorise, decide
from signaling.core.state import Session
from signaling.protocol import ErrorCode
from tests.unit.signaling.core.seated import Seated

COMMANDS: list[type[Any]] = list(typing.get_args(c.Command))
ME, SAM = ParticipantId("me"), ParticipantId("sam")
TALK, PAIR = RoomId("private.me"), pair_room(1)

# P participant, F facilitator, G guest, C coordinator, S support, A admin, N newcomer, O operator, Z the server itself.
MAY = {
    "N": "Join Resume JoinStandby",
    "Z": "Disconnect Tick",
    "PFGCSA": "Leave",
    "PFG": """Publish Unpublish Mute Unmute DeclineUnmute RaiseHand LowerHand StepAway ComeBack Say EndPrivate
        BackToGroup""",
    "PG": "CallHelp CancelHelp AnswerCheck AskToStay WaitForPartner",
    "F": """Answer Admit AdmitExpected Decline SendBack LockDoor Remove Ban
        MuteOther MuteAll StopSource Allow Forbid AllowAll ForbidAll AskToUnmute
        LowerHands LowerOther Spotlight Rename Cover Uncover Follow
        PauseGroup ResumeGroup StartBreak EndBreak TalkPrivately
        Coming CloseCall CheckOn CloseGroup CancelClose TakeOver MakeStandby TakeSeat DropStandby
        PlanRooms EditPlan DropPlan OpenRooms ExtendRooms RecallRooms MovePeople KeepApart KeepTogether
        DropIn CancelDropIn Look CloseLook Broadcast""",
    "CAO": "RevokeLink",
    "FAO": "End",
}
LETTERS = {
    "P": Standing.PARTICIPANT,
    "G": Standing.GUEST,
    "F": Standing.FACILITATOR,
    "C": Standing.COORDINATOR,
    "S": Standing.SUPPORT,
    "A": Standing.ADMIN,
    "N": Standing.NEWCOMER,
    "O": Standing.OPERATOR,
    "Z": Standing.SERVER,
}
TABLE = {(LETTERS[letter], command) for who, names in MAY.items() for letter in who for command in names.split()}
PLACES = ("waiting", "talking", "main", "pair", "late", "desk")
SEATS = [(role, place) for role in Role for place in PLACES if (place == "desk") != (role in IN_GROUP)]


def sample(command: type[Any]) -> c.Command:
    """A command about Sam, with fields that mean something."""
    known: dict[str, Any] = {
        "participant": SAM,
        "room": MAIN,
        "source": "screen",
        "until": 1e6,
        "call": "private.sam",
        "kind": "private",
        "to": "room",
        "on": True,
        "ok": True,
        "minutes": 5,
        "whom": None,
        "connection": ConnectionId(99),
        "link": "link",
        "token": "token",
        "secret": "secret",
        "person": None,
        "roles": (Role.PARTICIPANT,),
        "function": None,
        "people": 1,
        "knocks": True,
        "banned_until": None,
        "agreement": None,
        "agreed": None,
        "media_kept": False,
        "how": "size",
        "count": 2,
        "seed": 1,
        "rooms": ((SAM,),),
        "late": "ask",
        "seconds": 60.0,
        "moves": ((SAM, pair_room(1)),),
        "anyway": False,
        "other": ME,
    }
    made: c.Command = command(**{name: known[name] for name in command.__struct_fields__})
    return made


def seated(role: Role, place: str) -> Session:
    """Me with that role in that place, Sam in the main room."""
    room = Seated()
    room.sit(SAM, Role.PARTICIPANT)
    door = Door.KNOCKING if place in ("waiting", "talking") else Door.INSIDE
    at = {"waiting": WAITING, "talking": TALK, "main": MAIN, "pair": PAIR, "late": LATE, "desk": DESK}[place]
    room.sit(ME, role, door=door, room=at)
    room.set_room(TALK, by=SAM)
    room.set_room(PAIR, kind="pair", number=1)
    return room.session


def code_of(session: Session, actor: c.Actor, command: c.Command) -> ErrorCode | None:
    try:
        assert isinstance(authorise(session, actor, command), e.By)
    except RefusedError as error:
        return error.code
    return None


def decided(session: Session, command: c.Command) -> list[e.Event] | RefusedError:
    try:
        return decide(session, 2000.0, c.Member(ME), command)[0]
    except RefusedError as error:
        return error


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    assert set(ALLOWED) == {command.__name__ for command in COMMANDS}


def test_the_table_is_as_it_was_decided() -> None:
    assert {(who, command) for who in Standing for command in ALLOWED if may(who, command)} == TABLE


@pytest.mark.parametrize(("role", "place"), SEATS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_role_and_command_in_every_place(command: type[Any], role: Role, place: str) -> None:
    session = seated(role, place)
    code = code_of(session, c.Member(ME), sample(command))
    name = command.__name__
    if (Standing(role), name) not in TABLE or (place == "desk" and name not in DESK_MAY):
        assert code == ErrorCode.NOT_ALLOWED
    elif (place in ("waiting", "late") and name not in WAITING_MAY) or (place == "talking" and name not in TALKING_MAY):
        assert code == ErrorCode.WAITING
    else:
        assert code is None


@pytest.mark.parametrize(("role", "place"), SEATS)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_what_is_allowed_is_decided_and_what_is_not_is_refused_with_a_code(
    command: type[Any], role: Role, place: str
) -> None:
    session = seated(role, place)
    before = msgspec.json.encode(session)
    outcome = decided(session, sample(command))
    assert msgspec.json.encode(session) == before
    if isinstance(outcome, RefusedError):
        assert outcome.code in ErrorCode
        assert outcome.text
        return
    assert (Standing(role), command.__name__) in TABLE
    under = {event.by.role for event in outcome if isinstance(getattr(event, "by", None), e.By)}
    assert under <= {Standing(role)}, "recorded under the role it was done in"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
@pytest.mark.parametrize(
    ("actor", "standing"),
    [(c.Newcomer(), Standing.NEWCOMER), (c.Operator(), Standing.OPERATOR), (c.Server(), Standing.SERVER)],
)
def test_those_without_a_seat(actor: c.Actor, standing: Standing, command: type[Any]) -> None:
    allowed = (standing, command.__name__) in TABLE
    code = code_of(seated(Role.PARTICIPANT, "main"), actor, sample(command))
    assert code == (None if allowed else ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_who_is_not_connected_may_nothing(command: type[Any]) -> None:
    room = Seated()
    room.sit(ME, Role.FACILITATOR)
    room.drop(ME)
    assert code_of(room.session, c.Member(ME), sample(command)) == ErrorCode.NOT_JOINED
    assert code_of(room.session, c.Member(ParticipantId("forged")), sample(command)) == ErrorCode.NOT_JOINED


def test_of_several_roles_the_least_that_may_is_recorded() -> None:
    both = (Role.PARTICIPANT, Role.FACILITATOR, Role.ADMIN)
    assert role_for(both, "CallHelp") is Standing.PARTICIPANT
    assert role_for(both, "Admit") is Standing.FACILITATOR
    assert role_for(both, "RevokeLink") is Standing.ADMIN
    assert role_for((Role.PARTICIPANT,), "Admit") is None


def test_others_see_the_role_that_leads() -> None:
    assert sits_as((Role.PARTICIPANT, Role.FACILITATOR)) is Role.FACILITATOR
    assert sits_as((Role.GUEST, Role.ADMIN)) is Role.GUEST
    assert sits_as((Role.SUPPORT, Role.ADMIN)) is Role.SUPPORT


@pytest.mark.parametrize("standing", Standing)
def test_an_unknown_command_is_nobodys(standing: Standing) -> None:
    assert not may(standing, "Record")
