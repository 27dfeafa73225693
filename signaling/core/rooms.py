"""Rooms, and the move between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from signaling.core import events as e
from signaling.core.ids import ParticipantId, RoomId
from signaling.core.module import Apply, Decide
from signaling.core.state import Session

DECIDE: Final[Decide] = {}
APPLY: Final[Apply] = {}


def move(session: Session, now: float, by: e.By | None, moves: Iterable[tuple[ParticipantId, RoomId]]) -> list[e.Event]:
    """Everything that a move means, as the events of one command. Whoever is there already is passed over."""
    return []


def settle(session: Session, now: float) -> list[e.Event]:
    return []


def due(session: Session) -> float | None:
    return None
