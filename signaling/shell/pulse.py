"""What of the board flickers: who speaks in any room, whose line is weak or poor. Pure, and nothing of it is kept."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from signaling import protocol as p
from signaling.core import sight
from signaling.core.ids import ParticipantId
from signaling.core.lifecycles import RoundState
from signaling.core.state import Session

WORSE_AFTER: Final = 2  # looks in a row. One alone is a hiccup that is over before anybody could help
BETTER_AFTER: Final = 3  # looks in a row: a line that comes and goes is not a good one


def rooms_are_open(session: Session) -> bool:
    return session.round is not None and session.round.state is not RoundState.PLANNED


def board_is_watched(session: Session) -> bool:
    """A facilitator is here while rooms are open: the only one to whom lines mean anything."""
    return rooms_are_open(session) and session.staffed()


def sending(session: Session) -> set[ParticipantId]:
    """Whose media should arrive: something of theirs is published and not held."""
    return {seat.participant for seat in session.present() if seat.sources - sight.held(session, seat.participant)}


class Line(enum.IntEnum):
    GOOD = 0
    WEAK = 1
    POOR = 2


class _Bound(Struct, frozen=True):
    """Above any of these. Loss as a share of 1, in either direction."""

    line: Line
    loss: float
    jitter_ms: float
    rtt_ms: float


# Worst first. Above the first, words are lost; above the second, people begin to talk over each other.
_BOUNDS: Final = (_Bound(Line.POOR, 0.10, 100.0, 700.0), _Bound(Line.WEAK, 0.03, 40.0, 300.0))


class Lines:
    """The lines of one session over time. A chip's colour must not change with every look."""

    def __init__(self) -> None:
        self._looks: dict[ParticipantId, deque[Line]] = {}
        self._lines: dict[ParticipantId, Line] = {}

    def step(
        self,
        figures: Mapping[ParticipantId, p.Figure],
        rtt_ms: Mapping[ParticipantId, float],
        sending: Collection[ParticipantId],
    ) -> tuple[list[ParticipantId], list[ParticipantId]]:
        """One more look: whose line is (weak, poor), each sorted. `sending`: whose media should arrive."""
        self._looks = {who: self._looks.get(who, deque(maxlen=BETTER_AFTER)) for who in figures}
        for who, looks in self._looks.items():
            looks.append(line_of(figures[who], rtt_ms.get(who, 0.0), who in sending))
        self._lines = {who: _settled(self._lines.get(who, Line.GOOD), looks) for who, looks in self._looks.items()}
        return self._all(Line.WEAK), self._all(Line.POOR)

    def _all(self, line: Line) -> list[ParticipantId]:
        return sorted(who for who, now in self._lines.items() if now is line)


def line_of(figure: p.Figure, rtt_ms: float, sends: bool) -> Line:
    """What one look says."""
    if sends and figure.up_kbps == 0:
        return Line.POOR
    loss = max(figure.up_loss, figure.down_loss)
    for bound in _BOUNDS:
        if loss > bound.loss or figure.jitter_ms > bound.jitter_ms or rtt_ms > bound.rtt_ms:
            return bound.line
    return Line.GOOD


def _settled(line: Line, looks: Collection[Line]) -> Line:
    """As bad as all of the last two looks, as good as all of the last three."""
    last = list(looks)
    if len(last) >= WORSE_AFTER:
        line = max(line, min(last[-WORSE_AFTER:]))
    if len(last) == BETTER_AFTER:
        line = min(line, max(last))
    return line
