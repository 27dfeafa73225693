"""What each person may send: their own media, and what facilitators change of it.

Nobody's microphone or camera is ever opened by somebody else: what forbids also mutes or stops what runs, so that
allowing it again starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from signaling.core import commands as c
from signaling.core import events as e
from signaling.core.about import actor, in_a_room, led, media_room, own_seat
from signaling.core.errors import RefusedError
from signaling.core.events import SourceKind
from signaling.core.lifecycles import Door
from signaling.core.module import Apply, Decide
from signaling.core.sight import in_media_room, may_start, muted
from signaling.core.state import Seat, Session, with_room, with_seat
from signaling.protocol import ErrorCode

# --- the own seat ----------------------------------------------------------------------------------------------------
# Asking for what is already so changes nothing and is no error, here and below.


def _publish(session: Session, now: float, by: e.By, command: c.Publish) -> list[e.Event]:
    seat = own_seat(session, by)
    if command.source in seat.sources:
        return []
    if command.source not in may_start(session, seat.participant):
        raise RefusedError(ErrorCode.NOT_ALLOWED, f"the {command.source} is kept off")
    return [e.Published(now, seat.participant, command.source)]


def _unpublish(session: Session, now: float, by: e.By, command: c.Unpublish) -> list[e.Event]:
    seat = own_seat(session, by)
    return [e.Unpublished(now, seat.participant, command.source)] if command.source in seat.sources else []


def _mute(session: Session, now: float, by: e.By, command: c.Mute) -> list[e.Event]:
    """Also on top of a room's mute: their own follows them into the next room."""
    seat = own_seat(session, by)
    return [] if seat.muted else [e.Muted(now, seat.participant, None)]


def _unmute(session: Session, now: float, by: e.By, command: c.Unmute) -> list[e.Event]:
    seat = own_seat(session, by)
    if not muted(session, seat):
        return []
    if "microphone" not in may_start(session, seat.participant):
        raise RefusedError(ErrorCode.NOT_ALLOWED, "the microphone is kept off")
    return [e.Unmuted(now, seat.participant, None)]


def _decline_unmute(session: Session, now: float, by: e.By, command: c.DeclineUnmute) -> list[e.Event]:
    seat = own_seat(session, by)
    return [] if seat.asked_to_unmute is None else [e.UnmuteDeclined(now, seat.participant)]


# --- what others may send --------------------------------------------------------------------------------------------


def _mute_other(session: Session, now: float, by: e.By, command: c.MuteOther) -> list[e.Event]:
    return _silence(now, by, led(session, command.participant))


def _mute_all(session: Session, now: float, by: e.By, command: c.MuteAll) -> list[e.Event]:
    """Everybody in the room but the team."""
    room = media_room(session, command.room)
    heard = [
        seat.participant
        for seat in session.inside(room.id)
        if not seat.is_facilitator and not muted(session, seat) and seat.participant != by.participant
    ]
    return [e.RoomMuted(now, room.id, by, tuple(heard))] if heard else []


def _stop_source(session: Session, now: float, by: e.By, command: c.StopSource) -> list[e.Event]:
    return _stop(now, by, led(session, command.participant), command.source)


def _allow(session: Session, now: float, by: e.By, command: c.Allow) -> list[e.Event]:
    seat = led(session, command.participant)
    if command.source in seat.forbidden:
        return [e.Allowed(now, seat.participant, command.source, by)]
    if command.source in session.rooms[seat.room].locked:
        raise RefusedError(ErrorCode.NOT_NOW, "it is the room that keeps it off")
    return []


def _forbid(session: Session, now: float, by: e.By, command: c.Forbid) -> list[e.Event]:
    seat = led(session, command.participant)
    if command.source in seat.forbidden:
        return []
    return [e.Forbidden(now, seat.participant, command.source, by), *_stop(now, by, seat, command.source)]


def _allow_all(session: Session, now: float, by: e.By, command: c.AllowAll) -> list[e.Event]:
    room = media_room(session, command.room)
    return [e.RoomUnlocked(now, room.id, command.source, by)] if command.source in room.locked else []


def _forbid_all(session: Session, now: float, by: e.By, command: c.ForbidAll) -> list[e.Event]:
    """Whoever comes in later may not start it either."""
    room = media_room(session, command.room)
    if command.source in room.locked:
        return []
    locked: list[e.Event] = [e.RoomLocked(now, room.id, command.source, by)]
    if command.source == "microphone":
        return locked + _mute_all(session, now, by, c.MuteAll(room.id))
    led = [seat for seat in session.inside(room.id) if not seat.is_facilitator]
    return locked + [event for seat in led for event in _stop(now, by, seat, command.source)]


def _stop(now: float, by: e.By, seat: Seat, source: SourceKind) -> list[e.Event]:
    if source == "microphone":
        return _silence(now, by, seat)
    if source not in seat.sources or source in seat.stopped:
        return []
    return [e.Stopped(now, seat.participant, source, by)]


def _silence(now: float, by: e.By, seat: Seat) -> list[e.Event]:
    return [] if seat.muted else [e.Muted(now, seat.participant, by)]


