"""How many encodings of each of its pictures a publisher should send: what viewers could use and its line carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rtc.core.demand import Demand, Uplink, layers_for
from rtc.core.demuxer import Demuxer
from rtc.core.model import Source
from rtc.core.publication import Publication

LOOK_EVERY: Final = 0.5  # seconds


class Supply:
    """Of one publisher. `now` is monotonic seconds."""

    def __init__(self, publications: Mapping[Source, Publication], demuxer: Demuxer) -> None:
        """`demuxer`: has the streams of all that comes from it."""
        self._publications = publications
        self._demuxer = demuxer
        self._demands: dict[Source, Demand] = {}
        self._told: dict[Source, int] = {}
        self._uplink = Uplink()
        self._next = float("-inf")

    def decide_soon(self) -> None:
        self._next = float("-inf")

    def decide(self, now: float) -> list[tuple[Source, int]]:
        """Call every 20 ms. Of which sources another number of encodings is worth sending than before: before the first
        word, all.
        """
        if now < self._next:
            return []
        self._next = now + LOOK_EVERY
        counts = [(stream.log.expected, stream.log.received) for _, stream in self._demuxer.streams]
        self._uplink.note(now, sum(expected for expected, _ in counts), sum(received for _, received in counts))
        news: list[tuple[Source, int]] = []
        for source, publication in self._publications.items():
            if publication.is_video and publication.live:  # what never came needs no word to stop
                layers = self._layers(now, source, publication)
                if layers != self._told.get(source, publication.layers):
                    news.append((source, layers))
                self._told[source] = layers
        return news

    def _layers(self, now: float, source: Source, publication: Publication) -> int:
        demand = self._demands.get(source)
        if demand is None:
            demand = self._demands[source] = Demand(publication.layers)
        lowest = publication.encodings[0].height
        wished = (layers_for(s.slot.height, lowest) for s in publication.subscriptions)
        return demand.decide(now, max(wished, default=0), self._uplink.layers)
