"""Somebody who listens to the page and has a keyboard only.

`read` writes down what a screen reader is given at one moment; `press` reaches a control with Tab and takes it with
Enter, so a control that the keyboard does not reach fails the test.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from bench.lab.browsers import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

MOST_TABS = 60  # stops on one page; a page with more is not one that anybody walks through
QUIET = 0.4  # seconds without a change: what followed from the last step is there

# The name that the browser gives the control with the focus, as good as a script knows it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "";
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const by = element.getAttribute("aria-labelledby");
  const named = by ? by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "") : [];
  const name = element.getAttribute("aria-label") || named.join(" ") || labels.join(" ") || element.textContent;
  return name.replace(/\\s+/g, " ").trim();
}"""

# Whatever moves by itself is no part of a reading: the time of day, figures of a timer, the level of a microphone.
_MOVING = [
    (re.compile(r"\b\d{1,2}:\d{2}(:\d{2})?([\s\u00a0\u202f]?[AP]M)?"), "<time>"),
    (re.compile(r"\b\d+ seconds? left"), "<seconds> left"),
    (re.compile(r"\b\d{3} \d{3}$"), "<code>"),
]
_SAID_ALREADY = {"StaticText", "InlineTextBox", "ListMarker"}
_PROPERTIES = ("focused", "pressed", "checked", "expanded", "haspopup", "disabled", "invalid", "level")


def lines(node: dict[str, Any], depth: int = 0) -> list[str]:
    """The tree as indented text, one thing a line."""
    role, name = node.get("role", ""), _still(node.get("name", ""))
    children = [child for child in node.get("children", []) if _stays(child)]
    marks = [_mark(key, node[key]) for key in _PROPERTIES if node.get(key) not in (None, False, "false")]
    about = _still(node.get("description", ""))
    if about and about != name:
        marks.append(f"about: {about}")
    own = " ".join([role if role != "StaticText" else "text", *([f'"{name}"'] if name else []), *marks])
    # A heading or a button is said once, not again by the text inside it.
    said = all(child.get("role") in _SAID_ALREADY and _still(child.get("name", "")) in name for child in children)
    return ["  " * depth + own, *(line for child in ([] if said else children) for line in lines(child, depth + 1))]


def _stays(node: dict[str, Any]) -> bool:
    """What live regions say comes and goes in its own time: `hears` is for that."""
    role = node.get("role")
    return role not in ("status", "alert") and (role != "StaticText" or _still(node["name"]) != "")


def _still(text: object) -> str:
    said = " ".join(str(text).split())
    for moving, instead in _MOVING:
        said = moving.sub(instead, said)
    return said


def _mark(key: str, value: object) -> str:
    return f"[{key}]" if value is True or value == "true" else f"[{key} {value}]"


class Reader:
    """`pages`: what was read so far, title by title. `barriers`: what axe-core found meanwhile."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages: list[str] = []
        self.barriers: list[str] = []

    async def read(self, title: str) -> None:
        await self._settle()
        tree = await self.page.accessibility()
        body = [line for child in tree.get("children", []) if _stays(child) for line in lines(child, 1)]
        self.pages.append("\n".join([title, *body]))
        self.barriers += [
            f"{title}: {found['id']} ({found['help']}): {found['nodes'][:3]}" for found in await self.page.axe(WCAG)
        ]

    async def reach(self, name: str) -> None:
        """Tab by Tab, from where the focus is, once round the page at most."""
        passed: list[str] = []
        for _ in range(MOST_TABS):
            now = await self.focus()
            if now == name:
                return
            passed.append(now)
            await self.page.press("Tab")
        raise AssertionError(f"the keyboard does not reach {name!r}; it stops at {passed}")

    async def press(self, name: str) -> None:
        await self.reach(name)
        await self.page.press("Enter")

    async def write(self, name: str, text: str) -> None:
        await self.reach(name)
        for letter in text:
            await self.page.press(letter if letter != " " else "Space")

    async def focus(self) -> str:
        name: str = await self.page.call(FOCUSED)
        return name

    async def hears(self, words: str, within: float = 10.0) -> None:
        """In the status line or in the region that interrupts; neither may be missed between two looks."""
        await self.page.wait_for(f"window.heard?.some((said) => said.includes({words!r}))", within)

    async def listen(self) -> None:
        """From now on everything that live regions say is kept in `window.heard`."""
        await self.page.evaluate(LISTEN)

    async def sees(self, words: str, within: float = 10.0) -> None:
        await self.page.wait_for(f"document.body.innerText.includes({words!r})", within)

    async def _settle(self) -> None:
        """Until the page has not changed for a moment; figures of timers aside."""
        deadline = time.monotonic() + 5
        before = ""
        while time.monotonic() < deadline:
            now: str = await self.page.evaluate("document.body.innerText.replace(/\\d+/g, '')")
            if now == before:
                return
            before = now
            await asyncio.sleep(QUIET)


LISTEN = """(() => {
  window.heard = [];
  const keep = () => {
    for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live=polite]")) {
      const said = region.textContent.trim();
      if (said && window.heard.at(-1) !== said) window.heard.push(said);
    }
  };
  new MutationObserver(keep).observe(document.body, { subtree: true, childList: true, characterData: true });
  keep();
})()"""
