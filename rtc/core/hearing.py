"""Which voices one viewer hears where its line does not carry all of them: the loudest two, and what fits beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rtc.core.model import Mid
from rtc.wire.frozen import Frozen

KEPT: Final = 2  # voices
# Seconds in which nobody takes a voice's place: who is cut off in the middle of a word is not followed.
HOLD: Final = 2.0
# All that is known of a line that is full is what passed while it was: a little more than that is tried for the second.
OVER: Final = 1.25  # of what the line carries
# A second voice that is heard already goes later than it would come, and a louder one takes its place only if it is
# clearly louder: a voice that comes and goes with each breath of the line is not followed either.
STAYS: Final = 1.4  # of what the line carries
LOUDER: Final = 3.0  # dB
QUIET: Final = 10_000.0  # bits/s; who says nothing sends less (DTX), and takes nobody's place
ROOM_TO_RETURN: Final = 1.15  # of its rate, for a voice that waits


class Voice(Frozen, frozen=True):
    """Sound that is attached and not held."""

    mid: Mid
    goes_first: bool  # a facilitator's: before the others
    loudness: float  # 0: nothing is said
    rate: float  # bits/s on the wire


class Hearing:
    """The decisions for one viewer. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._heard_since: dict[Mid, float] = {}  # while not all are
        self.waiting: list[Mid] = []  # for room, as of the last decision

    def decide(self, now: float, room: float, full: bool, voices: Sequence[Voice]) -> None:
        """`room`: bits/s that there are for them; `full`: the line was lately found to be. What nobody has pushed is no
        limit: who comes into a large room hears everybody.
        """
        if not self.waiting and (not full or math.fsum(voice.rate for voice in voices) <= room):
            self._heard_since = {}
            return
        heard = self._choose(now, room, voices)
        self._heard_since = {mid: self._heard_since.get(mid, now) for mid in heard}
        self.waiting = [voice.mid for voice in voices if voice.mid not in self._heard_since]

    def _choose(self, now: float, room: float, voices: Sequence[Voice]) -> list[Mid]:
        def keeps_its_place(voice: Voice) -> bool:
            since = self._heard_since.get(voice.mid)
            return since is not None and now - since < HOLD and voice.rate > QUIET

        def loudness(voice: Voice) -> float:
            return voice.loudness + LOUDER * (voice.mid in self._heard_since and voice.rate > QUIET)

        order = sorted(voices, key=lambda voice: (not voice.goes_first, not keeps_its_place(voice), -loudness(voice)))
        heard: list[Mid] = []
        places, used = KEPT, 0.0
        for voice in order:
            if places:
                fits = used + voice.rate <= room * (STAYS if voice.mid in self._heard_since else OVER)
            else:
                fits = used + voice.rate * (ROOM_TO_RETURN if voice.mid in self.waiting else 1.0) <= room
            if fits or places == KEPT:
                heard.append(voice.mid)
                used += voice.rate
                places -= places > 0 and voice.rate > QUIET
        return heard
