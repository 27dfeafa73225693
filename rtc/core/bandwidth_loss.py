"""Loss: whether a line without a queue loses what it cannot carry, or loses its share of whatever is sent.

A policer or a very short queue drops what is too much, and sending less ends it. A lossy Wi-Fi drops some of anything,
and sending less only makes the picture worse. So a loss that is not known yet is answered by a step down: if it ends,
the line was full; if it stays while less arrives, it is the line's own, and the step is taken back.
"""

from __future__ import annotations

import enum
import math
from collections import deque
from typing import Final

WINDOW: Final = 0.5  # seconds
MIN_PACKETS: Final = 30
NOTABLE: Final = 0.02  # share, over the line's own
SIGMAS: Final = 3.0  # of chance, over the line's own
LEAST_SIGMA: Final = 0.01  # share by which chance is reckoned where the line's own is less
MANY: Final = 2.0  # times what is notable: no second window is waited for
HIGHEST_OWN: Final = 0.30  # what is more is never the line's own: each window is a step down
# How far the line's own loss follows that of each window, and how far at the most it rises over what a step showed.
FALLS, RISES = 0.2, 0.05
DRIFTS: Final = 1.3
# Of what arrived before a step down. If as much arrives as before, the line still gives all it can.
LESS: Final = 0.95
LOOKS: Final = 4  # windows in which less was sent, after which what arrived before is no longer asked for
ENDED: Final = 0.25  # of what was over the line's own
STEP_PACKETS: Final = 80  # to judge by, after a step down
# What is reported lost may only have been overtaken.
LATEST: Final = 0.15  # seconds


class Verdict(enum.Enum):
    CLEAR = enum.auto()
    SUSPECT = enum.auto()  # the next window tells
    FULL = enum.auto()  # a queue stands, and overflows
    TRY_LESS = enum.auto()
    TRYING = enum.auto()  # the step down has not shown anything yet
    OWN = enum.auto()  # less did not help


class Loss:
    """`now` is monotonic seconds."""

    def __init__(self) -> None:
        self.own = 0.0  # share that the line loses whatever is sent
        self.share = 0.0  # that it lost in the newest window, for whatever reason
        self._shown = 0.0  # the same, when a step down last showed it
        self._pending: deque[tuple[float, int, int]] = deque()  # messages: when, arrived, lost
        self._late = self._arrived = self._lost = 0  # packets
        self._since = float("-inf")
        self._verdict = Verdict.CLEAR
        self._tried = (0.0, 0.0)  # before the step down: share, and bits/s that arrived
        self._looks = 0  # windows after it

    def add(
        self, now: float, arrived: int, lost: int, late: int, *, delivered: float, queue_stands: bool, follows: bool
    ) -> Verdict | None:
        """One feedback message, in packets. `delivered`: bits/s that arrive; `follows`: no more is sent than the target
        allows. None: the window is not full yet.
        """
        if now < self._since:
            return None
        self._count(now, arrived, lost, late)
        count = self._arrived + self._lost
        if now - self._since < WINDOW or count < (STEP_PACKETS if self._stepped else MIN_PACKETS):
            return None
        self.share = share = self._lost / count
        self._since, self._arrived, self._lost = now, 0, 0
        self._verdict = self._judge(share, count, delivered, queue_stands, follows)
        return self._verdict

    @property
    def _stepped(self) -> bool:
        return self._verdict in (Verdict.TRY_LESS, Verdict.TRYING)

    def skip(self, until: float) -> None:
        """What is reported before `until` was sent before something changed."""
        self._since = until
        self._late = self._arrived = self._lost = 0
        self._pending.clear()

    def _count(self, now: float, arrived: int, lost: int, late: int) -> None:
        self._pending.append((now, arrived, lost))
        self._late += late
        while self._pending[0][0] < now - LATEST:
            _, arrived, lost = self._pending.popleft()
            overtaken = min(lost, self._late)
            self._late -= overtaken
            self._arrived += arrived + overtaken
            self._lost += lost - overtaken

    def _judge(self, share: float, count: int, delivered: float, queue_stands: bool, follows: bool) -> Verdict:
        notable = max(NOTABLE, SIGMAS * math.sqrt(max(self.own, LEAST_SIGMA) * (1 - self.own) / count))
        if self._stepped and not queue_stands and share <= HIGHEST_OWN:
            return self._judge_step(share, delivered, follows)
        if share <= self.own + notable:
            if not queue_stands:
                self._follow(share)
            return Verdict.CLEAR
        if queue_stands:
            return Verdict.FULL
        if self._verdict is not Verdict.SUSPECT and share <= self.own + MANY * notable:
            return Verdict.SUSPECT
        self._tried, self._looks = (share, delivered), 0
        return Verdict.TRY_LESS

    def _judge_step(self, share: float, delivered: float, follows: bool) -> Verdict:
        before, delivered_before = self._tried
        if share <= self.own + max(NOTABLE, ENDED * (before - self.own)):
            return Verdict.CLEAR
        self._looks += follows
        if delivered > LESS * delivered_before and self._looks < LOOKS:
            return Verdict.TRYING
        self.own = self._shown = (share + before) / 2
        return Verdict.OWN

    def _follow(self, share: float) -> None:
        followed = self.own + (FALLS if share < self.own else RISES) * (share - self.own)
        self.own = min(followed, DRIFTS * self._shown)
