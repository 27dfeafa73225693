"""The door, in a browser: who comes back and how, what stays behind, and the ways in that are not a link."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bench.lab.browsers import Page
from bench.lab.server import NUMBERS, Server
from tests.browser.conftest import WINDOW, Group
from tests.browser.people import IN_THE_ROOM, STEP, WAITING, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

FAR_AWAY = "Pacific/Auckland"

HEADING = "document.querySelector('h1')?.textContent ?? ''"
SUPPORT_CODE = "document.querySelector('.support-code')?.textContent.match(/[0-9]{3} [0-9]{3}/)?.[0]"
# Everything of the page that somebody could read later at this browser.
LEFT_BEHIND = """() => JSON.stringify([
  location.href, document.title, document.referrer, history.state, { ...localStorage }, { ...sessionStorage },
])"""

GUESS_UNTIL_SHUT_OUT = """async () => {
  const headers = { "content-type": "application/json" };
  const token = (n) => JSON.stringify({ token: "x".repeat(30) + n });
  const guess = (n) => fetch("/api/v1/link", { method: "POST", headers, body: token(n) });
  for (let n = 0; n < 500; n++) if ((await guess(n)).status === 429) return;
  throw new Error("one may guess for ever");
}"""
UNKNOWN_CODE = "document.querySelector('[role=alert]')?.textContent.startsWith('We don\\'t know this code')"


async def stranger(group: Group, name: str = "Sam") -> Person:
    person = Person(await group.browser(), name)
    await person.page.viewport(*WINDOW)
    group.people.append(person)
    return person


async def made(server: Server, path: str, body: object) -> Any:
    return msgspec.json.decode(await server.rest("POST", path, body))


async def link_for(server: Server, starts: float, **link: object) -> str:
    """A participant's link of a group that meets once, for an hour, with an agreement."""
    programme = {**NUMBERS, "agreement": {"version": "1", "text": "What is said here stays here."}}
    group = await made(server, "/api/v1/groups", {"programme": programme, "timezone": "America/New_York"})
    times = {"starts": starts, "ends": starts + 3600}
    await made(server, f"/api/v1/groups/{group['group']}/sessions", {"sessions": [times]})
    wanted = {"roles": ["participant"], **link}
    links = await made(server, f"/api/v1/groups/{group['group']}/links", {"links": [wanted]})
    return f"{server.url}/join#{links['links'][0]['token']}"


async def test_who_waits_comes_back_to_the_waiting_room_and_then_to_the_room(group: Group) -> None:
    ana = await group.guard("Ana")
    sam = await stranger(group)
    await sam.knock(group.link)
    who = await sam.store("store.me.value")
    await sam.page.reload()
    await sam.page.wait_for(WAITING)
    assert await sam.store("store.me.value") == who, "a reload is no second knock"
    await ana.let_in(sam)
    await sam.page.reload()
    await sam.be_in()
    assert sam.id == who
    await sam.see([ana])


async def test_the_token_is_read_once(group: Group) -> None:
    token = group.link.partition("#")[2]
    (sam,) = await group.come("Sam")
    address, *_ = msgspec.json.decode(await sam.page.call(LEFT_BEHIND))
    assert address == f"{group.server.url}/join"
    local = await sam.page.evaluate("JSON.stringify({ ...localStorage })")
    assert token not in local, "a token that stays in a browser is a key under the mat"
    await sam.page.click("[data-action=leave]")
    await sam.page.click("[data-action=leave-confirm]")
    await sam.page.wait_for(f"{HEADING}.startsWith('You left')")
    local = await sam.page.evaluate("JSON.stringify({ ...localStorage })")
    assert "secret" not in local
    assert "resume" not in local


async def test_a_browser_that_was_opened_again_without_its_link_is_in_its_seat(group: Group) -> None:
    (sam,) = await group.come("Sam")
    other = await sam.page.tab()
    await sam.page.close()
    sam.page = other
    await other.viewport(*WINDOW)
    await other.open(f"{group.server.url}/join")
    await other.wait_for(IN_THE_ROOM, 15.0)
    assert await sam.store("store.me.value") == sam.id


async def test_without_a_link_and_a_seat_the_page_asks_for_the_link(group: Group) -> None:
    sam = await stranger(group)
    await sam.page.open(f"{group.server.url}/join")
    await sam.page.wait_for(f"{HEADING} === 'Open your link once more.'")


