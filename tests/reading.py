"""A page's reading of what it is told: the newest snapshot, with the changes since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import msgspec

from signaling import protocol as p

PLACES = get_args(p.Place)


def with_changes(place: p.Place, changes: Sequence[p.Change]) -> p.Place:
    """As a page takes them in."""
    for change in changes:
        place = _with_change(place, change)
    return place


def _with_change(place: p.Place, change: p.Change) -> p.Place:
    put = msgspec.structs.replace
    match change, place:
        case p.PersonIs(person), p.Snapshot() | p.Silent():
            known = {other.id: other for other in place.people} | {person.id: person}
            return put(place, people=list(known.values()))
        case p.PersonGone(who), p.Snapshot() | p.Silent():
            assert who in {person.id for person in place.people}
            return put(place, people=[person for person in place.people if person.id != who])
        case p.MeIs(me), p.Snapshot() | p.Silent():
            return put(place, me=me)
        case p.RoomIs(room), p.Snapshot() | p.Silent():
            return put(place, room=room)
        case p.TeamIs(team), p.Snapshot() | p.Silent():
            return put(place, team=team)
        case p.BoardIs(board), p.Snapshot() | p.Silent():
            return put(place, board=board)
        case p.LaptopIs(here), p.Silent():
            return put(place, laptop=here)
        case p.WaitingIs(), p.Waiting():
            return put(place, **msgspec.structs.asdict(change))
        case p.DeskIs(people, waiting), p.Desk():
            return put(place, people=people, waiting=waiting)
        case p.FiguresIs(people), p.Figures():
            return put(place, people=people)
        case _:
            raise AssertionError(f"{change} does not belong into {type(place).__name__}")
