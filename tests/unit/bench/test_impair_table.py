"""The table of what bad networks do."""

from __future__ import annotations

import pytest

from bench.impair import SCENARIOS, Result, named
from bench.impair_table import markdown


def result(scenario: str, browser: str, concealed: float | None) -> Result:
    return Result(scenario, browser, concealed, 350, None, 1.5, 0)


def test_rows_stand_in_the_order_of_the_scenarios_and_the_newer_of_two_counts() -> None:
    told = [
        result("loss-10", "firefox", 2.0),
        result("loss-1", "chromium", None),
        result("loss-10", "chromium", 3.0),
        result("loss-10", "chromium", 4.25),
    ]
    assert markdown(told).splitlines()[2:] == [
        "| loss-1 | chromium | – | 350 ms | – | 1.5 s | 0 |",
        "| loss-10 | chromium | 4.25 % | 350 ms | – | 1.5 s | 0 |",
        "| loss-10 | firefox | 2 % | 350 ms | – | 1.5 s | 0 |",
    ]


def test_a_scenario_is_found_by_its_name_and_by_those_of_its_faults() -> None:
    assert [scenario.name for scenario in named(["downlink-100", "rtt-300"])] == ["downlink", "rtt-300"]
    assert named([]) == list(SCENARIOS)
    with pytest.raises(ValueError, match="loss-11"):
        named(["loss-11"])
