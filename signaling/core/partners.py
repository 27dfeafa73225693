"""Being left alone in a pair: what it is, what it may become, and when facilitators are called."""

from __future__ import annotations

from typing import Final

from signaling.core import events as e
from signaling.core.module import Apply, Decide
from signaling.core.state import Session

DECIDE: Final[Decide] = {}
APPLY: Final[Apply] = {}


def settle(session: Session, now: float) -> list[e.Event]:
    return []


def due(session: Session) -> float | None:
    return None
