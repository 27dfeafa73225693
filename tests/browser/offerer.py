"""Offers of real browsers, and this server's answers to them, without network or signalling."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.lab.browsers import Browsers, Page
from rtc.core.model import Grant, Mid, Source
from rtc.core.negotiation import LocalTransport, Negotiated, negotiate, remote_credentials
from rtc.wire import sdp
from rtc.wire.description import Candidate

SCRIPT = (Path(__file__).parent / "offerer.js").read_text()
FINGERPRINT = ":".join(["7C"] * 32)
EVERYTHING = Grant(may_send=frozenset(Source), may_receive=True)
CHROMIUM_ARGUMENTS = ["--disable-gpu", "--disable-quic", "--disable-sync"]


def transport(generation: int) -> LocalTransport:
    """Local credentials number `generation`."""
    return LocalTransport(f"kin{generation:05}", f"{generation:024}", FINGERPRINT, [Candidate("192.0.2.10", 5004)])


class Offerer:
    """One page with one RTCPeerConnection at a time, and the server's side of its negotiation."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.previous: Negotiated | None = None
        self._generation = 0
        self._ssrcs = itertools.count(1_000_001, 7)

    async def start(self, pairs: int, **options: object) -> None:
        await self.page.call("offerer.start", {"pairs": pairs, **options})
        self.previous = None

    async def run(self, function: str, *arguments: object) -> None:
        await self.page.call(f"offerer.{function}", *arguments)

    async def offer(self, **options: object) -> tuple[str, dict[Mid, Source]]:
        """Makes the browser offer: its SDP, and what its sending m-lines carry."""
        made = await self.page.call("offerer.offer", options)
        return made["sdp"], {Mid(mid): Source(source) for mid, source in made["sources"].items()}

    def negotiate(self, text: str, sources: dict[Mid, Source]) -> Negotiated:
        offer = sdp.parse(text)
        remote = remote_credentials(offer)
        before = self.previous
        if before and (before.remote_ufrag, before.remote_pwd) != (remote.ufrag, remote.pwd):
            self._generation += 1
        local = transport(self._generation)
        self.previous = negotiate(offer, sources, EVERYTHING, before, local, self._ssrcs.__next__)
        return self.previous

    async def accept(self, negotiated: Negotiated) -> dict[Mid, dict[str, Any]]:
        """Hands the answer to the browser; its transceivers then. Raises BrowserError if it does not like it."""
        transceivers = await self.page.call("offerer.answer", negotiated.answer)
        return {Mid(one["mid"]): one for one in transceivers if one["mid"] is not None}

    async def exchange(self, **options: object) -> tuple[Negotiated, dict[Mid, dict[str, Any]]]:
        negotiated = self.negotiate(*await self.offer(**options))
        return negotiated, await self.accept(negotiated)


@contextlib.asynccontextmanager
async def offerer(browsers: Browsers, browser: str) -> AsyncIterator[Offerer]:
    """A page of `chromium` or `firefox` on an empty document of this machine (a secure context)."""
    async with _blank() as address:
        page = await (browsers.firefox() if browser == "firefox" else browsers.chromium(args=CHROMIUM_ARGUMENTS))
        await page.open(address)
        yield Offerer(page)
        await page.close()


@contextlib.asynccontextmanager
async def _blank() -> AsyncIterator[str]:
    async def empty(_: web.Request) -> web.Response:
        return web.Response(
            text=f"<!doctype html><link rel=icon href='data:,'><script>{SCRIPT}</script>", content_type="text/html"
        )

    app = web.Application()
    app.router.add_get("/", empty)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
