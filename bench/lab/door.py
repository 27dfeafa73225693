"""A page's door, for benches: a name, "I agree", devices, and into the room, where nobody has to admit."""

from __future__ import annotations

from bench.lab.browsers import Page

IN_THE_ROOM = "window.kinroom?.store.place.value === 'room' && kinroom.pc()?.connectionState === 'connected'"
_STEP = "document.querySelector('.door')?.dataset.step"
_IS_LAST = "document.querySelector('.door').dataset.last === 'true'"


async def come_in(page: Page, name: str, camera: bool = True) -> None:
    """Of a page that has opened its link. `camera`: whether it is on."""
    while True:
        step = await page.wait_for(_STEP, 20.0)
        if step == "name":
            await page.type("input[name=name]", name)
        elif step == "devices":
            if page.browser == "firefox":
                await page.click("[data-action=devices]")
            await page.wait_for("kinroom.store.preview.value !== null")
            if not camera:
                await page.click(".mirror [data-action=camera]")
        last = await page.evaluate(_IS_LAST)
        await page.click(".onward")
        if last:
            break
        await page.wait_for(f"{_STEP} !== '{step}' && {_STEP}")
    await page.wait_for(IN_THE_ROOM, 30.0)
