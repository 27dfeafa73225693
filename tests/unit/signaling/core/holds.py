"""What holds of rooms in any history, at any time. Each function raises AssertionError where it does not."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from signaling.core import commands as c
from signaling.core import sight
from signaling.core.ids import LATE, MAIN, ParticipantId
from signaling.core.lifecycles import Door, RoundState
from signaling.core.partners import CALLED_AFTER
from signaling.core.placing import Rooms
from signaling.core.state import Here, Session, identity, is_partner

_INSIDE_ONLY = ("main", "pair", "late", "desk")


def everything(session: Session, now: float) -> None:
    for check in (in_one_room, nobody_alone_by_accident, nobody_late_in_main, heard_where_shown, nothing_outlives):
        check(session, now)


def in_one_room(session: Session, now: float) -> None:
    """A room that there is, and one that is theirs by what the door says. Pairs last as long as their round."""
    for seat in session.seats.values():
        room = session.rooms[seat.room]
        assert room.kind not in _INSIDE_ONLY or seat.door is Door.INSIDE
        assert room.kind != "waiting" or seat.door is not Door.INSIDE
        assert seat.back_to is None or room.kind == "private"
        assert session.ended or seat.resting != "arriving" or room.kind in ("main", "pair")
    numbers = [room.number for room in session.pairs()]
    assert None not in numbers
    assert len(numbers) == len(set(numbers))
    assert bool(numbers) == _is_running(session)


def nobody_alone_by_accident(session: Session, now: float) -> None:
    """Who is alone in a pair is told so at once, and after a minute facilitators are."""
    for room in session.rooms.values():
        if room.kind != "pair":
            assert room.alone is None
            continue
        there = [seat for seat in session.members(room.id) if seat.here]
        partners = [seat.participant for seat in there if is_partner(seat)]
        if len(partners) != 1 or any(seat.is_facilitator and isinstance(seat.presence, Here) for seat in there):
            assert room.alone is None
            continue
        alone = room.alone
        assert alone is not None
        assert alone.who == partners[0]
        talks = any(seat.back_to == room.id for seat in session.seats.values())
        assert now - alone.since < CALLED_AFTER or alone.called or alone.meant or talks


def nobody_late_in_main(session: Session, now: float) -> None:
    """Who comes while the rooms are open waits to be placed, or is; when they are over, nobody waits for them."""
    if not _is_running(session):
        assert session.ended or not session.members(LATE)
        return
    assert session.round is not None
    for seat in session.inside(MAIN):
        assert not is_partner(seat) or seat.participant in session.round.known


def heard_where_shown(session: Session, now: float) -> None:
    """From room to room leads a voice to all, while it is named, and a camera to one who looks, while they are."""
    across: set[tuple[ParticipantId, ParticipantId, sight.Exception_]] = set()
    for seen in session.seats.values():
        hearers = set()
        for seer in session.seats.values():
            sources = sight.sources_for(session, seer.participant, seen.participant)
            if not sources or seer is seen:
                continue
            hearers |= {seer.room} if "microphone" in sources else set()
            if seer.room == seen.room:
                assert session.rooms[seen.room].kind in ("main", "private", "pair")
                continue
            assert sources <= {"microphone", "camera"}
            assert seen.covered_by is None
            if "microphone" in sources:
                on = session.broadcast
                assert on is not None
                assert (on.by, seen.room, session.rooms[seer.room].kind) == (seen.participant, MAIN, "pair")
                assert now < on.until
                across.add((seer.participant, seen.participant, sight.Exception_.BROADCAST))
            if "camera" in sources:
                assert seer in sight.lookers(session, seen.room)
                assert seer.is_facilitator
                assert seer.look is not None
                assert seer.look.open
                assert now >= seer.look.opens
                assert now < seer.look.until
                assert (seer.room, session.rooms[seen.room].kind) == (MAIN, "pair")
                across.add((seer.participant, seen.participant, sight.Exception_.LOOK))
        place = sight.voice_of(session, seen.participant)
        assert place == "everyone" or hearers <= {place}, "one place"
        assert place != "everyone" or hearers <= {MAIN, *(room.id for room in session.pairs())}
    named = [entry for entry in sight.exceptions(session) if entry[2] is not sight.Exception_.COVERED]
    assert set(named) == across
    assert len(named) == len(across)


def nothing_outlives(session: Session, now: float) -> None:
    """What points at a room, or lasts a time, is over with the one and with the other."""
    if session.ended:
        return
    for seat in session.seats.values():
        if seat.drop_in is not None:
            assert seat.here
            assert now < seat.drop_in.at
            assert session.rooms[seat.drop_in.room].kind == "pair"
        if seat.look is not None:
            assert seat.on(seat.look.connection) == "seat"
            assert now < seat.look.until
            assert session.rooms[seat.look.room].kind == "pair"
    on = session.broadcast
    assert on is None or (session.pairs() and session.seats[on.by].on(on.connection) == "seat")
    for call in session.calls.values():
        if call.kind == "partner_dropped":
            alone = session.rooms[session.seats[call.about].room].alone
            assert alone is not None
            assert (alone.who, alone.called) == (call.about, True)


def apart_by_rule(before: Session, command: Any, after: Session) -> None:
    """Two who are kept apart share a pair only by a facilitator's own hand: a move, or a plan that they made."""
    if not isinstance(command, c.EditPlan | c.KeepApart) and after.round is not None:
        old = _together(before, before.round.plan if before.round is not None else ())
        assert _together(after, after.round.plan) <= old or after.round.state is not RoundState.PLANNED
    if isinstance(command, c.KeepApart):
        return
    allowed = _together(before, _who_is_where(before))
    if isinstance(command, c.OpenRooms) and before.round is not None:
        allowed |= _together(before, before.round.plan)
    named = {who for who, _ in command.moves} if isinstance(command, c.MovePeople) else set()
    assert {two for two in _together(after, _who_is_where(after)) if not two & named} <= allowed


def _is_running(session: Session) -> bool:
    return session.round is not None and session.round.state is not RoundState.PLANNED


def _who_is_where(session: Session) -> Rooms:
    """By pair; who talks privately still has their place there."""
    return tuple(
        tuple(seat.participant for seat in session.seats.values() if room.id in (seat.room, seat.back_to))
        for room in session.pairs()
    )


def _together(session: Session, rooms: Rooms) -> set[frozenset[ParticipantId]]:
    """Those kept apart who share a room."""
    return {
        frozenset(two)
        for room in rooms
        for two in combinations([who for who in room if who in session.seats], 2)
        if tuple(sorted(identity(session.seats[who]) for who in two)) in session.apart
    }
