"""People in a session, seen through their own pages: what they see, hear and are told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, convert

from bench.lab.browsers import Page

# `slots` of the last message from the server: which person each m-line carries now.
HEARD_AND_SEEN = """async () => {
  const slots = new Map(kinroom.slots().map((slot) => [slot.mid, slot]));
  const found = {};
  for (const { mid, receiver } of kinroom.pc()?.getTransceivers() ?? []) {
    const slot = slots.get(mid);
    if (!slot) continue;
    for (const report of (await receiver.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      found[`${slot.participant}/${slot.source}`] = {
        frames: report.framesDecoded ?? 0,
        energy: report.totalAudioEnergy ?? 0,
        packets: report.packetsReceived ?? 0,
        waited: report.jitterBufferDelay ?? 0,
        emitted: report.jitterBufferEmittedCount ?? 0,
        freezes: report.freezeCount ?? 0,
      };
    }
  }
  return found;
}"""

# Resolves with the wall clock (ms) of the moment when it was first so; looked at every 10 ms inside the page.
MOMENT = """async (within) => {
  const isSo = () => { const store = kinroom.store; return CONDITION; };
  const deadline = Date.now() + within * 1000;
  while (!isSo()) {
    if (Date.now() > deadline) return null;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Date.now();
}"""

IN_THE_ROOM = "kinroom.store.place.value === 'room' && kinroom.pc()?.connectionState === 'connected'"
WAITING = "kinroom.store.place.value === 'waiting'"

# Each step of the door is a page: its name, and whether its button is the one that joins.
STEP = "document.querySelector('.door')?.dataset.step"
IS_LAST = "document.querySelector('.door').dataset.last === 'true'"

ALLOWED_BEFORE = """() =>
  Promise.all(["camera", "microphone"].map((name) => navigator.permissions.query({ name }))).then(
    (answers) => answers.every(({ state }) => state === "granted"),
    () => false,
  )"""


class Stream(Struct, frozen=True):
    """A subscription as the browser counts it, since the connection was made. Times in seconds."""

    frames: float
    energy: float
    packets: float
    waited: float
    emitted: float
    freezes: float


class Person:
    """One page of one person, from the join page on."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.id = ""

    async def join(self, url: str) -> None:
        """As a person does it, where nobody has to be let in: opens the link, goes through the door, joins."""
        await self.open(url)
        await self.press_join()
        await self.be_in()

    async def knock(self, url: str) -> None:
        """As `join`, up to the waiting room."""
        await self.open(url)
        await self.press_join()
        await self.page.wait_for(WAITING)

    async def let_in(self, other: Person) -> None:
        """A facilitator's tap, on their list of who waits; then the other one is in."""
        who = await other.page.evaluate("kinroom.store.me.value")
        await self.page.click(f"[data-knock='{who}'] [data-action=admit]")
        await other.be_in()

    async def open(self, url: str) -> None:
        """Up to the last tap before joining: a name, "I agree", camera and microphone on."""
        await self.page.open(url)
        step = await self.page.wait_for(STEP, 20.0)
        while True:
            await self._settle(step)
            if await self.page.evaluate(IS_LAST):
                return
            await self.page.click(".onward")
            step = await self.page.wait_for(f"{STEP} !== '{step}' && {STEP}")

    async def press_join(self) -> None:
        await self.page.click(".onward")

    async def allow_devices(self) -> None:
        """The page asks by itself where the browser says that it need not (Chromium's fake permission)."""
        if not await self.page.call(ALLOWED_BEFORE):
            await self.page.click("[data-action=devices]")
        await self.page.wait_for("kinroom.store.preview.value !== null")

    async def be_in(self, within: float = 15.0) -> None:
        """In the room, with a connection that works."""
        await self.page.wait_for(IN_THE_ROOM, within)
        self.id = await self.page.evaluate("kinroom.store.me.value")

    async def streams(self) -> dict[str, Stream]:
        """`participant/source` -> what came of it."""
        return convert(await self.page.call(HEARD_AND_SEEN), type=dict[str, Stream])

    async def see(self, others: Iterable[Person], source: str = "camera", within: float = 15.0) -> None:
        """Until frames of all others grow: more than at the first look."""
        first = await self.streams()
        wanted = {f"{other.id}/{source}" for other in others}
        deadline = time.monotonic() + within
        while missing := await self._still(wanted, first):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} sees no new frames of {missing} within {within} s")

    async def moment(self, condition: str, within: float = 10.0) -> float | None:
        """Wall clock seconds when a condition on `store` came true on this page; None if not in time."""
        at = await self.page.call(MOMENT.replace("CONDITION", condition), within)
        return None if at is None else at / 1000

    async def store(self, expression: str) -> Any:
        """The value of an expression on `store`."""
        return await self.page.evaluate(f"(() => {{ const store = kinroom.store; return {expression}; }})()")

    async def smaller_picture(self, width: int = 320, height: int = 180, fps: int = 15) -> None:
        """By default what four people on two cores can encode and decode."""
        constraints = json.dumps({"width": width, "height": height, "frameRate": fps})
        await self.page.evaluate(f"kinroom.store.preview.value.getVideoTracks()[0].applyConstraints({constraints})")

    async def ufrag(self) -> str:
        """By which the proxy knows this page's connection."""
        found: str = await self.page.evaluate("kinroom.pc().localDescription.sdp.match(/a=ice-ufrag:(.*)/)[1].trim()")
        return found

    async def _settle(self, step: str) -> None:
        if step == "name":
            await self.page.type("input[name=name]", self.name)
        elif step == "devices":
            await self.allow_devices()
            await self.smaller_picture()

    async def _still(self, wanted: set[str], first: dict[str, Stream]) -> set[str]:
        now = await self.streams()
        return {
            key for key in wanted if key not in now or now[key].frames <= (first[key].frames if key in first else 0)
        }
