"""What waits for a peer that is reached by a byte stream: sound goes first, and pictures give way on a full line.

Nothing is lost on a stream, so what does not fit waits, and all that comes later waits behind it. Whole datagrams may
be left out before they have begun to leave; the browser repairs, or goes on without them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

MAX_WAIT: Final = 0.2  # seconds that pictures may wait; then they stop, and go on with a key frame
# A picture begins with a key frame, ten times a frame's size, and several begin at once: they have longer.
BEGINNING: Final = 1.0  # seconds
# Sound and reports that are later than this are of no use to anybody.
MAX_SOUND_WAIT: Final = 1.0  # seconds
MAX_OCTETS: Final = 1 << 20  # of pictures: 200 ms of 40 Mbit/s
# Each return costs a key frame, which makes the picture worse for everybody who watches: on a line that fills up again
# and again the next return comes later each time.
FIRST_REST: Final = 1.0  # seconds
LONGEST_REST: Final = 8.0
PROVEN: Final = 10.0  # seconds after which a return has gone well
AT_ONCE: Final = 32  # frames in one write


class SendQueue:
    """Frames in two lines: sound, reports and all else; pictures behind. `now`: monotonic seconds."""

    def __init__(self, now: float) -> None:
        self.dropped = 0  # frames
        self.blocked = False  # whether pictures have to wait outside
        self._begun = b""  # what is left of a frame of which a part has gone: nothing may come between
        self._sound: deque[tuple[float, bytes]] = deque()
        self._pictures: deque[tuple[float, bytes]] = deque()
        self._octets = 0  # of the pictures
        self._began_at = now
        self._rest = 0.0  # seconds, of the newest one
        self._rests_until = now

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._begun or self._sound or self._pictures)

    def put(self, now: float, frame: bytes, picture: bool) -> None:
        """`picture`: a part of one, or a repair."""
        if not picture:
            self._sound.append((now, frame))
            while self._sound[0][0] < now - MAX_SOUND_WAIT:
                self._sound.popleft()
                self.dropped += 1
        elif self.blocked:
            self.dropped += 1
        else:
            self._pictures.append((now, frame))
            self._octets += len(frame)

    def head(self) -> list[bytes]:
        """What to write next, in this order; `wrote` says how much of it has gone."""
        return [self._begun, *self._first()] if self._begun else list(self._first())

    def _first(self) -> Iterator[bytes]:
        return (frame for _, frame in islice(chain(self._sound, self._pictures), AT_ONCE))

    def wrote(self, octets: int) -> None:
        """So many octets of `head` have gone; nothing was put meanwhile."""
        while octets:
            if not self._begun:
                self._begun = self._next()
            gone = min(octets, len(self._begun))
            self._begun = self._begun[gone:]
            octets -= gone

    def _next(self) -> bytes:
        if self._sound:
            return self._sound.popleft()[1]
        _, frame = self._pictures.popleft()
        self._octets -= len(frame)
        return frame

    def judge(self, now: float) -> bool:
        """Whether pictures have to wait outside. Call every 20 ms."""
        if self.blocked:
            if not self and now >= self._rests_until:
                self.blocked = False
                self._began_at = now
        elif self._pictures and self._is_late(now):
            self._block(now)
        return self.blocked

    def _is_late(self, now: float) -> bool:
        patience = MAX_WAIT if now - self._began_at > BEGINNING else BEGINNING
        return now - self._pictures[0][0] > patience or self._octets > MAX_OCTETS

    def _block(self, now: float) -> None:
        self.dropped += len(self._pictures)
        self._pictures.clear()
        self._octets = 0
        went_well = now - self._began_at > PROVEN
        self._rest = FIRST_REST if went_well else min(max(FIRST_REST, 2 * self._rest), LONGEST_REST)
        self._rests_until = now + self._rest
        self.blocked = True
