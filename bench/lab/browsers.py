"""Stock browsers for tests and benches: Chromium and Firefox ESR, driven through `browsers.mjs` (puppeteer-core).

    async with Browsers(inside) as browsers:
        page = await browsers.chromium()
        await page.open("http://localhost:8080/")

Each `chromium()` or `firefox()` is a person of their own: Chromium people share a process but no storage and no window
(a hidden tab runs no frame callbacks), Firefox people have a process each.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from bench.lab.netns import Namespace, run

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"  # Debian's packages chromium and firefox-esr
FIREFOX = "/usr/bin/firefox-esr"

# A picture of a 4K page or a getStats of 64 slots is one line.
LINE_LIMIT = 64 * 1024 * 1024  # octets
# For `Page.inject`: what they do is written in them.
WATCH = (HERE / "watch.js").read_text()
SMALL = (HERE / "small.js").read_text()
SENSES = (HERE / "senses.js").read_text()

CALL_PATIENCE = 60.0  # seconds; a cold Firefox on a busy machine takes 10 to start


class BrowserError(Exception):
    """The browser or the page refused, or took too long. The text is puppeteer's."""


class Said(Struct, frozen=True):
    """A line of a page's console."""

    level: str
    text: str


async def trust(profile: Path, authority: Path) -> None:
    """Makes a Firefox profile that trusts this certificate authority (PEM), as an administrator would."""
    await asyncio.to_thread(profile.mkdir, parents=True)
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "lab", "-t", "C,,", "-i", str(authority)]):
        argv = ["certutil", *arguments, "-d", f"sql:{profile}"]
        process = await asyncio.create_subprocess_exec(*argv, stdin=asyncio.subprocess.DEVNULL)
        if await process.wait() != 0:
            raise BrowserError("certutil failed (apt-get install libnss3-tools)")


def _called(function: str, arguments: Sequence[object]) -> str:
    return f"({function})({', '.join(json.dumps(argument) for argument in arguments)})"


