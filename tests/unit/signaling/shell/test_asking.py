"""Each request of a page is one command of the core, field by field."""

from __future__ import annotations

from typing import get_args

import pytest

from signaling import protocol as p
from signaling.core import commands as c
from signaling.core.errors import RefusedError
from signaling.core.ids import MAIN, CallId, ConnectionId, ParticipantId, pair_room
from signaling.shell.asking import PLAIN, clean_text, command_of, need_text, with_words
from signaling.shell.memory import Memory

BY_HAND = {p.Offer, p.View, p.Ping, p.Say, p.AnswerPerson, p.CallHelp, p.SendBack, p.Rename, p.MakeStandby}
TOLD_BY_US = {"seed", "connection"}
SAM = ParticipantId("sam")
HERE = ConnectionId(9)


def test_every_request_is_known() -> None:
    assert set(PLAIN) | BY_HAND == set(get_args(p.Request))
    assert not set(PLAIN) & BY_HAND


@pytest.mark.parametrize(("request_", "command"), PLAIN.items())
def test_the_fields_have_the_same_names(request_: type, command: type) -> None:
    asked = [field for field in command.__struct_fields__ if field not in TOLD_BY_US]
    assert request_.__struct_fields__ == ("id", *asked)


def test_a_request_is_copied() -> None:
    assert command_of(p.StopSource(7, "sam", "camera"), HERE) == c.StopSource(SAM, "camera")
    moves = (("sam", "pair.1"), ("leo", "main"))
    assert command_of(p.MovePeople(7, moves), HERE) == c.MovePeople(
        ((SAM, pair_room(1)), (ParticipantId("leo"), MAIN)), anyway=False
    )


def test_the_connection_and_chance_are_the_servers_to_tell() -> None:
    assert command_of(p.TakeSeat(7), HERE) == c.TakeSeat(HERE)
    assert command_of(p.Look(7, "pair.1"), HERE) == c.Look(pair_room(1), HERE)
    plans = [command_of(p.PlanRooms(7, "size", 2), HERE) for _ in range(2)]
    assert plans == [c.PlanRooms("size", 2, plan.seed) for plan in plans]  # type: ignore[union-attr]
    assert len({plan.seed for plan in plans}) == 2  # type: ignore[union-attr]


def test_words_are_kept_beside_the_command() -> None:
    memory = Memory()
    command, words = with_words(SAM, p.CallHelp(1, "private", "  please come\u202e "))
    words(memory)
    assert (command, memory.help_notes) == (c.CallHelp("private"), {CallId("private.sam"): "please come"})
    _, words = with_words(SAM, p.CallHelp(1, "private", ""))
    words(memory)
    assert memory.help_notes == {CallId("private.sam"): "please come"}, "a second call without a note leaves the first"
    command, words = with_words(SAM, p.SendBack(1, "leo", "one moment"))
    words(memory)
    assert (command, memory.notes) == (c.SendBack(ParticipantId("leo")), {"leo": "one moment"})
    command, words = with_words(SAM, p.Rename(1, "leo", " Blue "))
    words(memory)
    assert (command, memory.names) == (c.Rename(ParticipantId("leo")), {"leo": "Blue"})


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        with_words(SAM, p.Rename(1, "leo", "\u202e"))
    assert caught.value.code is p.ErrorCode.BAD_NAME


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("hello", "hello"),
        (" two\nlines \n", "two\nlines"),
        ("ab\u202ecd\x00", "abcd"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("\ud800", ""),
    ],
)
def test_lines_are_safe_to_show(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_an_empty_line_is_refused() -> None:
    with pytest.raises(RefusedError):
        need_text(" \u200d\n ".replace("\u200d", ""))
