"""What a command changes in the forwarding table."""

from __future__ import annotations

from msgspec import Struct

from rtc.core.model import Band, Mid, PeerId, Source


class Attach(Struct, frozen=True, tag="attach"):
    """Put a publication on a slot, replacing what was there."""

    peer: PeerId
    mid: Mid
    publisher: PeerId
    source: Source


class Detach(Struct, frozen=True, tag="detach"):
    peer: PeerId
    mid: Mid


class Hold(Struct, frozen=True, tag="hold"):
    """Stop forwarding a publication to everybody (own mute, moderation)."""

    publisher: PeerId
    source: Source


class Release(Struct, frozen=True, tag="release"):
    """Undo `Hold`."""

    publisher: PeerId
    source: Source


class Renew(Struct, frozen=True, tag="renew"):
    """Others than before get to see a publication: whoever starts to watch from now on is shown nothing older.

    Those who watch already go on untouched. A start needs a key frame that comes after this, so video takes a moment.
    """

    publisher: PeerId
    source: Source


class Want(Struct, frozen=True):
    """What a viewer's page says of one picture."""

    mid: Mid
    height: int  # device pixels of its tile; 0: not said yet
    band: Band = Band.REST


class Rank(Struct, frozen=True, tag="rank"):
    """A viewer's pictures, most important first. It replaces the last one; what is not in it comes at the end."""

    peer: PeerId
    wants: list[Want]


Change = Attach | Detach | Hold | Release | Renew | Rank
