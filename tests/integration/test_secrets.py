"""What people are called, what they write and what lets them in is in no log line, record, URL or figure."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from bench.lab.server import Server
from signaling import protocol as p
from tests.integration.group import free_port
from tests.integration.signalling import Page

OFFER = (Path(__file__).parents[1] / "data" / "offers" / "chromium-page.sdp").read_bytes().decode()
SOURCES = {"0": "microphone", "1": "camera", "2": "screen", "3": "screen_sound"}

# Said or typed by people: these live in memory alone.
TYPED = ("Anastasia", "Wilhelmina", "Quentin", "Mallory", "Ptolemy")
WRITTEN = (
    "chat-marker",
    "line-marker",
    "everyone-marker",
    "pair-marker",
    "answer-marker",
    "help-marker",
    "back-marker",
    "bad-marker",
)
RENAMED = "Heliotrope"
RELAY_SECRET = "relay-secret-marker"
# Written into the records by the practice itself, and nowhere else.
ALIAS, TITLE = "Periwinkle", "agreement-marker"


class Busy:
    """One group in a real server, through everything that people write in."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.http = http
        self.tokens: set[str] = set()
        self.pages: list[Page] = []
        self.asked: list[str] = []  # URLs

    async def rest(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer: dict[str, Any] = msgspec.json.decode(await self.server.rest(method, f"/api/v1{path}", body))
        return answer

    async def post(self, path: str, body: object) -> tuple[int, dict[str, Any]]:
        """As a page does."""
        async with self.http.post(f"{self.server.url}/api/v1{path}", json=body) as response:
            return response.status, await response.json()

    async def come(self, token: str, name: str, **more: object) -> Page:
        self.tokens.add(token)
        page = Page(await self.http.ws_connect(f"{self.server.url}/ws"))
        self.pages.append(page)
        place = await page.ask(p.Join, version=p.VERSION, token=token, name=name, **more)
        assert not isinstance(place, p.Refused), place
        self.tokens.add(place.secret)  # type: ignore[union-attr]
        if isinstance(place, p.Snapshot):
            [relay] = place.ice
            self.tokens |= {relay.username, relay.credential}
        return page

    async def do(self, page: Page, shape: type, **fields: object) -> p.ServerMessage:
        reply = await page.ask(shape, **fields)
        assert not isinstance(reply, p.Refused), reply
        return reply

    async def refused(self, page: Page, shape: type, **fields: object) -> None:
        assert isinstance(await page.ask(shape, **fields), p.Refused)


@asynccontextmanager
async def busy(folder: Path) -> AsyncIterator[Busy]:
    asked: list[str] = []
    trace = aiohttp.TraceConfig()

    async def note(_session: object, _context: object, parameters: aiohttp.TraceRequestStartParams) -> None:
        asked.append(str(parameters.url))

    trace.on_request_start.append(note)
    async with (
        Server(folder, port=free_port(), announce="127.0.0.1", media_host="127.0.0.1") as server,
        aiohttp.ClientSession(trace_configs=[trace]) as http,
    ):
        made = Busy(server, http)
        made.asked = asked
        yield made


async def test_a_busy_session_leaves_no_name_word_or_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINROOM_LOG_LEVEL", "debug")
    monkeypatch.setenv("KINROOM_TURN_URLS", "turn:relay.example.org")
    monkeypatch.setenv("KINROOM_TURN_SECRET", RELAY_SECRET)
    folder = tmp_path / "data"
    async with busy(folder) as run:
        figures = await _session(run)
        os.kill(run.server.worker_pids[0], signal.SIGKILL)  # its death is logged
        await asyncio.sleep(1.0)
        log = run.server.log.read_text()
        assert "worker died" in log, "the log is the one that tells"
        records = _records(folder)
        assert b"covered" in records, "the records are those of this session"
    log = run.server.log.read_text()
    records += _records(folder)
    key = (folder / "operator.key").read_text().strip()
    secrets = {key, RELAY_SECRET, *run.tokens}
    assert len(secrets) >= 12
    for word in (*TYPED, *WRITTEN, RENAMED, ALIAS, TITLE, *secrets, "127.0.0.1"):
        assert word not in log
        assert not any(word in url for url in run.asked if word != "127.0.0.1"), word
        assert word not in figures
    for word in (*TYPED, *WRITTEN, RENAMED, *secrets):
        assert word.encode() not in records
    assert records.count(ALIAS.encode()) > 0, "an alias that the practice gave stands in its link"


def _records(folder: Path) -> bytes:
    """All files of the database, as they lie there while the server runs or after it."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kinroom.db*")))


async def _session(run: Busy) -> str:
    """Returns what figures tell of it."""
    group = (
        await run.rest(
            "POST",
            "/groups",
            {
                "programme": {
                    "practice_number": "555-0100",
                    "crisis_line": "988",
                    "agreement": {"version": "1", "text": TITLE},
                }
            },
        )
    )["group"]
    times = {"sessions": [{"starts": 1, "ends": 4_000_000_000}]}
    [session] = (await run.rest("POST", f"/groups/{group}/sessions", times))["sessions"]
    wanted = [
        {"roles": ["facilitator"]},
        {"roles": ["participant"]},
        {"roles": ["participant"], "name": ALIAS, "fixed": True},
        {"roles": ["participant"]},
        {"roles": ["support"]},
    ]
    links = (await run.rest("POST", f"/groups/{group}/links", {"links": wanted}))["links"]
    host, one, two, three, support = (link["token"] for link in links)

    for token in (host, "wrong-token-marker-000"):
        run.tokens.add(token)
        await run.post("/link", {"token": token})
    await run.post("/link", {"token": ["bad-marker"]})
    await run.post("/code", {"code": "bad-marker"})
    ana = await run.come(host, "Anastasia", agreement="1")
    sam = await run.come(one, "Wilhelmina", agreement="1")
    leo = await run.come(two, "Quentin", agreement="1")
    mia = await run.come(three, "Mallory", agreement="1")
    code = (await run.rest("POST", f"/sessions/{session}/code", {}))["code"]
    _, typed = await run.post("/code", {"code": code})
    run.tokens |= {code, code.replace("-", ""), typed["token"]}
    stranger = await run.come(typed["token"], "Ptolemy", agreement="1")
    counting = await run.come(support, "Ptolemy", agreement="1")
    for page in (sam, leo, mia):
        await run.do(ana, p.Admit, participant=page.me)
        await page.until(p.Snapshot)
    await run.do(ana, p.Decline, participant=stranger.me)

    # What people write.
    await run.do(sam, p.Say, to="room", text="chat-marker")
    await run.do(sam, p.Say, to="facilitators", text="line-marker")
    await run.do(ana, p.AnswerPerson, participant=sam.me, text="answer-marker")
    await run.do(sam, p.CallHelp, kind="private", note="help-marker")
    await run.do(ana, p.Rename, participant=mia.me, name=RENAMED)
    await run.do(ana, p.SendBack, participant=mia.me, note="back-marker")
    await sam.ws.send_str('{"type":"say","id":1,"to":"room","text":["bad-marker"]}')
    await sam.ws.send_str("bad-marker")
    await run.refused(sam, p.Admit, participant="bad-marker")
    await run.refused(sam, p.Offer, sdp="v=0\r\ns=bad-marker\r\n", sources=SOURCES, fresh=True)

    # Among themselves, and what is said into that.
    await run.do(ana, p.PlanRooms, how="size", count=2)
    await run.do(ana, p.OpenRooms, minutes=None, late="ask")
    await sam.until(p.Snapshot)
    await run.do(sam, p.Say, to="room", text="pair-marker")
    await run.do(ana, p.Say, to="everyone", text="everyone-marker")
    await run.do(ana, p.Look, room="pair.1")
    await run.do(ana, p.DropIn, room="pair.1")
    await run.do(ana, p.RecallRooms, seconds=0)

    # What is done to them.
    for page in (ana, sam):
        await run.do(page, p.Offer, sdp=OFFER, sources=SOURCES, fresh=True)
        await run.do(page, p.Publish, source="microphone")
    await run.do(ana, p.MuteAll, room="main")
    await run.do(ana, p.Cover, participant=leo.me)
    await run.do(ana, p.CheckOn, participant=leo.me)
    await run.do(ana, p.TalkPrivately, participant=sam.me)
    phone = await run.do(ana, p.MakeStandby)
    assert isinstance(phone, p.StandbyOffer)
    silent = Page(await run.http.ws_connect(f"{run.server.url}/ws"))
    place = await silent.ask(p.JoinStandby, version=p.VERSION, token=phone.token)
    assert isinstance(place, p.Silent), place
    assert place.secret is not None
    run.tokens |= {phone.token, place.secret}
    await run.do(ana, p.Remove, participant=leo.me)
    sam.drop()
    again = Page(await run.http.ws_connect(f"{run.server.url}/ws"))
    assert isinstance(await again.resume(sam, name="Wilhelmina"), p.Snapshot)
    renewed = await run.rest("POST", "/links/renew", {"token": one})
    run.tokens.add(renewed["token"])
    await run.rest("POST", "/links/revoke", {"token": three})

    await counting.settled()
    assert isinstance(counting.place, p.Figures)
    assert len(counting.place.people) == 2, "Ana and Sam are left"
    figures = str(counting.place.people)
    async with run.http.get(f"{run.server.url}/metrics") as response:
        assert response.status == 404
    return figures + str(await run.rest("GET", f"/sessions/{session}/stats"))
