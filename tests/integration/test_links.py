"""Links from their making to their end: by REST, and as the page and the door see them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from signaling import protocol as p
from signaling.core.ids import LinkHash
from signaling.core.programme import GroupId
from signaling.core.support_code import support_code
from signaling.shell import api
from signaling.shell.auth import link_hash
from tests.integration.signalling import KEY, House, Page, house

BEARER = {"Authorization": f"Bearer {KEY}"}
NUMBERS = {"practice_number": "555-0100", "crisis_line": "988"}
DAY = 86_400.0
HOUR = 3_600.0


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        made.clock.now = datetime(2026, 11, 23, 17, tzinfo=UTC).timestamp()
        yield made


async def post(home: House, path: str, body: object = None, key: bool = True) -> tuple[int, dict[str, Any]]:
    async with home.http.post(f"{home.base}/api/v1{path}", json=body, headers=BEARER if key else {}) as response:
        return response.status, await response.json()


async def get(home: House, path: str) -> tuple[int, dict[str, Any]]:
    async with home.http.get(f"{home.base}/api/v1{path}", headers=BEARER) as response:
        return response.status, await response.json()


async def put(home: House, path: str, body: object) -> tuple[int, dict[str, Any]]:
    async with home.http.put(f"{home.base}/api/v1{path}", json=body, headers=BEARER) as response:
        return response.status, await response.json()


async def made(home: House, path: str, body: object) -> dict[str, Any]:
    status, answer = await post(home, path, body)
    assert status == 201, answer
    return answer


async def look(home: House, token: str) -> dict[str, Any]:
    status, answer = await post(home, "/link", {"token": token}, key=False)
    assert status == 200, answer
    return answer


async def gone(home: House, token: str) -> bool:
    return (await post(home, "/link", {"token": token}, key=False))[0] == 404


class Group:
    """A group by REST: sessions of 90 minutes that begin so many seconds from now."""

    def __init__(self, home: House, id: str, sessions: list[str], starts: list[float]) -> None:
        self.home = home
        self.id = id
        self.sessions = sessions
        self.starts = starts

    @classmethod
    async def of(cls, home: House, *begin: float, **programme: object) -> Group:
        body = {"programme": {**NUMBERS, **programme}, "timezone": "UTC"}
        group = (await made(home, "/groups", body))["group"]
        starts = [home.clock.now + seconds for seconds in begin]
        times = [{"starts": at, "ends": at + 5400} for at in starts]
        sessions = (await made(home, f"/groups/{group}/sessions", {"sessions": times}))["sessions"]
        return cls(home, group, sessions, starts)

    async def link(self, *roles: str, **more: object) -> dict[str, Any]:
        """A personal link that opens all sessions."""
        wanted = {"roles": roles or ["participant"], **more}
        [link] = (await made(self.home, f"/groups/{self.id}/links", {"links": [wanted]}))["links"]
        return dict(link)


async def ask_in(home: House, token: str, name: str = "Sam", **more: object) -> tuple[Page, p.ServerMessage]:
    page = await home.page()
    return page, await page.ask(p.Join, version=p.VERSION, token=token, name=name, **more)


async def refused(home: House, token: str, **more: object) -> p.ErrorCode:
    _, answer = await ask_in(home, token, **more)
    assert isinstance(answer, p.Refused), answer
    return answer.code


# --- no session without numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers",
    [
        {},
        {"practice_number": "555-0100"},
        {"practice_number": "", "crisis_line": "988"},
        {"practice_number": "555-0100", "crisis_line": "  "},
        {"practice_number": "ask the front desk", "crisis_line": "988"},
        {"practice_number": "555-0100\n", "crisis_line": "988"},
    ],
)
async def test_without_numbers_to_call_no_session_can_be_planned(home: House, numbers: dict[str, str]) -> None:
    for path, body in (
        ("/groups", {"programme": numbers}),
        ("/sessions", {**numbers, "links": [{"roles": ["participant"]}]}),
    ):
        status, error = await post(home, path, body)
        assert (status, error["code"]) == (422, "needs_numbers")


async def test_nobody_makes_a_link_that_needs_no_knock(home: House) -> None:
    """Only a server that was started for tests does it."""
    body = {**NUMBERS, "links": [{"roles": ["participant"]}], "knocks": False}
    status, error = await post(home, "/sessions", body)
    assert (status, error["code"]) == (403, "not_allowed")


# --- when a link opens -----------------------------------------------------------------------------------------------


async def test_a_link_of_a_group_opens_twenty_minutes_before_each_session(home: House) -> None:
    group = await Group.of(home, 2 * HOUR, 2 * HOUR + 2 * DAY)
    first, second = group.starts
    link = await group.link()
    assert (link["people"], len(link["hash"]), bool(link["person"])) == (1, 64, True)
    for at, why, session, following in (
        (first - 2 * HOUR, "too_early", None, first),
        (first - 1201, "too_early", None, first),
        (first - 1200, "open", 0, second),
        (first + 5400 + HOUR, "open", 0, second),
        (first + 5400 + HOUR + 1, "wrong_day", None, second),
        (second + 60, "open", 1, None),
        (second + 5400 + HOUR + 1, "over", None, None),
    ):
        home.clock.now = at
        found = await look(home, link["token"])
        wanted = (session is not None, why, None if session is None else group.sessions[session], following)
        assert (found["open"], found["why"], found["session"], found["next"]) == wanted
        assert found["numbers"] == {"practice": "555-0100", "crisis": "988"}


async def test_the_door_itself_is_closed_outside_of_that_time(home: House) -> None:
    group = await Group.of(home, 2 * HOUR)
    link = await group.link()
    page, answer = await ask_in(home, link["token"])
    assert isinstance(answer, p.Refused)
    assert (answer.code, float(answer.text)) == (p.ErrorCode.TOO_EARLY, group.starts[0])
    home.clock.now = group.starts[0]
    assert isinstance(await page.ask(p.Join, version=p.VERSION, token=link["token"], name="Sam"), p.Waiting)
    home.clock.now = group.starts[0] + 5400 + HOUR + 1
    other = await group.link()
    assert (await look(home, other["token"]))["open"], "people are in it: it is not over"


async def test_a_session_that_is_over_says_when_the_next_one_is(home: House) -> None:
    group = await Group.of(home, 60, 2 * DAY)
    link = await group.link()
    assert await post(home, f"/sessions/{group.sessions[0]}/end") == (200, {})
    found = await look(home, link["token"])
    assert (found["open"], found["next"]) == (False, group.starts[1])
    only = await group.link(session=group.sessions[0])
    assert (await look(home, only["token"]))["why"] == "over"
    assert await refused(home, only["token"]) is p.ErrorCode.OVER


async def test_opening_a_link_never_uses_it_up(home: House) -> None:
    group = await Group.of(home, 60)
    link = await group.link()
    first = await look(home, link["token"])
    for _ in range(100):
        assert await look(home, link["token"]) == first
    for _ in range(30):
        home.clock.now += 30
        page, answer = await ask_in(home, link["token"])
        assert isinstance(answer, p.Waiting), answer
        assert isinstance(await page.ask(p.Leave), p.Ok)


async def test_expiry_ends_no_session_that_is_going_on(home: House) -> None:
    group = await Group.of(home, 60)
    soon = await group.link("facilitator", expires=group.starts[0] + 600)
    ana = await home.joined(soon["token"], "Ana")
    home.clock.now = group.starts[0] + 1200
    assert (await look(home, soon["token"]))["open"], "Ana is there, and may need the link again"
    assert isinstance(await ana.ask(p.Leave), p.Ok)
    assert await gone(home, soon["token"])


async def test_links_for_one_session_open_no_other(home: House) -> None:
    group, other = await Group.of(home, 60, DAY), await Group.of(home, 60)
    link = await group.link(session=group.sessions[1])
    found = await look(home, link["token"])
    assert (found["open"], found["why"], found["next"]) == (False, "wrong_day", group.starts[1])
    status, error = await post(
        home, f"/groups/{group.id}/links", {"links": [{"roles": ["participant"], "session": other.sessions[0]}]}
    )
    assert (status, error["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "link",
    [
        {"roles": []},
        {"roles": ["host"]},
        {"roles": ["participant", "participant"]},
        {"roles": ["guest"]},
        {"roles": ["participant"], "function": "interpreter"},
        {"roles": ["participant"], "fixed": True},
        {"roles": ["participant"], "name": " "},
        {"roles": ["participant"], "name": "Sam", "people": 2},
        {"roles": ["participant"], "people": 51},
        {"roles": ["participant"], "expires": "2026-11-23T18:00:00"},
        {"role": "participant"},
    ],
)
async def test_links_that_cannot_be(home: House, link: dict[str, object]) -> None:
    group = await Group.of(home, 60)
    status, error = await post(home, f"/groups/{group.id}/links", {"links": [link]})
    assert status == 400
    assert error["code"] in ("bad_message", "bad_name")


async def test_times_and_zones_that_cannot_be(home: House) -> None:
    group = await Group.of(home, 60)
    for times in ({"starts": 5, "ends": 5}, {"starts": "2026-11-23", "ends": 9e9}, {"starts": 1, "ends": 9e99}):
        assert (await post(home, f"/groups/{group.id}/sessions", {"sessions": [times]}))[0] == 400
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        assert (await post(home, "/groups", {"programme": NUMBERS, "timezone": zone}))[0] == 400
    assert (await post(home, "/groups/nowhere/sessions", {"sessions": [{"starts": 1, "ends": 2}]}))[0] == 404
    assert (await post(home, "/sessions/nowhere/code", {}))[0] == 404


# --- who comes by it -------------------------------------------------------------------------------------------------


async def test_a_fixed_alias_is_given_and_a_name_is_proposed(home: House) -> None:
    group = await Group.of(home, 60)
    alias = await group.link(name="Blue  Heron", fixed=True)
    proposed = await group.link("facilitator", name="Ana")
    guest = await group.link("guest", function="interpreter")
    found = [await look(home, link["token"]) for link in (alias, proposed, guest)]
    assert [(each["name"], each["fixed"]) for each in found] == [("Blue Heron", True), ("Ana", False), (None, False)]
    assert [each["roles"] for each in found] == [["participant"], ["facilitator"], ["guest"]]
    assert found[2]["function"] == "interpreter"
    ana = await home.joined(proposed["token"], "Anastasia")
    await ask_in(home, alias["token"], name="Wilhelmina")
    await ana.change(p.TeamIs)
    [knock] = ana.team.waiting
    assert (knock.name, knock.kind) == ("Blue Heron", "expected")


async def test_the_agreement_is_accepted_once_by_each_person(home: House) -> None:
    group = await Group.of(home, 60, agreement={"version": "2026-1", "text": "What is said here stays here."})
    link, shared = await group.link(), await group.link(people=5)
    found = await look(home, link["token"])
    assert found["agreement"] == {"version": "2026-1", "text": "What is said here stays here."}
    for link_ in (link, shared):
        for version in (None, "2025-9"):
            assert await refused(home, link_["token"], agreement=version) is p.ErrorCode.AGREEMENT_NEEDED
        page, answer = await ask_in(home, link_["token"], agreement="2026-1")
        assert isinstance(answer, p.Waiting), answer
        await page.ask(p.Leave)
    assert (await look(home, link["token"]))["agreement"] is None, "a returning person sees only what changed"
    assert isinstance((await ask_in(home, link["token"]))[1], p.Waiting)
    assert (await look(home, shared["token"]))["agreement"] is not None, "one does not agree for the others"
    _, known = await get(home, f"/groups/{group.id}/links")
    assert [each["agreed"] for each in known["links"]] == ["2026-1", None]


async def test_a_new_version_of_the_agreement_is_asked_of_everybody_again(home: House) -> None:
    agreement = {"version": "2026-1", "text": "What is said here stays here."}
    group = await Group.of(home, 60, agreement=agreement)
    link, leads = await group.link(), await group.link("facilitator")
    page, _ = await ask_in(home, link["token"], agreement="2026-1")
    changed = {"programme": {**NUMBERS, "agreement": {**agreement, "version": "2026-2"}}}
    assert (await put(home, f"/groups/{group.id}", changed))[0] == 409, "nothing changes under those who are there"
    await page.act(p.Leave)
    assert (await put(home, f"/groups/{group.id}", {"programme": {}}))[1]["code"] == "needs_numbers"
    assert (await put(home, f"/groups/{group.id}", changed))[0] == 200
    assert (await look(home, link["token"]))["agreement"]["version"] == "2026-2"
    assert (await look(home, leads["token"]))["agreement"] is None, "it binds those who are cared for"
    assert (await put(home, "/groups/nowhere", changed))[0] == 404


# --- revoked, renewed, banned ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["token", "hash"])
async def test_a_revoked_link_puts_out_whoever_came_by_it(home: House, by: str) -> None:
    group = await Group.of(home, 60)
    link = await group.link("facilitator")
    ana = await home.joined(link["token"], "Ana")
    assert await post(home, "/links/revoke", {by: link[by]}) == (200, {})
    assert (await ana.until(p.Bye)).reason is p.ByeReason.REMOVED
    assert await gone(home, link["token"])
    assert await refused(home, link["token"]) is p.ErrorCode.BAD_LINK
    answer = await (await home.page()).resume(ana)
    assert isinstance(answer, p.Refused)
    assert answer.code is p.ErrorCode.RESUME_UNKNOWN


async def test_a_link_is_named_by_token_or_hash(home: House) -> None:
    link = await (await Group.of(home, 60)).link()
    for body in ({}, {"token": link["token"], "hash": link["hash"]}, {"hash": "x"}):
        assert (await post(home, "/links/revoke", body))[0] == 400
    assert (await post(home, "/links/revoke", {"hash": "0" * 64}))[0] == 404
    assert (await post(home, "/links/renew", {"token": "x" * 32}))[0] == 404


@pytest.mark.parametrize("starts", [60, -60], ids=["planned", "running"])
async def test_a_renewed_link_is_the_same_persons_and_whoever_sits_stays(home: House, starts: float) -> None:
    group = await Group.of(home, starts)
    old = await group.link("facilitator", name="Ana", fixed=True)
    ana = await home.joined(old["token"])
    status, new = await post(home, "/links/renew", {"token": old["token"]})
    assert (status, new["person"]) == (201, old["person"])
    assert new["url"] == f"{home.base}/join#{new['token']}"
    assert await gone(home, old["token"])
    found = await look(home, new["token"])
    assert (found["open"], found["name"], found["roles"]) == (True, "Ana", ["facilitator"])
    assert isinstance(await ana.ask(p.Ping), p.Ok)
    ana.drop()
    assert isinstance(await (await home.page()).resume(ana), p.Snapshot), "a browser keeps its place"


async def test_a_ban_holds_until_its_time_for_old_and_new_links(home: House) -> None:
    group = await Group.of(home, 60, 2 * DAY)
    link = await group.link()
    sam, _ = await ask_in(home, link["token"])
    assert await post(home, "/links/ban", {"hash": link["hash"], "until": home.clock.now + DAY}) == (200, {})
    assert isinstance(await sam.until(p.Bye), p.Bye)
    _, renewed = await post(home, "/links/renew", {"hash": link["hash"]})
    found = await look(home, renewed["token"])
    assert (found["open"], found["why"], found["next"]) == (False, "banned", None)
    assert await refused(home, renewed["token"]) is p.ErrorCode.BANNED
    home.clock.now = group.starts[1]
    assert (await look(home, renewed["token"]))["open"]


async def test_a_ban_can_be_lifted_but_not_laid_on_all_who_share_a_link(home: House) -> None:
    group = await Group.of(home, 60)
    link, shared = await group.link(), await group.link(people=5)
    until = "2027-01-01T00:00:00Z"
    assert (await post(home, "/links/ban", {"hash": link["hash"], "until": until}))[0] == 200
    assert await refused(home, link["token"]) is p.ErrorCode.BANNED
    assert (await post(home, "/links/unban", {"hash": link["hash"]}))[0] == 200
    assert (await look(home, link["token"]))["open"]
    assert (await post(home, "/links/ban", {"hash": shared["hash"], "until": until}))[0] == 404
    trail = [act.what for act in await home.store.acts(GroupId(group.id))]
    assert trail == ["group made", "session planned", "link made", "link made", "banned", "ban lifted"]


# --- codes that are spoken -------------------------------------------------------------------------------------------


async def test_a_spoken_code_leads_to_the_waiting_room_and_no_further(home: House) -> None:
    group = await Group.of(home, 60)
    ana = await home.joined((await group.link("facilitator"))["token"], "Ana")
    code = (await made(home, f"/sessions/{group.sessions[0]}/code", {"people": 2}))["code"]
    assert re.fullmatch(r"\d{4}-\d{4}", code)
    tokens = []
    for typed in (code, code.replace("-", " ")):
        status, answer = await post(home, "/code", {"code": typed}, key=False)
        assert status == 200
        tokens.append(answer["token"])
    assert tokens[0] != tokens[1]
    assert (await post(home, "/code", {"code": code}, key=False))[1]["code"] == "bad_code", "it was for two"
    found = await look(home, tokens[0])
    assert (found["open"], found["session"], found["roles"]) == (True, group.sessions[0], ["participant"])
    _, answer = await ask_in(home, tokens[0])
    assert isinstance(answer, p.Waiting), answer
    await ana.change(p.TeamIs)
    assert [knock.kind for knock in ana.team.waiting] == ["stranger"], "whoever has a code is on no list"
    assert await refused(home, "00004821" * 2) is p.ErrorCode.BAD_LINK, "digits are no link"


async def test_codes_are_not_found_by_trying(home: House) -> None:
    group = await Group.of(home, 60)
    code = (await made(home, f"/sessions/{group.sessions[0]}/code", {}))["code"]
    wrong = f"{(int(code.replace('-', '')) + 1) % 10**8:08}"
    said = [(await post(home, "/code", {"code": wrong}, key=False))[0] for _ in range(21)]
    assert said == [404] * 20 + [429]
    assert (await post(home, "/code", {"code": code}, key=False))[0] == 429, "the right one tells nothing more"


async def test_many_addresses_find_no_code_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ALL_CODES_TRIES", 10.0)
    monkeypatch.setattr(api, "ALL_CODES_RATE", 0.0)
    async with house(tmp_path, behind_proxy=True) as home:
        said = []
        for number in range(12):
            url, headers = f"{home.base}/api/v1/code", {"X-Forwarded-For": f"192.0.2.{number}"}
            async with home.http.post(url, json={"code": f"{number:08}"}, headers=headers) as response:
                said.append(response.status)
        assert said == [404] * 10 + [429] * 2


async def test_a_code_ends_with_its_session(home: House) -> None:
    group = await Group.of(home, 60, 2 * DAY)
    code = (await made(home, f"/sessions/{group.sessions[0]}/code", {}))["code"]
    _, early = await post(home, "/code", {"code": code}, key=False)
    home.clock.now = group.starts[1]
    assert (await post(home, "/code", {"code": code}, key=False))[0] == 404
    assert await gone(home, early["token"])


# --- codes for support -----------------------------------------------------------------------------------------------


async def test_support_finds_a_person_by_todays_code_and_learns_no_name(home: House) -> None:
    group = await Group.of(home, 60)
    link = await group.link(name="Wilhelmina", fixed=True)
    code = support_code(LinkHash(link_hash(link["token"])), "2026-11-23")
    status, found = await get(home, f"/support/{code}")
    assert (status, found) == (
        200,
        {"links": [{"person": link["person"], "group": group.id, "day": "2026-11-23"}]},
    )
    home.clock.now += 8 * HOUR  # past midnight UTC, in the middle of an American evening
    assert (await get(home, f"/support/{code}"))[1]["links"] == found["links"]
    home.clock.now += DAY
    assert (await get(home, f"/support/{code}"))[1] == {"links": []}
    assert (await get(home, "/support/12345"))[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/groups"),
        ("PUT", "/groups/x"),
        ("POST", "/groups/x/sessions"),
        ("POST", "/groups/x/links"),
        ("GET", "/groups/x/links"),
        ("POST", "/sessions"),
        ("POST", "/sessions/x/end"),
        ("GET", "/sessions/x/stats"),
        ("POST", "/sessions/x/code"),
        ("POST", "/links/revoke"),
        ("POST", "/links/renew"),
        ("POST", "/links/ban"),
        ("POST", "/links/unban"),
        ("GET", "/support/123456"),
    ],
)
async def test_without_the_key_nothing_is_told(home: House, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {KEY}x"}):
        async with home.http.request(method, f"{home.base}/api/v1{path}", json={}, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (401, "bad_key")
