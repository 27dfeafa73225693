"""The tables of what can become of what: complete, reachable, and obeyed by the state."""

from __future__ import annotations

import enum
import typing

import pytest

from signaling.core import events as e
from signaling.core.lifecycles import ABSENCE, ALL, DOOR, Door, Lifecycle, can, step

TAGS = {event.__struct_config__.tag for event in typing.get_args(e.Event)}


def states(lifecycle: Lifecycle) -> set[enum.StrEnum]:
    kind = next(type(state) for state in lifecycle.table.values() if state is not None)
    return set(kind)


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda lifecycle: lifecycle.name)
def test_every_state_is_reached_from_the_start(lifecycle: Lifecycle) -> None:
    begin = None if any(state is None for state, _ in lifecycle.table) else next(iter(lifecycle.table))[0]
    reached = {begin}
    while more := {to for (state, _), to in lifecycle.table.items() if state in reached} - reached:
        reached |= more
    assert reached >= states(lifecycle)


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda lifecycle: lifecycle.name)
def test_tags_are_those_of_events(lifecycle: Lifecycle) -> None:
    used = {tag for _, tag in lifecycle.table}
    assert used <= ({state.value for state in states(ABSENCE)} if lifecycle is ABSENCE else TAGS)
    assert set(lifecycle.labels) <= used


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda lifecycle: lifecycle.name)
def test_what_is_not_in_the_table_cannot_be(lifecycle: Lifecycle) -> None:
    for state in [*states(lifecycle), None]:
        for tag in {tag for _, tag in lifecycle.table}:
            if can(lifecycle, state, tag):
                assert step(lifecycle, state, tag) == lifecycle.table[state, tag]
            else:
                with pytest.raises(KeyError):
                    step(lifecycle, state, tag)


def test_nobody_gets_in_but_by_being_let_in() -> None:
    ways = {tag for (_, tag), to in DOOR.table.items() if to is Door.INSIDE}
    assert ways == {"entered", "admitted", "seat_moved"}
