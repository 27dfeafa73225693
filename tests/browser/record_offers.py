"""Records the offers in tests/data/offers again: `python -m tests.browser.record_offers`.

Addresses and mDNS names of the machine are replaced; nothing else is touched.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiortc import RTCPeerConnection

from bench.lab.browsers import Browsers
from tests.browser.offerer import Offerer, offerer

OFFERS = Path(__file__).parents[1] / "data" / "offers"

_IPV4 = re.compile(r"\b(?!0\.0\.0\.0\b)(?:\d{1,3}\.){3}\d{1,3}\b")
_IPV6 = re.compile(r"(?<= )(?!::)[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?= )")
_MDNS = re.compile(r"[0-9a-f-]{36}\.local")


def anonymous(text: str) -> str:
    lines = text.split("\r\n")
    for index, line in enumerate(lines):
        if line.startswith(("c=", "a=candidate:", "a=rtcp:")):
            line = _MDNS.sub("00000000-0000-4000-8000-000000000000.local", line)
            lines[index] = _IPV6.sub("2001:db8::1", _IPV4.sub("192.0.2.1", line))
    return "\r\n".join(lines)


async def record(one: Offerer, name: str, **options: object) -> None:
    text, sources = await one.offer(gather=True, **options)
    (OFFERS / f"{name}.sdp").write_bytes(anonymous(text).encode())
    await one.accept(one.negotiate(text, sources))
    print(name, len(text))


async def record_browser(one: Offerer, browser: str) -> None:
    await one.start(2, prune=True)
    await record(one, f"{browser}-page")
    await one.run("capture")
    await one.run("addPairs", 2)
    await record(one, f"{browser}-page-grown")
    await record(one, f"{browser}-page-restart", iceRestart=True)
    await one.start(2)
    await one.run("capture")
    await record(one, f"{browser}-whole")
    for prune in (True, False):
        await one.start(1, simulcast=True, sending=2, prune=prune)
        await one.run("capture")
        await record(one, f"{browser}-simulcast" if prune else f"{browser}-simulcast-whole")
    await one.start(1, sending=2)
    await one.run("addUnwanted")
    await record(one, f"{browser}-unwanted")


async def record_aiortc() -> None:
    peer = RTCPeerConnection()
    for direction in ("sendonly", "recvonly", "recvonly"):
        for kind in ("audio", "video"):
            peer.addTransceiver(kind, direction)
    await peer.setLocalDescription(await peer.createOffer())
    (OFFERS / "aiortc-bot.sdp").write_bytes(anonymous(peer.localDescription.sdp).encode())
    await peer.close()


async def main() -> None:
    OFFERS.mkdir(parents=True, exist_ok=True)
    async with Browsers() as browsers:
        for browser in ("chromium", "firefox"):
            async with offerer(browsers, browser) as one:
                await record_browser(one, browser)
    await record_aiortc()


if __name__ == "__main__":
    asyncio.run(main())
