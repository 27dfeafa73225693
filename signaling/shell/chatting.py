"""What people write. It makes no event: who writes how often is nobody's record."""

from __future__ import annotations

from collections.abc import Callable

from signaling import protocol as p
from signaling.core import commands as c
from signaling.core.ids import ParticipantId
from signaling.core.state import Seat
from signaling.shell.asking import need_text
from signaling.shell.memory import Kind, Line, place_of
from signaling.shell.turns import Turns


async def say(turns: Turns, seat: Seat, request: p.Say | p.AnswerPerson, ok: Callable[[], None]) -> None:
    """To whoever may read it now; the line keeps them. Raises RefusedError."""
    text = need_text(request.text)
    kind, whom, command = _command(request)
    place = place_of(turns.session.rooms[seat.room])  # the turn itself may end that room
    effects = await turns.take(c.Member(seat.participant), command, reply=ok)
    told = {who for effect in effects if isinstance(effect, c.Deliver) for who in effect.recipients}
    line = Line(
        who=seat.participant,
        name=turns.memory.names.get(seat.participant, ""),
        kind=kind,
        whom=whom,
        text=text,
        at=turns.now,
        heard=frozenset(told | {seat.participant}),
        place=place if kind == "room" else None,
    )
    turns.memory.lines.append(line)
    turns.audience.tell_line(turns.session, line)


def _command(request: p.Say | p.AnswerPerson) -> tuple[Kind, ParticipantId | None, c.Command]:
    match request:
        case p.AnswerPerson(participant=participant):
            return "one", ParticipantId(participant), c.Answer(ParticipantId(participant))
        case p.Say(to="room" | "facilitators" | "everyone" as kind):
            return kind, None, c.Say(kind)
        case p.Say(to=to):
            return "one", ParticipantId(to), c.Say(to)
