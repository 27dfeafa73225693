"""The media side of one session: its live peers, their slots, and the changes that the engine must be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from rtc import (
    Attach,
    Change,
    Detach,
    Engine,
    Grant,
    Hold,
    Mid,
    PeerId,
    Release,
    SlotFlowing,
    Source,
    WorkerIndex,
    WorkerStats,
)
from signaling import protocol as p
from signaling.core.ids import ParticipantId
from signaling.core.roles import Role
from signaling.core.session import Session
from signaling.core.slots import Feed, Fill, Layout, Planned, Publisher, plan
from signaling.core.telling import slot_map

LINGER: Final = 30.0  # seconds. A signalling blip shorter than this interrupts no media (RFC 7675 gives up after 30)

_EVERYTHING: Final = Grant(may_send=frozenset(Source), may_receive=True)
GRANTS: Final = {Role.PARTICIPANT: _EVERYTHING, Role.FACILITATOR: _EVERYTHING}

Signal = tuple[ParticipantId, p.Slots | p.SlotsNeeded]


class _Live(Struct):
    peer: PeerId
    layout: Layout
    flows: dict[str, int] = {}  # mid -> first RTP timestamp of what is attached now
    answered: bool = False
    until: float | None = None  # wall seconds: dropped then, unless the person is back


class SessionMedia:
    """Never awaits. All methods are called by the session's actor."""

    def __init__(self, engine: Engine, worker: WorkerIndex) -> None:
        self._engine = engine
        self._worker = worker
        self._live: dict[ParticipantId, _Live] = {}
        self._people: dict[PeerId, ParticipantId] = {}
        self._views: dict[ParticipantId, list[Feed]] = {}
        self._silences: list[Change] = []

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

    def next_drop(self) -> float | None:
        return min((live.until for live in self._live.values() if live.until is not None), default=None)

    # --- peers -----------------------------------------------------------------------------------------------------

    def add(self, participant: ParticipantId, role: Role) -> PeerId:
        """A new peer in place of the old one."""
        self.drop(participant)
        peer = self._engine.add_peer(self._worker, GRANTS[role])
        layout = Layout(())
        if participant in self._views:
            layout = layout.viewing(self._views[participant])
        self._live[participant] = _Live(peer, layout)
        self._people[peer] = participant
        return peer

    def answered(self, participant: ParticipantId, pairs: Sequence[tuple[Mid, Mid]], muted: bool) -> None:
        live = self._live[participant]
        live.layout = live.layout.answered(pairs)
        if muted and not live.answered:
            self._silences.append(Hold(live.peer, Source.MICROPHONE))
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

    def view(self, participant: ParticipantId, feeds: list[Feed]) -> None:
        self._views[participant] = feeds
        if participant in self._live:
            live = self._live[participant]
            live.layout = live.layout.viewing(feeds)

    def silence(self, participant: ParticipantId, on: bool) -> None:
        live = self._live.get(participant)
        if live is not None and live.answered:
            self._silences.append((Hold if on else Release)(live.peer, Source.MICROPHONE))

    # --- slots -----------------------------------------------------------------------------------------------------

    def replan(self, session: Session) -> tuple[list[Signal], list[Change]]:
        """What pages must be told, and what the engine must be told after that, since the last call."""
        room = [Publisher(s.participant, self._publishing(s.participant), s.sources) for s in session.present()]
        signals: list[Signal] = []
        changes, self._silences = self._silences, []
        attaches: list[Attach] = []
        for participant, live in self._live.items():
            if live.answered:
                planned = plan(live.layout, participant, room, listening=live.until is None)
                live.layout = planned.layout
                for mid in [*(clear.mid for clear in planned.clears), *(fill.mid for fill in planned.fills)]:
                    live.flows.pop(mid, None)
                signals += _signals(participant, planned)
                changes += [Detach(live.peer, Mid(clear.mid)) for clear in planned.clears]
                attaches += [_attach(live.peer, fill) for fill in planned.fills]
        attaches.sort(key=lambda attach: not attach.source.is_audio)
        return signals, [*changes, *attaches]

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
