"""Who may do what: the one table that authorises, and how a place narrows it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final, Literal

GuestFunction = Literal["interpreter", "captioner", "supervisor", "trainee"]


class Role(enum.StrEnum):
    """A role that a link gives; a person may hold several. In order of privilege, least first."""

    PARTICIPANT = "participant"
    GUEST = "guest"
    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"
    SUPPORT = "support"
    ADMIN = "admin"


class Standing(enum.StrEnum):
    """What an actor is while they ask: a role, or one of those without a seat."""

    PARTICIPANT = "participant"
    GUEST = "guest"
    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"
    SUPPORT = "support"
    ADMIN = "admin"
    NEWCOMER = "newcomer"
    OPERATOR = "operator"
    SERVER = "server"


IN_GROUP: Final = frozenset({Role.PARTICIPANT, Role.GUEST, Role.FACILITATOR})  # the others sit at the desk

_P, _G, _F = Standing.PARTICIPANT, Standing.GUEST, Standing.FACILITATOR
_S, _A = Standing.SUPPORT, Standing.ADMIN
_GROUP: Final = frozenset({_P, _G, _F})
_SEATED: Final = _GROUP | {Standing.COORDINATOR, _S, _A}
_CARED_FOR: Final = frozenset({_P, _G})
_LEADS: Final = frozenset({_F})
_NEWCOMER: Final = frozenset({Standing.NEWCOMER})
_SERVER: Final = frozenset({Standing.SERVER})

# Command (name of its struct) -> who may give it. A command that is not here is nobody's.
ALLOWED: Final = MappingProxyType(
    {
        "Join": _NEWCOMER,
        "Resume": _NEWCOMER,
        "JoinStandby": _NEWCOMER,
        "Disconnect": _SERVER,
        "Tick": _SERVER,
        "Leave": _SEATED,
        "RevokeLink": frozenset({Standing.COORDINATOR, _A, Standing.OPERATOR}),
        "End": frozenset({_F, _A, Standing.OPERATOR}),
        **dict.fromkeys(("Publish", "Unpublish", "Mute", "Unmute", "DeclineUnmute"), _GROUP),
        **dict.fromkeys(("RaiseHand", "LowerHand", "StepAway", "ComeBack", "Say"), _GROUP),
        **dict.fromkeys(("CallHelp", "CancelHelp", "AnswerCheck", "AskToStay"), _CARED_FOR),
        "EndPrivate": _GROUP,
        # The door.
        **dict.fromkeys(("Admit", "AdmitExpected", "Decline", "SendBack", "LockDoor", "Remove", "Ban"), _LEADS),
        # The rights of others.
        **dict.fromkeys(("MuteOther", "MuteAll", "AskToUnmute", "StopSource"), _LEADS),
        **dict.fromkeys(("Allow", "Forbid", "AllowAll", "ForbidAll"), _LEADS),
        **dict.fromkeys(("LowerHands", "LowerOther", "Spotlight", "Rename", "Cover", "Uncover", "Follow"), _LEADS),
        # The group as a whole.
        **dict.fromkeys(("PauseGroup", "ResumeGroup", "StartBreak", "EndBreak"), _LEADS),
        **dict.fromkeys(("CloseGroup", "CancelClose", "TakeOver"), _LEADS),
        # One person.
        **dict.fromkeys(("TalkPrivately", "Coming", "CloseCall", "CheckOn", "Answer"), _LEADS),
        # Breakouts.
        **dict.fromkeys(("PlanRooms", "EditPlan", "DropPlan", "OpenRooms", "ExtendRooms", "RecallRooms"), _LEADS),
        **dict.fromkeys(("MovePeople", "KeepApart", "KeepTogether"), _LEADS),
        **dict.fromkeys(("DropIn", "CancelDropIn", "Look", "CloseLook", "Broadcast"), _LEADS),
        "BackToGroup": _GROUP,
        "WaitForPartner": _CARED_FOR,
        **dict.fromkeys(("MakeStandby", "TakeSeat", "DropStandby"), _LEADS),
    }
)

# What the waiting room (and the place of latecomers), and the desk leave of that.
WAITING_MAY: Final = frozenset({"Leave", "CallHelp", "CancelHelp", "AnswerCheck", "ComeBack", "EndPrivate", "TakeOver"})
DESK_MAY: Final = frozenset({"Leave", "RevokeLink", "End"})
# Somebody from the waiting room in a private talk: they may be seen and heard there, and lead nothing.
TALKING_MAY: Final = WAITING_MAY | {"Publish", "Unpublish", "Mute", "Unmute", "DeclineUnmute", "StepAway"}


def may(standing: Standing, command: str) -> bool:
    return standing in ALLOWED.get(command, frozenset())


def role_for(roles: Iterable[Role], command: str) -> Standing | None:
    """The least privileged of these roles that may give the command: the one under which it is recorded."""
    held = set(roles)
    return next((Standing(role) for role in Role if role in held and may(Standing(role), command)), None)


def sits_as(roles: Iterable[Role]) -> Role:
    """The one role that others see: what leads before what takes part, the group before the desk."""
    held = set(roles)
    order = (Role.FACILITATOR, Role.PARTICIPANT, Role.GUEST, Role.COORDINATOR, Role.SUPPORT, Role.ADMIN)
    return next(role for role in order if role in held)
