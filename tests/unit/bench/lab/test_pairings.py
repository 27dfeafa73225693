"""Who meets whom in the benches of moves."""

from __future__ import annotations

import itertools

import pytest

from bench.lab.pairings import moves, pairings, partners


@pytest.mark.parametrize("people", [4, 6, 12, 24])
def test_everybody_meets_everybody_before_anybody_twice(people: int) -> None:
    names = [f"p{n}" for n in range(people)]
    rounds = pairings(names, people - 1, seed=3)
    met = [frozenset(pair) for rooms in rounds for pair in rooms]
    assert len(set(met)) == len(met) == people * (people - 1) // 2
    for rooms in rounds:
        assert sorted(who for pair in rooms for who in pair) == sorted(names)


@pytest.mark.parametrize("people", [6, 12, 24])
def test_all_change_rooms_where_there_are_enough(people: int) -> None:
    rounds = pairings([f"p{n}" for n in range(people)], 3 * people, seed=3)
    rooms = [f"pair.{n + 1}" for n in range(people // 2)]
    for before, after in itertools.pairwise(rounds):
        moved = moves(before, after, rooms)
        assert len(moved) == people
        where = dict(moved)
        assert all(where[one] == where[other] for one, other in partners(after).items())


def test_the_seed_says_who_is_with_whom() -> None:
    names = [f"p{n}" for n in range(6)]
    assert pairings(names, 5, seed=1) == pairings(names, 5, seed=1) != pairings(names, 5, seed=2)
