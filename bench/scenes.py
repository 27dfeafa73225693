"""`python -m bench pictures --scenes`: every page in every state that people can meet, for docs/pictures/scenes.

What a page is told comes from web/src/dev (`?scene=`), so that states which take a whole group and half an hour to
reach are drawn in a second. axe-core looks at each.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from bench.lab.browsers import BrowserError, Browsers, Page
from bench.lab.netns import Namespace, namespace, run
from bench.pictures import SCREENS, Finding, Screen

WEB = Path(__file__).parents[1] / "web"
PORT = 5199
START_TIMEOUT = 60.0  # seconds; 3 on a quiet machine, its first page takes as long again
PAGE_TIMEOUT = 60.0  # seconds
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"

# Fonts are there, and nothing moves any more but what moves for ever.
AT_REST = """document.fonts.ready
  .then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  .then(() => document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity))
  .then((moving) => Promise.allSettled(moving.map((one) => one.finished)))
  .then(() => true)"""

# Clicks the first of some selectors that is on the page; "" if it is of no use at this size.
CLICK_FIRST = """(selectors) => {
  const found = selectors.map((one) => document.querySelector(one)).find((element) => element !== null);
  found?.click();
  return found !== undefined;
}"""


class Shown(Struct, frozen=True):
    """A picture's name, the scene behind it, and what is clicked before it is taken.

    Each click names alternatives: what is in the panel on a desktop is behind a button on a phone.
    """

    name: str
    scene: str
    clicks: tuple[tuple[str, ...], ...] = ()
    people: int = 6
    address: str = ""


GROUP = ("[data-action=team-group]",)
PEOPLE = ("[data-action=team-people]",)
PAIRS = ("[data-action=pairs]",)
PERSON = ("[data-participant=p2] button.row", ".tile[data-participant=p2] button")

SHOWN = (
    Shown("early", "early"),
    Shown("wrong-day", "wrongDay"),
    Shown("over", "over"),
    Shown("agreement", "agreement"),
    Shown("code", "early", address="&path=/j&token="),
    Shown("waiting", "waiting"),
    Shown("sent-back", "sentBack"),
    Shown("waiting-nobody", "waitingNobody"),
    Shown("room", "room"),
    Shown("hands", "hands"),
    Shown(
        "chat",
        "chat",
        ((".control[data-action=chat]", ".control[data-action=more]"), (".choice[data-action=chat]", "main")),
    ),
    Shown("guests", "guests"),
    Shown("muted", "muted"),
    Shown("talking", "talking"),
    Shown("unheard", "unheard"),
    Shown("called", "called"),
    Shown("unplugged", "unplugged"),
    Shown("asked", "asked"),
    Shown("covered", "covered"),
    Shown("paused", "paused"),
    Shown("needed", "needed"),
    Shown("needed-menu", "needed", ((".tile[data-participant=p3] button",),)),
    Shown("squeezed", "squeezed"),
    Shown("weak-line", "weakLine"),
    Shown("own-paused", "ownPaused"),
    Shown("low-data", "lowData"),
    Shown("sound-only", "soundOnly"),
    Shown("data", "room", ((".control[data-action=more]",), (".choice[data-action=more-settings]",))),
    Shown("help", "help"),
    Shown("coming", "coming"),
    Shown("nobody", "nobody"),
    Shown("told", "told"),
    Shown("check", "check"),
    Shown("private", "private"),
    Shown("away", "away"),
    Shown("break", "break"),
    Shown("closing", "closing"),
    Shown("ended", "ended"),
    Shown("pair", "pair"),
    Shown("pair-muted", "pairMuted"),
    Shown("pair-recall", "pairRecall"),
    Shown("pair-coming", "pairComing"),
    Shown("pair-seen", "pairSeen"),
    Shown("pair-said", "pairSaid"),
    Shown("pair-voice", "pairVoice"),
    Shown("pair-dropped", "pairDropped"),
    Shown("pair-alone", "pairAlone"),
    Shown("pair-waits", "pairWaits"),
    Shown("arriving", "arriving"),
    Shown("late", "late"),
    Shown("team", "team"),
    Shown("team-quiet", "teamQuiet"),
    Shown("team-people", "teamDoor", (PEOPLE,)),
    Shown("team-group", "teamQuiet", (GROUP,)),
    Shown("team-person", "teamQuiet", (PEOPLE, PERSON)),
    Shown("team-close", "teamClosing", (GROUP, ("[data-action=close-group]",))),
    Shown("team-break", "teamQuiet", (GROUP, ("[data-action=break]",))),
    Shown("team-code", "teamQuiet", (GROUP, ("[data-action=standby]",))),
    Shown("planner", "planner", (PAIRS,), people=15),
    Shown("planner-name", "planner", (PAIRS, ("[data-chip=p3]",)), people=15),
    Shown("planner-bonds", "plannerBonds", (PAIRS,), people=15),
    Shown("board", "board", (PAIRS,), people=15),
    Shown("board-person", "board", (PAIRS, ("[data-person=p1] button",), ("[data-action=move]",)), people=15),
    Shown("board-trouble", "boardTrouble", (PAIRS,), people=15),
    Shown("board-look", "boardLook", (PAIRS,), people=15),
    Shown("board-late", "boardLate", (PAIRS,), people=15),
    Shown("board-recall", "boardRecall", (PAIRS,), people=15),
    Shown("pair-team", "pairTeam"),
    Shown("board-phone", "boardPhone", (("[data-list=board]",),), people=15),
    Shown("standby", "silent"),
    Shown("standby-alone", "silentAlone"),
    Shown("desk", "desk"),
    Shown("figures", "figures"),
)


async def take(folder: Path, names: Sequence[str] = ()) -> list[Finding]:
    """Pictures of all scenes, or of those named, into `folder`; what axe-core finds in them."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    findings: list[Finding] = []
    with namespace("kinroom-scenes") as inside:
        async with dev_server(inside), Browsers(inside) as browsers:
            for screen in SCREENS:
                page = await browsers.chromium()
                await page.viewport(screen.width, screen.height, mobile=screen.mobile)
                for shown in SHOWN:
                    if not names or shown.name in names:
                        findings += await _photograph(page, folder, shown, screen)
                await page.close()
    return findings


