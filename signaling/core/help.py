"""Calls for a facilitator, checks on a person, and who gets a line."""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.ids import ParticipantId
from signaling.core.module import Apply, Decide
from signaling.core.state import Session

DECIDE: Final[Decide] = {}
APPLY: Final[Apply] = {}


def recipients(session: Session, who: ParticipantId, command: c.Say | c.Answer) -> tuple[ParticipantId, ...]:
    """Who gets this line, its writer `who` not included. Raises RefusedError."""
    return ()


def settle(session: Session, now: float) -> list[e.Event]:
    return []


def due(session: Session) -> float | None:
    return None
