"""The words of one session: names, chat and notes. They are in no event and no record, and go with the session."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, Literal, TypeVar

from msgspec import Struct

from signaling import protocol as p
from signaling.core.ids import CallId, ParticipantId, PersonId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.state import Room, Seat, Session

MOST_LINES: Final = 500  # the oldest goes first. A 90-minute group writes some dozens

K = TypeVar("K", bound=str)
V = TypeVar("V")
Kind = Literal["room", "facilitators", "everyone", "one"]


class Line(Struct, frozen=True):
    """What somebody wrote. `heard`: whoever was told it then; nobody else ever reads it, whatever they come to be.

    `place`: of a line to a room, which one; it stays there.
    """

    who: ParticipantId
    name: str
    kind: Kind
    whom: ParticipantId | None  # the one person that it is for
    text: str
    at: float  # wall seconds
    heard: frozenset[ParticipantId]
    place: str | None = None

    def said(self, reader: ParticipantId) -> p.Said:
        """As this reader sees it: a line to one person is "you" to them, and names them to its other readers."""
        match self.kind:
            case "room" | "facilitators" | "everyone":
                to: Literal["room", "facilitators", "everyone", "you", "one"] = self.kind
            case "one":
                to = "you" if reader == self.whom else "one"
        return p.Said(who=self.who, name=self.name, to=to, text=self.text, at=self.at, whom=self.whom)


class Memory:
    def __init__(self) -> None:
        self.names: dict[ParticipantId, str] = {}
        self.aliases: dict[PersonId, str] = {}  # given by a facilitator: for whichever seat that person has
        self.notes: dict[ParticipantId, str] = {}  # why somebody was sent back to the waiting room
        self.help_notes: dict[CallId, str] = {}
        self.lines: deque[Line] = deque(maxlen=MOST_LINES)
        self.together: dict[RoomId, list[ParticipantId]] = {}  # of each pair, who was the last not to be alone in it

    def name(self, who: ParticipantId, given: str, fixed: str | None, person: PersonId | None = None) -> None:
        """What they are called already stays, be it a facilitator's alias; else what their link says, or they say."""
        alias = None if person is None else self.aliases.get(person)
        self.names[who] = self.names.get(who) or alias or fixed or given

    def moved(self, knock: ParticipantId, seat: ParticipantId) -> None:
        """A seat goes on on the device that knocked, with the call for help that was made there. Its own name stays."""
        if knock in self.names:
            self.names.setdefault(seat, self.names[knock])
        for call in [call for call in self.help_notes if call.endswith(f".{knock}")]:
            kind = call.partition(".")[0]
            self.help_notes.setdefault(CallId(f"{kind}.{seat}"), self.help_notes[call])

    def renamed(self, seat: Seat) -> None:
        """By a facilitator: whoever leaves and knocks again comes back under that alias."""
        if seat.person is not None and seat.participant in self.names:
            self.aliases[seat.person] = self.names[seat.participant]

    def lines_of(self, reader: ParticipantId, place: str) -> list[p.Said]:
        """What they read there: the lines of that room, and those that were for them wherever they were."""
        return [line.said(reader) for line in self.lines if reader in line.heard and line.place in (None, place)]

    def missed(self, room: RoomId, who: ParticipantId) -> list[str]:
        """Names of those with whom they were there, also if these are gone for good."""
        others = [other for other in self.together.get(room, ()) if other != who]
        return [name for other in others if (name := self.names.get(other))]

    def keep(self, session: Session) -> None:
        """Drops the words about what is no more: a knock that was turned away, a call that was answered."""
        for room in session.pairs():
            if len(people := [seat.participant for seat in session.partners(room.id)]) > 1:
                self.together[room.id] = people
        _drop(self.together, (room for room in self.together if room not in session.rooms))
        _drop(self.names, (who for who in self.names if who not in session.seats))
        _drop(self.notes, (who for who in self.notes if not _sent_back(session, who)))
        _drop(self.help_notes, (call for call in self.help_notes if call not in session.calls))

    def forget(self) -> None:
        """The session is over."""
        self.names.clear()
        self.aliases.clear()
        self.notes.clear()
        self.help_notes.clear()
        self.lines.clear()
        self.together.clear()


def place_of(room: Room) -> str:
    """The room of this time: the second round's pair of a number is not the first's."""
    return f"{room.id}@{room.opened}"


def _sent_back(session: Session, who: ParticipantId) -> bool:
    seat = session.seats.get(who)
    return seat is not None and seat.door is Door.SENT_BACK


def _drop(words: dict[K, V], keys: Iterable[K]) -> None:
    for key in list(keys):
        del words[key]
