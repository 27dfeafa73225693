from __future__ import annotations

import typing

import pytest

from signaling.core import commands
from signaling.core.roles import ALLOWED, Role, Standing, may


def test_every_command_is_in_the_table_and_nothing_else() -> None:
    assert set(ALLOWED) == {command.__name__ for command in typing.get_args(commands.Command)}


def test_every_role_has_a_standing() -> None:
    assert {Standing(role) for role in Role} == {Standing.PARTICIPANT, Standing.FACILITATOR}


def test_the_table_as_people_read_it() -> None:
    who = {standing: sorted(command for command in ALLOWED if may(standing, command)) for standing in Standing}
    seated = ["Leave", "Mute", "Publish", "Unmute", "Unpublish"]
    assert who == {
        Standing.PARTICIPANT: seated,
        Standing.FACILITATOR: seated,
        Standing.NEWCOMER: ["Join", "Resume"],
        Standing.OPERATOR: ["End"],
        Standing.SERVER: ["Disconnect", "Tick"],
    }


@pytest.mark.parametrize("standing", Standing)
def test_an_unknown_command_is_nobodys(standing: Standing) -> None:
    assert not may(standing, "Record")
