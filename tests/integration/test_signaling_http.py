"""REST and the pages: keys, bounds, coded errors, headers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from signaling import protocol as p
from tests.integration.signalling import KEY, House, house

BEARER = {"Authorization": f"Bearer {KEY}"}
NUMBERS = {"practice_number": "555-0100", "crisis_line": "988"}
WANTED = {**NUMBERS, "links": [{"roles": ["facilitator"]}, {"roles": ["participant"], "people": 25}]}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def post(home: House, path: str, body: object = None, **more: object) -> tuple[int, dict]:
    async with home.http.post(f"{home.base}{path}", json=body, **more) as response:  # type: ignore[arg-type]
        return response.status, await response.json()


async def test_a_session_and_its_links(home: House) -> None:
    status, made = await post(home, "/api/v1/sessions", WANTED, headers=BEARER)
    assert status == 201
    assert [(link["roles"], link["people"]) for link in made["links"]] == [(["facilitator"], 1), (["participant"], 25)]
    assert [link["person"] is None for link in made["links"]] == [False, True], "one person's own, and a shared one"
    for link in made["links"]:
        assert link["url"] == f"{home.base}/join#{link['token']}"
        assert len(link["token"]) >= 22  # 128 bits
    facilitator = await home.joined(made["links"][0]["token"], "Ana")
    assert (facilitator.snapshot.session, facilitator.snapshot.people[0].role) == (made["session"], "facilitator")
    status, stats = await _get(home, f"/api/v1/sessions/{made['session']}/stats")
    assert (status, stats["participants"]) == (200, {})
    peer = await facilitator.media(1)
    _, stats = await _get(home, f"/api/v1/sessions/{made['session']}/stats")
    assert stats["participants"] == {facilitator.me: peer}
    assert await post(home, f"/api/v1/sessions/{made['session']}/end", headers=BEARER) == (200, {})
    assert await facilitator.until(p.Bye) == p.Bye(p.ByeReason.ENDED)


async def _get(home: House, path: str) -> tuple[int, dict]:
    async with home.http.get(f"{home.base}{path}", headers=BEARER) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("key", [None, "", "Bearer", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer \u00e9"])
@pytest.mark.parametrize("path", ["/api/v1/sessions", "/api/v1/sessions/x/end"])
async def test_without_the_key_nothing_is_told(home: House, key: str | None, path: str) -> None:
    headers = {} if key is None else {"Authorization": key}
    status, error = await post(home, path, WANTED, headers=headers)
    assert (status, error["code"]) == (401, "bad_key")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_message"),
        (b"{", 400, "bad_message"),
        (b'{"links":[]}', 400, "bad_message"),
        (b'{"links":[{"role":"participant"}]}', 400, "bad_message"),
        (b'{"links":[{"roles":["participant"],"people":0}]}', 400, "bad_message"),
        (b'{"links":[{"roles":["participant"],"people":51}]}', 400, "bad_message"),
        (b'{"links":[{"roles":["participant"]}],"record":true}', 400, "bad_message"),
        (b'{"links":[{"roles":["participant"]}]}', 422, "needs_numbers"),
        (b"[" * 60_000, 400, "bad_message"),
        (b" " * 70_000, 413, "too_large"),
    ],
)
async def test_bodies_that_are_wrong(home: House, body: bytes, status: int, code: str) -> None:
    async with home.http.post(f"{home.base}/api/v1/sessions", data=body, headers=BEARER) as response:
        assert (response.status, (await response.json())["code"]) == (status, code)


async def test_a_body_that_breaks_off_or_makes_no_sense_is_no_bug_of_ours(home: House) -> None:
    head = b"POST /api/v1/link HTTP/1.1\r\nHost: x\r\n"
    port = home.runner.addresses[0][1]
    with capture_logs() as logs:
        for rest in (b"Content-Length: 50\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head + rest)
            writer.write_eof()
            answer = await asyncio.wait_for(reader.read(), 5)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400"), answer
            writer.close()
    assert not logs


async def test_sessions_that_do_not_exist(home: House) -> None:
    assert (await post(home, "/api/v1/sessions/nowhere/end", headers=BEARER))[0] == 404
    assert (await _get(home, "/api/v1/sessions/nowhere/stats"))[1]["code"] == "not_found"


async def test_the_join_page_learns_early_that_a_link_does_not_work(home: House) -> None:
    session, token = await home.links()
    status, found = await post(home, "/api/v1/link", {"token": token})
    assert (status, found["roles"], found["session"]) == (200, ["participant"], session)
    for number in range(20):
        status, error = await post(home, "/api/v1/link", {"token": f"guess number {number:08}"})
        assert (status, error["code"]) == (404, "bad_link")
    status, error = await post(home, "/api/v1/link", {"token": "guess number 00000020"})
    assert (status, error["code"]) == (429, "too_many")
    assert (await post(home, "/api/v1/link", {"token": token}))[0] == 200, "who knows a link does not notice"


async def test_pages_load_nothing_from_elsewhere(home: House) -> None:
    page = home.folder / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>Kinroom</title>")
    (page / "assets" / "main-abc123.js").write_text("export const x = 1;\n" * 100)
    (home.folder / "secret.txt").write_text("not for the web")
    for path in ("/", "/join", "/j", "/standby", "/check"):
        async with home.http.get(f"{home.base}{path}") as response:
            assert (response.status, response.content_type) == (200, "text/html")
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Robots-Tag"] == "noindex"
            assert "camera=(self)" in response.headers["Permissions-Policy"]
            assert response.headers["Cache-Control"] == "no-cache"
    async with home.http.get(f"{home.base}/assets/main-abc123.js") as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "immutable" in response.headers["Cache-Control"]
        assert len(await response.read()) == 2000
        tag = response.headers["ETag"]
    async with home.http.get(f"{home.base}/assets/main-abc123.js", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    for path in ("/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/nothing.js"):
        async with home.http.get(f"{home.base}{path}") as response:
            assert (response.status, (await response.json())["code"]) == (404, "not_found")


async def test_a_page_that_was_built_anew_is_served_anew(home: House) -> None:
    async with home.http.get(f"{home.base}/") as response:
        assert "make web" in await response.text()
    (home.folder / "page").mkdir()
    (home.folder / "page" / "index.html").write_text("now it is here")
    async with home.http.get(f"{home.base}/") as response:
        assert await response.text() == "now it is here"


async def test_health_and_readiness(home: House) -> None:
    for open_, status in ((True, 200), (False, 503)):
        (home.app.open if open_ else home.app.shut)()
        async with home.http.get(f"{home.base}/readyz") as response:
            assert response.status == status
    async with home.http.get(f"{home.base}/healthz") as response:
        assert response.status == 200
