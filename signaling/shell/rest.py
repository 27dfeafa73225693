"""What REST callers send and get: shapes with their bounds, and what they become inside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from signaling.core.errors import RefusedError
from signaling.core.ids import LinkHash, PersonId, SessionId
from signaling.core.names import clean_name
from signaling.core.programme import GroupId, Programme, Rules
from signaling.core.roles import GuestFunction, Role
from signaling.protocol import Agreement, Secret, Step, Version
from signaling.shell.auth import link_hash
from signaling.shell.links import LINK_LIVES, Made, NewLink, Times, Wanted
from signaling.store.store import Link

T = TypeVar("T")

MOST_PEOPLE: Final = 50  # behind one link
LONGEST_NUMBER: Final = 60  # characters: "988, or text HOME to 741741"
LEAST_DIGITS: Final = 3  # of a number that somebody can call

LATEST: Final = 32_503_680_000.0  # the year 3000: beyond 9999 there is no calendar

# Wall seconds, or ISO 8601 with its offset.
When = Annotated[float, Meta(ge=0, le=LATEST)] | Annotated[datetime, Meta(tz=True)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Id = Annotated[str, Meta(min_length=1, max_length=32)]
_Number = Annotated[str, Meta(max_length=LONGEST_NUMBER)]


class ApiError(Exception):
    """Becomes `{"code", "text"}` with this status."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    """A misspelt field is told, not passed over."""


# --- what is sent ----------------------------------------------------------------------------------------------------


class RulesWanted(_Body, frozen=True):
    """Seconds."""

    absence_closes: Annotated[float, Meta(ge=60, le=7_200)] = 600.0
    help_rings: Annotated[float, Meta(ge=5, le=300)] = 30.0
    check_waits: Annotated[float, Meta(ge=10, le=600)] = 45.0
    direct_chat: bool = False
    opens_before: Annotated[float, Meta(ge=0, le=86_400)] = 1200.0


class AgreementWanted(_Body, frozen=True):
    version: Version
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]


class ProgrammeWanted(_Body, frozen=True):
    practice_number: _Number = ""
    crisis_line: _Number = ""
    steps: Annotated[tuple[Step, ...], Meta(max_length=8)] = ("name", "agreement", "devices")
    agreement: AgreementWanted | None = None
    rules: RulesWanted = RulesWanted()


class GroupWanted(_Body, frozen=True):
    """`timezone`: of IANA, such as America/New_York."""

    programme: ProgrammeWanted
    timezone: Annotated[str, Meta(max_length=64)] = "UTC"


class GroupChanged(_Body, frozen=True):
    """The whole programme anew."""

    programme: ProgrammeWanted


class TimesWanted(_Body, frozen=True):
    starts: When
    ends: When


class SessionsWanted(_Body, frozen=True):
    sessions: Annotated[list[TimesWanted], Meta(min_length=1, max_length=200)]


class LinkWanted(_Body, frozen=True):
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=len(Role))]
    function: GuestFunction | None = None
    name: Annotated[str, Meta(max_length=80)] | None = None
    fixed: bool = False
    people: Annotated[int, Meta(ge=1, le=MOST_PEOPLE)] = 1
    session: Id | None = None
    expires: When | None = None


class LinksWanted(_Body, frozen=True):
    links: Annotated[list[LinkWanted], Meta(min_length=1, max_length=100)]


class SessionWanted(_Body, frozen=True):
    """A group of one session, now or planned. `ends` None: open for `LINK_LIVES`."""

    links: Annotated[list[LinkWanted], Meta(min_length=1, max_length=100)]
    practice_number: _Number = ""
    crisis_line: _Number = ""
    starts: When | None = None
    ends: When | None = None
    knocks: bool = True


class LinkNamed(_Body, frozen=True):
    """Exactly one of the two."""

    token: Secret | None = None
    hash: Hash | None = None


class BanWanted(_Body, frozen=True):
    hash: Hash
    until: When


class UnbanWanted(_Body, frozen=True):
    hash: Hash


class CodeWanted(_Body, frozen=True):
    people: Annotated[int, Meta(ge=1, le=MOST_PEOPLE)] = 5


class LinkAsked(_Body, frozen=True):
    token: Secret


class CodeTyped(_Body, frozen=True):
    code: Annotated[str, Meta(min_length=1, max_length=40)]


BODIES: Final = (
    GroupWanted,
    GroupChanged,
    SessionsWanted,
    LinksWanted,
    SessionWanted,
    LinkNamed,
    BanWanted,
    UnbanWanted,
    CodeWanted,
    LinkAsked,
    CodeTyped,
)

# --- what is answered ------------------------------------------------------------------------------------------------


class GroupMade(Struct, frozen=True):
    group: GroupId


class SessionsMade(Struct, frozen=True):
    sessions: list[SessionId]


class LinkMade(Struct, frozen=True):
    url: str
    token: str
    hash: LinkHash
    roles: tuple[Role, ...]
    people: int
    person: PersonId | None


class LinksMade(Struct, frozen=True):
    links: list[LinkMade]


class SessionMade(Struct, frozen=True):
    group: GroupId
    session: SessionId
    links: list[LinkMade]


class LinkKnown(Struct, frozen=True):
    """Of a link that exists: all but its name."""

    hash: LinkHash
    person: PersonId | None
    roles: tuple[Role, ...]
    function: GuestFunction | None
    people: int
    session: SessionId | None
    expires: float
    revoked: float | None
    agreed: str | None
    banned_until: float | None


class LinksKnown(Struct, frozen=True):
    links: list[LinkKnown]


class CodeMade(Struct, frozen=True):
    code: str


class CodeWorks(Struct, frozen=True):
    token: str


# --- from one to the other -------------------------------------------------------------------------------------------


def parse_body(data: bytes, shape: type[T]) -> T:
    """Raises ApiError 400 and nothing else, on any bytes."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise ApiError(400, "bad_message", str(error)[:200]) from None