async def test_leaving_quickly_leaves_an_empty_page_and_an_empty_browser(group: Group) -> None:
    await group.guard("Ana")
    (sam,) = await group.come("Sam")
    assert group.lead
    await sam.page.click("[data-action=leave-quickly]")
    await sam.page.wait_for("location.href === 'about:blank' && document.body.textContent === ''")
    # The group reads it at once, not when a connection is missed.
    await group.lead.page.wait_for("kinroom.store.people.value.length === 1", 2.0)
    await sam.page.open(f"{group.server.url}/join")
    await sam.page.wait_for(f"{HEADING} === 'Open your link once more.'")
    kept = await sam.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert kept == "[{},{}]"


async def test_who_comes_back_goes_through_one_screen(group: Group) -> None:
    url = await link_for(group.server, time.time() - 60)
    sam = await stranger(group)
    await sam.page.open(url)
    seen = [await sam.page.wait_for(STEP)]
    await sam.page.type("input[name=name]", "Sam")
    await sam.page.click("[data-action=continue]")
    seen.append(await sam.page.wait_for(f"{STEP} !== 'name' && {STEP}"))
    await sam.page.click("[data-action=agree]")
    seen.append(await sam.page.wait_for(f"{STEP} === 'devices' && {STEP}"))
    assert seen == ["name", "agreement", "devices"]
    await sam.allow_devices()
    await sam.press_join()
    await sam.page.wait_for(WAITING)
    await sam.page.click("[data-action=leave]")
    await sam.page.click("[data-action=again]")
    assert await sam.page.wait_for(STEP) == "devices"
    assert await sam.page.evaluate("document.querySelector('.door').dataset.last") == "true"
    assert "You come in as Sam." in await sam.page.evaluate("document.body.textContent")


async def test_a_fixed_alias_is_shown_and_not_asked(group: Group) -> None:
    url = await link_for(group.server, time.time() - 60, name="Blue", fixed=True)
    sam = await stranger(group)
    await sam.page.open(url)
    assert await sam.page.wait_for(STEP) == "agreement"
    await sam.page.click("[data-action=agree]")
    await sam.page.wait_for(f"{STEP} === 'devices'")
    assert "You come in as Blue." in await sam.page.evaluate("document.body.textContent")
    assert await sam.page.evaluate("document.querySelector('[data-action=rename]')") is None


