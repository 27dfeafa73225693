"""The shape that every module of the core has, so that `session` can ask them all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from signaling.core import events as e
from signaling.core.state import Session

# Keyed by the struct; each function takes its own struct last, which a mapping's type cannot say.
Decide = Mapping[type[Any], Callable[[Session, float, e.By, Any], list[e.Event]]]
Apply = Mapping[type[Any], Callable[[Session, Any], Session]]


class Module(Protocol):
    @property
    def DECIDE(self) -> Decide: ...  # noqa: N802
    @property
    def APPLY(self) -> Apply: ...  # noqa: N802

    def settle(self, session: Session, now: float) -> list[e.Event]:
        """What must follow from the state and the time; nothing when asked again at once."""

    def due(self, session: Session) -> float | None:
        """When `settle` would next say something by time alone."""
