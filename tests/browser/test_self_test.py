"""/check, walked through by keyboard, on a phone and on a laptop: no barriers on any step, and a report that tells."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.lab.browsers import Page
from tests.browser.conftest import Group
from tests.browser.people import Person
from tests.browser.test_page import SETTLED, SIZES, WCAG, barriers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

STEP = "document.querySelector('[data-check]')?.dataset.check"
REPORT = """Object.fromEntries(
  [...document.querySelectorAll(".check-report > div")].map((line) => [...line.children].map((one) => one.textContent)),
)"""
COPIED = "document.querySelector('[data-action=copy] [role=status]').textContent === 'Report copied'"
NOTICED = "[...document.querySelectorAll('.check-noticed li')].map((one) => one.textContent)"
LIVE = "window.taken.filter(({ readyState }) => readyState === 'live')"

# What the browser gave, for a machine's events to be told to it.
KEEP_TRACKS = """() => {
  window.taken = [];
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    const stream = await ask(wanted);
    window.taken.push(...stream.getTracks());
    return stream;
  };
}"""
TELL = """(kind, event) => {
  const live = window.taken.filter((one) => one.kind === kind && one.readyState === "live");
  live.at(-1).dispatchEvent(new Event(event));
}"""


async def test_on_a_phone(group: Group) -> None:
    page = await opened(group, f"{group.server.url}/check#{group.link.split('#')[1]}", "phone")
    await first_steps(page)

    async def call() -> None:
        await page.call(TELL, "audio", "mute")
        await page.wait_for(f"{NOTICED}.includes('The microphone was taken.')")
        await press_on(page, "turn-on-again")
        await page.wait_for(f"{NOTICED}.includes('The microphone came back.')")

    async def rotate() -> None:
        await page.viewport(640, 360, mobile=True)
        await page.wait_for(f"{NOTICED}.includes('The screen was turned.')")
        await page.viewport(360, 640, mobile=True)

    await task(page, "call", call)
    await task(page, "lock", None)
    await task(page, "headphones", lambda: tell_devices(page))
    await task(page, "rotate", rotate)
    await task(page, "apps", None)
    report = await reported(page)
    assert re.fullmatch(r"\d{3} \d{3}", report["Support code"])
    assert report["Camera"] == "Works, 640 x 360."
    assert report["Connection"].endswith("The way of pictures and sound was not tried.")
    assert "Messages go both ways. This browser can send pictures and sound." in report["Connection"]
    assert report["Phone call"] == (
        "The microphone was taken. The microphone came back. After it: microphone on. After it: camera on."
    )
    assert (report["Locked screen"], report["Other app"]) == ("Skipped.", "Skipped.")
    assert "Fake" not in " ".join(report.values()), "names of devices are often names of people"
    assert await page.evaluate(f"{LIVE}.length") == 0, "no camera light stays on"


async def test_on_a_laptop_without_a_link_and_without_a_microphone_that_is_heard(group: Group) -> None:
    page = await opened(group, f"{group.server.url}/check", "desktop")
    await press_on(page, "begin")
    await page.wait_for("kinroom.store.preview.value !== null")
    await press_on(page, "no")
    await page.wait_for("document.querySelector('.check-help')")
    await press_on(page, "no")
    for step in ("microphone", "speaker"):
        await page.wait_for(f"{STEP} === '{step}'")
        await press_on(page, "skip" if step == "speaker" else "yes")
    await press_on(page, "go-on")
    await task(page, "lid", None)
    await task(page, "headphones", lambda: tell_devices(page))
    await task(page, "tab", None)
    report = await reported(page)
    assert report["Support code"] == "None, as this page was opened without a link."
    assert (report["Camera"], report["Speaker"]) == ("Does not work.", "Skipped.")
    assert report["Headphones"].startswith("A device came or went.")


async def test_the_door_leads_to_it(group: Group, tmp_path: Path) -> None:
    page = await group.browser()
    group.people.append(Person(page, "Ann"))
    await page.open(group.server.url)
    await page.click("a[href='/check']")
    await page.wait_for(f"{STEP} === 'start'")


async def opened(group: Group, address: str, size: str) -> Page:
    page = await group.browser()
    group.people.append(Person(page, "Ann"))
    await page.inject(KEEP_TRACKS)
    width, height = SIZES[size]
    await page.viewport(width, height, mobile=size == "phone")
    await page.open(address)
    await page.wait_for(f"{STEP} === 'start'")
    assert await page.evaluate("location.hash") == ""
    return page


async def first_steps(page: Page) -> None:
    await look(page)
    await press_on(page, "begin")
    await page.wait_for("kinroom.store.preview.value !== null")
    await look(page)
    await press_on(page, "yes")
    await page.wait_for(f"{STEP} === 'microphone'")
    await look(page)
    await press_on(page, "yes")
    await page.wait_for(f"{STEP} === 'speaker'")
    await press_on(page, "tone")
    await look(page)
    await press_on(page, "yes")
    await page.wait_for("document.querySelectorAll('.check-list [data-ok=true]').length === 3", within=15)
    await look(page)
    await press_on(page, "go-on")


async def task(page: Page, name: str, act: Callable[[], Awaitable[None]] | None) -> None:
    """Does it and says so, or skips it."""
    await page.wait_for(f"{STEP} === '{name}'")
    # A screen reader says where one is, once the page is drawn.
    await page.wait_for("document.activeElement.tagName === 'H1'", within=3)
    await look(page)
    if act is not None:
        await act()
    await press_on(page, "skip" if act is None else "done")


async def tell_devices(page: Page) -> None:
    await page.evaluate("void navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    await page.wait_for(f"{NOTICED}.includes('A device came or went.')")


async def reported(page: Page) -> dict[str, str]:
    await page.wait_for(f"{STEP} === 'report'")
    await look(page)
    await press_on(page, "copy")
    # Without a clipboard it is marked, to be copied by hand.
    await page.wait_for(f"{COPIED} || String(getSelection())")
    found: dict[str, str] = await page.evaluate(REPORT)
    return found


async def look(page: Page) -> None:
    await page.evaluate(SETTLED)
    assert barriers(await page.axe(WCAG)) == []


async def press_on(page: Page, action: str) -> None:
    """By the Tab and Enter keys alone."""
    await page.wait_for(f"document.querySelector('[data-action={action}]')", within=20)
    for _ in range(30):
        await page.press("Tab")
        if await page.evaluate(f"document.activeElement?.dataset.action === '{action}'"):
            return await page.press("Enter")
    raise AssertionError(f"no Tab leads to {action}")