class Page:
    """One tab of one person."""

    def __init__(self, browsers: Browsers, number: int, browser: str) -> None:
        self._browsers = browsers
        self._number = number
        self.browser = browser
        self.said: list[Said] = []
        self.requests: list[str] = []

    @property
    def errors(self) -> list[str]:
        """What the console shows as an error, exceptions included."""
        return [said.text for said in self.said if said.level in ("error", "assert")]

    async def open(self, url: str) -> None:
        await self._call("open", url=url)

    async def reload(self) -> None:
        await self._call("reload")

    async def evaluate(self, expression: str) -> Any:
        """The JSON value of an expression; a promise is awaited."""
        return await self._call("evaluate", expression=expression)

    async def call(self, function: str, *arguments: object) -> Any:
        """Calls a JavaScript function (its source) with JSON arguments."""
        return await self.evaluate(_called(function, arguments))

    async def inject(self, function: str, *arguments: object) -> None:
        """From now on each document of this page first calls this JavaScript function, with JSON arguments."""
        await self._call("inject", expression=_called(function, arguments))

    async def bypass_csp(self) -> None:
        """Before it is opened: what is injected may do what the page itself must not. Chromium only."""
        await self._call("bypassCSP")

    async def wait_for(self, expression: str, within: float = 10.0) -> Any:
        """Until the expression is truthy (looked at every 25 ms), at most `within` seconds; its value then."""
        return await self._call("waitFor", patience=CALL_PATIENCE + within, expression=expression, within=within)

    async def click(self, selector: str) -> None:
        """Waits up to 10 s for the element to be visible. A real user gesture."""
        await self._call("click", selector=selector)

    async def type(self, selector: str, text: str) -> None:
        await self._call("type", selector=selector, text=text)

    async def press(self, key: str) -> None:
        await self._call("press", key=key)

    async def hold(self, key: str, down: bool) -> None:
        await self._call("hold", key=key, down=down)

    async def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        await self._call("swipe", **{"from": start, "to": end})

    async def viewport(self, width: int, height: int, scale: float = 1, mobile: bool = False) -> None:
        """CSS pixels. `mobile` (touch) in Chromium only."""
        await self._call("viewport", width=width, height=height, scale=scale, mobile=mobile)

    async def media(self, **features: str) -> None:
        """CSS media features, `_` for `-`: prefers_color_scheme="dark". Chromium only."""
        await self._call("media", features={name.replace("_", "-"): value for name, value in features.items()})

    async def timezone(self, zone: str) -> None:
        """As if the person were there: "Pacific/Auckland". Chromium only."""
        await self._call("timezone", zone=zone)

    async def throttle(self, cpu: float | None = None, kbps: float | None = None, latency_ms: float = 0) -> None:
        """CPU that many times slower; requests at that rate and latency. Chromium only; media is not throttled."""
        await self._call("throttle", cpu=cpu, kbps=kbps, latency=latency_ms)

    async def cdp(self, method: str, **params: object) -> Any:
        """A command of the DevTools protocol. Chromium only."""
        return await self._call("cdp", method=method, params=params)

    async def block(self, part: str | None) -> None:
        """Requests whose address has `part` in it fail; None: none do any more. Chromium only."""
        await self._call("block", part=part)

    async def screenshot(self, path: Path, full: bool = False) -> None:
        await self._call("screenshot", path=str(path), full=full)

    async def axe(self, tags: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Violations that axe-core finds: id, impact, help and the nodes' html."""
        found: list[dict[str, Any]] = await self._call("axe", tags=tags)
        return found

    async def accessibility(self) -> dict[str, Any]:
        """The tree that screen readers are given: role, name, other properties, children. Chromium only."""
        tree: dict[str, Any] = await self._call("accessibility")
        return tree

    async def tab(self) -> Page:
        """Another tab of the same person."""
        return await self._browsers._adopt("tab", self.browser, page=self._number)

    async def crash(self) -> None:
        """Kills the browser's process. Only in Firefox, or in Chromium with a `profile` of its own."""
        await self._call("crash")

    async def close(self) -> None:
        await self._call("close")

    async def _call(self, method: str, /, **params: Any) -> Any:
        return await self._browsers._call(method, page=self._number, **params)


class Browsers:
    """The node process and its browsers, inside a namespace if one is given."""

    def __init__(
        self,
        inside: Namespace | None = None,
        chromium: str = "/usr/bin/chromium",
        firefox: str = "/usr/bin/firefox-esr",
    ) -> None:
        self._inside = inside
        self._chromium = chromium
        self._firefox = firefox
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[int, Page] = {}
        self._early: dict[int, list[Mapping[str, Any]]] = {}

    async def __aenter__(self) -> Browsers:
        node = shutil.which("node")
        if node is None or not (HERE / "node_modules").exists():
            raise BrowserError(f"run `npm ci` in {HERE} first (needs Node 20 or newer)")
        self._process = await asyncio.create_subprocess_exec(
            *run(self._inside, [node, str(HERE / "browsers.mjs")]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 10.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    async def chromium(
        self,
        camera: Path | None = None,
        sound: Path | None = None,
        fps: int = 30,
        devices: int = 2,
        fake_ui: bool = True,
        args: Sequence[str] = (),
        profile: Path | None = None,
    ) -> Page:
        """A person in Chromium. `camera`: a .y4m or .mjpeg file, `sound`: a .wav file, else the browser's own fakes.

        `fake_ui`: the permission prompt is answered with yes. People with equal arguments share a process, but whoever
        has a `profile` (a folder, which may be of a browser that crashed) has a process and that storage for themself.
        """
        params = {
            "camera": str(camera) if camera else None,
            "sound": str(sound) if sound else None,
            "fps": fps,
            "devices": devices,
            "fakeUi": fake_ui,
            "args": list(args),
            "profile": str(profile) if profile else None,
        }
        return await self._adopt("chromium", "chromium", executable=CHROMIUM, **params)

    async def firefox(self, prefs: Mapping[str, object] | None = None, profile: Path | None = None) -> Page:
        """A person in Firefox ESR with its fake camera and microphone. `profile`: a folder of their own."""
        params = {"prefs": dict(prefs or {}), "profile": str(profile) if profile else None}
        return await self._adopt("firefox", "firefox", executable=FIREFOX, **params)

    async def _adopt(self, method: str, browser: str, /, **params: Any) -> Page:
        number = await self._call(method, **params)
        page = self._pages[number] = Page(self, number, browser)
        for message in self._early.pop(number, []):
            self._note(page, message)
        return page

    async def _call(self, method: str, /, *, patience: float = CALL_PATIENCE, **params: Any) -> Any:
        request = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[request] = answer
        line = json.dumps({"id": request, "method": method, "params": params})
        assert self._process.stdin
        self._process.stdin.write(line.encode() + b"\n")
        try:
            return await asyncio.wait_for(answer, patience)
        except TimeoutError:
            raise BrowserError(f"{method}: no answer within {patience:.0f} s") from None
        finally:
            self._waiting.pop(request, None)

    async def _read(self) -> None:
        assert self._process.stdout
        while line := await self._process.stdout.readline():
            message = json.loads(line)
            if "id" in message:
                self._answer(message)
            elif page := self._pages.get(message["page"]):
                self._note(page, message)
            else:
                self._early.setdefault(message["page"], []).append(message)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(BrowserError("the browser bridge ended"))

    def _answer(self, message: Mapping[str, Any]) -> None:
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(BrowserError(message["error"]))
        else:
            answer.set_result(message["result"])

    @staticmethod
    def _note(page: Page, message: Mapping[str, Any]) -> None:
        if message["event"] == "console":
            page.said.append(Said(message["level"], message["text"]))
        elif message["event"] == "request":
            page.requests.append(message["url"])
