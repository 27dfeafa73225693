"""Statistics of all peers, a few at a time: those of thirty people at once take milliseconds, in which packets wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rtc.core.model import PeerId
from rtc.core.peer import Peer
from rtc.core.stats import PeerStats

STEPS: Final = 50  # of a round, at most: with a tick of 10 ms it is over within the second, also when ticks are late


class Sampling:
    """Rounds over the peers, in steps. A round that has begun is always finished."""

    def __init__(self, peers: Mapping[PeerId, Peer]) -> None:
        self._peers = peers
        self._left: list[PeerId] | None = None  # None between two rounds
        self._done: list[PeerStats] = []
        self._at_once = 1

    def begin(self) -> None:
        """Unless one is under way."""
        if self._left is None:
            self._left, self._done = list(self._peers), []
            self._at_once = max(1, -(-len(self._left) // STEPS))

    def step(self) -> list[PeerStats] | None:
        """Those of everybody who is still there, with the last step of a round; None before, and between rounds."""
        if self._left is None:
            return None
        now, self._left = self._left[: self._at_once], self._left[self._at_once :]
        self._done += [peer.stats() for one in now if (peer := self._peers.get(one)) is not None]
        if self._left:
            return None
        self._left = None
        return self._done
