"""Who is with whom, round after round: everybody's partner is new until all have met (the circle method)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

Pair = tuple[str, str]
Rooms = tuple[Pair, ...]


def pairings(people: Sequence[str], rounds: int, seed: int) -> list[Rooms]:
    """An even number of people. Everybody's room is new each time, too, where there are three or more."""
    first, *circle = random.Random(seed).sample(people, len(people))
    made: list[Rooms] = []
    for number in range(rounds):
        turn = number % len(circle)
        around = [first, *circle[turn:], *circle[:turn]]
        pairs = [(around[n], around[-1 - n]) for n in range(len(around) // 2)]
        was = {who: room for room, pair in enumerate(made[-1]) for who in pair} if made else {}
        made.append(_in_other_rooms(pairs, was, []) or tuple(pairs))
    return made


def moves(before: Rooms, after: Rooms, rooms: Sequence[str]) -> tuple[Pair, ...]:
    """(who, where to) of all whose room is another one now."""
    was = {who: room for room, pair in zip(rooms, before, strict=True) for who in pair}
    return tuple((who, room) for room, pair in zip(rooms, after, strict=True) for who in pair if was[who] != room)


def partners(rooms: Rooms) -> dict[str, str]:
    return {one: other for a, b in rooms for one, other in ((a, b), (b, a))}


def _in_other_rooms(pairs: Sequence[Pair], was: Mapping[str, int], placed: list[Pair]) -> Rooms | None:
    """The pairs in an order in which nobody's place is what it was; None if there is none."""
    if not pairs:
        return tuple(placed)
    for n, pair in enumerate(pairs):
        if len(placed) not in (was.get(who) for who in pair):
            rest = [*pairs[:n], *pairs[n + 1 :]]
            if found := _in_other_rooms(rest, was, [*placed, pair]):
                return found
    return None
