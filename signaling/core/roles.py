"""Who may do what: the one table that authorises."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import Final


class Role(enum.StrEnum):
    """The role of a person, as their link gives it."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"


class Standing(enum.StrEnum):
    """What an actor is while they ask: a role in the room, or one of those without a seat."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    NEWCOMER = "newcomer"
    OPERATOR = "operator"
    SERVER = "server"


_SEATED: Final = frozenset({Standing.PARTICIPANT, Standing.FACILITATOR})

# Command (name of its struct) -> who may give it. A command that is not here is nobody's.
ALLOWED: Final = MappingProxyType(
    {
        "Join": frozenset({Standing.NEWCOMER}),
        "Resume": frozenset({Standing.NEWCOMER}),
        "Publish": _SEATED,
        "Unpublish": _SEATED,
        "Mute": _SEATED,
        "Unmute": _SEATED,
        "Leave": _SEATED,
        "End": frozenset({Standing.OPERATOR}),
        "Disconnect": frozenset({Standing.SERVER}),
        "Tick": frozenset({Standing.SERVER}),
    }
)


def may(standing: Standing, command: str) -> bool:
    return standing in ALLOWED.get(command, frozenset())
