"""Words stay with those who were told them, and go with what they are about."""

from __future__ import annotations

import msgspec

from signaling import protocol as p
from signaling.core.ids import CallId, ParticipantId, PersonId, RoomId, SessionId, pair_room
from signaling.core.lifecycles import CallState, Door
from signaling.core.state import Call, Room, Session
from signaling.shell.memory import MOST_LINES, Line, Memory, place_of
from tests.unit.signaling.shell.people import seat, session

ANA, KIM, LEO, SAM = (ParticipantId(name) for name in ("ana", "kim", "leo", "sam"))


def line(kind: str, whom: ParticipantId | None = None, heard: tuple[ParticipantId, ...] = ()) -> Line:
    return Line(SAM, "Sam", kind, whom, "hello", 5.0, frozenset(heard))  # type: ignore[arg-type]


def test_a_name_that_is_known_stays() -> None:
    memory = Memory()
    memory.name(SAM, "Sam", None)
    memory.names[SAM] = "Blue"  # by a facilitator
    memory.name(SAM, "Sam", "Fixed")
    assert memory.names == {SAM: "Blue"}


def test_a_fixed_alias_goes_before_what_somebody_says() -> None:
    memory = Memory()
    memory.name(SAM, "Sam", "Blue")
    assert memory.names == {SAM: "Blue"}


def test_a_moved_seat_keeps_its_name_and_gets_one_if_it_has_none() -> None:
    memory = Memory()
    memory.names |= {SAM: "Sam", LEO: "Other"}
    memory.moved(LEO, SAM)
    memory.moved(LEO, ANA)
    assert (memory.names[SAM], memory.names[ANA]) == ("Sam", "Other")


def test_the_note_of_a_call_goes_along_with_the_seat() -> None:
    memory = Memory()
    memory.help_notes[CallId("private.leo")] = "please"
    memory.moved(LEO, SAM)
    assert memory.help_notes[CallId("private.sam")] == "please"


def test_an_alias_by_a_facilitator_is_the_persons_on_every_seat() -> None:
    memory, person = Memory(), PersonId("p")
    memory.names[SAM] = "Blue"
    memory.renamed(seat("sam", person=person))
    memory.name(LEO, "Samuel Smith", None, person)
    memory.name(KIM, "Kim", None, PersonId("other"))
    assert (memory.names[LEO], memory.names[KIM]) == ("Blue", "Kim")


def test_a_line_is_read_by_those_who_heard_it_only() -> None:
    memory = Memory()
    memory.lines.append(line("room", heard=(SAM, LEO)))
    assert [said.text for said in memory.lines_of(LEO, "main@0.0")] == ["hello"]
    assert memory.lines_of(ANA, "main@0.0") == []


def test_a_line_to_a_room_stays_in_it() -> None:
    """And is there again for who comes back to it; the next round's pair of that number is another place."""
    memory, pair = Memory(), Room(RoomId("pair.1"), "private", 7.0)
    memory.lines.append(Line(SAM, "Sam", "room", None, "of the pair", 8.0, frozenset({SAM, LEO}), place_of(pair)))
    memory.lines.append(line("everyone", heard=(SAM, LEO)))
    again = msgspec.structs.replace(pair, opened=9.0)
    assert [said.text for said in memory.lines_of(LEO, place_of(pair))] == ["of the pair", "hello"]
    assert [said.text for said in memory.lines_of(LEO, place_of(again))] == ["hello"]


def test_a_line_to_one_is_yours_to_them_and_names_them_to_its_other_readers() -> None:
    answer = line("one", LEO)
    assert (answer.said(LEO).to, answer.said(KIM).to) == ("you", "one")
    assert {answer.said(reader).whom for reader in (LEO, KIM)} == {LEO}
    assert line("facilitators").said(ANA) == p.Said(SAM, "Sam", "facilitators", "hello", 5.0)
    assert line("everyone").said(ANA).to == "everyone"


def test_old_lines_go_first() -> None:
    memory = Memory()
    for number in range(MOST_LINES + 1):
        memory.lines.append(Line(SAM, "Sam", "room", None, str(number), 0.0, frozenset({SAM})))
    assert [said.text for said in memory.lines_of(SAM, "main@0.0")][:1] == ["1"]


def test_words_about_nothing_are_dropped() -> None:
    memory = Memory()
    memory.names |= {SAM: "Sam", LEO: "Leo"}
    memory.notes |= {SAM: "wait", LEO: "wait"}
    memory.help_notes |= {CallId("private.sam"): "help", CallId("private.leo"): "help"}
    call = Call(CallId("private.sam"), "private", SAM, 0.0, CallState.OPEN)
    sent_back = seat("sam", room="waiting", door=Door.SENT_BACK)
    memory.keep(Session(SessionId("s"), seats={SAM: sent_back}, calls={call.id: call}))
    assert (memory.names, memory.notes, memory.help_notes) == ({SAM: "Sam"}, {SAM: "wait"}, {call.id: "help"})
    memory.keep(Session(SessionId("s"), seats={SAM: seat("sam")}))
    assert (memory.notes, memory.help_notes) == ({}, {}), "let in again, and helped"


def test_who_was_together_is_known_until_their_room_is_gone() -> None:
    """Also when one of the two has left for good and has no seat in it any more."""
    memory = Memory()
    memory.names |= {SAM: "Sam", LEO: "Leo"}
    pair = pair_room(1)
    room = Room(pair, "pair", 1.0, number=1)
    for leo in (seat("leo", room=pair), seat("leo", room="waiting", door=Door.OUT)):
        memory.keep(session(seat("sam", room=pair), leo, rooms=(room,)))
        assert memory.missed(pair, SAM) == ["Leo"]
    memory.keep(session(seat("sam"), seat("leo")))
    assert memory.missed(pair, SAM) == []


def test_everything_is_forgotten_at_the_end() -> None:
    memory = Memory()
    memory.names[SAM] = memory.notes[SAM] = memory.help_notes[CallId("private.sam")] = "x"
    memory.lines.append(line("room", heard=(SAM,)))
    memory.forget()
    assert [memory.names, memory.aliases, memory.notes, memory.help_notes, list(memory.lines)] == [{}, {}, {}, {}, []]
