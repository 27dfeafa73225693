"""Everybody who is connected, and what each of them was last told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

from msgspec import Struct

from rtc import PeerId
from signaling import protocol as p
from signaling.codec import encode
from signaling.core import sight
from signaling.core.ids import ConnectionId, ParticipantId
from signaling.core.lifecycles import Door
from signaling.core.state import Here, Session
from signaling.shell.media import SessionMedia, Signal, pairs_enough
from signaling.shell.memory import Line, Memory, place_of
from signaling.shell.pulse import rooms_are_open
from signaling.shell.turn import Relay
from signaling.shell.views import Beside, Head, Measured, RoomFullView, View, changes, snapshot, view


class Client(Protocol):
    """One signalling connection, as the actor sees it."""

    @property
    def id(self) -> ConnectionId: ...

    def tell(self, text: str) -> None:
        """An encoded message. Never blocks, never raises."""

    def close(self, reason: p.ByeReason) -> None: ...


class Place(NamedTuple):
    """Whose connection it is, and whether it is that person's silent phone."""

    who: ParticipantId
    standby: bool


_QUIET: Final = p.Pulse([], [], [])  # what a page takes for granted after a snapshot


class _Told(Struct):
    client: Client
    place: Place | None = None
    view: View | None = None
    n: int = 0  # of the newest `changes`, counted from the newest snapshot
    fresh: bool = False  # has had a snapshot in this turn
    speakers: list[ParticipantId] = []
    pulse: p.Pulse = _QUIET
    renew_at: float | None = None  # wall seconds, when the next credentials of the relay are due


def places(session: Session) -> dict[ConnectionId, Place]:
    found = {}
    for seat in session.seats.values():
        if isinstance(seat.presence, Here):
            found[seat.presence.connection] = Place(seat.participant, standby=False)
        if seat.standby is not None and isinstance(seat.standby.presence, Here):
            found[seat.standby.presence.connection] = Place(seat.participant, standby=True)
    return found


