"""Who goes with whom: plans by chance, repairs of plans, and a room for one more person. Pure; knows ids only.

Nothing here ever puts two people into one room who are kept apart, nor makes a room of one. A plan made by hand may
hold both; `mend` leaves the first as it is and resolves the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import combinations
from typing import Final

from msgspec import Struct

from signaling.core.ids import ParticipantId, RoomId, pair_room

Pair = frozenset[ParticipantId]  # of two
Rooms = tuple[tuple[ParticipantId, ...], ...]

TRIES: Final = 64  # shuffles, of which the best is taken. More find little: a dozen people are settled after a few


class Bonds(Struct, frozen=True):
    """Wishes about who is with whom. `last`: the rooms of the last time."""

    apart: frozenset[Pair] = frozenset()
    together: frozenset[Pair] = frozenset()
    last: tuple[frozenset[ParticipantId], ...] = ()


def sizes(people: int, *, size: int | None = None, number: int | None = None) -> tuple[int, ...]:
    """Of rooms that differ by one at most, the larger ones first; none for fewer than two people.

    `size`: about so many in each, two at least; five people in pairs are a trio and a pair. `number`: of rooms.
    """
    most = people // 2
    wanted = number if number is not None else (2 * people + (size or 2)) // (2 * (size or 2))  # rounded
    rooms = min(most, max(1, wanted))
    if rooms < 1:
        return ()
    each, over = divmod(people, rooms)
    return tuple(each + (room < over) for room in range(rooms))


def place(people: Sequence[ParticipantId], sizes: Sequence[int], bonds: Bonds, seed: int) -> Rooms:
    """By chance: the same seed gives the same plan. Who fits nowhere is in no room.

    Who belongs together may enlarge a room. Of all tries the best leaves out the fewest, then repeats the fewest
    encounters of the last time, then has the most even rooms.
    """
    perfect = (0, 0, max(sizes, default=0) - min(sizes, default=0))
    best: tuple[tuple[int, int, int], Rooms] = (len(people) + 1, 0, 0), ()
    for number in range(TRIES):
        rooms = _attempt(people, sizes, bonds, f"{seed}.{number}")
        best = min(best, (_cost(people, rooms, bonds), rooms), key=lambda found: found[0])  # the first of equals
        if best[0] <= perfect:
            break
    return best[1]


def again(people: Sequence[ParticipantId], bonds: Bonds, seed: int) -> Rooms:
    """The rooms of the last time as far as their people are here, and a place in them for everybody else."""
    rooms: list[list[ParticipantId]] = [[] for _ in bonds.last]
    others = []
    for who in people:
        room = next((room for room, before in zip(rooms, bonds.last, strict=True) if who in before), None)
        if room is None or are_apart(who, room, bonds):
            others.append(who)
        else:
            room.append(who)
    others = _shuffled(others, str(seed))
    return mend(joined(rooms, others, bonds), people, bonds)


def joined(rooms: Iterable[Sequence[ParticipantId]], others: Iterable[ParticipantId], bonds: Bonds) -> Rooms:
    """The rooms with these people too, each where `room_for` puts them."""
    named = {pair_room(number): list(room) for number, room in enumerate(rooms, 1)}
    for who in others:
        room = room_for(who, named, bonds)
        if room is not None:
            named[room].append(who)
    return tuple(tuple(room) for room in named.values())


def mend(rooms: Iterable[Sequence[ParticipantId]], present: Collection[ParticipantId], bonds: Bonds) -> Rooms:
    """Without who is absent, without empty rooms, and without rooms of one: that one joins the smallest room."""
    mended = [room for room in ([who for who in room if who in present] for room in rooms) if room]
    for room in list(mended):
        if len(room) != 1:
            continue
        mended.remove(room)
        fitting = [other for other in mended if not are_apart(room[0], other, bonds)]
        if fitting:
            min(fitting, key=len).append(room[0])
    return tuple(tuple(room) for room in mended)


def room_for(who: ParticipantId, rooms: Mapping[RoomId, Sequence[ParticipantId]], bonds: Bonds) -> RoomId | None:
    """With whom they belong together, else the smallest, be it of one alone; of equal ones the first of `rooms`.

    Never an empty room, and none of somebody they are kept apart from; None: there is no other.
    """
    fitting = [(room, people) for room, people in rooms.items() if people and not are_apart(who, people, bonds)]

    def rank(choice: tuple[RoomId, Sequence[ParticipantId]]) -> tuple[bool, int]:
        return not _bound(who, choice[1], bonds.together), len(choice[1])

    return min(fitting, key=rank)[0] if fitting else None


def are_apart(who: ParticipantId, room: Iterable[ParticipantId], bonds: Bonds) -> bool:
    """Whether this one is kept apart from anybody of the room."""
    return _bound(who, room, bonds.apart)


# --- one try ---------------------------------------------------------------------------------------------------------


def _attempt(people: Sequence[ParticipantId], sizes: Sequence[int], bonds: Bonds, seed: str) -> Rooms:
    """Large clusters first, each into the first room that has space, else into the one that it overfills least."""
    rooms: list[list[ParticipantId]] = [[] for _ in sizes]
    by_lead = {cluster[0]: cluster for cluster in _clusters(people, bonds)}
    for lead in sorted(_shuffled(list(by_lead), seed), key=lambda lead: -len(by_lead[lead])):
        cluster = by_lead[lead]
        fitting = [
            number for number, room in enumerate(rooms) if not any(are_apart(who, room, bonds) for who in cluster)
        ]
        if fitting:
            # max takes the first of equals.
            chosen = max(fitting, key=lambda number: min(0, sizes[number] - len(rooms[number]) - len(cluster)))
            rooms[chosen] += cluster
    order = {who: number for number, who in enumerate(people)}
    return mend([sorted(room, key=order.__getitem__) for room in rooms], people, bonds)


def _clusters(people: Sequence[ParticipantId], bonds: Bonds) -> list[list[ParticipantId]]:
    """Everybody once, with whom they belong together; a bond that would join two who are kept apart is passed over."""
    cluster_of = {who: [who] for who in people}
    for bond in sorted(map(sorted, bonds.together)):
        if not all(who in cluster_of for who in bond):
            continue
        one, other = (cluster_of[ParticipantId(who)] for who in bond)
        if one is not other and not any(are_apart(who, one, bonds) for who in other):
            one += other
            cluster_of.update(dict.fromkeys(other, one))
    return [cluster for who, cluster in cluster_of.items() if cluster[0] == who]


def _cost(people: Sequence[ParticipantId], rooms: Rooms, bonds: Bonds) -> tuple[int, int, int]:
    left_out = len(people) - sum(map(len, rooms))
    met = {frozenset(two) for before in bonds.last for two in combinations(sorted(before), 2)}
    repeated = sum(frozenset(two) in met for room in rooms for two in combinations(room, 2))
    lengths = [len(room) for room in rooms] or [0]
    return left_out, repeated, max(lengths) - min(lengths)


def _shuffled(people: Iterable[ParticipantId], seed: str) -> list[ParticipantId]:
    """By chance, and the same on every machine and in every version of Python."""
    return sorted(people, key=lambda who: sha256(f"{seed}.{who}".encode()).digest())


def _bound(who: ParticipantId, room: Iterable[ParticipantId], bonds: frozenset[Pair]) -> bool:
    return bool(bonds) and any(frozenset({who, other}) in bonds for other in room)
