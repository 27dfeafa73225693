"""The parts of what a client may see, each in the protocol's shape: people, oneself, the room, the team.

Who may see and hear whom is `sight`'s to say; this only puts it into words.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Final, Literal

from signaling import protocol as p
from signaling.core import partners, sight
from signaling.core.events import SOURCES, SourceKind
from signaling.core.floor import hands
from signaling.core.ids import DESK, LATE, ParticipantId, RoomId
from signaling.core.lifecycles import Absence, Door, RoundState
from signaling.core.roles import IN_GROUP
from signaling.core.state import Arrival, Away, Call, Gone, Here, Look, Room, Round, Seat, Session
from signaling.shell.memory import Memory

_PICTURES: Final[frozenset[SourceKind]] = frozenset({"camera", "screen"})
DeskState = Literal["here", "away", "waiting", "gone"]

_NOTICES: Final[dict[Absence, p.Notice]] = {
    Absence.TOLD: "told",
    Absence.LOCKED: "locked",
    Absence.OPEN_TO_TEAM: "open_to_team",
}
_UNSTAFFED: Final = (Absence.NONE, Absence.LOCKED, Absence.OPEN_TO_TEAM, Absence.CLOSING)


def is_here(seat: Seat) -> bool:
    return isinstance(seat.presence, Here)


def sorted_sources(sources: Iterable[SourceKind]) -> list[p.SourceName]:
    kinds = set(sources)
    return [source for source in SOURCES if source in kinds]


# --- people ----------------------------------------------------------------------------------------------------------


def people(session: Session, memory: Memory, viewer: ParticipantId, room: RoomId) -> list[p.Person]:
    """Everybody in that room, in the order in which they came."""
    inside = session.inside(room)
    queue = {who: place for place, who in enumerate(hands(session, room), 1)}
    asking = calling(session)
    return [person(session, memory, viewer, seat, queue.get(seat.participant), asking) for seat in inside]


def calling(session: Session) -> set[ParticipantId]:
    """Who asked a facilitator to come, for the room to see."""
    return {call.about for call in session.calls.values() if call.kind == "come"}


def person(
    session: Session,
    memory: Memory,
    viewer: ParticipantId,
    seat: Seat,
    hand: int | None,
    calling: set[ParticipantId],
) -> p.Person:
    return p.Person(
        id=seat.participant,
        name=memory.names.get(seat.participant, ""),
        role=seat.role.value,
        function=seat.function,
        muted=sight.muted(session, seat),
        sources=sorted_sources(_sources(session, viewer, seat)),
        present=is_here(seat),
        hand=hand,
        resting=seat.resting,
        covered=seat.covered_by is not None,
        calling=seat.participant in calling,
        with_=seat.follows,
    )


def _sources(session: Session, viewer: ParticipantId, seat: Seat) -> frozenset[SourceKind]:
    """One's own: all that one publishes, so that the page can tell what to publish again. Others': what one gets;
    a picture that is held is a name tile.
    """
    if viewer == seat.participant:
        return seat.sources
    seen = sight.sources_for(session, viewer, seat.participant) & seat.sources
    return seen - (sight.held(session, seat.participant) & _PICTURES)


# --- oneself ---------------------------------------------------------------------------------------------------------


def me(session: Session, memory: Memory, who: ParticipantId) -> p.Me:
    seat = session.seats[who]
    seen_by = sight.seen_by(session, who)
    return p.Me(
        muted=sight.muted(session, seat),
        muted_by=_muted_by(session, seat),
        may=sorted_sources(sight.may_start(session, who)),
        stopped=sorted_sources(seat.stopped),
        asked_by=seat.asked_to_unmute,
        seen_by=None if seen_by is None else list(seen_by),
        covered_by=seat.covered_by,
        resting=seat.resting,
        check_by=None if seat.check is None else seat.check.by,
        stays=seat.stays,
        come=_mine(session, memory, who, "come"),
        private=_mine(session, memory, who, "private"),
        standby=seat.standby is not None,
    )


def _muted_by(session: Session, seat: Seat) -> ParticipantId | None:
    if seat.muted_by is not None:
        return seat.muted_by
    room = session.rooms[seat.room]
    return room.muted_by if seat.participant in room.muted else None


def _mine(session: Session, memory: Memory, who: ParticipantId, kind: str) -> p.CallMine | None:
    call = next((call for call in session.calls.values() if call.about == who and call.kind == kind), None)
    if call is None:
        return None
    coming = None if call.coming is None else memory.names.get(call.coming, "")
    return p.CallMine(state=call.state.value, coming=coming)


# --- the room --------------------------------------------------------------------------------------------------------


def staff(session: Session, who: ParticipantId) -> p.Staff:
    """`none` at once for whoever asks for private help while nobody is connected, however short that has been."""
    if session.staffed():
        return "here"
    alone = any(call.about == who and call.kind == "private" for call in session.calls.values())
    if alone or session.absence in _UNSTAFFED:
        return "none"
    return "reconnecting" if session.absence is Absence.TOLD else "here"


def staff_names(session: Session, memory: Memory) -> list[str]:
    """Facilitators who are connected, then those who are reconnecting."""
    team = sorted(session.facilitators(), key=lambda seat: not is_here(seat))
    return [name for seat in team if (name := memory.names.get(seat.participant))]


def room_view(session: Session, memory: Memory, who: ParticipantId, room: Room) -> p.RoomView:
    functions = {seat.function for seat in session.inside(room.id) if seat.function is not None}
    now = session.round if room.kind == "pair" else None
    return p.RoomView(
        id=room.id,
        kind=room.kind if room.kind in ("private", "pair") else "main",
        spotlight=room.spotlight,
        locked=sorted_sources(room.locked),
        paused_by=session.paused_by,
        staff=staff(session, who),
        staff_names=staff_names(session, memory),
        break_until=session.break_until,
        closes_at=session.closes_at,
        notice=_NOTICES.get(session.absence),
        chat="direct" if session.rules.direct_chat else "room",
        announced=sorted(functions),
        number=room.number,
        groups=None if now is None else groups(now),
        round=None if now is None else "recalling" if now.state is RoundState.RECALLING else "open",
        until=None if now is None else now.until,
        coming=[p.Visitor(_name(memory, seat), visit.at) for seat, visit in visitors(session, room.id)],
        watched=[p.Watcher(_name(memory, seat), look.until) for seat, look in watchers(session, room.id)],
        broadcast=_broadcast(session, memory, room),
        alone=_alone(session, memory, who, room),
    )


def groups(now: Round) -> p.Groups:
    """What the rooms are called."""
    return "pairs" if now.small else "rooms"


def visitors(session: Session, room: RoomId) -> list[tuple[Seat, Arrival]]:
    """Facilitators who are about to drop in there."""
    coming = [(seat, seat.drop_in) for seat in session.present() if seat.drop_in is not None]
    return [(seat, arrival) for seat, arrival in coming if arrival.room == room]


def watchers(session: Session, room: RoomId) -> list[tuple[Seat, Look]]:
    """Facilitators who see the cameras there from outside, or are about to."""
    looking = [(seat, seat.look) for seat in session.present() if seat.look is not None]
    return [(seat, look) for seat, look in looking if look.room == room]


def _broadcast(session: Session, memory: Memory, room: Room) -> p.Speaking | None:
    if session.broadcast is None or room.kind not in ("main", "pair"):
        return None
    by = session.broadcast.by
    return p.Speaking(by, memory.names.get(by, ""))


def _alone(session: Session, memory: Memory, who: ParticipantId, room: Room) -> p.LeftAlone | None:
    """To nobody else: whoever comes in then sees it, or it is over."""
    alone = room.alone
    if alone is None or alone.who != who:
        return None
    return p.LeftAlone(alone.since, memory.missed(room.id, who), partners.can_return(session, room.id), alone.waits)


def _name(memory: Memory, seat: Seat) -> str:
    return memory.names.get(seat.participant, "")


# --- the team --------------------------------------------------------------------------------------------------------


def team(session: Session, memory: Memory, room: RoomId) -> p.Team:
    """`room`: where the viewer is; everybody who is in another one is elsewhere."""
    names = memory.names
    return p.Team(
        waiting=[_knock(seat, names) for seat in session.waiting()],
        calls=[_call(session, memory, call) for call in sorted(session.calls.values(), key=lambda call: call.since)],
        elsewhere=[
            p.Elsewhere(seat.participant, names.get(seat.participant, ""), seat.role.value, seat.room, is_here(seat))
            for seat in session.inside()
            if seat.room != room and session.rooms[seat.room].kind in ("main", "private")
        ],
        locked=session.locked,
        absence=session.absence.value,
        stays=[seat.participant for seat in session.present() if seat.stays],
        desk=[names.get(seat.participant, "") for seat in at_desk(session)],
        checks=[seat.participant for seat in session.present() if seat.check is not None],
        kept_off=_kept_off(session),
    )


def _kept_off(session: Session) -> dict[p.ParticipantId, list[p.SourceName]]:
    """Of all whom facilitators can let or keep, wherever they are."""
    cared_for = [seat for seat in session.present() if not seat.is_facilitator]
    return {seat.participant: sorted_sources(seat.forbidden) for seat in cared_for if seat.forbidden}


def at_desk(session: Session) -> list[Seat]:
    return [seat for seat in session.inside() if seat.room == DESK]


def _knock(seat: Seat, names: dict[ParticipantId, str]) -> p.Knock:
    return p.Knock(
        id=seat.participant,
        name=names.get(seat.participant, ""),
        role=seat.role.value,
        function=seat.function,
        kind=seat.knock or "again",
        since=seat.since,
        present=seat.here,
        of=seat.claims,
        sent_back=seat.door is Door.SENT_BACK,
    )


def _call(session: Session, memory: Memory, call: Call) -> p.CallSeen:
    seat = session.seats[call.about]
    return p.CallSeen(
        id=call.id,
        kind=call.kind,
        about=call.about,
        name=memory.names.get(call.about, ""),
        note=memory.help_notes.get(call.id, ""),
        since=call.since,
        state=call.state.value,
        coming=call.coming,
        room=seat.room,
        waiting=seat.door is not Door.INSIDE,
    )


# --- the desk --------------------------------------------------------------------------------------------------------


def desk_people(session: Session, memory: Memory) -> list[p.DeskPerson]:
    """Names and whether they are here; never which room."""
    seats = [seat for seat in session.seats.values() if IN_GROUP & set(seat.roles)]
    return [
        p.DeskPerson(
            seat.participant, memory.names.get(seat.participant, ""), seat.role.value, seat.function, _state(seat)
        )
        for seat in seats
    ]


def _state(seat: Seat) -> DeskState:
    if isinstance(seat.presence, Gone):
        return "gone"
    if seat.door is not Door.INSIDE:
        return "waiting"
    if seat.room == LATE:  # which room the others are in is not theirs to know
        return "waiting"
    return "away" if isinstance(seat.presence, Away) else "here"


def figure_code(session: Session, who: ParticipantId) -> str:
    """Short, the same for the whole session, and nobody's id can be read from it."""
    digest = hashlib.sha256(f"{session.id}{who}".encode()).digest()
    return base64.b32encode(digest)[:4].decode()
