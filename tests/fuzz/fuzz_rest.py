"""Invariant: any bytes as the body of a REST call are what was asked for, within its bounds, or an ApiError; what was
asked for becomes what the server makes of it, or an ApiError too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from signaling.core.roles import Role
from signaling.shell import rest
from signaling.shell.rest import ApiError

NUMBERS: Final = b'"practice_number":"555-0100","crisis_line":"988"'

SEEDS: Final[Sequence[bytes]] = [
    b"{" + NUMBERS + b',"links":[{"roles":["facilitator"],"people":1},{"roles":["participant"],"people":25}]}',
    b"{" + NUMBERS + b',"links":[{"roles":["participant"]}],"starts":0,"ends":1e300}',
    b"{" + NUMBERS + b',"links":[{"roles":["participant"]}],"starts":"2026-11-23T18:00:00-05:00","knocks":false}',
    b'{"links":[{"roles":["guest"],"function":"interpreter","name":"Kim","fixed":true,"expires":"9999-12-31T23:59Z"}]}',
    b'{"links":[{"roles":["guest","guest"],"people":0}]}',
    b'{"links":[{"roles":[],"name":"\\u202e\\ud800"}]}',
    b'{"programme":{' + NUMBERS + b',"steps":["name","check"],"rules":{"help_rings":5}},"timezone":"America/New_York"}',
    b'{"programme":{"agreement":{"version":"2","text":"Be kind."}},"timezone":"../../etc/passwd"}',
    b'{"sessions":[{"starts":1,"ends":2},{"starts":"0001-01-01T00:00:00+23:59","ends":2}]}',
    b'{"hash":"' + b"a" * 64 + b'","until":1800000000.5}',
    b'{"token":"2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk"}',
    b'{"token":"\\ud800\\u0000aaaaaaaaaaaaaa"}',
    b'{"code":"4821-7730"}',
    b'{"people":5}',
    b'{"token":' + b"[" * 2000,
    b"",
]


def check(data: bytes) -> None:
    for shape in rest.BODIES:
        body, refused = _tried(rest.parse_body, data, shape)
        if refused is not None:
            assert (refused.status, refused.code) == (400, "bad_message")
            assert len(refused.text) <= 200
            continue
        _, refused = _tried(_use, body)
        if refused is not None:
            assert refused.status in (400, 422)
            assert refused.code in ("bad_message", "bad_name", "needs_numbers")


def _tried(call: Callable[..., Any], *arguments: Any) -> tuple[Any, ApiError | None]:
    try:
        return call(*arguments), None
    except ApiError as error:
        return None, error


def _use(body: Any) -> None:
    """As the handlers do before anything is written."""
    match body:
        case rest.GroupWanted() | rest.GroupChanged():
            made = rest.programme(body.programme)
            assert made.practice_number
            assert made.crisis_line
            if isinstance(body, rest.GroupWanted):
                assert rest.zone(body.timezone)
        case rest.SessionsWanted():
            for each in body.sessions:
                times = rest.times(each.starts, each.ends)
                assert times.starts < times.ends
        case rest.LinksWanted():
            _use_links(body.links)
        case rest.SessionWanted():
            rest.programme(rest.ProgrammeWanted(body.practice_number, body.crisis_line))
            times = rest.only_times(body, 1_800_000_000.0)
            assert times.starts < times.ends
            _use_links(body.links)
        case rest.BanWanted():
            rest.seconds(body.until)
        case rest.LinkNamed():
            rest.named(body)
        case rest.LinkAsked():
            assert 16 <= len(body.token) <= 128
        case _:
            pass


def _use_links(links: list[rest.LinkWanted]) -> None:
    assert 1 <= len(links) <= 100
    for each in links:
        link = rest.link(each)
        assert 1 <= link.people <= rest.MOST_PEOPLE
        assert list(link.roles) == [role for role in Role if role in link.roles] != []
        assert link.name is None or 1 <= len(link.name) <= 40
