"""The planner and the board without a mouse, and the planner with one. The pages are the development ones: their server
says yes to everything, so that what is seen here is the page's own doing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bench.lab.browsers import Browsers, Page
from bench.lab.netns import Namespace
from bench.scenes import NETWORK_CHANGED, dev_server, show

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(150)]

MOST_STOPS = 60  # of Tab, once round the page

FOCUSED = "document.activeElement.matches({selector!r})"
ASKED = "kinroom.store.acts.filter(({{ type }}) => type === {type!r}).at(-1)"

STOPS = "[...document.querySelectorAll('[data-chip]')].filter((chip) => chip.tabIndex === 0).length"
SAID = "document.querySelector('.planner [role=status].hidden-visually').textContent"
WALK = {"ArrowDown": "p4", "ArrowRight": "p5", "ArrowUp": "p2", "End": "p6", "PageDown": "p6", "Home": "p1"}

DRAG = """(chip, room) => {
  const data = new DataTransfer();
  const how = { bubbles: true, cancelable: true, dataTransfer: data };
  const send = (on, type) => on.dispatchEvent(new DragEvent(type, how));
  const from = document.querySelector(`[data-chip=${chip}]`).closest("li");
  const to = () => [...document.querySelectorAll(".plan-room")].find((one) => one.ariaLabel === room);
  send(from, "dragstart");
  return new Promise((resolve) => setTimeout(() => {
    send(to(), "dragover");
    send(to(), "drop");
    send(from, "dragend");
    resolve(null);
  }, 50));
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def dev(inside: Namespace) -> AsyncIterator[None]:
    async with dev_server(inside):
        yield


class Keys:
    """Ana's page, by its keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, scene: str) -> None:
        await show(self.page, f"scene={scene}&people=7&fps=0")

    async def to(self, selector: str) -> None:
        for _ in range(MOST_STOPS):
            if await self.is_on(selector):
                return
            await self.page.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    async def take(self, selector: str) -> None:
        await self.to(selector)
        await self.page.press("Enter")

    async def is_on(self, selector: str) -> bool:
        return bool(await self.page.evaluate(FOCUSED.format(selector=selector)))

    async def lands_on(self, selector: str) -> None:
        await self.page.wait_for(FOCUSED.format(selector=selector))

    async def asked(self, kind: str) -> Any:
        return await self.page.evaluate(ASKED.format(type=kind))


@pytest_asyncio.fixture(loop_scope="session")
async def ana(dev: None, browsers: Browsers) -> AsyncIterator[Keys]:
    page = await browsers.chromium()
    await page.viewport(1280, 800)
    yield Keys(page)
    assert [error for error in page.errors if NETWORK_CHANGED not in error] == []
    await page.close()


async def test_a_plan_is_made_and_opened_by_keys_alone(ana: Keys) -> None:
    await ana.open("teamQuiet")
    await ana.take("[data-action=pairs]")
    await ana.page.wait_for("document.querySelector('.planner')")
    assert await ana.page.evaluate("kinroom.store.board.value.plan") == [["p1", "p4"], ["p2", "p5"], ["p3", "p6"]]

    # One stop of Tab for all names; arrows go from name to name, other keys nowhere.
    assert await ana.page.evaluate(STOPS) == 1
    await ana.to("[data-chip]")
    for key, expected in WALK.items():
        await ana.page.press(key)
        assert await ana.is_on(f"[data-chip={expected}]"), (key, expected)

    # Moved: said, told to the server, and the focus stays on the name, wherever it stands now.
    await ana.page.press("Enter")
    await ana.take("[data-action=chip-2]")
    await ana.lands_on("[data-chip=p1]")
    assert (await ana.asked("edit_plan"))["rooms"] == [["p4"], ["p2", "p5", "p1"], ["p3", "p6"]]
    assert "Pair 2" in await ana.page.evaluate(SAID)
    assert "is alone here" in await ana.page.evaluate("document.querySelector('.plan-room').textContent")

    # Kept apart: from here on the room of both says so. Escape leads back to the name.
    await ana.page.press("Enter")
    await ana.take("[data-action=chip-apart]")
    await ana.to(".bonds label:first-child input")
    await ana.page.press("Space")
    bond = await ana.asked("keep_apart")
    assert (bond["participant"], bond["other"], bond["on"]) == ("p1", "p2", True)
    await ana.page.press("Escape")
    await ana.lands_on("[data-chip=p1]")
    assert "kept apart" in await ana.page.evaluate("document.querySelectorAll('.plan-room')[1].textContent")
    assert await ana.page.axe() == []

    await ana.take("[data-action=open-rooms]")
    await ana.page.wait_for("document.querySelector('.stage.board')")
    await ana.lands_on("[data-focus=board]")
    opened = await ana.asked("open_rooms")
    assert (opened["minutes"], opened["late"]) == (None, "ask")


async def test_the_board_is_led_by_keys_alone(ana: Keys) -> None:
    await ana.open("board")
    await ana.take("[data-room='pair.2'] [data-action=drop-in]")
    assert (await ana.asked("drop_in"))["room"] == "pair.2"
    # Three seconds are no time to look for a button.
    await ana.lands_on("[data-action=cancel-drop-in]")
    assert await ana.page.axe() == []
    await ana.page.press("Enter")
    await ana.lands_on("[data-room='pair.2'] [data-action=drop-in]")
    await ana.take("[data-room='pair.1'] [data-action=see]")
    await ana.page.wait_for("document.querySelector('.look')")
    await ana.take("[data-action=close-look]")

    await ana.take("[data-person=p1] button")
    await ana.take("[data-action=move]")
    await ana.take("[data-action=move-to][data-to='pair.2']")
    assert (await ana.asked("move_people"))["moves"] == [["p1", "pair.2"]]

    await ana.take("[data-action=recall]")
    await ana.take("[data-action=recall-60]")
    await ana.page.wait_for("kinroom.store.board.value.state === 'recalling'")
    assert await ana.page.axe() == []


async def test_names_are_dragged(ana: Keys) -> None:
    await ana.open("teamQuiet")
    await ana.page.click("[data-action=pairs]")
    await ana.page.wait_for("document.querySelector('.planner')")
    await ana.page.call(DRAG, "p1", "Pair 3")
    assert (await ana.asked("edit_plan"))["rooms"] == [["p4"], ["p2", "p5"], ["p3", "p6", "p1"]]
    # A room of their own appears while a name is dragged.
    await ana.page.call(DRAG, "p1", "Pair 4")
    assert (await ana.asked("edit_plan"))["rooms"] == [["p4"], ["p2", "p5"], ["p3", "p6"], ["p1"]]
    await ana.page.call(DRAG, "p1", "Not in a room")
    assert (await ana.asked("edit_plan"))["rooms"] == [["p4"], ["p2", "p5"], ["p3", "p6"], []]
