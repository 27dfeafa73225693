from __future__ import annotations

import os

import pytest

import rtc
from rtc.compiled import SWITCH


def pytest_configure() -> None:
    if os.environ[SWITCH] == "1" and not rtc.IS_COMPILED:
        raise pytest.UsageError("nothing is compiled of these sources: make compiled")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if rtc.IS_COMPILED:
        for item in items:
            if item.get_closest_marker("in_python"):
                item.add_marker(pytest.mark.skip(reason="puts something in the place of what is compiled"))
