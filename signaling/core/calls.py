"""Calls and checks of a person who goes on under another id: what was asked at the door is not lost by being let in."""

from __future__ import annotations

import msgspec

from signaling.core.ids import ParticipantId
from signaling.core.state import Session, call_id, with_seat


def carried(session: Session, knock: ParticipantId, seat: ParticipantId) -> Session:
    """What is asked about the knock is asked about the seat, since when it was; what the seat asked itself stays."""
    calls = {call.id: call for call in session.calls.values() if call.about != knock}
    for call in session.calls.values():
        if call.about == knock:
            moved = msgspec.structs.replace(call, id=call_id(call.kind, seat), about=seat)
            calls.setdefault(moved.id, moved)
    check = session.seats[seat].check or session.seats[knock].check
    return with_seat(session.change(calls=calls), seat, check=check)
