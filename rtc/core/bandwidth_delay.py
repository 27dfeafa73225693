"""What a queue asks for: more, patience, or less."""

from __future__ import annotations

import enum
from typing import Final

from rtc.core.bandwidth_queue import Queue
from rtc.core.bandwidth_rate import SHOWS

# Of the limit. Between here and the limit nothing grows and nothing is cut.
CLEAR: Final = 0.75
# Times the limit, where less is sent than the line is believed to carry: such a queue is hardly ours.
DOUBT: Final = 2.0
FALLING, RISING = -0.05, 0.05  # seconds a second
# Under jitter a queue seems to rise and fall by itself: so much faster, for each second of noise.
RISING_BY_NOISE: Final = 10.0
SETTLES: Final = 0.2  # seconds from a new target until what is sent follows it
# Seconds after less was sent, or nothing more. A queue that has not begun to drain by then is not ours, or it is none:
# on a slower line each packet takes longer.
DRAINS_WITHIN: Final = 1.0
LOOKS: Final = 3  # feedback messages that must find a queue where delays swing much
FOLLOWS: Final = 1.1  # times the target: what is sent has come down with it


class Sign(enum.Enum):
    CLEAR = enum.auto()
    WAIT = enum.auto()
    FULL = enum.auto()


class DelayControl:
    """`now` is monotonic seconds, rates are bits/s."""

    def __init__(self, queue: Queue) -> None:
        self.drains = False  # less is sent so that the queue may drain
        self._queue = queue
        self._ahead = False
        self._seen = 0  # messages in a row that found it
        self._cut_at = self._clear_at = float("-inf")

    def cut(self, now: float, *, ahead: bool = False) -> None:
        """Less is sent from now on. `ahead`: before its queue could be seen."""
        self._cut_at, self._ahead, self.drains = now, ahead, True

    def judges(self, sent_at: float) -> bool:
        """Whether what was sent then, seconds, left when the last cut had come to be followed."""
        return sent_at >= self._cut_at + SETTLES

    def judge(self, now: float, sent_at: float, sent: float, target: float) -> Sign:
        """After the newest slice: when it was sent, seconds, and at which rate what is sent goes."""
        queue = self._queue
        judges = self.judges(sent_at)
        if self._ahead and not judges:
            return Sign.WAIT
        if queue.delay <= CLEAR * queue.limit:
            self.drains = False
            self._seen = 0
            self._clear_at = now
            return Sign.CLEAR
        if queue.slope < FALLING or not judges:
            return Sign.WAIT
        follows = sent <= FOLLOWS * target
        stays = follows and now > max(self._cut_at, self._clear_at) + DRAINS_WITHIN
        limit = queue.limit if sent >= SHOWS * target else DOUBT * queue.limit
        if queue.delay <= limit:
            if stays:
                queue.accept()
            return Sign.WAIT
        self._seen += 1
        if queue.rough and self._seen < LOOKS:
            return Sign.WAIT
        rising = queue.slope >= RISING + RISING_BY_NOISE * queue.noise
        if not self.drains or rising or not follows:
            return Sign.FULL
        if stays:
            queue.accept()
            queue.bear_more()
            self.drains = False
        return Sign.WAIT
