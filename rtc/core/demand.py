"""How many encodings of a picture its publisher should send: as many as somebody looks at and its uplink carries."""

from __future__ import annotations

from collections import deque
from typing import Final

from rtc.core.allocator import ENOUGH

MAX_LAYERS: Final = 3
# An encoder that stops and starts costs a key frame; somebody who drags a window asks for both within a second.
LESS_AFTER: Final = 5.0  # seconds
# Whoever moves between rooms is not looked at for a moment.
NONE_AFTER: Final = 30.0  # seconds
# Browsers' own control reacts to loss over 10 % as well, but takes from all encodings alike.
TOO_MUCH_LOSS: Final = 0.10
LITTLE_LOSS: Final = 0.03
LOSS_WINDOW: Final = 2.0  # seconds; also between two steps down
MIN_PACKETS: Final = 20  # in the window: a share of fewer says nothing
# Where fewer come, as from a voice that pauses beside no picture, the window is as much longer as it takes.
LONGEST_WINDOW: Final = 8.0  # seconds
BACK_AFTER: Final = 10.0  # seconds of little loss, for each layer that comes back
# The last encoding is given up as well, for the sound, and comes back once that is well for as long. If as much is lost
# without it, it was not the cause: then it comes back at once, and for long is not given up again.
INNOCENT_AFTER, INNOCENT_FOR = 4.0, 300.0  # seconds
# If its return costs the sound anew, the next one waits twice as long.
AGAIN_WITHIN: Final = 30.0  # seconds
MOST_PATIENCE: Final = 60.0  # seconds
LONGEST: Final = 120.0  # seconds; then it is tried, however much is lost


def layers_for(tile: int, lowest: int) -> int:
    """Encodings that a tile of `tile` device pixels in height can use, where the lowest has `lowest` lines.

    Each has twice the lines of the one before. 0 pixels: not said yet; 0 lines: not known yet.
    """
    if tile == 0:
        return 1
    if lowest == 0:
        return MAX_LAYERS
    layers = 1
    while layers < MAX_LAYERS and lowest < ENOUGH * tile:
        lowest *= 2
        layers += 1
    return layers


_Count = tuple[float, int, int]  # when, and how many packets since the start: sent to us, come at the first try


class Uplink:
    """How many encodings a publisher's line carries, from what is lost on its way to us, before repair. None, if the
    sound would not come through beside the smallest one.
    """

    def __init__(self) -> None:
        self.layers = MAX_LAYERS
        self._relieved = False  # since the last encoding was given up little was lost, for a moment at least
        self._too_much_at = float("-inf")  # when too much was last lost
        self._innocent_until = float("-inf")
        self._returned_at = float("-inf")  # when the last encoding came back
        self._patience = BACK_AFTER
        self._counts: deque[_Count] = deque()
        self._changed_at = float("-inf")
        self._calm_since: float | None = None

    def note(self, now: float, expected: int, received: int) -> None:
        """Packets since the start: how many were sent to us, and how many of these came at the first try."""
        self._counts.append((now, expected, received))
        while len(self._counts) > 1 and self._goes_without(self._counts[1]):
            self._counts.popleft()
        loss = self._loss(now)
        if loss is not None:
            self._judge(now, loss)
        calm_since = None if loss is None else self._calm_since
        if self.layers == 0:
            self._wait(now)
        elif self._too_much_at == now:
            self._step_down(now)
        elif calm_since is not None and now - max(calm_since, self._changed_at) >= BACK_AFTER:
            self._change(now, min(MAX_LAYERS, self.layers + 1))

    def _judge(self, now: float, loss: float) -> None:
        if loss > LITTLE_LOSS:
            self._calm_since = None
        elif self._calm_since is None:
            self._calm_since = now
        if loss > TOO_MUCH_LOSS:
            self._too_much_at = now

    def _step_down(self, now: float) -> None:
        if now - self._changed_at < LOSS_WINDOW:
            return
        if self.layers > 1:
            self._change(now, self.layers - 1)
        elif now >= self._innocent_until:
            again = now - self._returned_at < AGAIN_WITHIN
            self._patience = min(MOST_PATIENCE, 2 * self._patience) if again else BACK_AFTER
            self._relieved = False
            self._change(now, 0)

    def _wait(self, now: float) -> None:
        self._relieved |= self._calm_since is not None
        passed = now - self._changed_at
        innocent = self._too_much_at == now and not self._relieved and passed >= INNOCENT_AFTER
        if innocent:
            self._innocent_until = now + INNOCENT_FOR
        well = now - max(self._too_much_at, self._changed_at)
        if innocent or well >= self._patience or passed >= LONGEST:
            self._returned_at = now
            self._change(now, 1)

    def _goes_without(self, count: _Count) -> bool:
        """The window is as long as it should be if it begins with `count`."""
        now, expected, _ = self._counts[-1]
        age = now - count[0]
        return age >= LONGEST_WINDOW or (age >= LOSS_WINDOW and expected - count[1] >= MIN_PACKETS)

    def _loss(self, now: float) -> float | None:
        """Of the newest window; None while it is not full, or has too few packets."""
        (at, expected_before, received_before), (_, expected, received) = self._counts[0], self._counts[-1]
        expected, received = expected - expected_before, received - received_before
        if at > now - LOSS_WINDOW or expected < MIN_PACKETS:
            return None
        return max(0.0, 1 - received / expected)

    def _change(self, now: float, layers: int) -> None:
        if layers != self.layers:
            self.layers, self._changed_at = layers, now
            while len(self._counts) > 1:
                self._counts.popleft()  # what was lost before says nothing of what is sent now


class Demand:
    """Of one publication. What viewers can use counts, not what they are given: who recovers waits for no page."""

    def __init__(self, layers: int) -> None:
        """`layers`: how many it has; it sends all of them until told otherwise."""
        self._most = self._level = layers
        self._less_since: float | None = None
        self._unseen_since: float | None = None

    @property
    def seen(self) -> bool:
        """Somebody could use it, as of the last decision."""
        return self._level > 0

    def decide(self, now: float, wished: int, uplink: int) -> int:
        """How many are worth sending. `wished`: what the largest tile can use, 0 if nobody watches; `uplink`: what the
        line carries.
        """
        wished = min(wished, self._most)
        if wished:
            self._unseen_since = None
        elif self._unseen_since is None:
            self._unseen_since = now
        if wished >= self._level:
            self._level, self._less_since = wished, None
        elif self._less_since is None:
            self._less_since = now
        elif now - self._less_since >= LESS_AFTER:
            self._level = max(1, wished)
        if self._unseen_since is not None and now - self._unseen_since >= NONE_AFTER:
            self._level = 0
        return min(self._level, uplink)
