"""Which encoding of each picture one viewer gets, so that all of them and the sound fit the viewer's line.

Sound is paid for first. Then each picture in its order gets its lowest rendition, and after that steps up to what its
tile can show. What flows stays as long as it fits; to rise it must fit with room to spare, or pictures would change
with each breath of the line. A picture whose lowest rendition has no room gets fewer frames of it (`thinning`), and if
there is no room for these either it is squeezed: better none than broken sound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rtc.core.model import Band, Mid
from rtc.core.thinning import ALL, Thinned
from rtc.wire.frozen import Frozen

# A tile is scaled up by a third at most: less looks soft, more pays for lines that nobody sees.
ENOUGH: Final = 0.75  # of the tile's height
# Of the target. The rest is for what rates do between two measurements.
SHARE_OF_TARGET: Final = 0.95
# A step up must fit this many times: measured rates swing by a tenth with the scene.
ROOM_TO_RISE: Final = 1.15
ROOM_TO_RETURN: Final = 1.2  # of a squeezed picture's lowest rendition
# An estimate that nobody has pushed is no limit: a move to a large room must not squeeze pictures.
OVERCOMMITMENT: Final = 1.5  # of the target, for the lowest renditions together
CALM: Final = 5.0  # seconds without trouble, before that holds
FIRST_WORD: Final = 1.5  # seconds after the first estimate, which probing may be about to correct
RISE_AFTER_TROUBLE: Final = 1.0  # seconds
RISE_AFTER_FALL: Final = 2.0  # seconds, of the same picture
RISE_EVERY: Final = 0.100  # seconds between two pictures of one viewer, as each begins with a key frame
FEWEST_FRAMES: Final = 5.0  # a second: a face is still a face
FEWEST_NEEDED: Final = 14.5  # of what somebody lip-reads or signs: 15, as measured
RETURN_AFTER: Final = 3.0  # seconds: a picture that comes and goes is worse than none
RETURN_LATER: Final = 6.0  # seconds, after the second squeeze within
SQUEEZED_AGAIN: Final = 15.0  # seconds


class Rendition(Frozen, frozen=True):
    layer: int
    height: int  # lines; 0: no key frame told yet
    rate: float  # bits/s on the wire


class Candidate(Frozen, frozen=True):
    """A picture that is attached and not held."""

    mid: Mid
    band: Band
    place: int  # in the viewer's order
    height: int  # device pixels of its tile; 0: not said yet
    renditions: tuple[Rendition, ...]  # that live, lowest first
    current: int | None  # layer that flows; None: nothing does
    rises_at: float  # not above the lowest before then

    thinner: tuple[Thinned, ...]  # what there is in place of its lowest rendition, most frames first
    up_to: int  # the temporal layer up to which it gets frames now (`thinning.ALL`)


class Decision(Frozen, frozen=True):
    layers: dict[Mid, int | None]  # None: squeezed. A picture without any live rendition is not in it
    want: float  # bits/s of everything as its tiles wish, sound included
    short: bool  # not all of that is given
    thinned: dict[Mid, Thinned]  # those that get fewer frames


class _History:
    """Of one picture: what keeps it from flapping."""

    __slots__ = ("fell_at", "returns_at", "squeezed", "squeezed_at")

    def __init__(self) -> None:
        self.squeezed = False
        self.squeezed_at = self.returns_at = self.fell_at = float("-inf")

    def squeeze(self, now: float) -> None:
        if not self.squeezed:
            again = now - self.squeezed_at < SQUEEZED_AGAIN
            self.returns_at = now + (RETURN_LATER if again else RETURN_AFTER)
            self.squeezed, self.squeezed_at = True, now


class _Grant:
    """One picture within one decision. Levels are indexes of its renditions."""

    __slots__ = ("candidate", "current", "history", "level", "thinned", "wish")

    def __init__(self, candidate: Candidate, history: _History) -> None:
        self.candidate = candidate
        self.history = history
        self.wish = wish(candidate)
        self.current = _level(candidate)
        self.level = 0
        self.thinned: Thinned | None = None  # only so much of its lowest

    @property
    def up_to(self) -> int:
        return ALL if self.thinned is None else self.thinned.temporal

    def cost(self, level: int) -> float:
        """What `level` adds to what is granted so far."""
        return self.rate(level) - self.rate(self.level)

    def rate(self, level: int) -> float:
        """Of a level with all its frames."""
        return self.candidate.renditions[level].rate

    @property
    def given(self) -> float:
        """Bits/s of what it has so far."""
        return self.rate(self.level) * (1.0 if self.thinned is None else self.thinned.share)


def wish(candidate: Candidate) -> int:
    """Index of the lowest rendition that fills the tile, else of the highest. Of a tile without a size: the lowest."""
    for index, rendition in enumerate(candidate.renditions):
        if rendition.height >= ENOUGH * candidate.height:
            return index
    return len(candidate.renditions) - 1


def _level(candidate: Candidate) -> int:
    layers = [rendition.layer for rendition in candidate.renditions]
    return layers.index(candidate.current) if candidate.current in layers else 0


class Allocator:
    """The decisions for one viewer. `now` is monotonic seconds, rates are bits/s on the wire."""

    def __init__(self) -> None:
        self._histories: dict[Mid, _History] = {}
        self._known_since: float | None = None
        self._rose_at = float("-inf")

    def forget(self, mid: Mid) -> None:
        """Something else comes on this slot."""
        self._histories.pop(mid, None)

    def wait(self, now: float, mid: Mid) -> None:
        """What comes new on this slot waits for room, as if it had been squeezed before."""
        history = self._histories[mid] = _History()
        history.squeezed, history.returns_at = True, now

    @property
    def squeezed(self) -> list[Mid]:
        """The pictures that wait for room, as of the last decision."""
        return [mid for mid, history in self._histories.items() if history.squeezed]

    def decide(
        self, now: float, target: float | None, troubled_at: float, sound: float, candidates: Sequence[Candidate]
    ) -> Decision:
        """`target`: what the line carries; None: not known yet, infinite: no limit. `troubled_at`: the line was last
        found to be full.
        """
        self._histories = {c.mid: self._histories.get(c.mid) or _History() for c in candidates}
        ordered = sorted((c for c in candidates if c.renditions), key=lambda c: (c.band, c.place))
        grants = [_Grant(candidate, self._histories[candidate.mid]) for candidate in ordered]
        want = sound + math.fsum(grant.rate(grant.wish) for grant in grants)
        if target is None:
            given = grants
            for grant in grants:
                grant.history.squeezed = False
        else:
            if self._known_since is None:
                self._known_since = now
            given = _Round(now, target, troubled_at, sound, self._known_since, self._rose_at).share(grants)
        layers: dict[Mid, int | None] = {grant.candidate.mid: None for grant in grants}
        for grant in given:
            layers[grant.candidate.mid] = grant.candidate.renditions[grant.level].layer
            self._note(now, grant)
        thinned = {grant.candidate.mid: grant.thinned for grant in given if grant.thinned is not None}
        short = len(given) < len(grants) or bool(thinned) or any(grant.level < grant.wish for grant in given)
        return Decision(layers, want, short, thinned)

    def _note(self, now: float, grant: _Grant) -> None:
        if grant.level > grant.current or grant.up_to > grant.candidate.up_to:
            self._rose_at = now
        elif grant.level < min(grant.current, grant.wish) or grant.up_to < grant.candidate.up_to:
            grant.history.fell_at = now


class _Round:
    """One division of what the line carries."""

    def __init__(
        self, now: float, target: float, troubled_at: float, sound: float, known_since: float, rose_at: float
    ) -> None:
        self._now = now
        self._hears = target >= sound
        self._spare = SHARE_OF_TARGET * target - sound  # may be negative
        self._over = 0.0  # more than `_spare`, for what flows or begins at its lowest
        if now - troubled_at >= CALM:  # else the line is known to be full, from before the first word too
            first = now - known_since < FIRST_WORD
            self._over = float("inf") if first else (OVERCOMMITMENT - SHARE_OF_TARGET) * target
        self._kept = 0.0  # for squeezed pictures that may return soon: nothing else rises into it
        self._may_rise = now - troubled_at >= RISE_AFTER_TROUBLE and now - rose_at >= RISE_EVERY
        self._rising: _Grant | None = None  # one in each decision

    def share(self, grants: Sequence[_Grant]) -> list[_Grant]:
        """Sets their levels, and returns those that are not squeezed. `grants`: in their order."""
        given = [grant for grant in grants if self._begins(grant)]
        for grant in given:
            if grant.candidate.band < Band.REST:
                while self._steps_up(grant):
                    pass
        rest = [grant for grant in given if grant.candidate.band is Band.REST]
        while rest:
            rest = [grant for grant in rest if self._steps_up(grant)]
        return given

    def _begins(self, grant: _Grant) -> bool:
        """Whether there is room for its lowest, or for fewer frames of it."""
        history = grant.history
        if grant.candidate.band is Band.NEEDED:
            self._fits(grant, 1.0, self._spare + self._over, FEWEST_NEEDED)  # and if nothing does, it gets the least
            begins = self._hears and (not history.squeezed or self._now >= history.returns_at)
        elif not history.squeezed:
            begins = self._fits(grant, 1.0, self._spare + self._over, FEWEST_FRAMES)
        elif not self._fits(grant, ROOM_TO_RETURN, self._spare, FEWEST_FRAMES):
            begins = False
        elif self._now < history.returns_at or not self._may_rise:
            self._kept += ROOM_TO_RETURN * grant.given
            begins = False
        else:
            begins = True
            self._may_rise = False
        if begins:
            self._spare -= grant.given
            history.squeezed = False
        else:
            history.squeeze(self._now)
        return begins

    def _fits(self, grant: _Grant, room: float, spare: float, fewest: float) -> bool:
        """Whether its lowest fits this many times, or fewer frames of it: then these, as many as do."""
        candidate = grant.candidate
        offered = [one for one in candidate.thinner if one.frames >= fewest]
        flows = candidate.current is not None and not grant.history.squeezed
        may_stay = flows and any(one.temporal <= candidate.up_to for one in offered)
        for thinned in (None, *offered):
            grant.thinned = thinned
            comes_back = may_stay and grant.up_to > candidate.up_to  # as pictures rise
            if comes_back and not (self._may_rise and self._now - grant.history.fell_at >= RISE_AFTER_FALL):
                continue
            if comes_back and ROOM_TO_RISE * grant.given <= self._spare:
                self._may_rise = False
                return True
            if not comes_back and room * grant.given <= spare:
                return True
        return False

    def _steps_up(self, grant: _Grant) -> bool:
        """To its next level, if it may have it."""
        level = grant.level + 1
        if level > grant.wish or grant.thinned is not None:
            return False
        cost = grant.cost(level)
        if level > grant.current:
            cost += (ROOM_TO_RISE - 1) * grant.rate(level)
            if not self._rises(grant) or cost > self._spare - self._kept:
                return False
            self._rising = grant
        elif cost > self._spare:
            return False
        self._spare -= grant.cost(level)
        grant.level = level
        return True

    def _rises(self, grant: _Grant) -> bool:
        return (
            self._may_rise
            and (self._rising is None or self._rising is grant)
            and grant.candidate.current is not None
            and self._now >= grant.candidate.rises_at
            and self._now - grant.history.fell_at >= RISE_AFTER_FALL
        )
