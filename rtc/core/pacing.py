"""When each picture of one command may start: no viewer gets two new ones at once.

A picture starts with a key frame, ten times a frame's size. Eleven of them at once fill a home's line for half a
second, and the sound that comes through it waits as long. Of a picture with one encoding the start itself is paced;
where there are several, all start at once with the lowest, and these steps are those in which each may go up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from rtc.core.changes import Attach
from rtc.core.model import PeerId

# A key frame of 12 kB passes 3 Mbit/s in 35 ms, beside what flows already. Lower shows everybody sooner; higher spares
# slow lines: a main room of twelve takes eleven steps.
PICTURE_EVERY: Final = 0.100  # seconds


def steps(pictures: Iterable[Attach]) -> dict[PeerId, int]:
    """Publisher -> step, 0 being now: the earliest in which none of its viewers gets another publisher's picture.

    A publisher starts for all of its viewers in one step, so that one key frame does for them. Camera and screen of one
    person start together.
    """
    viewers: dict[PeerId, list[PeerId]] = {}
    for picture in pictures:
        viewers.setdefault(picture.publisher, []).append(picture.peer)
    taken: defaultdict[PeerId, int] = defaultdict(int)  # viewer -> steps in which something starts there, a bit each
    found: dict[PeerId, int] = {}
    for publisher, watching in viewers.items():
        busy = 0
        for viewer in watching:
            busy |= taken[viewer]
        free = ~busy & (busy + 1)  # the lowest bit that is not set
        for viewer in watching:
            taken[viewer] |= free
        found[publisher] = free.bit_length() - 1
    return found