def programme(wanted: ProgrammeWanted) -> Programme:
    """Raises ApiError 422 without numbers to call."""
    for number in (wanted.practice_number, wanted.crisis_line):
        if sum(ch.isdigit() for ch in number) < LEAST_DIGITS or not number.isprintable():
            raise ApiError(
                422, "needs_numbers", "practice_number and crisis_line: people must be able to call somebody"
            )
    if len(set(wanted.steps)) != len(wanted.steps):
        raise _bad("a step comes once")
    if wanted.agreement is not None and "agreement" not in wanted.steps:
        raise _bad("the agreement is shown by its step")
    told = wanted.agreement
    agreement = None if told is None else Agreement(told.version, told.text)
    rules = msgspec.convert(msgspec.to_builtins(wanted.rules), Rules)
    return Programme(wanted.practice_number.strip(), wanted.crisis_line.strip(), wanted.steps, agreement, rules)


def zone(name: str) -> str:
    """Raises ApiError 400 if there is no such zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path, a folder, nothing
        raise _bad("timezone: a name of IANA, such as America/New_York") from None
    return name


def times(starts: When, ends: When) -> Times:
    found = Times(seconds(starts), seconds(ends))
    if found.ends <= found.starts:
        raise _bad("a session ends after it starts")
    return found


def only_times(wanted: SessionWanted, now: float) -> Times:
    """Of a group of one."""
    starts = now if wanted.starts is None else seconds(wanted.starts)
    return times(starts, starts + LINK_LIVES if wanted.ends is None else wanted.ends)


def link(wanted: LinkWanted, *, knocks: bool = True) -> Wanted:
    """Raises ApiError 400 on what does not go together."""
    if len(set(wanted.roles)) != len(wanted.roles):
        raise _bad("a role is held once")
    if (wanted.function is not None) != (Role.GUEST in wanted.roles):
        raise _bad("guests have a function, and nobody else")
    if wanted.people > 1 and wanted.name is not None:
        raise _bad("a name belongs to one person")
    if wanted.fixed and wanted.name is None:
        raise _bad("there is no name that could be fixed")
    try:
        name = None if wanted.name is None else clean_name(wanted.name)
    except RefusedError as error:
        raise ApiError(400, error.code, error.text) from None
    return Wanted(
        roles=tuple(role for role in Role if role in wanted.roles),
        people=wanted.people,
        function=wanted.function,
        name=name,
        fixed=wanted.fixed,
        session=None if wanted.session is None else SessionId(wanted.session),
        expires=None if wanted.expires is None else seconds(wanted.expires),
        knocks=knocks,
    )


def named(link: LinkNamed) -> LinkHash:
    if link.token is not None and link.hash is None:
        return link_hash(link.token)
    if link.hash is not None and link.token is None:
        return LinkHash(link.hash)
    raise _bad("token or hash, one of them")


def seconds(at: When) -> float:
    found = at.timestamp() if isinstance(at, datetime) else at
    if not 0 <= found <= LATEST:
        raise _bad("a time between 1970 and 3000")
    return found


def made(new: NewLink, base: str) -> LinkMade:
    return LinkMade(link_url(base, new.token), new.token, new.hash, new.roles, new.people, new.person)


def session_made(new: Made, base: str) -> SessionMade:
    return SessionMade(new.group, new.sessions[0], [made(each, base) for each in new.links])


def known(found: Link) -> LinkKnown:
    return msgspec.convert(found, LinkKnown, from_attributes=True)


def link_url(base: str, token: str) -> str:
    """The token is in the fragment, so it is in no log and no Referer."""
    return f"{base}/join#{token}"


def _bad(text: str) -> ApiError:
    return ApiError(400, "bad_message", text)