async def test_who_comes_early_is_told_when_in_their_own_time_zone(group: Group) -> None:
    starts = (time.time() // 3600 + 30) * 3600
    url = await link_for(group.server, starts)
    sam = await stranger(group)
    await sam.page.timezone(FAR_AWAY)
    await sam.page.open(url)
    clock = datetime.fromtimestamp(starts, ZoneInfo(FAR_AWAY)).strftime("%-I:%M %p")
    await sam.page.wait_for(f"{HEADING} === 'Your next group'")
    text = await sam.page.evaluate("document.querySelector('main').textContent")
    assert f" at {clock}" in " ".join(text.split()), text


async def test_who_comes_to_a_closed_door_reads_whom_to_call(group: Group) -> None:
    ana = await group.guard("Ana")
    assert await ana.store("store.act({ type: 'lock_door', on: true })") == {"ok": True}
    sam = await stranger(group)
    await sam.open(group.link)
    await sam.press_join()
    await sam.page.wait_for(f"{HEADING} === 'The door is closed.'")
    assert await sam.page.wait_for("document.querySelector('a[href^=tel]')?.href") == "tel:5550100"
    await ana.store("store.act({ type: 'lock_door', on: false })")
    await sam.page.click("[data-action=again]")
    await sam.page.wait_for(STEP)
    await sam.press_join()
    await sam.page.wait_for(WAITING)


async def test_how_one_comes_in_is_set_while_waiting(group: Group) -> None:
    ana = await group.guard("Ana")
    sam = await stranger(group)
    await sam.knock(group.link)
    await sam.page.click("[data-action=mute]")
    await sam.page.click("[data-action=camera]")
    await ana.let_in(sam)
    seen = f"store.people.value.find((one) => one.id === '{sam.id}')"
    assert await ana.moment(f"{seen}?.muted && !{seen}.sources.includes('camera')") is not None
    await sam.page.click("[data-action=mute]")
    assert await ana.moment(f"!{seen}.muted") is not None
    assert await ana.store(f"store.act({{ type: 'send_back', participant: '{sam.id}', note: '' }})") == {"ok": True}
    await sam.page.wait_for(WAITING)
    assert await sam.store("store.muted.value"), "sent back: muted until they say otherwise"


async def test_a_phone_that_leaves_has_left(group: Group) -> None:
    ana = await group.guard("Ana")
    url = (await ana.store("store.makeStandby()"))["url"]
    phone = await stranger(group, "Ana's phone")
    await phone.page.open(url)
    await phone.page.wait_for("kinroom.store.place.value === 'silent'")
    assert await phone.page.evaluate("location.pathname + location.hash") == "/standby"
    await phone.page.evaluate("kinroom.store.leave()")
    await phone.page.wait_for(f"{HEADING} === 'You left the group.'")
    assert await ana.moment("store.mine.value?.standby === false") is not None
    assert await ana.store("store.place.value") == "room", "the laptop goes on"


async def test_stepping_away_without_a_line_lasts(group: Group) -> None:
    """The server stands still when the button is tapped; it hears of it when it goes on."""
    ann, ben = await group.come("Ann", "Ben")
    os.kill(group.server.pid, signal.SIGSTOP)
    try:
        await ann.page.click("[data-action=away]")
        await ann.page.wait_for("kinroom.store.phase.value === 'reconnecting'", 20.0)
        assert await ann.store("store.mine.value.resting") == "away"
        assert not await ann.store("store.cameraOn.value")
    finally:
        os.kill(group.server.pid, signal.SIGCONT)
    resting = f"store.people.value.find((one) => one.id === '{ann.id}')?.resting === 'away'"
    assert await ben.moment(resting, 20.0) is not None
    await ann.page.click("[data-action=come-back]")
    await ann.page.wait_for("kinroom.store.mine.value.resting === null")
    await ann.page.wait_for("kinroom.store.cameraOn.value")
    await ben.see([ann])


async def test_a_code_that_was_told_leads_to_the_waiting_room_only(group: Group) -> None:
    await group.guard("Ana")
    code = (await made(group.server, f"/api/v1/sessions/{group.session}/code", {}))["code"]
    sam = await stranger(group)
    await sam.page.open(f"{group.server.url}/j")
    await sam.page.type("input[name=code]", "0000 0000")
    await sam.page.click("[data-action=code]")
    await sam.page.wait_for(
        "document.querySelector('[role=alert]')?.textContent.startsWith(\"We don't know this code\")"
    )
    await retype(sam.page, code.replace("-", " "))
    await sam.page.click("[data-action=code]")
    assert await sam.page.wait_for(STEP) == "name"
    assert await sam.page.evaluate("location.pathname + location.hash") == "/join"
    await sam.page.type("input[name=name]", "Sam")
    await sam.page.click("[data-action=continue]")
    await sam.allow_devices()
    await sam.press_join()
    await sam.page.wait_for(WAITING)


async def retype(page: Page, text: str) -> None:
    await page.evaluate("document.querySelector('input[name=code]').select()")
    await page.type("input[name=code]", text)


async def test_the_support_code_is_there_when_the_server_does_not_answer(group: Group) -> None:
    """Here it is too busy to look at any link; the code needs the link alone."""
    sam = await stranger(group)
    await sam.page.open(f"{group.server.url}/j")
    await sam.page.call(GUESS_UNTIL_SHUT_OUT)
    await sam.page.open(group.link)
    await sam.page.wait_for(f'{HEADING} === "Let\'s slow down for a moment."')
    shown = await sam.page.wait_for(SUPPORT_CODE)
    assert shown == await sam.page.evaluate("kinroom.store.supportCode(sessionStorage['kinroom.token'])")


async def test_another_tab_does_not_take_the_seat(group: Group) -> None:
    (sam,) = await group.come("Sam")
    other = await sam.page.tab()
    await other.open(group.link)
    assert await other.wait_for(STEP) == "devices", "one screen, and a seat of their own"
    assert await sam.store("store.phase.value") == "inRoom"
    await other.close()