def _ask_to_unmute(session: Session, now: float, by: e.By, command: c.AskToUnmute) -> list[e.Event]:
    seat = in_a_room(session, command.participant)
    if seat.participant == by.participant:
        raise RefusedError(ErrorCode.NOT_ALLOWED, "nobody asks themselves")
    if not muted(session, seat) or seat.asked_to_unmute is not None:
        return []
    if "microphone" not in may_start(session, seat.participant):
        raise RefusedError(ErrorCode.NOT_NOW, "their microphone is kept off: allow it first")
    return [e.AskedToUnmute(now, seat.participant, by)]


DECIDE: Final[Decide] = {
    c.Publish: _publish,
    c.Unpublish: _unpublish,
    c.Mute: _mute,
    c.Unmute: _unmute,
    c.DeclineUnmute: _decline_unmute,
    c.MuteOther: _mute_other,
    c.MuteAll: _mute_all,
    c.StopSource: _stop_source,
    c.Allow: _allow,
    c.Forbid: _forbid,
    c.AllowAll: _allow_all,
    c.ForbidAll: _forbid_all,
    c.AskToUnmute: _ask_to_unmute,
}


# --- applying --------------------------------------------------------------------------------------------------------


def _muted(session: Session, event: e.Muted) -> Session:
    return with_seat(session, event.participant, muted=True, muted_by=actor(event.by))


def _unmuted(session: Session, event: e.Unmuted) -> Session:
    seat = session.seats[event.participant]
    session = with_seat(session, seat.participant, muted=False, muted_by=None, asked_to_unmute=None)
    room = session.rooms[seat.room]
    return with_room(session, room.id, muted=room.muted - {seat.participant})


def _room_muted(session: Session, event: e.RoomMuted) -> Session:
    muted = session.rooms[event.room].muted | set(event.participants)
    return with_room(session, event.room, muted=muted, muted_by=actor(event.by))


def _unpublished(session: Session, event: e.Unpublished) -> Session:
    seat, gone = session.seats[event.participant], {event.source}
    return with_seat(session, seat.participant, sources=seat.sources - gone, stopped=seat.stopped - gone)


def _of_seat(field: str, on: bool) -> Callable[[Session, Any], Session]:
    """The event's source joins that set of its person, or goes."""

    def change(session: Session, event: e.Published | e.Stopped | e.Allowed | e.Forbidden) -> Session:
        before: frozenset[SourceKind] = getattr(session.seats[event.participant], field)
        after = before | {event.source} if on else before - {event.source}
        return with_seat(session, event.participant, **{field: after})

    return change


def _room_locked(session: Session, event: e.RoomLocked) -> Session:
    return with_room(session, event.room, locked=session.rooms[event.room].locked | {event.source})


def _room_unlocked(session: Session, event: e.RoomUnlocked) -> Session:
    return with_room(session, event.room, locked=session.rooms[event.room].locked - {event.source})


APPLY: Final[Apply] = {
    e.Muted: _muted,
    e.Unmuted: _unmuted,
    e.RoomMuted: _room_muted,
    e.Published: _of_seat("sources", on=True),
    e.Unpublished: _unpublished,
    e.Stopped: _of_seat("stopped", on=True),
    e.Allowed: _of_seat("forbidden", on=False),
    e.Forbidden: _of_seat("forbidden", on=True),
    e.RoomLocked: _room_locked,
    e.RoomUnlocked: _room_unlocked,
    e.AskedToUnmute: lambda s, event: with_seat(s, event.participant, asked_to_unmute=actor(event.by)),
    e.UnmuteDeclined: lambda s, event: with_seat(s, event.participant, asked_to_unmute=None),
}


# --- what must follow ------------------------------------------------------------------------------------------------


def settle(session: Session, now: float) -> list[e.Event]:
    return [] if session.ended else [event for seat in session.seats.values() for event in _tidied(session, now, seat)]


def _tidied(session: Session, now: float, seat: Seat) -> list[e.Event]:
    # A picture that is published no more (its peer died with the page) is stopped no more.
    stale = [source for source in e.SOURCES if source in seat.stopped - seat.sources]
    events: list[e.Event] = [e.Unpublished(now, seat.participant, source) for source in stale]
    if seat.asked_to_unmute is not None and (seat.door is Door.OUT or not muted(session, seat)):
        events.append(e.UnmuteDeclined(now, seat.participant))
    if in_media_room(session, seat):
        events += _ended_by_locks(session, now, seat)
    return events


def _ended_by_locks(session: Session, now: float, seat: Seat) -> list[e.Event]:
    """What somebody brings into a room that keeps it off is over: the end of the lock must not start it again."""
    off = frozenset(e.SOURCES) - may_start(session, seat.participant)
    silence = "microphone" in off and not muted(session, seat)
    pictures = [source for source in e.SOURCES if source in (off & seat.sources) - seat.stopped - {"microphone"}]
    return [
        *([e.Muted(now, seat.participant, None)] if silence else []),
        *(e.Stopped(now, seat.participant, source, None) for source in pictures),
    ]


def due(session: Session) -> float | None:
    return None
