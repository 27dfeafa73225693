"""Whether a page notices anything: what its socket brings, what it shows, sounds and knows.

`LISTEN` goes into a page before it joins, `WATCH` when the watch begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, convert

from tests.browser.people import Person

# The socket of this page tells us, too; and making a sound of its own would be counted.
LISTEN = """() => {
  window.noticed = { heard: [], sounds: 0 };
  window.WebSocket = class extends WebSocket {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => noticed.heard.push(JSON.parse(data)));
    }
  };
  window.AudioContext = class extends AudioContext {
    constructor(...how) {
      super(...how);
      noticed.sounds++;
    }
  };
}"""

# A picture may stop and go on at any moment; whatever else changes counts.
WATCH = """() => {
  const store = kinroom.store;
  const facts = [store.people, store.mine, store.roomView, store.lines, store.team];
  const known = () => JSON.stringify(facts.map((one) => one.value));
  noticed.heard.length = noticed.sounds = 0;
  noticed.changed = [];
  noticed.known = known;
  noticed.before = known();
  noticed.observer?.disconnect();
  noticed.observer = new MutationObserver((changes) => {
    for (const { target, type, attributeName } of changes) {
      const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      if (element?.closest(".tile")) continue;
      noticed.changed.push(`${type} ${attributeName ?? ""} ${element?.outerHTML.slice(0, 200)}`);
    }
  });
  noticed.observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}"""

NOTICED = """() => ({
  heard: noticed.heard.filter((message) => message.type !== "ok").map((message) => JSON.stringify(message)),
  changed: noticed.changed,
  sounds: noticed.sounds,
  known: noticed.known() === noticed.before ? "" : noticed.known(),
})"""

CALM = 5.0  # seconds without any change: the status line has emptied, nobody speaks
PATIENCE = 90.0  # seconds for a page to become calm


class Noticed(Struct, frozen=True):
    """`heard`: messages but replies to heartbeats. `changed`: parts of the page. `known`: the store's state, if new."""

    heard: list[str]
    changed: list[str]
    sounds: int
    known: str


NOTHING = Noticed(heard=[], changed=[], sounds=0, known="")


async def watch(people: Sequence[Person]) -> None:
    """From here on everything counts; begins once nothing happened on any of these pages for `CALM` seconds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for person in people:
                await person.page.call(WATCH)
            await asyncio.sleep(CALM)
            if all([await noticed(person) == NOTHING for person in people]):
                return


async def noticed(person: Person) -> Noticed:
    found: Any = await person.page.call(NOTICED)
    return convert(found, type=Noticed)
