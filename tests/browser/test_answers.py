"""Real browsers take our answers: first, grown, restarted, simulcast, with rejected m-lines, of 64 pairs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bench.lab.browsers import BrowserError, Browsers
from rtc.core.negotiation import Negotiated
from tests.browser.offerer import Offerer, offerer

LOCAL = ("ssrc", "rtx_ssrc", "slot", "payload_type", "rtx_payload_type", "extensions")


@pytest.fixture(params=["chromium", "firefox"])
async def page(request: pytest.FixtureRequest) -> AsyncIterator[Offerer]:
    async with Browsers() as browsers, offerer(browsers, request.param) as one:
        yield one


def kept(before: Negotiated, after: Negotiated) -> bool:
    return all(
        getattr(line, name) == getattr(after.lines[mid], name) for mid, line in before.lines.items() for name in LOCAL
    )


async def test_a_page_grows_and_restarts(page: Offerer) -> None:
    await page.start(2, prune=True)
    first, accepted = await page.exchange()
    assert [accepted[mid]["direction"] for mid in first.lines] == ["sendonly"] * 4 + ["recvonly"] * 4
    assert [(accepted[audio]["streams"], accepted[video]["streams"]) for audio, video in first.slots] == [
        (["p0"], ["p0"]),
        (["p1"], ["p1"]),
    ]
    assert accepted[next(iter(first.lines))]["codecs"] == ["audio/opus"]

    await page.run("capture")
    await page.run("addPairs", 2)
    second, accepted = await page.exchange()
    assert len(second.slots) == 4
    assert kept(first, second)
    assert not second.ice_restarted
    assert accepted[second.slots[3][1]]["streams"] == ["p3"]

    third, accepted = await page.exchange(iceRestart=True)
    assert third.ice_restarted
    assert kept(second, third)
    assert accepted[third.slots[3][1]]["direction"] == "recvonly"


async def test_a_camera_of_three_encodings(page: Offerer) -> None:
    await page.start(1, simulcast=True)
    await page.run("capture")
    first, accepted = await page.exchange()
    microphone, camera, *_ = first.lines.values()
    assert camera.rids == ["q", "h", "f"]
    assert accepted[camera.mid]["encodings"] == ["q", "h", "f"]
    assert set(accepted[camera.mid]["codecs"]) == {"video/vp8", "video/rtx"}
    assert microphone.rids == []
    second, _ = await page.exchange()
    assert second.lines == first.lines


async def test_what_we_cannot_use_is_rejected(page: Offerer) -> None:
    await page.start(1, sending=2)
    await page.run("addUnwanted")
    negotiated, accepted = await page.exchange()
    assert len(negotiated.lines) == 4
    assert accepted.keys() == negotiated.lines.keys()  # a stopped transceiver has no mid
    await page.run("addPairs", 1)  # the browser uses the rejected m-lines again, under new mids
    again, _ = await page.exchange()
    assert len(again.slots) == 2
    assert kept(negotiated, again)


async def test_sixty_four_pairs(page: Offerer) -> None:
    await page.start(64)
    negotiated, accepted = await page.exchange()
    pairs = 64 if page.page.browser == "chromium" else 62  # Firefox groups 128 m-lines; it stops the rest
    assert len(negotiated.slots) == pairs
    assert accepted[negotiated.slots[-1][1]]["streams"] == [f"p{pairs - 1}"]


async def test_an_answer_that_is_not_ours_is_not_taken(page: Offerer) -> None:
    await page.start(1)
    negotiated = page.negotiate(*await page.offer())
    broken = negotiated.answer.replace("a=mid:1", "a=mid:99")
    with pytest.raises(BrowserError):
        await page.page.call("offerer.answer", broken)
