"""How many encodings of each of its pictures a publisher should send: what viewers could use and its line carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rtc.core.demand import Demand, Uplink, layers_for
from rtc.core.demuxer import Demuxer
from rtc.core.model import Source
from rtc.core.publication import Publication

LOOK_EVERY: Final = 0.5  # seconds


class Needs(NamedTuple):
    """Of one source."""

    layers: int  # encodings that are worth sending, the smallest first
    paused: bool = False  # none, though somebody looks: the sound would not come through beside it


class Supply:
    """Of one publisher. `now` is monotonic seconds."""

    def __init__(self, publications: Mapping[Source, Publication], demuxer: Demuxer) -> None:
        """`demuxer`: has the streams of all that comes from it."""
        self._publications = publications
        self._demuxer = demuxer
        self._demands: dict[Source, Demand] = {}
        self._told: dict[Source, Needs] = {}
        self._uplink = Uplink()
        self._next = float("-inf")

    def decide_soon(self) -> None:
        self._next = float("-inf")

    def decide(self, now: float) -> list[tuple[Source, Needs]]:
        """Call every 20 ms. Of which sources something else is worth sending than before: before the first word, all
        encodings.
        """
        if now < self._next:
            return []
        self._next = now + LOOK_EVERY
        counts = [(stream.log.expected, stream.log.received) for _, stream in self._demuxer.streams]
        self._uplink.note(now, sum(expected for expected, _ in counts), sum(received for _, received in counts))
        news: list[tuple[Source, Needs]] = []
        for source, publication in self._publications.items():
            if publication.is_video and publication.live:  # what never came needs no word to stop
                needs = self._needs(now, source, publication)
                if needs != self._told.get(source, Needs(publication.layers)):
                    news.append((source, needs))
                self._told[source] = needs
        return news

    def _needs(self, now: float, source: Source, publication: Publication) -> Needs:
        demand = self._demands.get(source)
        if demand is None:
            demand = self._demands[source] = Demand(publication.layers)
        lowest = publication.encodings[0].height
        wished = (layers_for(s.slot.height, lowest) for s in publication.subscriptions)
        # A shared screen is what everybody looks at: a camera gives way, it does not.
        carried = self._uplink.layers if source is Source.CAMERA else max(1, self._uplink.layers)
        layers = demand.decide(now, max(wished, default=0), carried)
        return Needs(layers, paused=layers == 0 and demand.seen)
