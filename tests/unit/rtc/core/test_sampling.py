"""Statistics come once a second, of everybody, however many there are."""

from __future__ import annotations

import pytest

from rtc.core.sampling import STEPS, Sampling
from tests.unit.rtc.core.group import Group


def sampling(people: int) -> tuple[Group, Sampling]:
    group = Group()
    for _ in range(people):
        group.join(slots=0)
    return group, Sampling(group.router.peers)


@pytest.mark.parametrize("people", [0, 1, 3, STEPS, STEPS + 1, 300])
def test_everybody_is_counted_once_within_the_steps_of_a_round(people: int) -> None:
    group, round_ = sampling(people)
    assert round_.step() is None, "nothing has begun"
    round_.begin()
    for _ in range(STEPS):
        round_.begin()  # as if a second had passed already: nothing begins anew
        found = round_.step()
        if found is not None:
            break
    assert found is not None
    assert [one.peer for one in found] == list(group.router.peers)
    assert round_.step() is None


def test_who_leaves_meanwhile_is_left_out_and_who_comes_is_of_the_next_round() -> None:
    group, round_ = sampling(3)
    first, second, third = list(group.router.peers)
    round_.begin()
    assert round_.step() is None
    group.router.remove_peer(group.now, second)
    new = group.join(slots=0)
    assert round_.step() is None
    assert [one.peer for one in round_.step() or []] == [first, third]
    round_.begin()
    assert [[one.peer for one in round_.step() or []] for _ in range(3)][-1] == [first, third, new.id]
