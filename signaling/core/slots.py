"""Who sits on which slots of whom. Pure; not event-sourced: it follows from the session and from the peers' answers.

A person keeps one pair of slots (audio, video) while in the room; each screen share takes one more. Sound of everybody
is always attached; a `view` limits only the video halves. Pairs never move while they are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from signaling.core.events import SourceKind
from signaling.core.ids import ParticipantId

HEADROOM: Final = 2  # pairs asked for beyond the need, so that not every newcomer costs everybody an offer
MAX_PAIRS: Final = 64

Pair = tuple[str, str]  # (audio mid, video mid)
Part = Literal["person", "screen"]
Occupant = tuple[ParticipantId, Part]
Feed = tuple[ParticipantId, SourceKind]
Band = Literal["needed", "share", "front", "rest"]  # who gets bandwidth first, in this order

_AUDIO: Final[dict[Part, SourceKind]] = {"person": "microphone", "screen": "screen_sound"}
_VIDEO: Final[dict[Part, SourceKind]] = {"person": "camera", "screen": "screen"}


class Publisher(Struct, frozen=True):
    """A person in the room. `peer` is None while they have no live media."""

    participant: ParticipantId
    peer: int | None
    sources: frozenset[SourceKind]


class Fill(Struct, frozen=True):
    """This source of this peer belongs on this slot."""

    mid: str
    peer: int
    participant: ParticipantId
    source: SourceKind


class Clear(Struct, frozen=True):
    mid: str


class Look(Struct, frozen=True):
    """How a page shows one picture."""

    height: int  # device pixels; 0: it did not say
    front: bool = False  # pinned, or in the spotlight
    needed: bool = False  # ranks with sound


class Wanted(Struct, frozen=True):
    mid: str
    height: int
    band: Band


class View(Struct, frozen=True):
    """What a page said that it shows, most important first, and whose pictures it could then have shown."""

    wanted: dict[Feed, Look] = {}
    of: frozenset[ParticipantId] = frozenset()

    def shows(self, feed: Feed) -> bool:
        """Whoever came since is shown until the page says otherwise: a new partner waits for no page."""
        return feed in self.wanted or feed[0] not in self.of

    def ranked(self, filled: dict[str, Fill]) -> list[Wanted]:
        """The pictures on slots, in its order. Whoever came since is in no order: behind the others."""
        slots = {(fill.participant, fill.source): mid for mid, fill in filled.items()}
        return [
            Wanted(slots[feed], look.height, _band(feed[1], look))
            for feed, look in self.wanted.items()
            if feed in slots and feed[1] in _VIDEO.values()
        ]


class Layout(Struct, frozen=True):
    """The slots of one viewing peer. Before its page's first view every picture is shown."""

    pairs: tuple[Pair, ...]
    view: View = View()
    taken: dict[Occupant, int] = {}  # -> index of the pair
    filled: dict[str, Fill] = {}  # by mid
    ranked: list[Wanted] = []
    asked: int = 0  # pairs that the page was asked to have

    def answered(self, pairs: Sequence[Pair]) -> Layout:
        """After another answer to the same peer. Slots are only ever appended."""
        return msgspec.structs.replace(self, pairs=tuple(pairs))

    def viewing(self, view: View) -> Layout:
        return msgspec.structs.replace(self, view=view)

    def shown(self) -> list[Fill]:
        """In the order of the pairs."""
        return [self.filled[mid] for pair in self.pairs for mid in pair if mid in self.filled]


class Planned(Struct, frozen=True):
    """`fills` and `clears` are the least that leads from the layout before to this one; sound first."""

    layout: Layout
    clears: list[Clear]
    fills: list[Fill]
    ranked: list[Wanted] | None  # the whole order of pictures; None: as before
    told: bool  # the page's map of slots changed
    needed: int | None  # ask the page for this many pairs in all


def plan(layout: Layout, viewer: ParticipantId, room: Iterable[Publisher], *, listening: bool = True) -> Planned:
    """`room`: everybody in it, in a stable order; the viewer's own entry is passed over.

    `listening`: the viewer's page hears us. While it does not, nobody new takes a pair: it could not know, and would
    show a newcomer under the name of whoever sat there before.
    """
    others = [publisher for publisher in room if publisher.participant != viewer]
    occupants = _occupants(others)
    if not listening:
        occupants = [occupant for occupant in occupants if occupant in layout.taken]
    taken = _seated(layout, occupants)
    filled = _filled(layout, taken, {publisher.participant: publisher for publisher in others})
    needed = min(len(occupants) + HEADROOM, MAX_PAIRS)
    short = len(taken) < len(occupants) and needed > max(layout.asked, len(layout.pairs))
    ranked = layout.view.ranked(filled)
    asked = needed if short else layout.asked
    after = msgspec.structs.replace(layout, taken=taken, filled=filled, ranked=ranked, asked=asked)
    return Planned(
        layout=after,
        clears=[Clear(mid) for mid in _sound_first(layout) if mid in layout.filled and mid not in filled],
        fills=[filled[mid] for mid in _sound_first(layout) if mid in filled and filled[mid] != layout.filled.get(mid)],
        ranked=ranked if ranked != layout.ranked else None,
        told=_map(filled) != _map(layout.filled),
        needed=needed if short else None,
    )


def _occupants(others: Iterable[Publisher]) -> list[Occupant]:
    """People first: a screen never takes the pair of a voice."""
    people: list[Occupant] = [(publisher.participant, "person") for publisher in others]
    screens: list[Occupant] = [(p.participant, "screen") for p in others if p.sources & {"screen", "screen_sound"}]
    return people + screens


def _seated(layout: Layout, occupants: Sequence[Occupant]) -> dict[Occupant, int]:
    """Who has a pair keeps it; newcomers take the first free ones; those who do not fit are left out."""
    taken = {occupant: layout.taken[occupant] for occupant in occupants if occupant in layout.taken}
    used = set(taken.values())
    free = (index for index in range(len(layout.pairs)) if index not in used)
    newcomers = (occupant for occupant in occupants if occupant not in taken)
    return taken | dict(zip(newcomers, free, strict=False))


def _filled(layout: Layout, taken: dict[Occupant, int], publishers: dict[ParticipantId, Publisher]) -> dict[str, Fill]:
    filled: dict[str, Fill] = {}
    for (participant, part), index in taken.items():
        publisher = publishers[participant]
        if publisher.peer is None:
            continue
        audio, video = layout.pairs[index]
        if _AUDIO[part] in publisher.sources:
            filled[audio] = Fill(audio, publisher.peer, participant, _AUDIO[part])
        picture = _VIDEO[part]
        if picture in publisher.sources and layout.view.shows((participant, picture)):
            filled[video] = Fill(video, publisher.peer, participant, picture)
    return filled


def _band(source: SourceKind, look: Look) -> Band:
    if look.needed:
        return "needed"
    if source == "screen":
        return "share"
    return "front" if look.front else "rest"


def _sound_first(layout: Layout) -> list[str]:
    return [audio for audio, _ in layout.pairs] + [video for _, video in layout.pairs]


def _map(filled: dict[str, Fill]) -> dict[str, Feed]:
    """What the page is told: it knows people, not peers."""
    return {mid: (fill.participant, fill.source) for mid, fill in filled.items()}
