"""Invariant: any bytes as the body of a REST call are what was asked for, within its bounds, or an ApiError 400."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signaling.shell.api import MOST_PEOPLE, ApiError, LinkAsked, SessionWanted, parse_body

SEEDS: Final[Sequence[bytes]] = [
    b'{"links":[{"role":"facilitator","people":1},{"role":"participant","people":25}]}',
    b'{"links":[{"role":"participant"}]}',
    b'{"links":[]}',
    b'{"links":[{"role":"support","people":0}]}',
    b'{"token":"2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk"}',
    b'{"token":"\\ud800\\u0000aaaaaaaaaaaaaa"}',
    b'{"token":' + b"[" * 2000,
    b"",
]


def check(data: bytes) -> None:
    for shape in (SessionWanted, LinkAsked):
        refused: ApiError | None = None
        try:
            body = parse_body(data, shape)
        except ApiError as error:
            refused = error
        if refused is not None:
            assert (refused.status, refused.code) == (400, "bad_message")
            assert len(refused.text) <= 200
        elif isinstance(body, SessionWanted):
            assert 1 <= len(body.links) <= 100
            assert all(1 <= link.people <= MOST_PEOPLE for link in body.links)
        else:
            assert 16 <= len(body.token) <= 128
