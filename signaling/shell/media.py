"""The media side of one session: its live peers, their slots, and the changes that the engine must be told.

Who sees and hears whom is `core.sight`'s decision alone; everything here follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from rtc import (
    Attach,
    Band,
    Change,
    Detach,
    Engine,
    Grant,
    Hold,
    Mid,
    PeerId,
    Rank,
    Release,
    Renew,
    SlotFlowing,
    Source,
    Want,
    WorkerIndex,
    WorkerStats,
)
from signaling import protocol as p
from signaling.core import sight
from signaling.core.events import SourceKind
from signaling.core.ids import DESK, ParticipantId, RoomId
from signaling.core.lifecycles import Door
from signaling.core.roles import Role
from signaling.core.slots import (
    HEADROOM,
    MAX_PAIRS,
    Feed,
    Fill,
    Layout,
    Look,
    Planned,
    Publisher,
    View,
    Wanted,
    plan,
)
from signaling.core.state import Session

LINGER: Final = 30.0  # seconds. A signalling blip shorter than this interrupts no media (RFC 7675 gives up after 30)

_PICTURES: Final = (Source.CAMERA, Source.SCREEN)

Signal = tuple[ParticipantId, p.Slots | p.SlotsNeeded]


class _Audience(Struct, frozen=True):
    """What tells whether other people than before can see somebody. `watched`: from another room, by a look."""

    room: RoomId
    covered: bool
    watched: frozenset[ParticipantId]

    def widened(self, before: _Audience) -> bool:
        return self.room != before.room or (before.covered and not self.covered) or not self.watched <= before.watched


class _Live(Struct):
    peer: PeerId
    layout: Layout
    flows: dict[str, int] = {}  # mid -> first RTP timestamp of what is attached now
    squeezed: list[str] = []  # mids that its line has no room for
    layers: dict[SourceKind, p.SendLayers] = {}  # what of each source is worth sending
    answered: bool = False
    held: frozenset[SourceKind] = frozenset()  # as the engine was told
    audience: _Audience | None = None  # at the last plan
    until: float | None = None  # wall seconds: dropped then, unless the person is back


class SessionMedia:
    """Never awaits. All methods are called by the session's actor."""

    def __init__(self, engine: Engine, worker: WorkerIndex) -> None:
        self._engine = engine
        self._worker = worker
        self._live: dict[ParticipantId, _Live] = {}
        self._people: dict[PeerId, ParticipantId] = {}
        self._views: dict[ParticipantId, View] = {}

    @property
    def worker(self) -> WorkerIndex:
        return self._worker

    def peer_of(self, participant: ParticipantId) -> PeerId | None:
        live = self._live.get(participant)
        return None if live is None else live.peer

    def kept_peer(self, participant: ParticipantId, named: int | None) -> PeerId | None:
        """The peer that a returning page names, if it lives and has been answered."""
        live = self._live.get(participant)
        return live.peer if live is not None and live.answered and live.peer == named else None

    def person_of(self, peer: PeerId) -> ParticipantId | None:
        return self._people.get(peer)

    def slots_of(self, participant: ParticipantId) -> list[p.Slot]:
        live = self._live.get(participant)
        return [] if live is None else slot_map(live.layout.shown())

    def note_flow(self, participant: ParticipantId, flow: SlotFlowing) -> bool:
        """False if the slot carries something else by now."""
        live = self._live.get(participant)
        fill = live.layout.filled.get(flow.mid) if live is not None else None
        if live is None or fill is None or (fill.peer, fill.source) != (flow.publisher, flow.source.value):
            return False
        live.flows[flow.mid] = flow.rtp
        return True

    def flows_of(self, participant: ParticipantId) -> list[tuple[str, int]]:
        """(mid, first RTP timestamp) of the slots that media flows on."""
        live = self._live.get(participant)
        return [] if live is None else list(live.flows.items())

    def note_squeezed(self, participant: ParticipantId, mids: Sequence[str]) -> p.Squeezed:
        """What the page is told of it: of slots that carry nobody any more, nothing."""
        live = self._live[participant]
        live.squeezed = [mid for mid in mids if mid in live.layout.filled]
        return p.Squeezed(list(live.squeezed))

    def note_layers(self, participant: ParticipantId, told: p.SendLayers) -> p.SendLayers:
        self._live[participant].layers[told.source] = told
        return told

    def adapted(self, participant: ParticipantId) -> list[p.Squeezed | p.SendLayers]:
        """All that a page which may have missed it must know of its line."""
        live = self._live.get(participant)
        if live is None:
            return []
        told = live.layers.values()
        return [*told, p.Squeezed(list(live.squeezed))] if live.squeezed else [*told]

    def next_drop(self) -> float | None:
        return min((live.until for live in self._live.values() if live.until is not None), default=None)

    # --- peers -----------------------------------------------------------------------------------------------------

    def add(self, participant: ParticipantId, roles: Iterable[Role]) -> PeerId:
        """A new peer in place of the old one. What the roles do not allow, the worker refuses."""
        self.drop(participant)
        peer = self._engine.add_peer(self._worker, grant_of(roles))
        layout = Layout(())
        if participant in self._views:
            layout = layout.viewing(self._views[participant])
        self._live[participant] = _Live(peer, layout)
        self._people[peer] = participant
        return peer

    def answered(self, participant: ParticipantId, pairs: Sequence[tuple[Mid, Mid]]) -> None:
        live = self._live[participant]
        live.layout = live.layout.answered(pairs)
        live.answered = True

    def drop(self, participant: ParticipantId) -> PeerId | None:
        live = self._live.pop(participant, None)
        if live is None:
            return None
        del self._people[live.peer]
        self._engine.remove_peer(live.peer)
        return live.peer

    def forget_view(self, participant: ParticipantId) -> None:
        """A new page has not said yet what it shows."""
        self._views.pop(participant, None)

    def linger(self, participant: ParticipantId, until: float) -> None:
        """The connection dropped: keep the media until then."""
        if participant in self._live:
            self._live[participant].until = until

    def returned(self, participant: ParticipantId) -> None:
        """The person is back on the media that was kept. What their page was asked meanwhile, it never heard."""
        live = self._live.get(participant)
        if live is not None:
            live.until = None
            live.layout = msgspec.structs.replace(live.layout, asked=0)

    def drop_overdue(self, now: float) -> None:
        overdue = [who for who, live in self._live.items() if live.until is not None and live.until <= now]
        for participant in overdue:
            self.drop(participant)

    def view(self, session: Session, participant: ParticipantId, looks: dict[Feed, Look]) -> None:
        """`looks`: most important first."""
        present = frozenset(publisher.participant for publisher in self._seen(session, participant))
        view = self._views[participant] = View(looks, present)
        if participant in self._live:
            live = self._live[participant]
            live.layout = live.layout.viewing(view)

    # --- slots and holds -------------------------------------------------------------------------------------------

    def replan(self, session: Session) -> tuple[list[Signal], list[Change]]:
        """What pages must be told, and what the engine must be told after that, since the last call.

        In this order: whose pictures begin anew, whose media stops, what is taken off slots, sound, pictures, in which
        order they matter, whose media starts.
        """
        renewals = self._renewals(session)
        holds, releases = self._holds(session)
        signals: list[Signal] = []
        detaches: list[Change] = []
        attaches: list[Attach] = []
        ranks: list[Change] = []
        for participant, live in self._live.items():
            if live.answered:
                planned = plan(live.layout, participant, self._seen(session, participant), listening=live.until is None)
                live.layout = planned.layout
                for mid in [*(clear.mid for clear in planned.clears), *(fill.mid for fill in planned.fills)]:
                    live.flows.pop(mid, None)
                    if mid in live.squeezed:
                        live.squeezed.remove(mid)
                signals += _signals(participant, planned)
                detaches += [Detach(live.peer, Mid(clear.mid)) for clear in planned.clears]
                attaches += [_attach(live.peer, fill) for fill in planned.fills]
                if planned.ranked is not None:
                    ranks.append(Rank(live.peer, [_want(wanted) for wanted in planned.ranked]))
        attaches.sort(key=lambda attach: not attach.source.is_audio)
        return signals, [*renewals, *holds, *detaches, *attaches, *ranks, *releases]

    def _seen(self, session: Session, viewer: ParticipantId) -> list[Publisher]:
        """The viewer's room, and those elsewhere of whom something reaches them all the same.

        Whoever is there but may not be seen keeps their pair, with nothing on it.
        """
        seat = session.seats.get(viewer)
        if seat is None or not sight.in_media_room(session, seat):
            return []
        seen = []
        for other in session.inside():
            reaching = sight.sources_for(session, viewer, other.participant)
            if other.room == seat.room or reaching:
                peer = self._publishing(other.participant)
                seen.append(Publisher(other.participant, peer, other.sources & reaching))
        return seen

    def _holds(self, session: Session) -> tuple[list[Change], list[Change]]:
        """What must be held, and what released once everybody is where they belong."""
        holds: list[Change] = []
        releases: list[Change] = []
        for participant, live in self._live.items():
            if live.answered:
                held = sight.held(session, participant)
                holds += [Hold(live.peer, source) for source in _sources(held - live.held)]
                releases += [Release(live.peer, source) for source in _sources(live.held - held)]
                live.held = held
        return holds, releases

    def _renewals(self, session: Session) -> list[Change]:
        """Pictures of those who are seen by others than before: these get nothing that was sent before.

        The worker otherwise shows newcomers the last key frame first. Whoever saw them already goes on seeing them.
        """
        renewals: list[Change] = []
        for participant, live in self._live.items():
            seat = session.seats.get(participant)
            if seat is not None and live.answered:
                watchers = frozenset(looker.participant for looker in sight.lookers(session, seat.room))
                after = _Audience(seat.room, seat.covered_by is not None, watchers)
                if live.audience is not None and after.widened(live.audience):
                    renewals += [Renew(live.peer, source) for source in _PICTURES]
                if live.audience is not None and after.room != live.audience.room:
                    self._show_everybody(participant, live)
                live.audience = after
        return renewals

    def _show_everybody(self, participant: ParticipantId, live: _Live) -> None:
        """What the page said that it shows were people of another room: pictures of this one wait for no page."""
        self.forget_view(participant)
        live.layout = live.layout.viewing(View())

    def apply(self, changes: list[Change]) -> None:
        if changes:
            self._engine.apply(self._worker, changes)

    def stats(self) -> WorkerStats | None:
        """Of this session's peers only."""
        stats = self._engine.stats(self._worker)
        if stats is None:
            return None
        own = [peer for peer in stats.peers if peer.peer in self._people]
        return msgspec.structs.replace(stats, peers=own, latency_ms=[])

    def _publishing(self, participant: ParticipantId) -> PeerId | None:
        live = self._live.get(participant)
        return live.peer if live is not None and live.answered else None


