"""Ids of the control plane, and their short form for logs."""

from __future__ import annotations

from typing import NewType

SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
RoomId = NewType("RoomId", str)
ConnectionId = NewType("ConnectionId", int)
"""One signalling WebSocket. Unique for the life of the node process."""

LinkHash = NewType("LinkHash", str)
"""SHA-256 of a link's token, hex. The token itself is never kept."""
SecretHash = NewType("SecretHash", str)
"""SHA-256 of a browser's resume secret, hex."""

MAIN = RoomId("main")


def short(identifier: str) -> str:
    """Enough to follow one session or person through a log, too little to act as them."""
    return identifier[:6]
