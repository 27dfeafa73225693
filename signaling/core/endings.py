"""How a group ends: after a notice, at once, or by itself when no facilitator has been here for long.

The end of the group ends no private talk, and nobody who asked to stay is sent away while a facilitator is there: the
session drains until the last of them has gone.
"""

from __future__ import annotations

from typing import Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import own_seat
from signaling.core.errors import RefusedError
from signaling.core.events import LeaveCause
from signaling.core.ids import WAITING
from signaling.core.lifecycles import PHASE, Absence, Door, Phase, step
from signaling.core.module import Apply, Decide
from signaling.core.state import Seat, Session, call_id, with_seat
from signaling.protocol import ErrorCode

GENTLY: Final = 120.0  # seconds of notice when nobody is left to give one

# --- deciding --------------------------------------------------------------------------------------------------------


def _close_group(session: Session, now: float, by: e.By, command: c.CloseGroup) -> list[e.Event]:
    """Again with another time: that one counts."""
    if session.phase is Phase.DRAINING:
        raise RefusedError(ErrorCode.NOT_NOW, "the group has ended already")
    return [e.ClosingSet(now, now + 60.0 * command.minutes, by)]


def _cancel_close(session: Session, now: float, by: e.By, command: c.CancelClose) -> list[e.Event]:
    if session.phase is Phase.DRAINING:
        raise RefusedError(ErrorCode.NOT_NOW, "the group has ended already")
    return _not_yet(session, now, by) if session.phase is Phase.CLOSING else []


def _not_yet(session: Session, now: float, by: e.By | None) -> list[e.Event]:
    stayers = [seat.participant for seat in session.seats.values() if seat.stays]
    return [e.ClosingCancelled(now, by), *(e.StayAsked(now, participant, False) for participant in stayers)]


def _ask_to_stay(session: Session, now: float, by: e.By, command: c.AskToStay) -> list[e.Event]:
    seat = own_seat(session, by)
    if seat.stays == command.on:
        return []
    if command.on and session.phase is Phase.OPEN:
        raise RefusedError(ErrorCode.NOT_NOW, "the group is not ending")
    return [e.StayAsked(now, seat.participant, command.on)]


def _end(session: Session, now: float, by: e.By, command: c.End) -> list[e.Event]:
    return [] if session.ended else _over(session, now, "ended", by)


DECIDE: Final[Decide] = {
    c.CloseGroup: _close_group,
    c.CancelClose: _cancel_close,
    c.AskToStay: _ask_to_stay,
    c.End: _end,
}


# --- applying --------------------------------------------------------------------------------------------------------


def _stepped(session: Session, tag: str, closes_at: float | None = None, closes_itself: bool = False) -> Session:
    phase = step(PHASE, session.phase, tag)
    return session.change(phase=phase, closes_at=closes_at, closes_itself=closes_itself)


APPLY: Final[Apply] = {
    e.ClosingSet: lambda s, event: _stepped(s, "closing", event.at_time, event.by is None),
    e.ClosingCancelled: lambda s, event: _stepped(s, "closing_off"),
    e.PhaseChanged: lambda s, event: _stepped(s, "phase"),
    e.Ended: lambda s, event: _stepped(s, "ended"),
    e.StayAsked: lambda s, event: with_seat(s, event.participant, stays=event.on),
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    match session.phase:
        case Phase.OPEN if session.absence is Absence.CLOSING:
            return [e.ClosingSet(now, now + GENTLY, None)]
        case Phase.CLOSING if session.closes_at is not None and now >= session.closes_at:
            return _sent_off(session, now) or _drained(session, now) or [e.PhaseChanged(now, Phase.DRAINING)]
        case Phase.CLOSING if session.closes_itself and session.absence is Absence.PRESENT:
            return _not_yet(session, now, None)  # a facilitator is here again, and decides
        case Phase.DRAINING:
            return _sent_off(session, now) or _drained(session, now)
        case _:
            return []


def _sent_off(session: Session, now: float) -> list[e.Event]:
    """Whoever neither leads, nor talks privately, nor stays."""
    events: list[e.Event] = []
    for seat in session.seats.values():
        if not _is_bound_to_go(session, seat):
            continue
        if not _stays(session, seat):
            events.append(e.Left(now, seat.participant, "closed"))
        elif seat.room != WAITING:
            events.append(e.SentBack(now, seat.participant, None))
    return events


def _is_bound_to_go(session: Session, seat: Seat) -> bool:
    match session.rooms[seat.room].kind:
        case "main" | "waiting" | "late" | "pair":
            return seat.door is not Door.OUT and not seat.is_facilitator
        case "private":  # goes on as long as there is a facilitator to go on with
            return seat.door is not Door.OUT and session.absence is Absence.CLOSING
        case _:
            return False


def _stays(session: Session, seat: Seat) -> bool:
    """Asked to, or asked for private help; and a facilitator is there, or may be back: their seat is kept for them."""
    asked = seat.stays or call_id("private", seat.participant) in session.calls
    led = any(other.is_facilitator and other.door is Door.INSIDE for other in session.seats.values())
    return asked and led and session.absence is not Absence.CLOSING


def _drained(session: Session, now: float) -> list[e.Event]:
    """The end, when only facilitators and the desk are left."""
    left = [seat for seat in session.seats.values() if seat.door is not Door.OUT]
    if any(session.rooms[seat.room].kind == "private" for seat in left):
        return []
    if any(not seat.is_facilitator and session.rooms[seat.room].kind == "waiting" for seat in left):
        return []
    return _over(session, now, "closed", None)


def _over(session: Session, now: float, cause: LeaveCause, by: e.By | None) -> list[e.Event]:
    everybody = [seat.participant for seat in session.seats.values() if seat.door is not Door.OUT]
    opened = [room.id for room in session.rooms.values() if room.kind in ("private", "pair")]
    return [
        *(e.Left(now, participant, cause, by) for participant in everybody),
        *(e.RoomClosed(now, room, by) for room in opened),
        *([] if session.round is None else [e.RoomsOver(now, by)]),
        e.Ended(now),
    ]


def due(session: Session) -> float | None:
    return session.closes_at if session.phase is Phase.CLOSING else None
