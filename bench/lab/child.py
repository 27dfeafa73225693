"""The end of a child process."""

from __future__ import annotations

import asyncio


async def ended(process: asyncio.subprocess.Process, within: float) -> None:
    """Asks it to end, if it runs; after so many seconds it has no choice."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), within)
    except TimeoutError:
        process.kill()
        await process.wait()
