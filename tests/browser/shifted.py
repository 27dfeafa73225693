"""A synthetic person whose own clock is wrong: `python -m tests.browser.shifted LINK INDEX SECONDS`.

What their sender reports say is so many seconds ahead; all else in the process keeps the machine's time.
"""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace

import aiortc.clock
import aiortc.rtcrtpsender

from kinroom.bots.group import run_bots


def shift(seconds: float) -> None:
    ahead = int(seconds * (1 << 32))  # of a 64-bit NTP time
    aiortc.rtcrtpsender.clock = SimpleNamespace(
        current_datetime=aiortc.clock.current_datetime,
        current_ntp_time=lambda: aiortc.clock.current_ntp_time() + ahead,
    )


if __name__ == "__main__":
    link, index, seconds = sys.argv[1:]
    shift(float(seconds))
    sys.exit(asyncio.run(run_bots(link, 1, first=int(index))))
