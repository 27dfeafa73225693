"""What a move cost a viewer: the worker's word on what it forwarded when, against what the page noted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from rtc import PeerId, Run, Source

# Whoever has no figure by then counts as this.
PATIENCE = 1.2  # seconds


class Note(NamedTuple):
    """A frame that arrived, was shown or was heard."""

    mid: str
    rtp: int
    at: float  # wall seconds


class Noted(Struct):
    """Of one page, since it was watched, in order. `arrived`: as one worker saw them, so across slots, too."""

    arrived: list[Note] = []
    shown: list[Note] = []
    heard: list[Note] = []
    offers: int = 0

    def add(self, taken: dict[str, object]) -> None:
        """What `watched.take()` of watch.js returned."""
        mids = taken["mids"]
        assert isinstance(mids, list)
        for kind in ("arrived", "shown", "heard"):
            fresh = taken[kind]
            assert isinstance(fresh, list)
            getattr(self, kind).extend(Note(mids[n], rtp, at / 1000) for n, rtp, at in fresh)
        offers = taken["offers"]
        assert isinstance(offers, int)
        self.offers += offers


def run_of(runs: Iterable[Run], publisher: PeerId, source: Source, since: float) -> Run | None:
    """The first that began within `PATIENCE` of that wall second."""
    fitting = [
        run
        for run in runs
        if run.publisher == publisher and run.source is source and since <= run.at < since + PATIENCE
    ]
    return min(fitting, key=lambda run: run.at, default=None)


def delay_ms(notes: Iterable[Note], run: Run | None, since: float, clock_rate: int | None = None) -> float:
    """From that wall second to the first note of this run; `PATIENCE` if there is none in time.

    `clock_rate`: timestamps a second, if the notes are samples: its beginning is reckoned back from the first.
    """
    if run is not None:
        for note in notes:
            if note.at >= since and note.mid == run.mid and _at_or_after(note.rtp, run.first):
                earlier = ((note.rtp - run.first) & 0xFFFFFFFF) / clock_rate if clock_rate else 0.0
                return min(max(note.at - earlier - since, 0.0), PATIENCE) * 1000
    return PATIENCE * 1000


def strays(arrived: Iterable[Note], runs: Sequence[Run], audio: bool) -> int:
    """Frames that arrived after the first one of a run that began when theirs had ended, in any slot of that kind."""
    by_mid: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.at, reverse=True):
        if run.source.is_audio is audio:
            by_mid.setdefault(run.mid, []).append(run)
    found, newest = 0, float("-inf")
    for note in arrived:
        run_ = next((run for run in by_mid.get(note.mid, ()) if _at_or_after(note.rtp, run.first)), None)
        if run_ is None:
            continue
        found += run_.until is not None and run_.until <= newest
        newest = max(newest, run_.at)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Milliseconds with one decimal."""
    return round(float(np.percentile(values, share)), 1)


def _at_or_after(rtp: int, first: int) -> bool:
    """RFC 3550: timestamps wrap; within half the circle the later one is the newer one."""
    return (rtp - first) & 0xFFFFFFFF < 0x80000000
