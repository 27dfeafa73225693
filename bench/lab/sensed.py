"""What a person saw and heard through a bad network: figures from the notes of a page (`senses.js`). Pure.

Only while the worker fed a slot does anything count: a browser takes a slot without media for a freeze and for sound
that it has to make up. Times are wall seconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

from rtc import Run

FREEZE = 0.5  # seconds without a frame: people notice
WINDOW = 1.0  # seconds of sound that are judged together
MUCH_MADE_UP = 0.05  # of a window: words are hard to follow
LITTLE_MADE_UP = 0.01  # of a window: clean
CALM = 3.0  # seconds without trouble: a line has been adapted to
MAPPED = 5.0  # seconds after a connection began to carry a sound: until then buffers find their length

Span = tuple[float, float]


class Shown(NamedTuple):
    at: float
    height: int


class Heard(NamedTuple):
    """Samples since its connection began."""

    at: float
    connection: int
    samples: int
    made_up: int
    silence: int  # of what was made up


class Sensed(Struct):
    """Of one page; by m-line, in order."""

    shown: dict[str, list[Shown]] = {}
    heard: dict[str, list[Heard]] = {}

    def add(self, taken: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        """What `senses.take()` returned."""
        for mid, at, height in taken["frames"]:
            self.shown.setdefault(mid, []).append(Shown(at / 1000, height))
        for mid, at, connection, samples, made_up, silence, _ in taken["sounds"]:
            self.heard.setdefault(mid, []).append(Heard(at / 1000, connection, samples, made_up, silence))


def fed(runs: Iterable[Run], now: float) -> dict[str, list[Span]]:
    """m-line -> when the worker sent something on it. `now`: the end of what goes on."""
    spans: dict[str, list[Span]] = {}
    for run in sorted(runs, key=lambda run: run.at):
        spans.setdefault(run.mid, []).append((run.at, now if run.until is None else run.until))
    return spans


def made_up(notes: Sequence[Heard], spans: Sequence[Span], since: float, until: float) -> tuple[int, int]:
    """(samples that are not silence and were made up, all samples) between two moments."""
    lost = total = 0
    for before, after in _steps(notes, spans):
        if before.at >= since and after.at <= until:
            lost += after.made_up - after.silence - before.made_up + before.silence
            total += after.samples - before.samples
    return lost, total


def percent(counts: Iterable[tuple[int, int]]) -> float | None:
    """None if there was no sound at all."""
    lost, total = (sum(column) for column in zip((0, 0), *counts, strict=True))
    return round(100 * lost / total, 2) if total else None


def gaps(notes: Sequence[Shown], spans: Sequence[Span], since: float, until: float) -> Iterator[Span]:
    """From frame to frame, as far as they reach into the time between two moments. The wait for a first one is none."""
    for start, end in spans:
        inside = [note.at for note in notes if start <= note.at <= end]
        edges = [*inside, min(end, until)] if inside else []
        for before, after in itertools.pairwise(edges):
            if after > max(before, since) and before < until:
                yield before, after


def longest(spans: Iterable[Span]) -> float:
    """Milliseconds."""
    return round(max((end - start for start, end in spans), default=0.0) * 1000)


def murmurs(notes: Sequence[Heard], spans: Sequence[Span], share: float) -> Iterator[Span]:
    """Windows of which more than this share was made up."""
    steps = list(_steps(notes, spans))
    for n, (before, _) in enumerate(steps):
        for _, after in steps[n:]:
            if after.at - before.at < 0.9 * WINDOW:
                continue
            lost = after.made_up - after.silence - before.made_up + before.silence
            if after.at - before.at < 2 * WINDOW and lost > share * (after.samples - before.samples):
                yield before.at, after.at
            break


def calm_after(trouble: Iterable[Span], since: float, until: float) -> float | None:
    """Seconds from the first moment to the end of the last trouble before a calm; None if there is none in time."""
    at = since
    for start, end in sorted(trouble):
        if start >= at + CALM:
            break
        at = max(at, end)
    return round(at - since, 1) if at + CALM <= until else None


def tall_after(notes: Sequence[Shown], height: int, since: float) -> float | None:
    """Seconds until a frame of that height at least."""
    return next((round(note.at - since, 1) for note in notes if note.at >= since and note.height >= height), None)


def _steps(notes: Sequence[Heard], spans: Sequence[Span]) -> Iterator[tuple[Heard, Heard]]:
    """From look to look, where one connection was fed all the time and for long enough before."""
    began: dict[int, float] = {}
    for before, after in itertools.pairwise(notes):
        begin = began.setdefault(before.connection, before.at)
        if before.connection != after.connection or before.at < begin + MAPPED:
            continue
        if any(start <= before.at and after.at <= end for start, end in spans):
            yield before, after
