"""Calls for a facilitator, checks on a person, and who gets a line.

A call is one of five: "come" (the room sees it), "private" (only its person and the facilitators do), "no_answer" (to
"Are you OK?"), "dropped" (out of a private talk) and "partner_dropped" (about the one left alone in a pair). All are
open, may ring, and are taken by a facilitator who comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import actor, in_the_group, own_seat
from signaling.core.errors import RefusedError
from signaling.core.events import CallKind
from signaling.core.ids import ParticipantId
from signaling.core.lifecycles import CALL, CallState, Door, step
from signaling.core.module import Apply, Decide
from signaling.core.rooms import talkers
from signaling.core.sight import in_media_room
from signaling.core.state import Away, Call, Check, Seat, Session, call_id, with_seat
from signaling.protocol import ErrorCode

COMING_AGAIN: Final = 30.0  # seconds that who comes may be disconnected before the call rings for the others again


# --- deciding --------------------------------------------------------------------------------------------------------


def _call(session: Session, now: float, by: e.By, command: c.CallHelp) -> list[e.Event]:
    """A second tap changes nothing (its note is the shell's), but that it rings again when nobody came who said so."""
    seat = own_seat(session, by)
    if command.kind == "come" and not in_media_room(session, seat):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "while waiting there is private help")
    present = session.calls.get(call_id(command.kind, seat.participant))
    if present is not None and present.taken is not None and now >= present.taken + session.rules.help_rings:
        return [e.CallRang(now, present.id)]
    return _opened(session, now, command.kind, seat.participant)


def _cancel(session: Session, now: float, by: e.By, command: c.CancelHelp) -> list[e.Event]:
    call = call_id(command.kind, own_seat(session, by).participant)
    return [e.CallClosed(now, call, by)] if call in session.calls else []


def _coming(session: Session, now: float, by: e.By, command: c.Coming) -> list[e.Event]:
    """The first one comes; a second, who tapped at the same moment, reads who it is."""
    call = session.need_call(command.call)
    return [] if call.state is CallState.COMING else [e.CallComing(now, call.id, by)]


def _close(session: Session, now: float, by: e.By, command: c.CloseCall) -> list[e.Event]:
    call = session.need_call(command.call)
    if call.kind == "dropped":
        raise RefusedError(ErrorCode.NOT_NOW, "it ends when they return, or with the private talk")
    return [e.CallClosed(now, call.id, by)]


def _check_on(session: Session, now: float, by: e.By, command: c.CheckOn) -> list[e.Event]:
    seat = in_the_group(session, command.participant)
    if seat.is_facilitator:
        raise RefusedError(ErrorCode.NOT_ALLOWED, "not on a facilitator")
    return [e.CheckedOn(now, seat.participant, by)] if seat.check is None else []


def _answer_check(session: Session, now: float, by: e.By, command: c.AnswerCheck) -> list[e.Event]:
    """A late answer counts too."""
    seat = own_seat(session, by)
    unanswered = call_id("no_answer", seat.participant)
    if seat.check is None and unanswered not in session.calls:
        return []
    answered = e.CheckAnswered(now, seat.participant, command.ok)
    if unanswered not in session.calls:
        return [answered] if command.ok else [answered, *_opened(session, now, "private", seat.participant)]
    closed = e.CallClosed(now, unanswered, by)  # it rang: what it turns into does too
    return [answered, closed] if command.ok else [answered, closed, *alarm(session, now, "private", seat.participant)]


def _line(session: Session, now: float, by: e.By, command: c.Say | c.Answer) -> list[e.Event]:
    """Who writes how often is nobody's record."""
    recipients(session, own_seat(session, by).participant, command)
    return []


def _opened(session: Session, now: float, kind: CallKind, about: ParticipantId) -> list[e.Event]:
    call = call_id(kind, about)
    return [] if call in session.calls else [e.CallOpened(now, call, kind, about)]


def recipients(session: Session, who: ParticipantId, command: c.Say | c.Answer) -> tuple[ParticipantId, ...]:
    """Who gets this line, its writer `who` not included. Raises RefusedError."""
    readers = _readers(session, session.seats[who], command)
    return tuple(dict.fromkeys(seat.participant for seat in readers if seat.participant != who))


def _readers(session: Session, writer: Seat, command: c.Say | c.Answer) -> list[Seat]:
    match command:
        case c.Answer(participant):  # the whole team reads what one of them answers
            return [in_the_group(session, participant), *session.facilitators()]
        case c.Say("room"):
            return session.inside(writer.room)
        case c.Say("facilitators"):
            return session.facilitators()
        case c.Say("everyone"):
            return _everyone(session, writer)
        case c.Say(to):
            if not session.rules.direct_chat:
                raise RefusedError(ErrorCode.NOT_ALLOWED, "this programme has no chat between two people")
            readers = [seat for seat in session.inside(writer.room) if seat.participant == to]
            if not readers:  # one answer for everybody who is not here: where they are is not for the writer to know
                raise RefusedError(ErrorCode.NO_SUCH, "nobody of that id is in this room")
            return readers