async def _photograph(page: Page, folder: Path, shown: Shown, screen: Screen) -> list[Finding]:
    phone = "&phone" if screen.mobile else ""
    await show(page, f"scene={shown.scene}&people={shown.people}&fps=2{phone}{shown.address}")
    for alternatives in shown.clicks:
        await page.evaluate(AT_REST)
        await page.call(CLICK_FIRST, list(alternatives))
    await page.evaluate(AT_REST)
    picture = f"{shown.name}-{screen.name}"
    await page.screenshot(folder / f"{picture}.webp")
    print(picture, file=sys.stderr)
    return [Finding(picture, found["id"], found["help"], found["nodes"]) for found in await page.axe()]


async def show(page: Page, query: str) -> None:
    """Opens a scene. What was loading while the namespace's network still came up is lost: then once more."""
    where = f"http://localhost:{PORT}/src/dev/index.html?{query}"
    seen = len(page.errors)
    await page.open(where)
    async with asyncio.timeout(PAGE_TIMEOUT):
        while not await _has_heading(page):
            if any(NETWORK_CHANGED in error for error in page.errors[seen:]):
                seen = len(page.errors)
                await page.open(where)
            await asyncio.sleep(0.1)


async def _has_heading(page: Page) -> bool:
    try:
        return bool(await page.evaluate("document.querySelector('h1') !== null"))
    except BrowserError:  # vite has put its modules together anew and loads the page again
        return False


@asynccontextmanager
async def dev_server(inside: Namespace) -> AsyncIterator[None]:
    vite = shutil.which("node")
    assert vite, "run `make web` first: it says what is missing"
    script = [vite, "node_modules/vite/bin/vite.js", "--host", "localhost", "--port", str(PORT), "--strictPort"]
    process = await asyncio.create_subprocess_exec(
        *run(inside, script), cwd=WEB, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(START_TIMEOUT):
            while b"ready" not in await process.stdout.readline():
                assert process.returncode is None, "vite did not start"
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