class Audience:
    def __init__(
        self,
        memory: Memory,
        media: SessionMedia,
        numbers: p.Numbers,
        clock: Callable[[], float],
        relay: Relay | None,
    ) -> None:
        """`clock`: wall seconds; pages set theirs by it."""
        self.loudest: Sequence[PeerId] = ()  # as the engine said last
        self.measured: Measured = {}
        self.lines: tuple[list[ParticipantId], list[ParticipantId]] = ([], [])  # weak, poor
        self._memory = memory
        self._media = media
        self._numbers = numbers
        self._clock = clock
        self._relay = relay
        self._told: dict[ConnectionId, _Told] = {}

    def __contains__(self, connection: ConnectionId) -> bool:
        return connection in self._told

    def __len__(self) -> int:
        return len(self._told)

    def clients(self) -> list[Client]:
        return [told.client for told in self._told.values()]

    def drop(self, connection: ConnectionId) -> Client | None:
        told = self._told.pop(connection, None)
        return None if told is None else told.client

    def enter(self, session: Session, client: Client, request: int, secret: str | None) -> None:
        """The reply to whoever came by this turn; none to whom the same turn put out again."""
        place = places(session).get(client.id)
        seen = None if place is None else self._view(session, place)
        if place is not None and seen is not None:
            told = self._told[client.id] = _Told(client)
            self._snapshot(session, told, place, seen, request, secret)

    def tell(self, session: Session, signals: Sequence[Signal]) -> None:
        """Each client the difference of its view, in one message; then its slots and who speaks."""
        for told, place in self._connected(session):
            self._tell_difference(session, told, place)
        self.tell_media(session, signals)

    def tell_media(self, session: Session, signals: Sequence[Signal]) -> None:
        """Slots, and who speaks; the session itself is as they know it."""
        by_person: dict[ParticipantId, list[p.Slots | p.SlotsNeeded]] = {}
        for who, signal in signals:
            by_person.setdefault(who, []).append(signal)
        pulse = self._pulse(session)
        for told, place in self._connected(session):
            if not place.standby:
                for signal in by_person.get(place.who, ()):
                    if not (told.fresh and isinstance(signal, p.Slots)):  # the snapshot had them
                        told.client.tell(encode(signal))
            self._tell_speakers(session, told, place)
            _tell_pulse(session, told, place, pulse)
            told.fresh = False

    def tell_person(self, session: Session, who: ParticipantId, message: p.ServerMessage) -> None:
        """On the connection that has their media."""
        presence = session.seats[who].presence
        told = self._told.get(presence.connection) if isinstance(presence, Here) else None
        if told is not None:
            told.client.tell(encode(message))

    def tell_line(self, session: Session, line: Line) -> None:
        """On all connections of those who may read it."""
        for told, place in self._connected(session):
            if place.who in line.heard:
                told.client.tell(encode(p.NewLine(line.said(place.who))))

    def tell_speakers(self, session: Session) -> None:
        pulse = self._pulse(session)
        for told, place in self._connected(session):
            self._tell_speakers(session, told, place)
            _tell_pulse(session, told, place, pulse)

    def renewal(self) -> float | None:
        """Wall seconds at which `renew` has something to do."""
        return min((told.renew_at for told in self._told.values() if told.renew_at is not None), default=None)

    def renew(self, now: float) -> None:
        """Credentials of the relay, before those that a page has end."""
        for told in self._told.values():
            if told.renew_at is not None and told.renew_at <= now:
                told.client.tell(encode(p.Ice(self._credentials(told, now))))

    def _credentials(self, told: _Told, now: float) -> list[p.IceServer]:
        """For who is in a room with media: those who wait need no relay."""
        if self._relay is None or not isinstance(told.view, RoomFullView):
            told.renew_at = None
            return []
        told.renew_at = now + self._relay.ttl / 2
        return [self._relay.credentials(now)]

    def _connected(self, session: Session) -> list[tuple[_Told, Place]]:
        found = places(session)
        return [(self._told[connection], place) for connection, place in found.items() if connection in self._told]

    def _tell_difference(self, session: Session, told: _Told, place: Place) -> None:
        after = self._view(session, place)
        if after is None:
            return
        found = changes(told.view, after) if told.place == place else None
        if found is None:
            self._snapshot(session, told, place, after, None, None)
        elif found:
            told.n += 1
            told.view = after
            told.client.tell(encode(p.Changes(told.n, found)))

    def _view(self, session: Session, place: Place) -> View | None:
        return view(session, self._memory, place.who, standby=place.standby, measured=self.measured)

    def _snapshot(
        self, session: Session, told: _Told, place: Place, seen: View, request: int | None, secret: str | None
    ) -> None:
        who = place.who
        told.place, told.view, told.n, told.fresh, told.pulse = place, seen, 0, True, _QUIET
        told.speakers = [] if place.standby else self._heard(session, who)
        now = self._clock()
        head = Head(request, session.id, who, secret, now, self._numbers)
        media = self._media
        lines = self._memory.lines_of(who, place_of(session.rooms[session.seats[who].room]))
        beside = Beside(
            lines,
            media.peer_of(who),
            media.slots_of(who),
            list(told.speakers),
            pairs_enough(session, who),
            self._credentials(told, now),
        )
        told.client.tell(encode(snapshot(seen, head, beside)))

    def _tell_speakers(self, session: Session, told: _Told, place: Place) -> None:
        """Also when the engine said nothing: who is muted, moved or has lost their media speaks no more."""
        heard = [] if place.standby else self._heard(session, place.who)
        if heard != told.speakers:
            told.speakers = heard
            told.client.tell(encode(p.Speakers(list(heard))))

    def _heard(self, session: Session, viewer: ParticipantId) -> list[ParticipantId]:
        """Loudest first, of those who reach this person."""
        return [who for who in self._loudest(session) if self._hears(session, viewer, who)]

    def _loudest(self, session: Session) -> list[ParticipantId]:
        people = [who for peer in self.loudest if (who := self._media.person_of(peer)) is not None]
        return [who for who in people if who in session.seats]

    def _hears(self, session: Session, viewer: ParticipantId, who: ParticipantId) -> bool:
        return "microphone" in sight.sources_for(session, viewer, who) - sight.held(session, who)

    def _pulse(self, session: Session) -> p.Pulse:
        """Of main and the open pairs: who is in a private talk, is so for the board too."""
        if not rooms_are_open(session):
            return _QUIET
        speaking = [
            who
            for who in self._loudest(session)
            if session.rooms[session.seats[who].room].kind in ("main", "pair")
            and "microphone" not in sight.held(session, who)
        ]
        weak, poor = self.lines
        return p.Pulse(sorted(speaking), [*weak], [*poor])


def _tell_pulse(session: Session, told: _Told, place: Place, pulse: p.Pulse) -> None:
    """To facilitators, on whichever device."""
    seat = session.seats[place.who]
    if not (seat.is_facilitator and seat.door is Door.INSIDE):
        pulse = _QUIET
    if pulse != told.pulse:
        told.pulse = pulse
        told.client.tell(encode(pulse))