def _everyone(session: Session, writer: Seat) -> list[Seat]:
    """The main room and all pairs. Neither a private talk nor who waits is spoken into."""
    if not writer.is_facilitator:
        raise RefusedError(ErrorCode.NOT_ALLOWED, "only facilitators write to everyone")
    return [seat for seat in session.inside() if session.rooms[seat.room].kind in ("main", "pair")]


DECIDE: Final[Decide] = {
    c.CallHelp: _call,
    c.CancelHelp: _cancel,
    c.Coming: _coming,
    c.CloseCall: _close,
    c.CheckOn: _check_on,
    c.AnswerCheck: _answer_check,
    c.Say: _line,
    c.Answer: _line,
}


# --- applying --------------------------------------------------------------------------------------------------------


def _apply_opened(session: Session, event: e.CallOpened) -> Session:
    before = session.calls.get(event.call)
    state = step(CALL, before.state if before is not None else None, "call_opened")
    assert state is not None
    return _with(session, Call(event.call, event.kind, event.about, event.at, state))


def _apply_rang(session: Session, event: e.CallRang) -> Session:
    return _stepped(session, session.calls[event.call], "call_rang", None, None)


def _apply_coming(session: Session, event: e.CallComing) -> Session:
    return _stepped(session, session.calls[event.call], "call_coming", actor(event.by), event.at)


def _apply_closed(session: Session, event: e.CallClosed) -> Session:
    step(CALL, session.calls[event.call].state, "call_closed")
    return session.change(calls={key: call for key, call in session.calls.items() if key != event.call})


def _stepped(session: Session, call: Call, tag: str, coming: ParticipantId | None, taken: float | None) -> Session:
    state = step(CALL, call.state, tag)
    assert state is not None
    return _with(session, msgspec.structs.replace(call, state=state, coming=coming, taken=taken))


def _with(session: Session, call: Call) -> Session:
    return session.change(calls={**session.calls, call.id: call})


def _apply_check(session: Session, event: e.CheckedOn) -> Session:
    asks = actor(event.by)
    assert asks is not None  # only facilitators do
    return with_seat(session, event.participant, check=Check(event.at, asks))


APPLY: Final[Apply] = {
    e.CallOpened: _apply_opened,
    e.CallRang: _apply_rang,
    e.CallComing: _apply_coming,
    e.CallClosed: _apply_closed,
    e.CheckedOn: _apply_check,
    e.CheckAnswered: lambda s, event: with_seat(s, event.participant, check=None),
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    if session.ended:
        return []
    over = [call for call in session.calls.values() if _is_over(session, call)]
    ringing = [call for call in session.calls.values() if call not in over and _rings_at(session, call) <= now]
    return [
        *(e.CallClosed(now, call.id, None) for call in over),
        *(e.CallRang(now, call.id) for call in ringing),
        *_unanswered(session, now),
        *_dropped(session, now),
    ]


def _is_over(session: Session, call: Call) -> bool:
    """Its person is gone for good, or it is no longer as it was. A lost connection ends no call for help."""
    seat = session.seats.get(call.about)
    if seat is None or seat.door is Door.OUT:
        return True
    room = session.rooms[seat.room]
    match call.kind:
        case "dropped":
            return seat.here or room.kind != "private"
        case "partner_dropped":
            return room.alone is None or room.alone.who != call.about or not room.alone.called
        case _:
            return False


def _rings_at(session: Session, call: Call) -> float:
    """Asking somebody to come does not ring. What does, rings again when the one who comes is lost on the way."""
    if call.kind == "private" and call.state is CallState.OPEN:
        return call.since + session.rules.help_rings
    if call.coming is not None:
        return _away_since(session.seats.get(call.coming)) + COMING_AGAIN
    return float("inf")


def _away_since(seat: Seat | None) -> float:
    if seat is not None and seat.here:
        return float("inf")
    return seat.presence.since if seat is not None and isinstance(seat.presence, Away) else float("-inf")


def _unanswered(session: Session, now: float) -> Iterator[e.Event]:
    for seat in session.seats.values():
        if seat.check is None:
            continue
        if seat.door is Door.OUT:
            yield e.CheckAnswered(now, seat.participant, None)
        elif now >= seat.check.since + session.rules.check_waits:
            yield e.CheckAnswered(now, seat.participant, None)
            yield from alarm(session, now, "no_answer", seat.participant)


def _dropped(session: Session, now: float) -> Iterator[e.Event]:
    for room in session.rooms.values():
        if room.kind == "private":
            for seat in talkers(session, room.id):
                if not seat.here:
                    yield from alarm(session, now, "dropped", seat.participant)


def alarm(session: Session, now: float, kind: CallKind, about: ParticipantId) -> list[e.Event]:
    """A call that rings from the start."""
    opened = _opened(session, now, kind, about)
    return [*opened, e.CallRang(now, call_id(kind, about))] if opened else []


def due(session: Session) -> float | None:
    if session.ended:
        return None
    times = [_rings_at(session, call) for call in session.calls.values()]
    times += [seat.check.since + session.rules.check_waits for seat in session.seats.values() if seat.check is not None]
    return min((at for at in times if at != float("inf")), default=None)
