"""What a practice decides about its groups."""

from __future__ import annotations

from typing import NewType

import msgspec
from msgspec import Struct

from signaling.protocol import Agreement, Numbers, Step

GroupId = NewType("GroupId", str)
"""People who meet again and again under one programme."""


class Rules(Struct, frozen=True):
    """Fixed for the life of a session. Times in seconds."""

    absence_closes: float = 600.0  # without a facilitator, until the group closes gently
    help_rings: float = 30.0
    check_waits: float = 45.0
    recall_warning: float = 60.0  # before rooms end by the clock
    direct_chat: bool = False  # chat between participants
    agreement: str | None = None  # version that everybody must have accepted
    opens_before: float = 1200.0


class Programme(Struct, frozen=True):
    """`practice_number` and `crisis_line` are never empty: no session can be scheduled without them."""

    practice_number: str
    crisis_line: str = "988"
    steps: tuple[Step, ...] = ("name", "agreement", "devices")
    agreement: Agreement | None = None
    rules: Rules = Rules()

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.practice_number, self.crisis_line)

    @property
    def session_rules(self) -> Rules:
        """The rules with the version of the agreement that goes with them."""
        version = None if self.agreement is None else self.agreement.version
        return msgspec.structs.replace(self.rules, agreement=version)
