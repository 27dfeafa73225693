"""REST for practice systems, under /api/v1, and the page's early look at its link."""

from __future__ import annotations

import time
from typing import Annotated, Final, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from signaling.core.ids import SessionId
from signaling.core.roles import Role
from signaling.protocol import Secret
from signaling.shell.auth import OperatorKey
from signaling.shell.hub import Hub
from signaling.shell.limits import Buckets
from signaling.shell.origin import address_of, base_url

T = TypeVar("T")

MOST_PEOPLE: Final = 50  # behind one link
_json: Final = msgspec.json.Encoder()


class LinkWanted(Struct, frozen=True, forbid_unknown_fields=True):
    role: Role
    people: Annotated[int, Meta(ge=1, le=MOST_PEOPLE)] = 1


class SessionWanted(Struct, frozen=True, forbid_unknown_fields=True):
    links: Annotated[list[LinkWanted], Meta(min_length=1, max_length=100)]


class LinkMade(Struct, frozen=True):
    role: Role
    people: int
    url: str
    token: str


class SessionMade(Struct, frozen=True):
    session: SessionId
    links: list[LinkMade]


class LinkAsked(Struct, frozen=True, forbid_unknown_fields=True):
    token: Secret


class LinkWorks(Struct, frozen=True):
    role: Role
    session: SessionId


class ApiError(Exception):
    """Becomes `{"code", "text"}` with this status."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class Api:
    def __init__(
        self, hub: Hub, key: OperatorKey, guesses: Buckets, *, public_url: str | None, behind_proxy: bool
    ) -> None:
        self._hub = hub
        self._key = key
        self._guesses = guesses
        self._public_url = public_url
        self._behind_proxy = behind_proxy

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/sessions", self._create),
            web.post("/api/v1/sessions/{id}/end", self._end),
            web.get("/api/v1/sessions/{id}/stats", self._stats),
            web.post("/api/v1/link", self._link),
        ]

    async def _create(self, request: web.Request) -> web.Response:
        self._need_key(request)
        wanted = await _body(request, SessionWanted)
        session, links = await self._hub.create([(link.role, link.people) for link in wanted.links])
        base = self._public_url or base_url(request, behind_proxy=self._behind_proxy)
        made = [LinkMade(link.role, link.people, link_url(base, link.token), link.token) for link in links]
        return reply(201, SessionMade(session, made))

    async def _end(self, request: web.Request) -> web.Response:
        self._need_key(request)
        if not await self._hub.end(SessionId(request.match_info["id"])):
            raise _no_session()
        return reply(200, {})

    async def _stats(self, request: web.Request) -> web.Response:
        self._need_key(request)
        stats = await self._hub.stats(SessionId(request.match_info["id"]))
        if stats is None:
            raise _no_session()
        return reply(200, stats)

    async def _link(self, request: web.Request) -> web.Response:
        """Wrong guesses are counted by address; a right link always works."""
        asked = await _body(request, LinkAsked)
        link = await self._hub.link(asked.token)
        if link is None:
            address = address_of(request, behind_proxy=self._behind_proxy)
            if not self._guesses.take(time.monotonic(), address):
                raise ApiError(429, "too_many", "too many wrong links: wait a minute")
            raise ApiError(404, "bad_link", "unknown, revoked or expired")
        return reply(200, LinkWorks(link.role, link.session))

    def _need_key(self, request: web.Request) -> None:
        if not self._key.matches(request.headers.get("Authorization")):
            raise ApiError(401, "bad_key", "Authorization: Bearer and the operator's key")


def link_url(base: str, token: str) -> str:
    """The token is in the fragment, so it is in no log and no Referer."""
    return f"{base}/join#{token}"


def reply(status: int, value: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=status, body=_json.encode(value), content_type="application/json", headers=headers)


def parse_body(data: bytes, shape: type[T]) -> T:
    """Raises ApiError 400 and nothing else, on any bytes."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ApiError(400, "bad_message", str(error)[:200]) from None


async def _body(request: web.Request, shape: type[T]) -> T:
    try:
        data = await request.read()
    except (web.RequestPayloadError, ConnectionError):
        raise ApiError(400, "bad_message", "the body breaks off or cannot be read") from None
    return parse_body(data, shape)


def _no_session() -> ApiError:
    return ApiError(404, "not_found", "there is no such session")
