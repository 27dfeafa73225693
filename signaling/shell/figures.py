"""What support sees: rates and losses, measured between two looks at the media worker's counters."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from rtc import PeerId, PeerStats
from signaling import protocol as p
from signaling.core.ids import DESK, ParticipantId
from signaling.core.roles import Role
from signaling.core.state import Here, Session
from signaling.shell.media import SessionMedia
from signaling.shell.views import NAMES_SEEN

EVERY: Final = 2.0  # seconds between two looks; the worker counts once a second


class _Count(Struct, frozen=True):
    at: float
    up_octets: int
    down_octets: int
    packets: int
    lost: int


def support_is_here(session: Session) -> bool:
    return any(
        seat.room == DESK
        and isinstance(seat.presence, Here)
        and Role.SUPPORT in seat.roles
        and not NAMES_SEEN & set(seat.roles)
        for seat in session.seats.values()
    )


class Meter:
    def __init__(self) -> None:
        self.at = 0.0  # wall seconds of the last look
        self.rtt_ms: dict[ParticipantId, float] = {}  # at the last look
        self._before: dict[PeerId, _Count] = {}

    def measure(self, now: float, media: SessionMedia) -> dict[ParticipantId, p.Figure]:
        """Of everybody whose media the worker knows. The code is the viewer's to fill in."""
        self.at, self.rtt_ms = now, {}
        stats = media.stats()
        if stats is None:
            return {}
        found = {}
        counts = {}
        for peer in stats.peers:
            who = media.person_of(peer.peer)
            if who is not None:
                counts[peer.peer] = count = _count(stats.at, peer)
                found[who] = _figure(self._before.get(peer.peer, count), count, peer)
                if peer.rtt_ms is not None:
                    self.rtt_ms[who] = peer.rtt_ms
        self._before = counts
        return found


def _count(at: float, peer: PeerStats) -> _Count:
    return _Count(
        at=at,
        up_octets=peer.received_octets,
        down_octets=peer.sent_octets,
        packets=sum(publication.packets for publication in peer.publications),
        lost=sum(publication.lost for publication in peer.publications),
    )


def _figure(before: _Count, after: _Count, peer: PeerStats) -> p.Figure:
    seconds = after.at - before.at
    lost, packets = after.lost - before.lost, after.packets - before.packets
    return p.Figure(
        code="",
        here=True,
        up_kbps=_rate(after.up_octets - before.up_octets, seconds),
        down_kbps=_rate(after.down_octets - before.down_octets, seconds),
        up_loss=round(lost / (lost + packets), 3) if lost > 0 and packets >= 0 else 0.0,
        down_loss=round(max((slot.loss for slot in peer.subscriptions), default=0.0), 3),
        jitter_ms=round(max((publication.jitter_ms for publication in peer.publications), default=0.0), 1),
    )


def _rate(octets: int, seconds: float) -> float:
    """kbit/s."""
    return round(octets * 8 / 1000 / seconds, 1) if seconds > 0 and octets > 0 else 0.0
