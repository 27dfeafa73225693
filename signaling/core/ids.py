"""Ids of the control plane, and their short form for logs."""

from __future__ import annotations

from typing import NewType

SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
"""One seat in one session."""
PersonId = NewType("PersonId", str)
"""One entry of a practice's list: the same through renewed links and all sessions of a group."""
RoomId = NewType("RoomId", str)
CallId = NewType("CallId", str)
ConnectionId = NewType("ConnectionId", int)
"""One signalling WebSocket. Unique for the life of the node process."""

LinkHash = NewType("LinkHash", str)
"""SHA-256 of a link's token, hex. The token itself is never kept."""
SecretHash = NewType("SecretHash", str)
"""SHA-256 of a browser's resume secret, hex."""
StandbyHash = NewType("StandbyHash", str)
"""SHA-256 of the one-time token that a facilitator's phone reads off the laptop, hex."""

WAITING = RoomId("waiting")
DESK = RoomId("desk")
MAIN = RoomId("main")
LATE = RoomId("late")
"""Of who was let in while the rooms are open and has no place in them yet. No media."""


def pair_room(number: int) -> RoomId:
    return RoomId(f"pair.{number}")


def short(identifier: str) -> str:
    """Enough to follow one session or person through a log, too little to act as them."""
    return identifier[:6]
