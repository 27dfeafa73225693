"""An evening of a group of six, from the links to the last page: one facilitator, five participants, one in Firefox.

The parts of the evening are functions, in the order in which they happen; the story is at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bench.lab.browsers import SMALL, Browsers, Page
from bench.lab.server import NUMBERS, Server
from tests.browser.evening import WITH_CAMERA, Evening, all_see_all, person_of, says
from tests.browser.people import IN_THE_ROOM, Person
from tests.browser.quiet import LISTEN, NOTHING, noticed, watch

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

LAPTOP = (1000, 640)
WINDOW = (640, 480)
PHONE = (390, 844)

BACK_WITHIN = 3.0  # seconds from opening the page again to the same seat
TAKEN_OVER_WITHIN = 15.0  # seconds from the laptop's death until the phone leads
# Chromium writes what a page stores to the disk about 5 s later; a crash before that loses it.
ON_DISK_AFTER = 6.0  # seconds

CAMERA = (160, 120, 6)  # width, height, frames/s
SEATS_KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('kinroom.resume.')).length"
WORDS = "document.body.innerText"
PLACE = "kinroom.store.place.value"


@pytest_asyncio.fixture(loop_scope="session")
async def evening(browsers: Browsers, server: Server, tmp_path: Path) -> AsyncIterator[Evening]:
    one = Evening(browsers, server, tmp_path)
    try:
        yield one
    finally:
        await one.go()


async def open_menu(ana: Person, person: Person) -> None:
    await ana.page.click(f".team-people [data-participant='{person.id}'] button")


# --- the door ---------------------------------------------------------------------------------------------------------


async def come_to_the_door(page: Page, name: str, url: str, size: tuple[int, int] = WINDOW) -> Person:
    person = Person(page, name)
    await page.viewport(*size)
    await page.inject(SMALL, *CAMERA)
    await person.open(url)
    if name in WITH_CAMERA:
        await person.smaller_picture(*CAMERA)
    else:
        await page.click(".mirror [data-action=camera]")
    await page.call(LISTEN)
    await person.press_join()
    return person


async def everybody_waits_and_is_let_in(evening: Evening) -> None:
    lead_link: dict[str, object] = {"roles": ["facilitator"], "name": "Ana"}
    made = await evening.server.create_session(
        people=2, links=[lead_link, *[{"roles": ["participant"]}] * 4], knocks=True
    )
    shared, lead, *personal = [link.url for link in made.links]
    evening.origin = shared.partition("/join")[0]
    evening.tokens = [link.token for link in made.links]

    evening.ana = await come_to_the_door(await evening.chromium("laptop"), "Ana", lead, LAPTOP)
    await evening.ana.be_in()

    pages = [
        await evening.chromium(),
        await evening.chromium("cleo"),
        await evening.chromium(),
        await evening.firefox(),
    ]
    for page, name, url in zip(pages, ["Ben", "Cleo", "Dee", "Finn"], personal, strict=True):
        evening.participants.append(await come_to_the_door(page, name, url))
    # Eli's link was forwarded to him: he is on no list.
    evening.participants.append(await come_to_the_door(await evening.chromium(), "Eli", shared))

    for person in evening.participants:
        await says(person, "You're in the right place. Ana will let you in.")
        words = await person.page.evaluate("document.documentElement.outerHTML")
        others = {other.name for other in evening.participants} - {person.name}
        assert not [name for name in others if name in words], "who waits sees nobody"
        assert await person.page.evaluate("kinroom.store.people.value.length") == 0

    ana = evening.ana
    await ana.page.wait_for("kinroom.store.team.value.waiting.length === 5")
    await ana.page.click("[data-action=admit-all]")
    *expected, eli = evening.participants
    for person in expected:
        await person.be_in(40)
    assert await eli.page.evaluate(PLACE) == "waiting", "a stranger comes in only by name"
    await ana.page.click("[data-kind=stranger] [data-action=admit]")
    await eli.page.wait_for(f"{PLACE} === 'room'")
    await eli.be_in(40)
    await all_see_all(evening.everybody)


# --- quiet, cover -----------------------------------------------------------------------------------------------------


async def all_are_muted_and_may_speak_again(evening: Evening) -> None:
    ana, (ben, *_) = evening.ana, evening.participants
    await ana.page.click("[data-action=mute-all]")
    for person in evening.participants:
        await person.page.wait_for("kinroom.store.muted.value && kinroom.store.mine.value.muted")
        await says(person, "Ana muted your microphone.")
    assert not await ana.page.evaluate("kinroom.store.muted.value"), "the one who asked for quiet leads on"
    await ben.page.click(".control[data-action=mute]")
    await ana.page.wait_for(f"{person_of(ben)}.muted === false")
    await ben.page.click(".control[data-action=mute]")
    await ana.page.wait_for(f"{person_of(ben)}.muted")


async def one_is_covered(evening: Evening) -> None:
    ana, (ben, *others) = evening.ana, evening.participants
    await open_menu(ana, ben)
    await ana.page.click("dialog [data-action=cover]")
    await says(ben, "Only Ana can see and hear you right now.")
    for other in others:
        await other.page.wait_for(f"kinroom.store.pictures.value.get('{ben.id}/camera')?.state !== 'live'")
        assert f"{ben.id}/camera" not in await other.streams()
    await ana.see([ben])
    await open_menu(ana, ben)
    await ana.page.click("dialog [data-action=cover]")
    await asyncio.gather(*(other.see([ben]) for other in others))


# --- help -------------------------------------------------------------------------------------------------------------


async def private_help_is_noticed_by_nobody_else(evening: Evening) -> None:
    ana, (ben, *others) = evening.ana, evening.participants
    # Nobody speaks while it is watched. Whatever the facilitator has open: the call lies over it and can be answered.
    await ana.page.click(".control[data-action=mute]")
    await ana.page.click("[data-action=break]")
    for other in others:
        # What a screen reader was told before is taken away after ten seconds: not now.
        await other.page.wait_for("document.getElementById('urgent').textContent === ''", 15)
    await watch(others)
    await ben.page.click("[data-action=private-help]")
    await ana.page.wait_for("document.querySelector('dialog[open] .calls [data-kind=private]')")
    assert "Ben asks for private help" in await ana.page.evaluate("document.querySelector('.calls').innerText")
    await says(ben, "Your facilitators have been told. Stay here.")
    await ben.page.type("[data-card=private] input", "I need a minute")
    await ben.page.press("Enter")
    await says(ana, "I need a minute")
    await ana.page.click(".calls [data-action=coming]")
    await says(ben, "Ana has seen this and is coming.")
    await ana.page.wait_for("document.querySelector('.calls') === null")
    for other in others:
        assert await noticed(other) == NOTHING, f"{other.name} noticed"
    await ana.page.press("Escape")


async def two_talk_privately(evening: Evening) -> None:
    ana, (ben, *others) = evening.ana, evening.participants
    await ana.page.click(".coming [data-action=talk]")
    for one, other in ((ana, ben), (ben, ana)):
        await one.page.wait_for("kinroom.store.roomView.value?.kind === 'private'")
        assert await one.page.evaluate("document.activeElement.innerText") == f"You and {other.name}"
        await one.see([other])
    for other in others:
        await other.page.wait_for(f"!{person_of(ben)} && !{person_of(ana)}")
        streams = await other.streams()
        assert not [key for key in streams if key.split("/")[0] in (ana.id, ben.id)]
        assert "private" not in await other.page.evaluate(f"{WORDS}.toLowerCase().replaceAll('private help', '')")
    await ben.page.click("[data-action=end-private]")
    await ben.page.wait_for("kinroom.store.roomView.value?.kind === 'main'")
    assert await ben.page.evaluate("kinroom.store.muted.value"), "back in the group, nobody is heard by surprise"
    await all_see_all(evening.everybody)


# --- coming back ------------------------------------------------------------------------------------------------------


async def seats_outlive_reload_and_crash(evening: Evening) -> None:
    cleo, dee = evening.participants[1:3]
    started = time.monotonic()
    await dee.page.reload()
    await same_seat(dee, started)

    await asyncio.sleep(ON_DISK_AFTER)
    await cleo.page.crash()
    evening.pages.remove(cleo.page)
    await evening.ana.page.wait_for(f"{person_of(cleo)}.present === false")
    cleo.page = await evening.chromium("cleo")
    await cleo.page.viewport(*WINDOW)
    await cleo.page.inject(SMALL, *CAMERA)
    started = time.monotonic()
    await cleo.page.open(f"{evening.origin}/join")
    await same_seat(cleo, started)
    # A browser that was just opened turns no camera on by itself.
    await cleo.page.click(".control[data-action=camera]")
    await cleo.page.wait_for("kinroom.store.preview.value !== null")
    await all_see_all(evening.everybody)
    assert await evening.ana.page.evaluate("kinroom.store.people.value.length") == 6, "no ghost"


async def same_seat(person: Person, started: float) -> None:
    await person.page.wait_for(f"window.kinroom && {PLACE} === 'room'")
    took = time.monotonic() - started
    assert await person.page.evaluate("kinroom.store.me.value") == person.id
    assert await person.page.evaluate("kinroom.store.mine.value.muted"), "their own mute came back too"
    assert took < BACK_WITHIN, f"{person.name} was back after {took:.1f} s"
    await person.page.wait_for(IN_THE_ROOM, 20)


# --- the facilitator's line -------------------------------------------------------------------------------------------


async def a_phone_takes_over(evening: Evening) -> None:
    ana = evening.ana
    await ana.page.click("[data-action=standby]")
    await ana.page.wait_for("document.querySelector('.qr-code path')")
    token = await ana.page.evaluate("noticed.heard.findLast(({ type }) => type === 'standby').token")
    evening.tokens.append(token)
    phone = Person(await evening.chromium("phone"), "Ana")
    await phone.page.viewport(*PHONE, mobile=True)
    await phone.page.open(f"{evening.origin}/standby#{token}")
    await phone.page.wait_for(f"window.kinroom && {PLACE} === 'silent'")
    await says(ana, "Your phone is ready.")
    await phone.page.click(".standby-tabs [data-list=people]")
    await says(phone, "Ben")

    await asyncio.sleep(ON_DISK_AFTER)
    died = time.monotonic()
    await ana.page.crash()
    evening.pages.remove(ana.page)
    await phone.page.click("[data-action=take-seat]")
    await phone.be_in(20)
    assert phone.id == ana.id
    await evening.participants[0].page.wait_for(f"{person_of(ana)}?.present")
    took = time.monotonic() - died
    assert took < TAKEN_OVER_WITHIN, f"the phone led after {took:.1f} s"
    await phone.see([person for person in evening.participants if person.name in WITH_CAMERA])
    evening.ana = phone


async def help_with_nobody_connected_names_the_numbers(evening: Evening) -> None:
    ana, (ben, *others) = evening.ana, evening.participants
    await asyncio.sleep(ON_DISK_AFTER)
    await ana.page.crash()
    evening.pages.remove(ana.page)
    await ben.page.wait_for(f"{person_of(ana)}.present === false")
    await ben.page.click("[data-action=private-help]")
    await says(ben, "No staff member is connected.")
    for number in NUMBERS.values():
        await says(ben, number)
    for other in others:
        await says(other, "Ana is reconnecting. Stay here. Your group is still open.")
    ana.page = await evening.chromium("phone")
    await ana.page.viewport(*PHONE, mobile=True)
    await ana.page.open(f"{evening.origin}/join")
    await ana.be_in(20)
    await ana.page.wait_for("document.querySelector('.calls [data-kind=private]')")
    await ben.page.click("[data-action=take-back]")
    await ana.page.wait_for("document.querySelector('.calls') === null")


# --- break and end ----------------------------------------------------------------------------------------------------


async def a_break(evening: Evening) -> None:
    ana, (ben, cleo, *_) = evening.ana, evening.participants
    await ana.page.click("[data-action=team-group]")
    await ana.page.click("dialog [data-action=break]")
    await ana.page.click("[data-action=break-5]")
    for person in evening.participants:
        await says(person, "Break until")
        assert await person.page.evaluate("kinroom.store.mine.value.resting") == "break"
    for person in (ben, cleo):
        await person.page.click("[data-action=come-back]")
        await person.page.wait_for("kinroom.store.mine.value.resting === null")
    await ben.see([cleo])


async def the_end(evening: Evening) -> None:
    ana = evening.ana
    await ana.page.click("[data-action=team-group]")
    await ana.page.click("dialog [data-action=close-group]")
    await ana.page.click("[data-action=close-in-0]")
    for person in evening.everybody:
        await person.page.wait_for("kinroom.store.phase.value === 'ended'")
        await says(person, "This group has ended.")
        assert await person.page.evaluate(SEATS_KEPT) == 0, "nothing is left of the seat"
    for number in NUMBERS.values():
        await says(evening.participants[0], number)


async def test_an_evening_of_six(evening: Evening) -> None:
    await everybody_waits_and_is_let_in(evening)
    await all_are_muted_and_may_speak_again(evening)
    await one_is_covered(evening)
    await private_help_is_noticed_by_nobody_else(evening)
    await two_talk_privately(evening)
    await seats_outlive_reload_and_crash(evening)
    await a_phone_takes_over(evening)
    await help_with_nobody_connected_names_the_numbers(evening)
    await a_break(evening)
    await the_end(evening)
    for page in evening.pages:
        assert page.errors == []
        # The fragment stays in the browser: what follows # is no part of any request.
        asked = " ".join(url.partition("#")[0] for url in page.requests)
        assert not [word for word in (*evening.tokens, "Ana", "Ben", "Cleo", "Dee", "Eli", "Finn") if word in asked]