def _signals(participant: ParticipantId, planned: Planned) -> list[Signal]:
    signals: list[Signal] = []
    if planned.told:
        signals.append((participant, p.Slots(slot_map(planned.layout.shown()))))
    if planned.needed is not None:
        signals.append((participant, p.SlotsNeeded(planned.needed)))
    return signals


def _attach(viewer: PeerId, fill: Fill) -> Attach:
    return Attach(viewer, Mid(fill.mid), PeerId(fill.peer), Source(fill.source))


def _want(wanted: Wanted) -> Want:
    return Want(Mid(wanted.mid), wanted.height, Band[wanted.band.upper()])


def pairs_enough(session: Session, viewer: ParticipantId) -> int:
    """Of slots, for everybody else of the group and their screens: no room of it then needs an offer. Who is talked to
    at the door learns nothing of how many there are.
    """
    own = session.seats[viewer]
    group = session.inside() if own.door is Door.INSIDE else session.members(own.room)
    others = [seat for seat in group if seat.room != DESK and seat.participant != viewer]
    screens = [seat for seat in others if seat.sources & {"screen", "screen_sound"}]
    return min(len(others) + len(screens) + HEADROOM, MAX_PAIRS)


def grant_of(roles: Iterable[Role]) -> Grant:
    """Where a line carries few voices, facilitators are heard first."""
    may_send, may_receive = sight.grants(roles)
    return Grant(frozenset(_sources(may_send)), may_receive, goes_first=Role.FACILITATOR in roles)


def slot_map(fills: Iterable[Fill]) -> list[p.Slot]:
    """As the page is told."""
    return [p.Slot(fill.mid, fill.participant, fill.source) for fill in fills]


def _sources(kinds: Iterable[SourceKind]) -> list[Source]:
    """In one order, so that what the engine is told does not depend on chance."""
    return sorted((Source(kind) for kind in kinds), key=list(Source).index)
