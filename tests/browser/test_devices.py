"""Devices that come, go and are taken away, pages that nobody looks at: what their person reads, what others hear.

What a machine would do (unplug, call, sleep) is told to the page by script, with the events that browsers give.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.lab import sounds
from bench.lab.browsers import Page
from tests.browser.conftest import Group
from tests.browser.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

STATUS = "document.querySelector('.room .status').textContent"
MICROPHONE = "kinroom.pc().getSenders()[0].track"
ONLY_SOUND = "kinroom.slots().every(({ source }) => source === 'microphone')"

# The machine's own microphone is gone, and with it the track.
UNPLUG = """async () => {
  const all = await navigator.mediaDevices.enumerateDevices();
  const track = kinroom.pc().getSenders()[0].track;
  const { deviceId } = track.getSettings();
  navigator.mediaDevices.enumerateDevices = async () => all.filter((one) => one.deviceId !== deviceId);
  track.dispatchEvent(new Event("ended"));
}"""
PLUG_IN = "void delete navigator.mediaDevices.enumerateDevices"
TAKE_AWAY = f"void {MICROPHONE}.dispatchEvent(new Event('ended'))"
CALL = f"void {MICROPHONE}.dispatchEvent(new Event('mute'))"
ON_THE_PHONE = "void [...document.querySelectorAll('audio')].forEach((one) => one.pause())"
PLAYING = "[...document.querySelectorAll('audio')].filter((one) => one.srcObject).every((one) => !one.paused)"
# By the wall clock an hour passes between two ticks.
SLEEP = "void ((now) => (Date.now = () => now() + 3_600_000))(Date.now.bind(Date))"


async def test_devices_that_go_and_come(group: Group) -> None:
    ann, ben = await group.come("Ann", "Ben")
    await group.all_see_all()
    was = await ann.page.evaluate(f"{MICROPHONE}.id")

    await ann.page.call(UNPLUG)
    await ann.page.wait_for(f"{MICROPHONE} && {MICROPHONE}.id !== '{was}'")
    await ann.page.wait_for(f"{STATUS}.startsWith('Your microphone changed.')")
    await hears(ben, ann)

    await ann.page.evaluate(PLUG_IN)
    await ann.page.evaluate(TAKE_AWAY)
    await ann.page.wait_for(f"{STATUS}.startsWith('Your microphone stopped.')")
    assert await ann.page.evaluate("kinroom.store.microphone.value") == "none"
    await ann.page.click("[data-action=turn-on-again]")
    await hears(ben, ann)

    await ann.page.evaluate(CALL)
    await ann.page.evaluate(ON_THE_PHONE)
    await ann.page.wait_for(PLAYING)
    await ann.page.click("[data-action=after-call]")
    await ann.page.wait_for("kinroom.store.microphone.value === 'on'")
    await hears(ben, ann)
    assert await ann.page.evaluate("document.querySelector('[data-action=after-call]')") is None


async def test_a_page_that_nobody_looks_at_hears_and_asks_for_no_pictures(group: Group) -> None:
    ann, ben = await group.come("Ann", "Ben")
    await group.all_see_all()
    other = await ann.page.tab()
    await other.open("about:blank")
    await ann.page.wait_for("document.hidden")
    await ann.page.wait_for(ONLY_SOUND)
    (cleo,) = await group.come("Cleo")
    await hears(ann, ben)
    await ben.see([ann, cleo])
    await ann.page.wait_for(f"kinroom.slots().length === 2 && {ONLY_SOUND}")
    await other.close()
    await ann.page.cdp("Page.bringToFront")
    await ann.see([ben, cleo])


async def test_a_machine_that_slept_looks_for_its_path_at_once_and_keeps_its_seat(group: Group) -> None:
    ann, ben = await group.come("Ann", "Ben")
    await group.all_see_all()
    before = await ann.ufrag()
    await ann.page.evaluate(SLEEP)
    await ann.page.wait_for(f"!kinroom.pc().localDescription.sdp.includes('a=ice-ufrag:{before}')", within=5)
    await ann.page.wait_for("!kinroom.store.mediaStalled.value")
    await hears(ben, ann)
    assert await ann.page.evaluate("kinroom.store.me.value") == ann.id


async def test_where_sound_may_not_begin_by_itself_one_tap_starts_all_of_it(group: Group) -> None:
    await group.come("Ben", "Cleo")
    (ann,) = await group.come("Ann", args=["--autoplay-policy=user-gesture-required"])
    await group.all_see_all()
    # Closed by accident and opened again: nobody has touched this page yet.
    again = await ann.page.tab()
    await ann.page.close()
    ann.page = again
    await again.open(group.link)
    await untouched(again, "kinroom.store.place.value === 'room' && kinroom.store.audioBlocked.value")
    await untouched(again, "document.querySelector('.hear')?.textContent === 'Tap to hear everyone'")
    assert not await ann.page.evaluate(PLAYING)
    await ann.page.click(".hear")
    await ann.page.wait_for(f"!kinroom.store.audioBlocked.value && {PLAYING}")
    assert await ann.page.evaluate("document.querySelector('.hear')") is None


async def test_who_talks_while_muted_or_is_not_heard_reads_it(group: Group, tmp_path: Path) -> None:
    (ann,) = await group.come("Ann", sound=sounds.talking(tmp_path / "talking.wav"))
    (ben,) = await group.come("Ben", sound=sounds.silence(tmp_path / "silence.wav"))
    await ann.page.click(".controls [data-action=mute]")
    await ann.page.wait_for("document.querySelector('.control-bubble')", within=5)
    await ann.page.wait_for(f'{STATUS} === "You\'re muted. Nobody hears you."', within=5)
    assert not await ann.page.evaluate(f"{MICROPHONE}.enabled"), "what is measured is not sent"
    await ann.page.click(".controls [data-action=mute]")
    await ann.page.wait_for("!document.querySelector('.control-bubble')", within=2)
    await ben.page.wait_for("document.querySelector('[data-kind=silent]')", within=15)
    await ben.page.click("[data-action=other-microphone]")
    await ben.page.wait_for("document.querySelector('dialog[open]')")
    assert await ann.page.evaluate("document.querySelector('[data-kind=silent]')") is None


async def untouched(page: Page, condition: str, within: float = 15.0) -> None:
    """Waits without what counts as a tap, as each `evaluate` of puppeteer does."""
    deadline = time.monotonic() + within
    while not (await page.cdp("Runtime.evaluate", expression=condition))["result"].get("value"):
        assert time.monotonic() < deadline, condition


async def hears(listener: Person, speaker: Person, within: float = 10.0) -> None:
    """Sound of theirs that had not come yet arrives."""
    enough = await packets_of(listener, speaker) + 10
    deadline = time.monotonic() + within
    while await packets_of(listener, speaker) < enough:
        assert time.monotonic() < deadline, f"{listener.name} hears nothing of {speaker.name}"


async def packets_of(listener: Person, speaker: Person) -> float:
    sound = (await listener.streams()).get(f"{speaker.id}/microphone")
    return sound.packets if sound else 0
