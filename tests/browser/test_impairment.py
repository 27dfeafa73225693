"""What bad networks do to somebody in a group, one strength of each kind: `python -m bench impair` has all of them.

Five people, of whom four send packets that were recorded; the fifth is a page in Chromium on the bad line. One group
for all tests, since nothing of one fault may be left when the next begins. Other addresses and networks that block have
tests of their own (`test_networks.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from bench import impair
from bench.impair import Browser, Result, Stage
from bench.lab.netns import Namespace, home

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

TRIES = 4  # the browser shares its cores with all else here: a second that it misses is concealed and frozen, too


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def group(inside: Namespace, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    with home(inside) as away:
        async with impair.stage(inside, away, tmp_path_factory.mktemp("impaired"), Browser.CHROMIUM) as made:
            yield made


async def holds(group: Stage, name: str, good: Callable[[Result], bool]) -> None:
    """Of the last fault of this scenario; whatever the fault, the others see each other as before."""
    (scenario,) = impair.named([name])
    seen = []
    for _ in range(TRIES):
        found = await group.play(scenario)
        if good(found[-1]) and not any(result.others_affected for result in found):
            return
        seen.append(found)
    raise AssertionError(seen)


def concealed(result: Result) -> float:
    """Per cent; there was sound all the time."""
    assert result.audio_concealment_pct is not None, result
    return result.audio_concealment_pct


def recovers(result: Result, within: float) -> bool:
    return result.recover_s is not None and result.recover_s <= within


async def test_a_line_that_gets_narrow_keeps_its_sound_and_has_the_picture_back_afterwards(group: Stage) -> None:
    await holds(group, "downlink", lambda narrow: concealed(narrow) < 2 and recovers(narrow, within=10))


async def test_of_four_who_talk_at_once_a_narrow_line_carries_two(group: Stage) -> None:
    await holds(group, "downlink-100-all", lambda narrow: concealed(narrow) < 3)


async def test_a_line_that_loses_a_tenth_is_good_enough(group: Stage) -> None:
    await holds(group, "loss-10", lambda lossy: concealed(lossy) < 5 and lossy.longest_freeze_ms <= 1000)


@pytest.mark.parametrize("name", ["rtt-300", "jitter-200"])
async def test_a_line_that_is_late_is_adapted_to(group: Stage, name: str) -> None:
    await holds(group, name, lambda late: concealed(late) < 5 and late.longest_freeze_ms <= 1000)


async def test_after_a_blackout_all_is_back(group: Stage) -> None:
    await holds(group, "blackout-5", lambda dark: recovers(dark, within=10))
